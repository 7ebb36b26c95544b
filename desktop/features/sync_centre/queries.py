"""What the sync centre asks the station: operations by their state, what needs somebody, how things stand."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from desktop.cache.meta import get_meta
from desktop.cache.reader import Reader
from desktop.features.sync_centre.rows import AttentionRow, OperationRow
from desktop.features.sync_centre.sentences import sentence_of
from desktop.sync.desk import Desk
from desktop.sync.kept_files import KeptFile, kept_files, key_by_code, key_by_password
from desktop.sync.outbox import OutboxEntry
from shared_models.accounts.records import Person
from shared_models.reviews.records import ReviewItem

MOST_DONE = 2000


class Standing(NamedTuple):
    """How things stand with the server."""

    server_url: str
    last_sync_at: datetime | None
    drift_seconds: int
    waiting: int
    oldest_at: datetime | None


def standing(desk: Desk) -> Standing:
    """Read from the station's own file."""
    reader = desk.database.read()
    last = get_meta(reader, "last_sync_at")
    return Standing(
        desk.server_url,
        datetime.fromisoformat(last) if last else None,
        int(get_meta(reader, "drift_seconds", "0")),
        desk.outbox.waiting_count(),
        desk.outbox.oldest_waiting_at(),
    )


def waiting(desk: Desk) -> list[OperationRow]:
    """What the server has not answered for, oldest first; held ones say what they stand behind."""
    reader = desk.database.read()
    entries = desk.outbox.operations("waiting")
    refused = {entry.id: _what(entry, reader) for entry in desk.outbox.needs_attention()}
    rows = [_row(entry, reader, _held_by(entry, refused) or entry.sentence) for entry in entries]
    return list(reversed(rows))


def done(desk: Desk, text: str = "") -> list[OperationRow]:
    """What the server has answered for in the last 30 days, newest first; every word must occur."""
    reader = desk.database.read()
    words = text.casefold().split()
    entries = desk.outbox.operations("sent", "applied", "needs_review", "refused", limit=MOST_DONE)
    rows = [_row(entry, reader, entry.sentence) for entry in entries]
    return [row for row in rows if all(word in f"{row.what} {row.by} {row.sentence}".casefold() for word in words)]


def attention(desk: Desk) -> list[AttentionRow]:
    """Refused operations that nobody has dealt with, and open review items, oldest first."""
    reader = desk.database.read()
    refused = [
        AttentionRow(entry.id, "refused", _what(entry, reader), entry.sentence, entry.made_at)
        for entry in desk.outbox.needs_attention()
    ]
    items = reader.records(
        ReviewItem, "WHERE organisation_id = ? AND resolved_at IS NULL ORDER BY raised_at", desk.acting.organisation_id
    )
    reviews = [AttentionRow(item.id, "review", item.sentence, "", item.raised_at) for item in items]
    return sorted([*refused, *reviews], key=lambda row: row.since)


def oldest_kept_file(desk: Desk) -> KeptFile | None:
    """The first file that was set aside with its key lost and that nobody has looked into."""
    return next(iter(kept_files(desk)), None)


def key_of_kept_file(desk: Desk, kept: KeptFile, *, code: str, password: str) -> bytes:
    """Its key, by the administrator's code where there is one, asked of the server; else by the former password.

    Raises `Trouble` and `DomainError`.
    """
    if not code:
        return key_by_password(kept, password)
    from desktop.sync.client import ServerClient

    with closing(ServerClient(desk.server_url)) as client:
        return key_by_code(kept, client, code)


def _row(entry: OutboxEntry, reader: Reader, sentence: str) -> OperationRow:
    person = reader.get(Person, entry.person_id)
    settled = datetime.fromisoformat(entry.settled_at) if entry.settled_at else None
    by = person.name if person is not None else ""
    return OperationRow(entry.id, entry.state, _what(entry, reader), entry.made_at, by, settled, sentence)


def _what(entry: OutboxEntry, reader: Reader) -> str:
    return sentence_of(entry.name, entry.payload, reader)


def _held_by(entry: OutboxEntry, refused: dict[str, str]) -> str:
    behind = next((refused[one] for one in entry.after if one in refused), "")
    return f"Held back: it builds on “{behind}”, which was refused." if behind else ""
