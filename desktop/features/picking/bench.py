"""What stands on the packing bench between two scans: the request, what is marked, carrier and tracking; frozen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop.features.picking.rows import BenchLine, BenchRequest, Marking
from shared_models.kernel.errors import DomainError
from shared_models.picking.records import Outcome


@dataclass(frozen=True, slots=True)
class Bench:
    """The bench at a moment. `markings` is what Confirm will say; `former` is what Undo goes back to."""

    request: BenchRequest
    markings: tuple[Marking, ...] = ()
    carrier: str = ""
    tracking_no: str = ""
    former: Bench | None = None

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

    @property
    def is_touched(self) -> bool:
        """Whether anything was said that would be lost with it."""
        return bool(self.markings or self.carrier or self.tracking_no)


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
    return replace(bench, markings=markings, former=bench)


def with_label(bench: Bench, carrier: str, tracking_no: str) -> Bench:
    """The parcel carries this label."""
    return replace(bench, carrier=carrier, tracking_no=tracking_no, former=bench)


def without_line(bench: Bench, line_id: str) -> Bench:
    """Say nothing of a line again."""
    markings = tuple(one for one in bench.markings if one.line_id != line_id)
    return replace(bench, markings=markings, former=bench)


def rest_shipped(bench: Bench) -> Bench:
    """All that is pending and not marked ships: all shipped except what was said before."""
    rest = [
        Marking(line.line_id, "shipped", count)
        for line in bench.request.lines
        if (count := min(bench.left(line), line.pending)) > 0
    ]
    return replace(bench, markings=(*bench.markings, *rest), former=bench) if rest else bench


def undone(bench: Bench) -> Bench:
    """As it was before the last marking or scanned label; a number typed since then stays."""
    former = bench.former
    if former is None:
        return bench
    if former.markings == bench.markings:
        return former
    return replace(former, carrier=bench.carrier, tracking_no=bench.tracking_no)


def on_fresh_request(bench: Bench, request: BenchRequest) -> Bench:
    """The same markings on the request as it is now; what no longer fits is dropped, the rest is kept."""
    fresh = Bench(request, (), bench.carrier, bench.tracking_no)
    for marking in bench.markings:
        line = request.line(marking.line_id)
        room = fresh.left(line) if line is not None else 0
        if room > 0:
            fresh = with_marking(fresh, replace(marking, quantity=min(marking.quantity, room)))
    return replace(fresh, former=None)


def expected_line(bench: Bench, pattern: str) -> BenchLine | None:
    """The line that a wrong sample was most likely picked for: of the same pattern, else the next in bin order.

    None when something is said about everything.
    """
    waiting = [line for line in bench.request.lines if bench.left(line) > 0]
    kin = [line for line in waiting if pattern and line.title.casefold().startswith(pattern.casefold())]
    return next(iter(kin or waiting), None)
