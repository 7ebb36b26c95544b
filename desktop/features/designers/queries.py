"""What the designers' page asks of the station's file; plain SQL through `Reader`, frozen rows as answers."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from desktop.cache.reader import Reader
from desktop.features.designers.rows import DesignerRow, MemoRow
from shared_models.designers.records import Designer

_HERS = (
    "SELECT count(*) FROM loans AS l WHERE l.showroom_id = d.showroom_id AND l.returned_at IS NULL "
    "AND l.designer_id = d.id"
)
"""Through the index of what is out: an index of loans by designer would be one more page to write for each scan."""
_LIST = (
    "SELECT d.id, d.name, d.firm, d.city, d.state, d.phone, d.email, d.card_barcode, d.resale_expires_on, d.notes, "
    f"d.blocked, ({_HERS}), ({_HERS} AND l.due_on < ?) "
    "FROM designers AS d WHERE d.showroom_id = ? ORDER BY d.name COLLATE NOCASE, d.id"
)


def designers(reader: Reader, showroom_id: str, *, today: date) -> tuple[DesignerRow, ...]:
    """All designers of the showroom by name, each with the number of memos out and overdue."""
    return tuple(
        DesignerRow._make((*row[:8], date.fromisoformat(row[8]) if row[8] else None, row[9], bool(row[10]), *row[11:]))
        for row in reader.rows(_LIST, today.isoformat(), showroom_id)
    )


def matching(rows: tuple[DesignerRow, ...], text: str) -> tuple[DesignerRow, ...]:
    """Those in whose name, firm, city, mail, telephone or card each word begins a word; accents do not matter."""
    wanted = _plain(text).split()
    return tuple(row for row in rows if all(_begins(word, row) for word in wanted))


def memos_of(reader: Reader, designer_id: str, *, today: date) -> tuple[MemoRow, ...]:
    """What is out to her, the longest overdue first."""
    rows = reader.rows(
        "SELECT l.id, c.item_no, c.title, l.lent_at, l.due_on, l.sidemark FROM loans AS l "
        "JOIN copies AS c ON c.id = l.copy_id WHERE l.designer_id = ? AND l.returned_at IS NULL "
        "ORDER BY l.due_on, c.item_no",
        designer_id,
    )
    return tuple(_memo(*row, today=today) for row in rows)


def card(reader: Reader, showroom_id: str, designer_id: str) -> Designer | None:
    """Her whole card, or None."""
    found = reader.get(Designer, designer_id)
    return found if found is not None and found.showroom_id == showroom_id else None


def _memo(loan_id: str, item_no: str, title: str, lent_at: str, due: str, sidemark: str, *, today: date) -> MemoRow:
    due_on = date.fromisoformat(due)
    lent_on = datetime.fromisoformat(lent_at).astimezone().date()
    return MemoRow(loan_id, item_no, title, lent_on, due_on, sidemark, max(0, (today - due_on).days))


def _begins(word: str, row: DesignerRow) -> bool:
    said = f"{row.name} {row.firm} {row.city} {row.email} {row.card_barcode}"
    digits = re.sub(r"\D", "", row.phone)
    return any(one.startswith(word) for one in re.split(r"[^\w']+", _plain(said))) or (
        len(word) > 2 and word.isdigit() and word in digits
    )


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parted if not unicodedata.combining(sign))
