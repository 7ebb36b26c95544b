"""An 846 as rows of the inventory.

LIN opens the row of an item, which is the sum when no warehouse, lot or piece is given. N1 WH, REF LT and REF SE say
of which warehouse, lot and piece the figures are that follow; an SCH with a warehouse splits the quantity before it.
"""

from collections.abc import Mapping
from typing import ClassVar

from sync_server.features.feeds.x12.mapping import Row, SetMapping, put
from sync_server.features.feeds.x12.units import unit
from sync_server.foundation.x12.codes import DAY_QUALIFIERS, ENTITIES, QUANTITY_QUALIFIERS
from sync_server.foundation.x12.elements import (
    dated,
    day,
    entity,
    instant,
    item_of,
    known_code,
    product_codes,
    reference,
)
from sync_server.foundation.x12.segments import Segment, fault

QUANTITIES = {
    "17": "qty_on_hand",
    "27": "qty_committed",
    "33": "qty_available",
    "63": "qty_on_order",
    "BQ": "qty_backordered",
    "QH": "qty_reserved",
}
"""QTY01: on hand, committed, available for sale, on order, backordered, on hold."""
MOST_ROWS_OF_AN_ITEM = 10_000
_DUE = frozenset({"017", "371"})
_LEVELS = ("warehouse", "lot_no", "piece_no")


class Inventory(SetMapping):
    """Reads 846."""

    sets: ClassVar = ("846",)
    begins: ClassVar[Mapping[str, str]] = {"846": "BIA"}
    lines: ClassVar = ("LIN",)
    columns: ClassVar = (
        *("item_no", "warehouse", "lot_no", "piece_no", "unit"),
        *QUANTITIES.values(),
        *("largest_piece", "next_due_on", "next_due_qty", "stock_status", "sample_qty_on_hand", "as_of"),
    )
    unused: ClassVar = frozenset(
        {"CUR", "PER", "N2", "N3", "N4", "PKG", "PO4", "CTP", "SAC", "MEA", "LM", "LQ", "LS", "LE", "NTE", "MTX", "UIT"}
    )

    elements: ClassVar[Mapping[str, frozenset[int]]] = {
        "BIA": frozenset({1, 2, 3, 4, 5}),
        "N1": frozenset({1, 2, 3, 4}),
        "REF": frozenset({1, 2}),
        "QTY": frozenset({1, 2, 3}),
        "SCH": frozenset({1, 2, 3, 4, 5, 6}),
        "DTM": frozenset({1, 2, 5, 6}),
        "PID": frozenset({1, 2, 3, 4, 5}),
        "CTT": frozenset({1}),
    }

    def begin_set(self) -> None:
        """Forget the report's instant and warehouse."""
        self._as_of = self._warehouse = ""
        self._item: dict[str, str] = {}
        self._place: dict[str, str] = {}
        self._is_told = False
        """Whether anything was said of the warehouse, lot and piece that are spoken of."""
        self._before = Row(0, {})
        """What was said before it was clear of which warehouse, lot and piece."""
        self._opened: dict[tuple[str, ...], Row] = {}
        self._current: Row | None = None
        """The row of what is spoken of, once it was asked for."""
        self._opens = Segment(0, "LIN", [])
        self._last_quantity = ""

    def take_bia(self, segment: Segment) -> None:
        """The report as a whole: as of when."""
        if segment.at(1) not in ("00", "05", "22"):
            words = f"“{segment.at(1)}”, is not 00, 05 or 22: a report is taken in whole; post changes with mode delta"
            raise fault(segment, 1, words)
        self._as_of = instant(segment, 4, 5)

    def take_n1(self, segment: Segment) -> None:
        """A warehouse, or a party that is not used."""
        if entity(segment) != "WH":
            self.notes.add(f"N1 {segment.at(1)}", segment)
            return
        code = segment.at(4) or segment.at(2)
        if not code:
            raise fault(segment, 4, "is missing: a warehouse has a code or a name")
        if self._item:
            self._go_to("warehouse", code, segment)
        else:
            self._warehouse = code

    def take_lin(self, segment: Segment) -> None:
        """The next item."""
        self.end_line()
        codes = {qualifier: (place, code) for place, qualifier, code in product_codes(segment, 2)}
        item_no, used = item_of({qualifier: code for qualifier, (_, code) in codes.items()})
        if not item_no:
            raise fault(segment, 2, "gives none of VN, VP, VC, MG, UP, EN and UK, so no item number")
        self._item = {"item_no": item_no, **({"as_of": self._as_of} if self._as_of else {})}
        self._place = {"warehouse": self._warehouse} if self._warehouse else {}
        self._opens, self._last_quantity, self._is_told, self._current = segment, "", False, None
        for qualifier, (_, code) in codes.items():
            level = {"LT": "lot_no", "SN": "piece_no"}.get(qualifier)
            if level:
                self._place[level] = code
            elif qualifier != used:
                self.notes.add(f"LIN {qualifier}", segment)

    def take_ref(self, segment: Segment) -> None:
        """A lot or a piece, or a reference that is not used."""
        qualifier, number = reference(segment)
        level = {"LT": "lot_no", "SE": "piece_no"}.get(qualifier)
        if level is None or not self._item:
            self.notes.add(f"REF {qualifier}", segment)
            return
        if not number:
            raise fault(segment, 2, "is missing: it names the lot or piece")
        self._go_to(level, number, segment)

    def take_qty(self, segment: Segment) -> None:
        """One figure of the row."""
        self._require_item(segment)
        column = QUANTITIES.get(segment.at(1))
        self._last_quantity = column or ""
        if column is None:
            qualifier = known_code(segment, 1, QUANTITY_QUALIFIERS, "qualifier of a quantity")
            self.notes.add(f"QTY {qualifier}", segment)
            return
        if not segment.at(2):
            raise fault(segment, 2, "is missing: it is the quantity")
        self._tell(self._row(segment), column, segment, 2, unit_place=3)

    def take_sch(self, segment: Segment) -> None:
        """A part of the quantity before it: of a warehouse, due on a day, or both."""
        self._require_item(segment)
        if segment.at(3):
            known_code(segment, 3, ENTITIES, "code of a party")
        qualifier = known_code(segment, 5, DAY_QUALIFIERS, "qualifier of a date") if segment.at(5) else ""
        row = self._row(segment)
        if segment.at(3) == "WH":
            if not segment.at(4):
                raise fault(segment, 4, "is missing: a warehouse has a code or a name")
            if not self._last_quantity:
                raise fault(segment, 0, "splits a quantity by warehouse, and no QTY that is used stands before it")
            row = self._row(segment, warehouse=segment.at(4))
            self._tell(row, self._last_quantity, segment, 1, unit_place=2)
        elif segment.at(3):
            self.notes.add(f"SCH {segment.at(3)}", segment)
            return
        if qualifier in _DUE:
            if not segment.at(6):
                raise fault(segment, 6, f"is missing: the qualifier {qualifier} before it has no day")
            self._measure(row, segment, 2)
            self._due(row, day(segment, 6), segment.at(1), segment)
        elif qualifier and segment.at(3) != "WH":
            self.notes.add(f"SCH {qualifier}", segment)

    def take_dtm(self, segment: Segment) -> None:
        """When the next goods are due, or a date that is not used."""
        qualifier, found = dated(segment)
        if qualifier in _DUE and self._item:
            self._due(self._spoken_of(segment), found, "", segment)
        else:
            self.notes.add(f"DTM {qualifier}", segment)

    def take_pid(self, segment: Segment) -> None:
        """What 846 has no segment for, agreed as PID*X**ZZ*COLUMN*value."""
        column = self.meaning_of(segment.at(4)) if segment.at(3) == "ZZ" and self._item else None
        if column not in ("largest_piece", "stock_status", "sample_qty_on_hand", "next_due_qty"):
            self.notes.add(f"PID {segment.at(4)}".strip(), segment)
            return
        put(self._spoken_of(segment).cells, column, segment.at(5), segment, 5)

    def end_line(self) -> None:
        """Give the rows of the item away, in the order of the segments that opened them."""
        if self._item and not self._is_told:
            self._row(self._opens)
        self.rows += self._opened.values()
        self._opened, self._item = {}, {}

    def _require_item(self, segment: Segment) -> None:
        if not self._item:
            raise fault(segment, 0, "stands before the first LIN, so it belongs to no item")

    def _go_to(self, level: str, value: str, segment: Segment) -> None:
        """Speak of another warehouse, lot or piece from here on."""
        if self._is_told:
            for inner in _LEVELS[_LEVELS.index(level) + 1 :]:
                self._place.pop(inner, None)
            self._opens, self._is_told, self._last_quantity = segment, False, ""
        elif self._place.get(level, value) != value and level != "warehouse":
            raise fault(segment, 2, f"is a second {level} before any quantity of the first")
        self._place[level], self._current = value, None

    def _row(self, segment: Segment, *, warehouse: str = "") -> Row:
        """The row that is spoken of; opened when it is not there yet."""
        if self._current is not None and not warehouse:
            return self._current
        place = {**self._place, **({"warehouse": warehouse} if warehouse else {})}
        key = tuple(place.get(level, "") for level in _LEVELS)
        self._is_told = True
        row = self._opened.get(key)
        if row is None:
            if len(self._opened) >= MOST_ROWS_OF_AN_ITEM:
                words = f"opens more than {MOST_ROWS_OF_AN_ITEM:,} rows of one item; begin another LIN"
                raise fault(segment, 0, words)
            opens = segment if warehouse else self._opens
            row = self._opened[key] = Row(opens.number, {**self._item, **place})
        for column, value in self._before.cells.items():
            put(row.cells, column, value, segment, 0)
        self._before.cells.clear()
        if not warehouse:
            self._current = row
        return row

    def _spoken_of(self, segment: Segment) -> Row:
        """Where a fact goes that may stand before the warehouse, lot or piece is named."""
        return self._row(segment) if self._is_told else self._before

    def _tell(self, row: Row, column: str, segment: Segment, place: int, *, unit_place: int) -> None:
        put(row.cells, column, segment.at(place), segment, place)
        self._measure(row, segment, unit_place)

    def _measure(self, row: Row, segment: Segment, unit_place: int) -> None:
        measured = unit(segment, unit_place, self.component)
        if measured:
            put(row.cells, "unit", measured, segment, unit_place)

    def _due(self, row: Row, due_on: str, quantity: str, segment: Segment) -> None:
        """The earliest day counts as the next one; later ones are only reported."""
        before = row.cells.get("next_due_on", "")
        if before not in ("", due_on):
            self.notes.add(f"{segment.id} later arrivals", segment)
        if before and before < due_on:
            return
        if before != due_on:
            row.cells.pop("next_due_qty", None)
        row.cells["next_due_on"] = due_on
        if quantity:
            put(row.cells, "next_due_qty", quantity, segment, 1)
