"""A lock that is a file: one holder among all processes and threads, let go by the system when the holder dies."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType

_TRY_AGAIN_SECONDS = 0.01


class FileLock:
    """Made without the lock; `acquire` takes it. Each instance is one holder, also within one thread."""

    def __init__(self, path: Path) -> None:
        """`path` is made when missing, and stays."""
        self.path = path
        self._handle = -1

    def acquire(self, *, wait_seconds: float = 0.0) -> bool:
        """Whether the lock could be had within that time."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                os.close(handle)
                return False
            time.sleep(_TRY_AGAIN_SECONDS)
        self._handle = handle
        return True

    def release(self) -> None:
        """Let somebody else have it; nothing happens when it is not held."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> "FileLock":
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
