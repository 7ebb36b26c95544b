"""One megabyte kept back on the disk, so that a full disk still leaves room to read, to sync and to export."""

from __future__ import annotations

import logging
import os
from pathlib import Path

RESERVE_FILE = "reserve.bin"
RESERVE_BYTES = 1_048_576


class Reserve:
    """A file of random bytes that is given up when the disk is full and made again at the next start."""

    def __init__(self, folder: Path) -> None:
        """Make the file if it is missing and there is room for it."""
        self._file = folder / RESERVE_FILE
        try:
            if not self._file.exists() or self._file.stat().st_size < RESERVE_BYTES:
                # Random, because some file systems store zeros without taking room.
                self._file.write_bytes(os.urandom(RESERVE_BYTES))
        except OSError as error:
            logging.getLogger(__name__).info("no reserve on this disk: %s", error.strerror)
            self.release()

    @staticmethod
    def release_in(folder: Path) -> bool:
        """Give the room of a folder's reserve back before anything is open; whether there was one."""
        try:
            (folder / RESERVE_FILE).unlink()
        except OSError:
            return False
        return True

    def release(self) -> None:
        """Give the room back."""
        self._file.unlink(missing_ok=True)
