"""What stands on the packing bench between two scans: the request, what is marked, carrier and tracking; frozen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desktop.cache.catalogue import Catalogue
from desktop.features.picking.queries import lines_of_number
from desktop.features.picking.rows import BenchLine, BenchRequest, Marking
from shared_models.kernel.errors import DomainError
from shared_models.library.barcodes import ScannedCode, read_scan
from shared_models.picking.records import Outcome

OUTCOME_OF_LETTER: dict[str, Outcome] = {"S": "shipped", "B": "backordered", "W": "will_not_ship"}
_CARRIERS = (
    ("UPS", re.compile(r"1Z[0-9A-Z]{16}")),
    ("USPS", re.compile(r"9\d{19,21}")),
    ("FedEx", re.compile(r"\d{12}|\d{15}|\d{20}|\d{22}")),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The bench at a moment. `markings` is what Confirm will say; `former` is what Undo goes back to."""

    request: BenchRequest
    markings: tuple[Marking, ...] = ()
    carrier: str = ""
    tracking_no: str = ""
    former: tuple[tuple[Marking, ...], ...] = field(default=())

    def marked(self, line_id: str, outcome: Outcome | None = None) -> int:
        """How many of a line are marked, with one outcome or with any."""
        return sum(one.quantity for one in self.markings if one.line_id == line_id and outcome in (None, one.outcome))

    def left(self, line: BenchLine) -> int:
        """How many of a line nothing is said about yet: of those still open, or of the pending ones."""
        return line.still_open - self.marked(line.line_id)

    @property
    def is_complete(self) -> bool:
        """Whether something is said about everything that is still open."""
        return all(self.left(line) == 0 for line in self.request.lines)


def with_marking(bench: Bench, marking: Marking) -> Bench:
    """Say something of a quantity of a line; the same outcome with the same words adds up.

    Raises `DomainError` (`more_than_open`) when more would be said than is open.
    """
    line = bench.request.line(marking.line_id)
    if line is None:
        raise DomainError("not_on_ticket", "This line is not on the ticket in front of you.")
    what = line.title or line.item_no
    if marking.quantity > bench.left(line):
        left = bench.left(line)
        sentence = f"All {line.quantity} of {what} are accounted for." if left == 0 else f"Only {left} of {what} left."
        raise DomainError("more_than_open", sentence, line_id=line.line_id)
    same = next((one for one in bench.markings if replace(one, quantity=marking.quantity) == marking), None)
    if same is None:
        markings = (*bench.markings, marking)
    else:
        markings = tuple(
            replace(one, quantity=one.quantity + marking.quantity) if one is same else one for one in bench.markings
        )
    return _step(bench, markings)


def _step(bench: Bench, markings: tuple[Marking, ...]) -> Bench:
    return replace(bench, markings=markings, former=(*bench.former, bench.markings))


def without_line(bench: Bench, line_id: str) -> Bench:
    """Say nothing of a line again."""
    return _step(bench, tuple(one for one in bench.markings if one.line_id != line_id))


def rest_shipped(bench: Bench) -> Bench:
    """All that is pending and not marked ships: all shipped except what was said before."""
    rest = [
        Marking(line.line_id, "shipped", count)
        for line in bench.request.lines
        if (count := min(bench.left(line), line.pending)) > 0
    ]
    return _step(bench, (*bench.markings, *rest)) if rest else bench


def undone(bench: Bench) -> Bench:
    """As it was before the last marking."""
    if not bench.former:
        return bench
    return replace(bench, markings=bench.former[-1], former=bench.former[:-1])


def on_fresh_request(bench: Bench, request: BenchRequest) -> Bench:
    """The same markings on the request as it is now; what no longer fits is dropped, the rest is kept."""
    fresh = Bench(request, (), bench.carrier, bench.tracking_no)
    for marking in bench.markings:
        line = request.line(marking.line_id)
        room = fresh.left(line) if line is not None else 0
        if room > 0:
            fresh = with_marking(fresh, replace(marking, quantity=min(marking.quantity, room)))
    return replace(fresh, former=())


@dataclass(frozen=True, slots=True)
class ScanMeaning:
    """What a scan at the bench is: a ticket, a line of it, a tracking number, another item, or unknown."""

    kind: Literal["ticket", "line", "tracking", "other_item", "unknown", "nothing"]
    value: str = ""
    line: BenchLine | None = None
    outcome: Outcome = "shipped"
    quantity: int = 1
    title: str = ""
    carrier: str = ""


def meaning_of(bench: Bench | None, catalogue: Catalogue, distributor_id: str, text: str) -> ScanMeaning:
    """What a scanned or typed text means with this request on the bench, or with none."""
    scan = read_scan(text)
    if not scan.codes:
        return ScanMeaning("nothing", text)
    code = scan.codes[0]
    quantity = scan.quantity or 1
    if code.kind == "ticket" or bench is None:
        return ScanMeaning("ticket", code.value)
    if code.kind == "line":
        return _line_code(bench, code, quantity)
    return _item(bench, catalogue, distributor_id, code.value, quantity)


def carrier_of(tracking_no: str) -> str:
    """Whose label it is by the look of its number; empty when it looks like none."""
    plain = tracking_no.replace(" ", "").upper()
    return next((name for name, look in _CARRIERS if look.fullmatch(plain)), "")


def _line_code(bench: Bench, code: ScannedCode, quantity: int) -> ScanMeaning:
    line = lines_of_number(bench.request, code.value)
    if line is None:
        return ScanMeaning("other_item", code.value, title=f"line {code.value} of another ticket")
    outcome = OUTCOME_OF_LETTER.get(code.outcome, "shipped")
    return ScanMeaning("line", code.value, line, outcome, quantity if code.outcome == "" else bench.left(line) or 1)


def _item(bench: Bench, catalogue: Catalogue, distributor_id: str, value: str, quantity: int) -> ScanMeaning:
    """A sample by its item number or UPC; of two lines with one item the first that still lacks some."""
    items = {value}
    titles = {}
    for owner, product in catalogue.with_code(value):
        if owner == distributor_id:
            items.add(product.item_no)
            titles[product.item_no] = " ".join(part for part in (product.pattern_name, product.color_name) if part)
    fitting = [line for line in bench.request.lines if line.item_no in items]
    if fitting:
        line = next((line for line in fitting if bench.left(line) > 0), fitting[0])
        return ScanMeaning("line", value, line, "shipped", quantity)
    carrier = carrier_of(value)
    if carrier and not titles:
        return ScanMeaning("tracking", value.replace(" ", "").upper(), carrier=carrier)
    product_here = catalogue.product(distributor_id, value)
    if product_here is not None:
        titles[value] = " ".join(part for part in (product_here.pattern_name, product_here.color_name) if part)
    for item_no, title in titles.items():
        return ScanMeaning("other_item", item_no, title=title or item_no)
    return ScanMeaning("unknown", value)


def expected_words(lines: Sequence[BenchLine], bench: Bench) -> str:
    """What the ticket still waits for, in few words."""
    waiting = [line for line in lines if bench.left(line) > 0]
    names = [f"{line.item_no} {line.title}".strip() for line in waiting[:2]]
    more = f" and {len(waiting) - 2} more" if len(waiting) > 2 else ""
    return ", ".join(names) + more
