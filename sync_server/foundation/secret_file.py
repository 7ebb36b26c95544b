"""The server's secret file: made when first needed, whole or not at all, by one of the processes that start at once."""

import os
import secrets
from pathlib import Path

from shared_models.kernel.file_lock import FileLock

_SECRET_BYTES = 32
_WAIT_SECONDS = 10.0


def server_secret(file: Path) -> bytes:
    """What stands in the secret file; several processes that start at once make one. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(file.with_name(file.name + ".lock")) as lock:
        if not lock.acquire(wait_seconds=_WAIT_SECONDS):
            raise TimeoutError(None, "another process holds it")
        try:
            found = file.read_bytes()
        except FileNotFoundError:
            found = b""
        if found:
            return found
        return _new_secret(file)


def _new_secret(file: Path) -> bytes:
    """Whole or not at all: half a secret would be taken for one."""
    made, beside = secrets.token_bytes(_SECRET_BYTES), file.with_name(file.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(made)
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, file)
    return made
