"""One program at a time may write in a profile."""

from __future__ import annotations

from pathlib import Path

from shared_models.kernel.errors import DomainError
from shared_models.kernel.file_lock import FileLock

LOCK_FILE = "in-use.lock"


class ProfileLock(FileLock):
    """Held while the program runs; the system lets go of it when the process ends, in whatever way."""

    def __init__(self, profile: Path, *, wait_seconds: float = 0.0) -> None:
        """Take the lock. Raises `DomainError("profile_in_use")` when another still holds it after `wait_seconds`."""
        super().__init__(profile / LOCK_FILE)
        if not self.acquire(wait_seconds=wait_seconds):
            raise DomainError(
                "profile_in_use",
                "Order-Track already runs with this profile. Use that one, or choose another with --profile.",
            )
