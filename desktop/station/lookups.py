"""From what a person writes (a barcode, a name, a number) to the ids that an operation wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from desktop.sync.desk import Desk
from shared_models.accounts.records import Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import Record
from shared_models.kits.records import Kit
from shared_models.library.barcodes import read_scan, split_glued
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan
from shared_models.sample_orders.records import RequestLine, SampleRequest

R = TypeVar("R", bound=Record)


def copies_of_scan(desk: Desk, text: str) -> list[Copy]:
    """The copies that a scan says: one, or two whose codes were glued together.

    Raises `DomainError("unknown_barcode")`.
    """
    copies: list[Copy] = []
    for code in read_scan(text).codes:
        if code.kind not in ("copy", "plain"):
            raise DomainError("unknown_barcode", f"“{text}” is the code of a {code.kind}, not of a copy.", barcode=text)
        copy = _copy_by_code(desk, code.value)
        if copy is not None:
            copies.append(copy)
            continue
        glued = split_glued(code.value, lambda part: _copy_by_code(desk, part) is not None)
        copies += [copy for part in glued or () if (copy := _copy_by_code(desk, part)) is not None]
        if glued is None:
            raise _unknown(text)
    if not copies:
        raise _unknown(text)
    return copies


def _unknown(text: str) -> DomainError:
    return DomainError("unknown_barcode", f"No copy here has the barcode “{text}”. Nothing was recorded.", barcode=text)


def _copy_by_code(desk: Desk, code: str) -> Copy | None:
    reader, showroom = desk.database.read(), desk.acting.organisation_id
    barcodes = reader.records(CopyBarcode, "WHERE showroom_id = ? AND barcode = ? ORDER BY id", showroom, code)
    copy = reader.get(Copy, barcodes[0].copy_id if barcodes else code)
    return copy if copy is not None and copy.showroom_id == showroom else None


def designer_of(desk: Desk, text: str) -> Designer:
    """The designer with this id, card barcode or exact name.

    Raises `DomainError`: `unknown_designer`, or `several_designers` for a name that two have.
    """
    codes = read_scan(text).codes
    wanted = codes[0].value if codes and codes[0].kind == "designer" else text.strip()
    found = desk.database.read().records(
        Designer,
        "WHERE showroom_id = ? AND (id = ? OR (card_barcode = ? AND card_barcode <> '') OR name = ? COLLATE NOCASE) "
        "ORDER BY id",
        desk.acting.organisation_id,
        wanted,
        wanted,
        wanted,
    )
    return _only(found, "designer", text)


def organisation_of(desk: Desk, text: str, kind: str) -> Organisation:
    """The distributor or showroom with this id, code or exact name."""
    found = desk.database.read().records(
        Organisation,
        "WHERE kind = ? AND (id = ? OR code = ? COLLATE NOCASE OR name = ? COLLATE NOCASE) ORDER BY id",
        kind,
        text,
        text,
        text,
    )
    return _only(found, kind, text)


def person_of(desk: Desk, text: str) -> Person:
    """The colleague with this id, e-mail address or exact name."""
    found = desk.database.read().records(
        Person,
        "WHERE id = ? OR email = ? COLLATE NOCASE OR name = ? COLLATE NOCASE ORDER BY id",
        text,
        text,
        text,
    )
    return _only(found, "person", text)


def kit_of(desk: Desk, text: str) -> Kit:
    """The kit with this id or exact name; its code `OT1:K:…` too."""
    codes = read_scan(text).codes
    wanted = codes[0].value if codes and codes[0].kind == "kit" else text.strip()
    found = desk.database.read().records(
        Kit,
        "WHERE organisation_id = ? AND (id = ? OR name = ? COLLATE NOCASE) ORDER BY id",
        desk.acting.organisation_id,
        wanted,
        wanted,
    )
    return _only(found, "kit", text)


def request_of(desk: Desk, text: str) -> SampleRequest:
    """The sample request with this id or number; its ticket's code `OT1:T:…` too."""
    codes = read_scan(text).codes
    wanted = codes[0].value if codes and codes[0].kind == "ticket" else text.strip()
    found = desk.database.read().records(
        SampleRequest, "WHERE id = ? OR number = ? COLLATE NOCASE ORDER BY id", wanted, wanted
    )
    return _only(found, "sample request", text)


def line_of(desk: Desk, request: SampleRequest, text: str) -> RequestLine:
    """The line of the request with this id or position; `KRA-1042-3` too."""
    position = text.rpartition("-")[2]
    found = desk.database.read().records(
        RequestLine,
        "WHERE request_id = ? AND (id = ? OR position = ?) ORDER BY id",
        request.id,
        text,
        int(position) if position.isdigit() and len(position) < 6 else -1,
    )
    return _only(found, "line", text)


def open_loan_of(desk: Desk, copy: Copy) -> Loan:
    """The open loan of a copy. Raises `DomainError("not_lent")`."""
    loans = desk.database.read().records(Loan, "WHERE copy_id = ? AND returned_at IS NULL", copy.id)
    if not loans:
        raise DomainError("not_lent", f"{copy.title} is not lent to anybody.", copy_id=copy.id)
    return loans[0]


def last_return_of(desk: Desk, copy: Copy) -> CopyReturn:
    """The last return of a copy that was not undone. Raises `DomainError("not_returned")`."""
    returns = desk.database.read().records(
        CopyReturn, "WHERE copy_id = ? AND undone = 0 ORDER BY returned_at DESC, id DESC LIMIT 1", copy.id
    )
    if not returns:
        raise DomainError("not_returned", f"No return of {copy.title} is recorded.", copy_id=copy.id)
    return returns[0]


def _only(found: Sequence[R], thing: str, text: str) -> R:
    if not found:
        raise DomainError(f"unknown_{thing.replace(' ', '_')}", f"There is no {thing} “{text}” here.", text=text)
    if len(found) > 1:
        raise DomainError(
            f"several_{thing.replace(' ', '_')}s", f"There are {len(found)} of “{text}”; name the {thing} by its id."
        )
    return found[0]
