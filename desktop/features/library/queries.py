"""What the library desk asks of the station's file; plain SQL through `Reader`, frozen rows as answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from desktop.cache.reader import Reader
from desktop.features.library.rows import CopyRow, DesignerRow, LoanRow
from desktop.features.library.words import begins_a_word, plain

MOST_CHOICES = 12
MOST_COPIES = 400

_DESIGNER = (
    "SELECT id, name, firm, phone, email, city, card_barcode, resale_certificate_no, resale_expires_on, notes, blocked "
    "FROM designers "
)
_COPY = (
    "SELECT c.id, c.distributor_id, c.item_no, c.title, c.sample_type, c.shelf, c.status, {barcode}, "
    "l.id, l.designer_id, d.name, l.lent_at, l.due_on, l.sidemark FROM {source} "
    "LEFT JOIN loans AS l ON l.copy_id = c.id AND l.returned_at IS NULL "
    "LEFT JOIN designers AS d ON d.id = l.designer_id WHERE c.showroom_id = ? "
)
_FIRST_BARCODE = "(SELECT b.barcode FROM copy_barcodes AS b WHERE b.copy_id = c.id ORDER BY b.id LIMIT 1)"
_COPY_BY_BARCODE = _COPY.format(
    barcode="b.barcode", source="copy_barcodes AS b JOIN copies AS c ON c.id = b.copy_id"
) + ("AND b.showroom_id = c.showroom_id AND b.barcode = ? LIMIT 1")
_COPIES = _COPY.format(barcode=_FIRST_BARCODE, source="copies AS c")
_LOANS = (
    f"SELECT l.id, l.copy_id, {_FIRST_BARCODE}, c.item_no, c.title, c.sample_type, l.designer_id, "
    "coalesce(d.name, ''), coalesce(d.firm, ''), coalesce(d.phone, ''), l.lent_at, l.due_on, l.sidemark "
    "FROM loans AS l JOIN copies AS c ON c.id = l.copy_id LEFT JOIN designers AS d ON d.id = l.designer_id "
    "WHERE l.showroom_id = ? AND l.returned_at IS NULL "
)


def designer(reader: Reader, showroom_id: str, designer_id: str) -> DesignerRow | None:
    """One of the showroom's designers, or None."""
    row = reader.row(f"{_DESIGNER} WHERE id = ? AND showroom_id = ?", designer_id, showroom_id)
    return _designer(row) if row is not None else None


def designer_by_card(reader: Reader, showroom_id: str, barcode: str) -> DesignerRow | None:
    """The designer whose card has this barcode, or None."""
    row = reader.row(f"{_DESIGNER} WHERE showroom_id = ? AND card_barcode = ?", showroom_id, barcode)
    return _designer(row) if row is not None else None


def designers_named(reader: Reader, showroom_id: str, text: str) -> tuple[DesignerRow, ...]:
    """Designers in whose name or firm each word of `text` begins a word, names first; at most `MOST_CHOICES`.

    Accents and capitals do not matter: “cel” finds Çelik.
    """
    wanted = plain(text).split()
    if not wanted:
        return ()
    # SQLite folds only ASCII, and a showroom has some hundreds of designers.
    found = []
    for key, name, firm in reader.rows("SELECT id, name, firm FROM designers WHERE showroom_id = ?", showroom_id):
        by_name = begins_a_word(wanted, name)
        if by_name or begins_a_word(wanted, f"{name} {firm}"):
            found.append((not by_name, plain(name), key))
    keys = [key for _, _, key in sorted(found)[:MOST_CHOICES]]
    marks = ", ".join("?" * len(keys))
    rows = {row[0]: _designer(row) for row in reader.rows(f"{_DESIGNER} WHERE id IN ({marks})", *keys)}
    return tuple(rows[key] for key in keys)


def copy_by_barcode(reader: Reader, showroom_id: str, barcode: str) -> CopyRow | None:
    """The copy that has this barcode, and who has it; None when no copy here does."""
    row = reader.row(_COPY_BY_BARCODE, showroom_id, barcode)
    return _copy(row) if row is not None else None


def copy_by_id(reader: Reader, showroom_id: str, copy_id: str) -> CopyRow | None:
    """One copy, or None."""
    row = reader.row(f"{_COPIES} AND c.id = ?", showroom_id, copy_id)
    return _copy(row) if row is not None else None


def is_known_code(reader: Reader, showroom_id: str, text: str) -> bool:
    """Whether the text is a barcode of a copy or of a designer's card: for telling glued codes apart."""
    return bool(
        reader.value(
            "SELECT EXISTS (SELECT 1 FROM copy_barcodes WHERE showroom_id = ?1 AND barcode = ?2) "
            "OR EXISTS (SELECT 1 FROM designers WHERE showroom_id = ?1 AND card_barcode = ?2)",
            showroom_id,
            text,
        )
    )


def copies_found(reader: Reader, showroom_id: str, text: str) -> tuple[CopyRow, ...]:
    """Copies whose item number begins with `text`, whose title has all its words, or with that barcode.

    In the order of item numbers, the copies of one item by shelf; at most `MOST_COPIES`.
    """
    words = text.split()
    if not words:
        return ()
    titled = " AND ".join("c.title LIKE ? ESCAPE '\\'" for _ in words)
    rows = reader.rows(
        f"{_COPIES} AND (c.item_no LIKE ? ESCAPE '\\' OR ({titled}) "
        "OR c.id IN (SELECT copy_id FROM copy_barcodes WHERE showroom_id = c.showroom_id AND barcode = ?)) "
        f"ORDER BY c.item_no, c.shelf, c.id LIMIT {MOST_COPIES}",
        showroom_id,
        f"{_like(text.strip())}%",
        *(f"%{_like(word)}%" for word in words),
        text.strip(),
    )
    return tuple(_copy(row) for row in rows)


def has_copies_like(reader: Reader, showroom_id: str, text: str) -> bool:
    """Whether `copies_found` would find any."""
    return bool(copies_found(reader, showroom_id, text))


def was_ever_lent(reader: Reader, copy_id: str) -> bool:
    """Whether the copy left this desk before, undone scans aside."""
    return bool(reader.value("SELECT EXISTS (SELECT 1 FROM loans WHERE copy_id = ? AND ended_as <> 'undone')", copy_id))


def last_return(reader: Reader, copy_id: str) -> tuple[datetime, str] | None:
    """When the copy last came back and who had had it (empty when a return found nobody); None when never."""
    row = reader.row(
        "SELECT r.returned_at, coalesce(d.name, '') FROM copy_returns AS r LEFT JOIN loans AS l ON l.id = r.loan_id "
        "LEFT JOIN designers AS d ON d.id = l.designer_id WHERE r.copy_id = ? AND r.undone = 0 "
        "ORDER BY r.returned_at DESC LIMIT 1",
        copy_id,
    )
    return (datetime.fromisoformat(row[0]), str(row[1])) if row is not None else None


def loans_of(reader: Reader, showroom_id: str, designer_id: str, *, today: date) -> tuple[LoanRow, ...]:
    """A designer's open loans, the longest overdue first."""
    rows = reader.rows(f"{_LOANS} AND l.designer_id = ? ORDER BY l.due_on, c.item_no", showroom_id, designer_id)
    return tuple(_loan(row, today) for row in rows)


def open_loans(reader: Reader, showroom_id: str, *, today: date) -> tuple[LoanRow, ...]:
    """All open loans of the showroom, the longest overdue first."""
    rows = reader.rows(f"{_LOANS} ORDER BY l.due_on, d.name, c.item_no", showroom_id)
    return tuple(_loan(row, today) for row in rows)


def distributors(reader: Reader, showroom_id: str) -> tuple[tuple[str, str], ...]:
    """(id, name) of the distributors whose lines the showroom sells, and of every other that its desk knows."""
    rows = reader.rows(
        "SELECT o.id, o.name FROM organisations AS o WHERE o.kind = 'distributor' "
        "ORDER BY NOT EXISTS (SELECT 1 FROM lines AS n WHERE n.showroom_id = ? AND n.distributor_id = o.id), o.name",
        showroom_id,
    )
    return tuple((str(key), str(name)) for key, name in rows)


def showroom_letterhead(reader: Reader, showroom_id: str) -> tuple[str, tuple[str, ...]]:
    """The showroom's name and address lines, for a receipt."""
    row = reader.row(
        "SELECT name, address1, address2, city, state, postal_code, phone FROM organisations WHERE id = ?", showroom_id
    )
    if row is None:
        return "", ()
    name, address1, address2, city, state, postal_code, phone = row
    town = ", ".join(part for part in (city, f"{state} {postal_code}".strip()) if part)
    return str(name), tuple(part for part in (address1, address2, town, phone) if part)


def _designer(row: tuple[Any, ...]) -> DesignerRow:
    expires = date.fromisoformat(row[8]) if row[8] else None
    return DesignerRow._make((*row[:8], expires, row[9], bool(row[10])))


def _copy(row: tuple[Any, ...]) -> CopyRow:
    lent_at = datetime.fromisoformat(row[11]) if row[11] else None
    due_on = date.fromisoformat(row[12]) if row[12] else None
    barcode, *loan = (value or "" for value in row[7:11])
    return CopyRow._make((*row[:7], barcode, *loan, lent_at, due_on, row[13] or ""))


def _loan(row: tuple[Any, ...], today: date) -> LoanRow:
    due_on = date.fromisoformat(row[11])
    late = max(0, (today - due_on).days)
    return LoanRow._make(
        (row[0], row[1], row[2] or "", *row[3:10], datetime.fromisoformat(row[10]), due_on, row[12], late)
    )


def _like(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return text
