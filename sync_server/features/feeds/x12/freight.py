"""An 856 as rows of the freight: a row a branch of its hierarchy, from the shipment down to the last item or package.

A branch is a chain of HL levels: shipment (S), order (O), tare (T), pack (P), item (I), in whichever order the sender
nests them. What a level says holds for all below it.
"""

from collections.abc import Mapping
from typing import ClassVar

from sync_server.features.feeds.x12.mapping import Row, add_text, put
from sync_server.features.feeds.x12.parties import SHIP_TO, PartyMapping
from sync_server.features.feeds.x12.units import unit
from sync_server.foundation.x12.codes import codes
from sync_server.foundation.x12.elements import CODE, dated, decimal, instant, item_of, known_code, product_codes
from sync_server.foundation.x12.segments import Segment, fault, shown

_LEVELS = frozenset("SOTPI")
_MARKS = codes("AA AAA AI BC CA CP CR DP DZ EA EN GM HC ID L LB MC PB R RI S SM SN SS UC UP W ZZ")
"""Element 88."""
MOST_LEVELS = 200_000
DEEPEST = 10
_REFERENCES = {"BM": "bol_no", "CN": "pro_no", "2I": "tracking_no", "LT": "lot_no", "VN": "order_no"}
_DAYS = {"011": "shipped_on", "017": "estimated_delivery_on"}


class _Level:
    """One HL with what it says."""

    def __init__(self, segment: Segment, above: "_Level | None") -> None:
        self.segment = segment
        self.above = above
        self.cells: dict[str, str] = {}
        self.pieces: list[str] = []
        self.due_on = ""
        self.order_of = ""
        self.children = 0
        self.branches = 0
        """Ends of branches below it, and how many of them have no quantity of their own."""
        self.bare_branches = 0

    @property
    def code(self) -> str:
        """S, O, T, P or I."""
        return self.segment.at(3)


class Freight(PartyMapping):
    """Reads 856."""

    sets: ClassVar = ("856",)
    begins: ClassVar[Mapping[str, str]] = {"856": "BSN"}
    lines: ClassVar = ("HL", "LIN")
    sums: ClassVar = ("SN1", 2)
    columns: ClassVar = (
        *("shipment_no", "package_no", "order_no", "line_no", "shipped_on", "carrier_scac", "carrier_name", "service"),
        *("freight_terms", "tracking_no", "pro_no", "bol_no", "packages", "weight_lb", "ship_from"),
        *SHIP_TO,
        *("item_no", "qty_shipped", "unit", "lot_no", "piece_nos", "freight_charge", "currency"),
        *("estimated_delivery_on", "delivered_at", "delivered_to", "exception", "as_of"),
    )
    unused: ClassVar = codes("CLD CN1 ITD LE LM LQ LS MSG MTX N9 NTE PAM PER PID PKG PO4 PWK QTY SDQ SLN TAX TD3 TD4")
    elements: ClassVar[Mapping[str, frozenset[int]]] = {
        "BSN": frozenset({1, 2, 3, 4, 5}),
        "HL": frozenset({1, 2, 3, 4}),
        "TD1": frozenset({1, 2, 6, 7, 8}),
        "TD5": frozenset({1, 2, 3, 5, 12}),
        "REF": frozenset({1, 2, 3}),
        "DTM": frozenset({1, 2, 3, 5, 6}),
        "FOB": frozenset({1}),
        "MAN": frozenset({1, 2}),
        "SN1": frozenset({1, 2, 3}),
        "CUR": frozenset({1, 2}),
        "SAC": frozenset({1, 2, 5}),
        "CTT": frozenset({1, 2}),
    }

    def begin_set(self) -> None:
        """Forget the last notice."""
        super().begin_set()
        self._notice: dict[str, str] = {}
        self._path: list[_Level] = []
        self._numbers: set[str] = set()

    def cells_of(self, segment: Segment) -> dict[str, str]:
        """Those of the level, or of the notice while no HL has come."""
        return self._path[-1].cells if self._path else self._notice

    def take_bsn(self, segment: Segment) -> None:
        """The notice: the number of the shipment, and as of when."""
        if segment.at(1) not in ("00", "05", "06", "07", "22"):
            words = f"“{shown(segment.at(1))}”, is none of 00, 05, 06, 07, 22: a notice that falls away is left out of "
            raise fault(segment, 1, words + "a full file", code=CODE)
        self._notice |= {"shipment_no": segment.at(2), "as_of": instant(segment, 3, 4)}

    def take_hl(self, segment: Segment) -> None:
        """The next level, below the one that it names."""
        if segment.at(3) not in _LEVELS:
            raise fault(segment, 3, f"“{shown(segment.at(3))}”, is none of the levels S, O, T, P and I", code=CODE)
        if segment.at(1) in self._numbers:
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, is the number of another HL in this set")
        if len(self._numbers) >= MOST_LEVELS:
            raise fault(segment, 0, f"is one of more than {MOST_LEVELS:,} HL in this set")
        self._numbers.add(segment.at(1))
        above = segment.at(2)
        if above and above not in self._numbers:
            raise fault(segment, 2, f"“{shown(above)}”, is the number of no HL before it")
        while self._path and self._path[-1].segment.at(1) != above:
            self._leave()
        if above and not self._path:
            raise fault(segment, 2, f"“{shown(above)}”, is an HL whose branch has ended")
        level = _Level(segment, self._path[-1] if self._path else None)
        if level.above is not None:
            level.above.children += 1
        self._path.append(level)
        if len(self._path) > DEEPEST:
            raise fault(segment, 2, f"leads more than {DEEPEST} levels down")
        self.party = ""

    def take_td1(self, segment: Segment) -> None:
        """How many packages, and what they weigh in pounds."""
        if segment.at(2):
            put(self.cells_of(segment), "packages", segment.at(2), segment, 2)
        if segment.at(7) and unit(segment, 8) == "LB":
            put(self.cells_of(segment), "weight_lb", segment.at(7), segment, 7)
        elif segment.at(7):
            self.notes.add(f"TD107 in {segment.at(8) or 'no unit'}", segment)

    def take_mea(self, segment: Segment) -> None:
        """The gross weight in pounds."""
        if (segment.at(2), segment.at(4)) == ("G", "LB") and segment.at(3):
            put(self.cells_of(segment), "weight_lb", segment.at(3), segment, 3)
        else:
            self.notes.add(f"MEA {segment.at(1)} {segment.at(2)}".rstrip(), segment)

    def take_td5(self, segment: Segment) -> None:
        """The carrier and its service."""
        cells = self.cells_of(segment)
        if segment.at(3) and segment.at(2) == "2":
            put(cells, "carrier_scac", segment.at(3), segment, 3)
        elif segment.at(3):
            self.notes.add(f"TD503 with TD502 {segment.at(2)}", segment)
        for place, column in ((5, "carrier_name"), (12, "service")):
            if segment.at(place):
                put(cells, column, segment.at(place), segment, place)

    def take_reference(self, qualifier: str, number: str, segment: Segment) -> bool:
        """Bill of lading, the carrier's number, tracking, lot, order; pieces add up to a list."""
        cells = self.cells_of(segment)
        if qualifier == "SE":
            level = self._need_level(segment)
            add_text(level.pieces, number, segment)
            return True
        if qualifier not in _REFERENCES:
            return False
        put(cells, _REFERENCES[qualifier], number, segment, 2)
        return True

    def take_dtm(self, segment: Segment) -> None:
        """When it left, is expected or came."""
        qualifier, found = dated(segment)
        if qualifier in _DAYS:
            put(self.cells_of(segment), _DAYS[qualifier], found, segment, 2)
        elif qualifier == "067" and self._path:
            self._path[-1].due_on = found
        elif qualifier == "035":
            put(self.cells_of(segment), "delivered_at", instant(segment, 2, 3), segment, 2)
        else:
            self.notes.add(f"DTM {qualifier}", segment)

    def take_fob(self, segment: Segment) -> None:
        """Who pays the freight."""
        put(self.cells_of(segment), "freight_terms", segment.at(1), segment, 1)

    def take_other_party(self, segment: Segment) -> bool:
        """From where it left."""
        if self.party != "SF" or not (segment.at(4) or segment.at(2)):
            return False
        place = 4 if segment.at(4) else 2
        put(self.cells_of(segment), "ship_from", segment.at(place), segment, place)
        return True

    def take_prf(self, segment: Segment) -> None:
        """The customer's order; its number stands for the seller's while that is not told (REF VN)."""
        self._need_level(segment).order_of = segment.at(1)

    def take_man(self, segment: Segment) -> None:
        """The number on a package, or the carrier's for it."""
        code = known_code(segment, 1, _MARKS, "kind of mark")
        level = self._need_level(segment)
        if code == "CP":
            put(level.cells, "tracking_no", segment.at(2), segment, 2)
        elif code in ("GM", "UC", "AA", "ZZ", "W", "CA") and "package_no" not in level.cells:
            level.cells["package_no"] = segment.at(2)
        else:
            self.notes.add(f"MAN {code}", segment)

    def take_lin(self, segment: Segment) -> None:
        """The item, and its line in the order."""
        cells = self._need_level(segment).cells
        if segment.at(1):
            put(cells, "line_no", segment.at(1), segment, 1)
        codes = {qualifier: (place, code) for place, qualifier, code in product_codes(segment, 2)}
        item_no, used = item_of({qualifier: code for qualifier, (_, code) in codes.items()})
        if item_no:
            put(cells, "item_no", item_no, segment, codes[used][0])
        for qualifier, (place, code) in codes.items():
            if qualifier == "LT":
                put(cells, "lot_no", code, segment, place)
            elif qualifier != used:
                self.notes.add(f"LIN {qualifier}", segment)

    def take_sn1(self, segment: Segment) -> None:
        """How much of the item left."""
        cells = self._need_level(segment).cells
        if segment.at(1) and "line_no" not in cells:
            cells["line_no"] = segment.at(1)
        put(cells, "qty_shipped", segment.at(2), segment, 2)
        put(cells, "unit", unit(segment, 3), segment, 3)

    def take_cur(self, segment: Segment) -> None:
        """The currency of the freight charge."""
        put(self.cells_of(segment), "currency", segment.at(2), segment, 2)

    def take_sac(self, segment: Segment) -> None:
        """The freight charge; X12 writes amounts of SAC05 in hundredths."""
        if segment.at(1) == "C" and segment.at(2) in ("D240", "D500") and segment.at(5):
            amount = decimal(segment, 5) / 100
            put(self.cells_of(segment), "freight_charge", f"{amount:.2f}", segment, 5)
        else:
            self.notes.add(f"SAC {segment.at(1)} {segment.at(2)}".rstrip(), segment)

    def end_line(self) -> None:
        """Every branch has come to its end."""
        while self._path:
            self._leave()

    def _leave(self) -> None:
        """A level ends; one that has none below it is the end of a branch, and so a row."""
        level = self._path.pop()
        if level.children:
            if "qty_shipped" in level.cells and level.branches > 1 and level.bare_branches:
                words = "gives a quantity that is not shared out: each package below it needs an SN1"
                raise fault(level.segment, 0, words)
            return
        chain = [*self._path, level]
        cells = dict(self._notice)
        for one in chain:
            if not one.cells.keys().isdisjoint(SHIP_TO):
                cells = {column: cell for column, cell in cells.items() if column not in SHIP_TO}
            cells |= one.cells
            if one.pieces:
                cells["piece_nos"] = "|".join(one.pieces)
        for one in self._path:
            one.branches += 1
            one.bare_branches += "qty_shipped" not in level.cells
        order = next((one.order_of for one in reversed(chain) if one.order_of), "")
        if order:
            cells.setdefault("order_no", order)
        due_on = next((one.due_on for one in reversed(chain) if one.due_on), "")
        if due_on:
            cells.setdefault("estimated_delivery_on", due_on)
        self.rows.append(Row(level.segment.number, cells))

    def _need_level(self, segment: Segment) -> _Level:
        if not self._path:
            raise fault(segment, 0, "stands before the first HL")
        return self._path[-1]
