"""One program at a time may write in a profile."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType

from shared_models.kernel.errors import DomainError

LOCK_FILE = "in-use.lock"
_TRY_AGAIN_SECONDS = 0.02


class ProfileLock:
    """Held while the program runs; the system lets go of it when the process ends, in whatever way."""

    def __init__(self, profile: Path, *, wait_seconds: float = 0.0) -> None:
        """Take the lock. Raises `DomainError("profile_in_use")` when another still holds it after `wait_seconds`."""
        self._handle = os.open(profile / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(self._handle):
            if time.monotonic() >= deadline:
                os.close(self._handle)
                raise DomainError(
                    "profile_in_use",
                    "Order-Track already runs with this profile. Use that one, or choose another with --profile.",
                )
            time.sleep(_TRY_AGAIN_SECONDS)

    def release(self) -> None:
        """Let another program in."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> ProfileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
