"""How follow-up rows are found as one types and listed in their usual order: two tables and three triggers a kind.

A row's `place` holds its day above a number of its own, so that reading places up or down reads the rows by day: no
list is ever sorted to be opened, and what the words of a person find comes out sorted. Triggers keep it in step, for
rows come and go in several ways. Plain statements, for the file is also made without SQLAlchemy's help when upgraded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.cache.search_words import phrase_expression

OPEN_MARK = "ϙopen"
"""A word of every row that still wants somebody's attention; nobody types its first letter."""
_NUMBERS = 1 << 32
_LAST_DAY = 5_373_484
"""The last day that SQLite knows, in Julian days: rows without a day come after all others."""
SEQUENCE = "CREATE TABLE follow_up_numbers (latest INTEGER NOT NULL)"
FIRST_NUMBER = "INSERT INTO follow_up_numbers VALUES (0)"


class IndexedKind(NamedTuple):
    """One table of follow-up rows: what is searched in it, its day, and when a row is open."""

    table: str
    words: tuple[str, ...]
    day: str
    newest_first: bool
    open_when: str

    @property
    def places(self) -> str:
        """The table of places."""
        return f"{self.table}_places"

    @property
    def found(self) -> str:
        """The full-text table."""
        return f"{self.table}_words"


_SHIP_TO = ("ship_to_name", "ship_to_attention", "ship_to_city", "ship_to_state")
_CODES = ("customer_no", "showroom_code", "rep_code")
SALES_ORDERS = IndexedKind(
    "sales_orders",
    ("order_no", "customer_po", "sidemark", "item_no", "description", *_CODES, *_SHIP_TO, "lot_no", "mill_po_no",
     "reserve_no", "tracking_no", "order_status", "line_status"),
    "ordered_on", True, "{row}.order_status NOT IN ('SHIPPED', 'CANCELLED', 'CLOSED')",
)  # fmt: skip
RESERVES = IndexedKind(
    "reserves",
    ("reserve_no", "sidemark", "customer_po", "item_no", *_CODES, "lot_no", "piece_nos", "kind", "status",
     "cfa_tracking", "cfa_decision", "converted_order_no", "notes"),
    "expires_at", False, "{row}.status = 'ACTIVE'",
)  # fmt: skip
FREIGHT = IndexedKind(
    "freight",
    ("shipment_no", "order_no", "tracking_no", "pro_no", "bol_no", "item_no", "lot_no", "carrier_scac", "carrier_name",
     "service", *_SHIP_TO, "delivered_to", "exception"),
    "shipped_on", True, "{row}.delivered_at = ''",
)  # fmt: skip
CUSTOMERS = IndexedKind(
    "customers",
    ("customer_no", "name", "trading_as", "contact", "email", "phone", "bill_to_city", "ship_to_name", "ship_to_city",
     "ship_to_state", "rep_code", "showroom_code", "territory", "account_type"),
    "last_order_on", True, "{row}.status <> 'INACTIVE'",
)  # fmt: skip
INDEXED: tuple[IndexedKind, ...] = (SALES_ORDERS, RESERVES, FREIGHT, CUSTOMERS)


def index_statements() -> list[str]:
    """All that makes the index in a file whose follow-up tables are there and empty."""
    return [SEQUENCE, FIRST_NUMBER, *(statement for kind in INDEXED for statement in _statements(kind))]


def _statements(kind: IndexedKind) -> Sequence[str]:
    watched, day = ", ".join(_said(kind)), kind.day
    find = f"CREATE VIRTUAL TABLE {kind.found} USING fts5(words, content='', contentless_delete=1, prefix='1 2 3', "
    # A row that stays on its day keeps its place: whoever looks at it goes on looking at it.
    moves, stays = f"OLD.{day} IS NOT NEW.{day}", f"OLD.{day} IS NEW.{day} AND ({_differs(kind)})"
    triggers = (
        ("came", "INSERT", "1", _put_in(kind)),
        ("went", "DELETE", "1", _take_out(kind)),
        ("moved", f"UPDATE OF {day}", moves, f"{_take_out(kind)} {_put_in(kind)}"),
        ("changed", f"UPDATE OF {watched}", stays, f"{_unsay(kind)} {_say(kind)}"),
    )
    return (
        f"CREATE TABLE {kind.places} (place INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
        f"{find}tokenize='unicode61 remove_diacritics 2')",
        *(
            f"CREATE TRIGGER {kind.table}_{name} AFTER {event} ON {kind.table} WHEN {when} BEGIN {does} END"
            for name, event, when, does in triggers
        ),
    )


def _said(kind: IndexedKind) -> tuple[str, ...]:
    """The columns on which the full-text row depends."""
    decides = kind.open_when.partition("{row}.")[2].partition(" ")[0]
    return tuple(dict.fromkeys((*kind.words, decides)))


def _differs(kind: IndexedKind) -> str:
    return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _said(kind))


def _put_in(kind: IndexedKind) -> str:
    undated = 0 if kind.newest_first else _LAST_DAY
    day = f"coalesce(CAST(julianday(substr(NEW.{kind.day}, 1, 10)) + 0.5 AS INTEGER), {undated})"
    return (
        "UPDATE follow_up_numbers SET latest = latest + 1; "
        f"INSERT INTO {kind.places} (place, id) SELECT {day} * {_NUMBERS} + latest, NEW.id FROM follow_up_numbers; "
        f"{_say(kind)}"
    )


def _say(kind: IndexedKind) -> str:
    words = " || ' ' || ".join(f"replace(NEW.{column}, '_', ' ')" for column in kind.words)
    mark = f"CASE WHEN {kind.open_when.format(row='NEW')} THEN ' {OPEN_MARK}' ELSE '' END"
    return (
        f"INSERT INTO {kind.found} (rowid, words) SELECT place, {words} || {mark} FROM {kind.places} WHERE id = NEW.id;"
    )


def _unsay(kind: IndexedKind) -> str:
    return f"DELETE FROM {kind.found} WHERE rowid = (SELECT place FROM {kind.places} WHERE id = OLD.id);"


def _take_out(kind: IndexedKind) -> str:
    return f"{_unsay(kind)} DELETE FROM {kind.places} WHERE id = OLD.id;"


def places_query(kind: IndexedKind, text: str, *, open_only: bool) -> tuple[str, tuple[str, ...]]:
    """The statement and its parameters that give the places of the rows with all words of `text`, in usual order."""
    expression = phrase_expression(text)
    if open_only:
        expression = f'"{OPEN_MARK}" {expression}'.strip()
    direction = "DESC" if kind.newest_first else "ASC"
    if not expression:
        return f"SELECT place FROM {kind.places} ORDER BY place {direction}", ()
    return f"SELECT rowid AS place FROM {kind.found} WHERE words MATCH ? ORDER BY rowid {direction}", (expression,)
