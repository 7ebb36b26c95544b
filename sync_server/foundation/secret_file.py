"""The server's secret file: made when first needed, whole or not at all, by one of the processes that start at once.

It holds one secret, or after a change of it (`change_secret`) several: the newest signs, older ones are still known.
"""

import os
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from shared_models.kernel.file_lock import FileLock

_SECRET_BYTES = 32
_WAIT_SECONDS = 10.0
_SEVERAL = b'{"secrets":'


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    secret: bytes
    replaced_at: datetime | None = None


class _Several(msgspec.Struct, frozen=True, kw_only=True):
    """How a file with several secrets reads, the newest first."""

    secrets: list[_Kept]


class SecretFile:
    """The secrets as they are in the file now: a running server takes up a change of them by itself."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int], list[bytes]] | None = None

    def secrets(self) -> list[bytes]:
        """The newest first, at least one; made when there is none. Raises OSError."""
        with self._lock:
            with suppress(FileNotFoundError):
                if self._read is not None and self._read[0] == self._stamp():
                    return self._read[1]
            found = [kept.secret for kept in _kept_in(server_secret(self._path))]
            self._read = (self._stamp(), found)
            return found

    def newest(self) -> bytes:
        """The one that signs. Raises OSError."""
        return self.secrets()[0]

    def _stamp(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_ino


def change_secret(file: Path, now: datetime, *, known_for: timedelta) -> None:
    """Put a new secret first; those before it are known for so long more. Raises OSError."""
    before = _kept_in(server_secret(file))
    retired = [msgspec.structs.replace(kept, replaced_at=kept.replaced_at or now) for kept in before]
    still = [kept for kept in retired if now - (kept.replaced_at or now) <= known_for]
    several = _Several(secrets=[_Kept(secret=secrets.token_bytes(_SECRET_BYTES)), *still])
    with FileLock(file.with_name(file.name + ".lock")) as lock:
        if not lock.acquire(wait_seconds=_WAIT_SECONDS):
            raise TimeoutError(None, "another process holds it")
        _put(file, msgspec.json.encode(several))


def _kept_in(content: bytes) -> Sequence[_Kept]:
    """A file that somebody else made holds one secret, whatever its bytes are."""
    if content.startswith(_SEVERAL):
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(content, type=_Several).secrets or [_Kept(secret=content)]
    return [_Kept(secret=content)]


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
        made = secrets.token_bytes(_SECRET_BYTES)
        _put(file, made)
        return made


def _put(file: Path, content: bytes) -> None:
    """Whole or not at all: half a secret would be taken for one."""
    beside = file.with_name(file.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, file)
