"""Operations from the fields that a script writes: barcodes, names and numbers instead of ids, defaults by rule.

Every operation also takes its own payload fields as they are (`shared_models`), friendly ones being replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from desktop.settings import DUE_DAYS
from desktop.station import asking, lookups
from desktop.sync.desk import Desk
from shared_models.accounts.records import Organisation
from shared_models.designers.operations import DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Operation
from shared_models.kits.records import KitItem
from shared_models.library.records import Copy
from shared_models.library.rules import due_on
from shared_models.sample_orders.rules import may_still_ship, pending
from shared_models.sync.registry import OPERATIONS

Fields: TypeAlias = dict[str, Any]
Builder: TypeAlias = Callable[[Desk, Fields], list[Fields]]

HELP: dict[str, str] = {
    "AddDesigner": "name, firm, email, phone, address1 …, card_barcode, notes (or card)",
    "EditDesigner": "designer (id, card barcode or exact name), and the fields that change",
    "AddCopy": "distributor (code or id), item_no, barcode or barcodes, title, sample_type, shelf, condition",
    "CheckOutCopy": "barcode, designer (id, card barcode or exact name), due_on, sidemark",
    "ReturnCopy": "barcode",
    "TakeBackCheckOut": "barcode or loan_id",
    "TakeBackReturn": "barcode or return_id",
    "SetSidemark": "sidemark, and barcodes or loan_ids",
    "PlaceSampleOrder": "items [{distributor, item_no, sample_type, quantity}] or kit; designer, ship_to "
    "{name, attention, address1 …}, ship_method, sidemark, note",
    "CancelLine": "request (number or id), line (position or id)",
    "DefineKit": "name, rep (e-mail, name or id), items [{distributor, item_no, sample_type, quantity}], kit to change",
    "RemoveKit": "kit (name or id)",
    "PrintTickets": "requests [number or id]",
    "ConfirmLines": "request (number or id), lines [{line (position or id), outcome (shipped, backordered, "
    "will_not_ship), quantity, until_on, reason, replacement_item_no}], carrier, tracking_no",
    "CountSampleStock": "item_no, bin, counted",
    "SettleReview": "review_id",
    **asking.HELP,
}
"""The friendly fields of each operation."""

_CARD_FIELDS = frozenset(DesignerCard.__struct_fields__)


def operations_from(desk: Desk, line: Fields) -> list[Operation]:
    """The operations that a line asks for: one, or two when a scan holds two glued codes.

    Raises `DomainError`: `unknown_operation`, `malformed_operation` (names the field), or what a look-up says.
    """
    fields = dict(line)
    name = fields.pop("operation", None)
    kind = OPERATIONS.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(OPERATIONS)
        raise DomainError("unknown_operation", f"There is no operation “{name}”. There are: {known}.")
    act_for_operation(desk, kind)
    builder = _BUILDERS.get(kind.__name__)
    payloads = builder(desk, fields) if builder is not None else [fields]
    try:
        return [msgspec.convert(payload, kind) for payload in payloads]
    except msgspec.ValidationError as error:
        raise DomainError("malformed_operation", f"{kind.__name__} cannot be read: {error}.") from None


def act_for_operation(desk: Desk, kind: type[Operation]) -> None:
    """Act as the membership that may do such an operation, when the present one may not."""

    def may(card: Any) -> bool:
        return card.role in kind.ROLES and (kind.MODULE is None or kind.MODULE.value in card.modules)

    if may(desk.acting):
        return
    for card in desk.memberships:
        if may(card):
            desk.act_for(card.organisation_id, card.role)
            return


def _text(fields: Fields, name: str) -> str:
    value = fields.pop(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise DomainError("malformed_operation", f"“{name}” must be a text that is not empty.", field=name)
    return value


def _list(fields: Fields, name: str) -> list[Any]:
    value = fields.pop(name)
    if not isinstance(value, list):
        raise DomainError("malformed_operation", f"“{name}” must be a list.", field=name)
    return value


def _objects(fields: Fields, name: str) -> list[Fields]:
    values = _list(fields, name)
    if not all(isinstance(value, dict) for value in values):
        raise DomainError("malformed_operation", f"“{name}” must be a list of objects.", field=name)
    return [dict(value) for value in values]


def _copies(desk: Desk, fields: Fields) -> list[Copy] | None:
    return lookups.copies_of_scan(desk, _text(fields, "barcode")) if "barcode" in fields else None


def _designer(desk: Desk, fields: Fields) -> Designer | None:
    if "designer" not in fields:
        return None
    designer = lookups.designer_of(desk, _text(fields, "designer"))
    fields["designer_id"] = designer.id
    return designer


def _check_out(desk: Desk, fields: Fields) -> list[Fields]:
    copies = _copies(desk, fields)
    _designer(desk, fields)
    fields.setdefault("due_on", due_on(desk.today(), days=DUE_DAYS.default).isoformat())
    if copies is None:
        return [{"loan_id": new_id(), **fields}]
    return [{"loan_id": new_id(), **fields, "copy_id": copy.id} for copy in copies]


def _return(desk: Desk, fields: Fields) -> list[Fields]:
    copies = _copies(desk, fields)
    if copies is None:
        return [{"return_id": new_id(), **fields}]
    return [{"return_id": new_id(), **fields, "copy_id": copy.id} for copy in copies]


def _take_back_check_out(desk: Desk, fields: Fields) -> list[Fields]:
    copies = _copies(desk, fields)
    if copies is None:
        return [fields]
    return [{"loan_id": lookups.open_loan_of(desk, copy).id, **fields, "copy_id": copy.id} for copy in copies]


def _take_back_return(desk: Desk, fields: Fields) -> list[Fields]:
    copies = _copies(desk, fields)
    if copies is None:
        return [fields]
    return [{"return_id": lookups.last_return_of(desk, copy).id, **fields, "copy_id": copy.id} for copy in copies]


def _set_sidemark(desk: Desk, fields: Fields) -> list[Fields]:
    if "barcodes" in fields:
        scans = [str(one) for one in _list(fields, "barcodes")]
        copies = [copy for scan in scans for copy in lookups.copies_of_scan(desk, scan)]
        fields["loan_ids"] = [lookups.open_loan_of(desk, copy).id for copy in copies]
    return [fields]


def _add_copy(desk: Desk, fields: Fields) -> list[Fields]:
    if "distributor" in fields:
        fields["distributor_id"] = lookups.organisation_of(desk, _text(fields, "distributor"), "distributor").id
    if "barcode" in fields:
        fields["barcodes"] = [_text(fields, "barcode")]
    if "title" not in fields:
        fields["title"] = _title(desk, fields.get("distributor_id"), fields.get("item_no"))
    return [{"copy_id": new_id(), **fields}]


def _title(desk: Desk, distributor_id: object, item_no: object) -> str:
    """Pattern and colour from the catalogue, else the item number."""
    if not isinstance(distributor_id, str) or not isinstance(item_no, str):
        return ""
    product = desk.catalogue.product(distributor_id, item_no)
    parts = (product.pattern_name, product.color_name) if product else ()
    return " ".join(part for part in parts if part) or item_no


def _card(fields: Fields, former: Designer | None) -> Fields:
    card: Fields = {}
    if former is not None:
        card = {name: value for name, value in msgspec.to_builtins(former).items() if name in _CARD_FIELDS}
    given = fields.pop("card", {})
    if not isinstance(given, dict):
        raise DomainError("malformed_operation", "“card” must be an object.", field="card")
    card |= given
    card |= {name: fields.pop(name) for name in list(fields) if name in _CARD_FIELDS}
    return card


def _add_designer(_desk: Desk, fields: Fields) -> list[Fields]:
    card = _card(fields, None)
    return [{"designer_id": new_id(), **fields, "card": card}]


def _edit_designer(desk: Desk, fields: Fields) -> list[Fields]:
    former = _designer(desk, fields)
    card = _card(fields, former)
    return [{**fields, "card": card}]


def _items(desk: Desk, items: list[Fields]) -> list[Fields]:
    for item in items:
        if "distributor" in item:
            item["distributor_id"] = lookups.organisation_of(desk, _text(item, "distributor"), "distributor").id
        if not item.get("title"):
            item["title"] = _title(desk, item.get("distributor_id"), item.get("item_no"))
    return items


def _place_order(desk: Desk, fields: Fields) -> list[Fields]:
    designer = _designer(desk, fields)
    items: list[Fields] = []
    if "kit" in fields:
        kit = lookups.kit_of(desk, _text(fields, "kit"))
        fields["kit_id"] = kit.id
        wanted = desk.database.read().records(KitItem, "WHERE kit_id = ? ORDER BY position", kit.id)
        names = ("distributor_id", "item_no", "title", "sample_type", "quantity")
        items += [{name: getattr(item, name) for name in names} for item in wanted]
    if "items" in fields:
        items += _items(desk, _objects(fields, "items"))
    if items:
        fields["parts"] = _parts(items)
    fields.setdefault("ship_to", _ship_to(desk, designer))
    return [{"order_id": new_id(), **fields}]


def _parts(items: list[Fields]) -> list[Fields]:
    parts: dict[str, Fields] = {}
    for item in items:
        distributor_id = str(item.pop("distributor_id", ""))
        part = parts.setdefault(distributor_id, {"request_id": new_id(), "distributor_id": distributor_id, "items": []})
        part["items"].append({"line_id": new_id(), **item})
    return list(parts.values())


def _ship_to(desk: Desk, designer: Designer | None) -> Fields:
    """The designer's address where there is one, else the showroom's."""
    names = ("address1", "address2", "city", "state", "postal_code", "country")
    if designer is not None and designer.address1:
        place = {name: getattr(designer, name) for name in names}
        return {"name": designer.firm or designer.name, "attention": designer.name, **place}
    house = desk.database.read().get(Organisation, desk.acting.organisation_id)
    if house is None:
        return {}
    return {"name": house.name, "attention": desk.person_name, **{name: getattr(house, name) for name in names}}


def _cancel_line(desk: Desk, fields: Fields) -> list[Fields]:
    if "request" in fields:
        request = lookups.request_of(desk, _text(fields, "request"))
        fields["request_id"] = request.id
        if "line" in fields:
            fields["line_id"] = lookups.line_of(desk, request, _text(fields, "line")).id
    return [fields]


def _define_kit(desk: Desk, fields: Fields) -> list[Fields]:
    if "kit" in fields:
        kit = lookups.kit_of(desk, _text(fields, "kit"))
        fields = {"kit_id": kit.id, "name": kit.name, "rep_id": kit.rep_id, **fields}
    if "rep" in fields:
        fields["rep_id"] = lookups.person_of(desk, _text(fields, "rep")).id
    if "items" in fields:
        fields["items"] = _items(desk, _objects(fields, "items"))
    return [{"kit_id": new_id(), "rep_id": desk.person_id, **fields}]


def _remove_kit(desk: Desk, fields: Fields) -> list[Fields]:
    if "kit" in fields:
        fields["kit_id"] = lookups.kit_of(desk, _text(fields, "kit")).id
    return [fields]


def _print_tickets(desk: Desk, fields: Fields) -> list[Fields]:
    if "requests" in fields:
        fields["request_ids"] = [lookups.request_of(desk, str(one)).id for one in _list(fields, "requests")]
    return [{"wave_id": new_id(), **fields}]


def _confirm_lines(desk: Desk, fields: Fields) -> list[Fields]:
    if "request" in fields:
        request = lookups.request_of(desk, _text(fields, "request"))
        fields["request_id"] = request.id
        lines = _objects(fields, "lines") if "lines" in fields else []
        for line in lines:
            if "line" not in line:
                continue
            found = lookups.line_of(desk, request, _text(line, "line"))
            line["line_id"] = found.id
            still_open = pending(found) if line.get("outcome") == "backordered" else may_still_ship(found)
            line.setdefault("quantity", still_open or found.backordered or found.quantity)
        fields["lines"] = lines
    return [{"confirmation_id": new_id(), **fields}]


_BUILDERS: dict[str, Builder] = {
    "AddDesigner": _add_designer,
    "EditDesigner": _edit_designer,
    "AddCopy": _add_copy,
    "CheckOutCopy": _check_out,
    "ReturnCopy": _return,
    "TakeBackCheckOut": _take_back_check_out,
    "TakeBackReturn": _take_back_return,
    "SetSidemark": _set_sidemark,
    "PlaceSampleOrder": _place_order,
    "CancelLine": _cancel_line,
    "DefineKit": _define_kit,
    "RemoveKit": _remove_kit,
    "PrintTickets": _print_tickets,
    "ConfirmLines": _confirm_lines,
    "AskDistributor": asking.ask,
    "WithdrawInquiry": asking.withdraw_or_answer,
    "AnswerInquiry": asking.withdraw_or_answer,
}
