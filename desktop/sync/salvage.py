"""A damaged station.db is set aside; what can still be read of what waited in it is carried over to the new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from desktop.cache.encrypted_file import Connection, DatabaseError, damaged_pages, open_encrypted
from desktop.cache.meta import get_meta, set_meta
from desktop.sync.desk import Desk
from desktop.sync.outbox import COLUMNS, OutboxEntry, entry_of
from desktop.sync.rescue_file import bring_in, rescued
from shared_models.kernel.errors import DomainError

_ASIDE = "station.damaged-"
_LAST_ROW = 1 << 20
"""Where the search for rows ends when the file cannot say how many it has."""
_MOST_FAILURES = 500
"""After so many reads that failed nothing more is tried: where all is broken, halving would never end."""
_OPEN = "('waiting', 'sent', 'refused')"
_SALVAGED = "salvaged:"
_TOLD = "salvage_told"


class _Found(NamedTuple):
    """What could be read of a file. `missed` is how many could not be; None when not even that can be told."""

    entries: list[OutboxEntry]
    missed: int | None


def sentence_of_damage(aside: Path) -> str:
    """What is said when a file was just set aside."""
    return (
        f"The station's file is damaged. It was kept as {aside.name}; sign in again to fetch everything afresh. What "
        "waited in it is carried over as far as it can be read."
    )


def carry_over(desk: Desk, profile: Path, key: bytes) -> str:
    """Bring in what waits in files that were set aside; each file once. Gives the sentence to tell, or an empty one.

    The files stay where they are.
    """
    said = []
    for file in sorted(profile.glob(f"{_ASIDE}*.db")):
        if not get_meta(desk.database.read(), _SALVAGED + file.name):
            said.append(_carry_over_one(desk, file, key))
            with desk.database.write() as records:
                set_meta(records, **{_SALVAGED + file.name: "yes", _TOLD: " ".join(said)})
    return " ".join(said)


def take_told(desk: Desk) -> str:
    """What was carried over and not told on a screen yet; told once."""
    told = get_meta(desk.database.read(), _TOLD)
    if told:
        with desk.database.write() as records:
            set_meta(records, **{_TOLD: ""})
    return told


def _carry_over_one(desk: Desk, file: Path, key: bytes) -> str:
    pages = damaged_pages(file, key)
    where = ""
    if pages:
        named = ", ".join(str(page) for page in pages[:5]) + (" …" if len(pages) > 5 else "")
        where = f" (page{'' if len(pages) == 1 else 's'} {named})"
    return f"{file.name} is damaged{where} and stays in the profile. {bring_over(desk, file, key)}"


def bring_over(desk: Desk, file: Path, key: bytes) -> str:
    """Bring in what this person did in another station's file and what had not settled; says how much that was.

    What is here already is not brought in twice, so it may be broken off and done again.
    """
    found = _read_open(file, key)
    mine = [entry for entry in found.entries if entry.person_id == desk.person_id]
    bring_in(desk, [rescued(entry) for entry in mine])
    return _outcome(len(mine), found)


def _outcome(kept: int, found: _Found) -> str:
    carried = f"{kept} {'operation' if kept == 1 else 'operations'} that had not settled {_were(kept)} carried over"
    if found.missed is None:
        return f"{carried}; there may be more that cannot be read. Do again what is missing."
    if found.missed:
        return f"{carried}; {found.missed} cannot be read. Do again what is missing."
    others = len(found.entries) - kept
    if others:
        return f"{carried}; {others} of somebody else {_were(others)} left in the file."
    return f"{carried}; nothing of them is missing."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _read_open(file: Path, key: bytes) -> _Found:
    """Operations that are not settled, row by row around the damage."""
    rows = _numbers_of_open(file, key)
    entries, missed, failures = [], 0, 0
    spans = [(1, _LAST_ROW)] if rows is None else [(row, row) for row in rows]
    while spans and failures < _MOST_FAILURES:
        first, last = spans.pop()
        try:
            entries += list(_read_span(file, key, first, last))
        except (DatabaseError, DomainError):
            failures += 1
            if first == last:
                missed += 1
            else:
                middle = (first + last) // 2
                spans += [(middle + 1, last), (first, middle)]
    entries.sort(key=lambda entry: (entry.place, entry.row))
    return _Found(entries, None if rows is None else missed + len(spans))


def _numbers_of_open(file: Path, key: bytes) -> list[int] | None:
    """The rows of unsettled operations by their index, which lies apart from them; None when it cannot be read."""
    try:
        connection = open_encrypted(file, key, read_only=True)
    except DomainError:
        return None
    try:
        sql = f"SELECT row FROM operations INDEXED BY ix_operations_open WHERE state IN {_OPEN} ORDER BY row"
        return [int(row) for (row,) in connection.execute(sql)]
    except DatabaseError:
        return None
    finally:
        connection.close()


def _read_span(file: Path, key: bytes, first: int, last: int) -> Iterator[OutboxEntry]:
    """On a connection of its own: one that has met a broken page reads nothing any more."""
    connection: Connection = open_encrypted(file, key, read_only=True)
    try:
        rows: list[Any] = connection.execute(
            f"SELECT {COLUMNS} FROM operations NOT INDEXED WHERE row BETWEEN ? AND ? AND state IN {_OPEN} "
            "AND (state <> 'refused' OR dealt_with_at IS NULL)",
            (first, last),
        ).fetchall()
    finally:
        connection.close()
    return map(entry_of, rows)
