"""What a scan at the bench is: a ticket, a line of it, a sample, a carrier's label, or something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop.cache.catalogue import Catalogue
from desktop.features.picking.bench import Bench
from desktop.features.picking.carriers import label_of
from desktop.features.picking.queries import lines_of_number
from desktop.features.picking.rows import BenchLine
from shared_models.catalogue.records import Product
from shared_models.kernel.errors import DomainError
from shared_models.library.barcodes import ScannedCode, code_text, read_scan, split_glued
from shared_models.picking.records import Outcome

OUTCOME_OF_LETTER: dict[str, Outcome] = {"S": "shipped", "B": "backordered", "W": "will_not_ship"}


@dataclass(frozen=True, slots=True)
class ScanMeaning:
    """What one code is. `pattern` and `title` name an item that is not on the ticket."""

    kind: Literal["ticket", "line", "tracking", "other_item", "other_line", "unknown", "nothing"]
    value: str = ""
    line: BenchLine | None = None
    outcome: Outcome = "shipped"
    quantity: int = 1
    title: str = ""
    pattern: str = ""
    carrier: str = ""


def codes_of(bench: Bench | None, catalogue: Catalogue, text: str) -> tuple[str, ...]:
    """The codes in one scan: two when the second beep came before the first Enter.

    A quantity in front belongs to the first. What cannot be told apart for certain stays one code.
    """
    scan = read_scan(text)
    if len(scan.codes) > 1:
        codes = tuple(code_text(code.kind, code.value, code.outcome) for code in scan.codes)
    elif bench is None or len(scan.codes) != 1 or scan.codes[0].kind != "plain":
        return (text,)
    else:
        items = {line.item_no for line in bench.request.lines}

        def is_known(code: str) -> bool:
            return code in items or bool(catalogue.with_code(code))

        value = scan.codes[0].value
        if is_known(value) or label_of(value, is_next=bench.is_complete) is not None:
            return (text,)
        codes = split_glued(value, is_known) or (value,)
    return (f"{scan.quantity}*{codes[0]}", *codes[1:]) if scan.quantity is not None else codes


def meaning_of(
    bench: Bench | None, catalogue: Catalogue, distributor_id: str, text: str, *, tracking_next: bool = False
) -> ScanMeaning:
    """What a scanned or typed code means with this request on the bench, or with none.

    `tracking_next`: the tracking field has the focus. It is next also when everything on the ticket is marked.
    """
    scan = read_scan(text)
    if not scan.codes:
        return ScanMeaning("nothing", text)
    code = scan.codes[0]
    if code.kind == "ticket" or bench is None:
        return ScanMeaning("ticket", code.value)
    if code.kind == "line":
        return _line_code(bench, code, scan.quantity)
    is_next = tracking_next or bench.is_complete
    return _item(bench, catalogue, distributor_id, code.value, scan.quantity or 1, tracking_next=is_next)


def item_of(catalogue: Catalogue, distributor_id: str, code: str) -> Product:
    """The distributor's product with this item number or UPC.

    Raises `DomainError("unknown_item")`. A station that has no catalogue yet takes any item number as it is.
    """
    text = read_scan(code).codes[0].value if code.strip() else ""
    found = [product for owner, product in catalogue.with_code(text) if owner == distributor_id]
    if found:
        return found[0]
    if text and not catalogue.has_line(distributor_id, "products"):
        return Product(item_no=text)
    said = f"Your catalogue has no item “{text}”." if text else "Which item? Scan it, or type its number."
    raise DomainError("unknown_item", said, item_no=text)


def _line_code(bench: Bench, code: ScannedCode, quantity: int | None) -> ScanMeaning:
    line = lines_of_number(bench.request, code.value)
    if line is None:
        return ScanMeaning("other_line", code.value)
    outcome = OUTCOME_OF_LETTER.get(code.outcome, "shipped")
    count = quantity or (1 if code.outcome == "" else bench.left(line) or 1)
    return ScanMeaning("line", code.value, line, outcome, count)


def _item(
    bench: Bench, catalogue: Catalogue, distributor_id: str, value: str, quantity: int, *, tracking_next: bool
) -> ScanMeaning:
    """A sample by its item number or UPC; of two lines with one item the first that still lacks some."""
    products = [product for owner, product in catalogue.with_code(value) if owner == distributor_id]
    items = {value.casefold(), *(product.item_no.casefold() for product in products)}
    fitting = [line for line in bench.request.lines if line.item_no.casefold() in items]
    if fitting:
        line = next((line for line in fitting if bench.left(line) > 0), fitting[0])
        return ScanMeaning("line", value, line, "shipped", quantity)
    for product in products:
        return ScanMeaning("other_item", product.item_no, title=_title(product), pattern=product.pattern_name)
    label = label_of(value, is_next=tracking_next)
    if label is not None:
        return ScanMeaning("tracking", label.tracking_no, carrier=label.carrier)
    return ScanMeaning("unknown", value)


def _title(product: Product) -> str:
    return " ".join(part for part in (product.pattern_name, product.color_name) if part) or product.item_no
