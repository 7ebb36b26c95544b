"""How a project is found by its sidemark: each of this station once, searched by its words, and where it stands.

Orders and reserves come from distributors, loans and sample requests from the desk; triggers keep the names in step
with all four. A name goes with the last row that has it: nothing of a line that was withdrawn stays behind. Plain
statements, as in `follow_up_index`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from desktop.cache.reader import Reader
from desktop.cache.search_words import phrase_expression

SIDEMARKED = ("sales_orders", "reserves", "loans", "sample_requests")
"""The tables whose rows may have a sidemark; capitals and small letters are the same in it."""

_FOUND_BY = "content='', contentless_delete=1, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'"
_TAKE_IN = "INSERT INTO sidemark_words (rowid, name) VALUES (NEW.number, NEW.name);"
_LET_GO = "DELETE FROM sidemark_words WHERE rowid = OLD.number;"


class SidemarkCount(NamedTuple):
    """One sidemark as it was written first, and how many rows of each table have it."""

    name: str
    order_lines: int
    reserves: int
    loans: int
    requests: int


def sidemark_statements() -> list[str]:
    """All that makes the index in a file that has the tables; rows that are there already are taken in."""
    return [
        "CREATE TABLE sidemarks (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE)",
        f"CREATE VIRTUAL TABLE sidemark_words USING fts5(name, {_FOUND_BY})",
        f"CREATE TRIGGER sidemarks_came AFTER INSERT ON sidemarks BEGIN {_TAKE_IN} END",
        f"CREATE TRIGGER sidemarks_went AFTER DELETE ON sidemarks BEGIN {_LET_GO} END",
        *(statement for table in SIDEMARKED for statement in _statements(table)),
    ]


def sidemarks_found(reader: Reader, text: str, most: int) -> list[SidemarkCount]:
    """The sidemarks with every word of `text`, each by its beginning; the one known for longest comes first."""
    expression = phrase_expression(text)
    if not expression:
        return []
    counts = ", ".join(f"(SELECT count(*) FROM {table} WHERE {having('name')})" for table in SIDEMARKED)
    rows = reader.rows(
        f"SELECT name, {counts} FROM (SELECT rowid AS found FROM sidemark_words WHERE sidemark_words MATCH ? "
        f"ORDER BY rowid LIMIT {most}) JOIN sidemarks ON number = found ORDER BY number",
        expression,
    )
    return [SidemarkCount(*row) for row in rows]


def having(value: str = "?") -> str:
    """The condition of the rows of a table with one sidemark, `value` being an expression; by the index."""
    return f"sidemark > '' AND sidemark = {value} COLLATE NOCASE"


def _statements(table: str) -> Iterator[str]:
    unknown = "NOT EXISTS (SELECT 1 FROM sidemarks WHERE name = NEW.sidemark)"
    learn = f"INSERT INTO sidemarks (name) SELECT NEW.sidemark WHERE NEW.sidemark > '' AND {unknown};"
    nowhere = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {other} WHERE {having('OLD.sidemark')})" for other in SIDEMARKED)
    forget = f"DELETE FROM sidemarks WHERE name = OLD.sidemark AND {nowhere};"
    triggers = (
        ("learnt", "INSERT", "NEW.sidemark > ''", learn),
        ("forgot", "DELETE", "OLD.sidemark > ''", forget),
        ("renamed", "UPDATE OF sidemark", "OLD.sidemark IS NOT NEW.sidemark", f"{learn} {forget}"),
    )
    yield f"CREATE INDEX ix_{table}_sidemark ON {table} (sidemark COLLATE NOCASE) WHERE sidemark > ''"
    yield (
        f"INSERT INTO sidemarks (name) SELECT min(sidemark) FROM {table} WHERE sidemark > '' "
        f"AND NOT EXISTS (SELECT 1 FROM sidemarks WHERE name = sidemark) GROUP BY sidemark COLLATE NOCASE"
    )
    for name, event, when, does in triggers:
        yield f"CREATE TRIGGER {table}_sidemark_{name} AFTER {event} ON {table} WHEN {when} BEGIN {does} END"
