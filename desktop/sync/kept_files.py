"""Files that were set aside because their key was lost, and what waits in them taken up again once a key is found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop.cache.key_file import derived, file_id_of, key_id_of, read_key_file, unwrap
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.recovery_key import recovered_key
from desktop.sync.desk import Desk
from desktop.sync.salvage import bring_over
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import RecoveryRequest

if TYPE_CHECKING:
    from desktop.sync.client import ServerClient

KEPT_WORD = "kept"
KEPT_NOTICE = "kept_files"
"""The name of the banner that stands while such a file has not been looked into."""
_STAMP = "%Y%m%d-%H%M%S"
_TAKEN_UP = "taken_up:"


class KeptFile(NamedTuple):
    """A station.db under another name."""

    path: Path
    set_aside_at: datetime | None
    """None when somebody gave it a name of his own."""

    @property
    def key_file(self) -> Path:
        """Where its key file was put, if there was one."""
        return self.path.with_suffix(".keys.json")


def kept_files(desk: Desk) -> list[KeptFile]:
    """Those that nobody has brought over yet, oldest first."""
    reader = desk.database.read()
    found = sorted(desk.database.path.parent.glob(f"station.{KEPT_WORD}-*.db"))
    return [KeptFile(one, _moment_of(one)) for one in found if not get_meta(reader, _TAKEN_UP + one.name)]


def key_by_code(kept: KeptFile, client: ServerClient, code: str) -> bytes:
    """The file's key for an administrator's one-time code. Raises `Trouble`, and `DomainError` for a wrong deposit."""
    return recovered_key(kept.path, client.recover(RecoveryRequest(file_id=file_id_of(kept.path), code=code)))


def key_by_password(kept: KeptFile, password: str) -> bytes:
    """The file's key by the password that the desk had. Raises `DomainError`: `key_missing`, `wrong_password`."""
    content = read_key_file(kept.key_file)
    for slot in content.slots:
        key = unwrap(slot, derived(password, slot)) if slot.kind == "password" else None
        if key is not None and key_id_of(key) == content.key_id:
            return key
    raise DomainError("wrong_password", "This password does not open the file. Nothing was changed.")


def sentence_of_kept(kept: KeptFile) -> str:
    """What is said while nobody has looked into the file."""
    since = f" on {kept.set_aside_at.astimezone():%d %b, %H:%M}" if kept.set_aside_at is not None else ""
    return (
        f"This desk was started anew{since}, because its key was lost. What waited in its former file may not have "
        "reached the server; it can still be brought over."
    )


def take_up(desk: Desk, kept: KeptFile, key: bytes) -> str:
    """Bring over what waits in the file, and ask for it no more; the file stays. Gives the sentence to tell."""
    told = bring_over(desk, kept.path, key)
    with desk.database.write() as records:
        set_meta(records, **{_TAKEN_UP + kept.path.name: "yes"})
    return f"{told} {kept.path.name} stays in the profile."


def _moment_of(file: Path) -> datetime | None:
    try:
        return datetime.strptime(file.stem.partition("-")[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
