"""An 832 as rows of the products: LIN opens an item, what follows says what it is like and what it costs.

What 4010 has no segment for is agreed as `PID*X**ZZ*COLUMN*value`, where COLUMN is a heading as a CSV file may have it.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from sync_server.features.feeds.columns import PRODUCT_COLUMNS
from sync_server.features.feeds.x12.mapping import Row, SetMapping, add_text, put
from sync_server.features.feeds.x12.units import unit
from sync_server.foundation.x12.codes import PRICE_CODES
from sync_server.foundation.x12.elements import (
    CODE,
    dated,
    entity,
    instant,
    item_of,
    known_code,
    product_codes,
    reference,
)
from sync_server.foundation.x12.segments import Segment, fault, shown

_CODE_COLUMNS = {
    "UP": "upc",
    "EN": "upc",
    "UK": "upc",
    "ST": "pattern_no",
    "VE": "color_no",
    "BL": "brand",
    "CH": "country",
    "SR": "replaced_by",
}
"""LIN qualifiers: UPC and EAN, style, vendor's colour, brand label, country of origin, substitute."""
_TEXT_COLUMNS = {"08": "pattern_name", "73": "color_name", "35": "color_name", "BND": "brand"}
"""PID02 of a free-form PID: product, vendor's colour description, colour, brand."""
_TRADE_PRICES = ("NET", "WHL", "CAT", "UCP")
"""CTP02, the first that an item has is its trade price: net item, wholesale, catalogue, unit cost price."""

_ONE = re.compile(r"(0*1(\.0*)?)?")


class Products(SetMapping):
    """Reads 832."""

    sets: ClassVar = ("832",)
    begins: ClassVar[Mapping[str, str]] = {"832": "BCT"}
    lines: ClassVar = ("LIN",)
    columns: ClassVar = tuple(column.name for column in PRODUCT_COLUMNS)
    unused: ClassVar = frozenset(
        {"PER", "N2", "N3", "N4", "PKG", "SAC", "LM", "LQ", "NTE", "MTX", "ITD", "FOB", "TAX", "SDQ", "LS", "LE"}
    )

    elements: ClassVar[Mapping[str, frozenset[int]]] = {
        "BCT": frozenset({1, 2, 10}),
        "CUR": frozenset({1, 2}),
        "REF": frozenset({1, 2}),
        "N1": frozenset({1, 2, 3, 4}),
        "DTM": frozenset({1, 2, 3, 5, 6}),
        "PID": frozenset({1, 2, 3, 4, 5}),
        "MEA": frozenset({1, 2, 3, 4}),
        "CTP": frozenset({1, 2, 3, 4, 5}),
        "PO4": frozenset({1, 2, 3}),
        "CTB": frozenset({1, 3, 4}),
        "LDT": frozenset({1, 2, 3}),
        "CTT": frozenset({1}),
    }

    def begin_set(self) -> None:
        """Forget the catalogue's currency."""
        self._currency = ""
        self._row: Row | None = None
        self._free_texts: list[str] = []
        self._prices: dict[str, str] = {}
        self._priced: dict[str, Segment] = {}

    def take_bct(self, segment: Segment) -> None:
        """The catalogue as a whole; changes are posted with mode delta."""
        if segment.at(1) not in ("PC", "SC", "PS", "RC"):
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, is no known kind of catalogue", code=CODE)
        if segment.at(10) not in ("", "00", "02", "04", "05"):
            words = f"“{segment.at(10)}”, is not 00, 02, 04 or 05: an 832 cannot take products out; post a full file"
            raise fault(segment, 10, words)

    def take_cur(self, segment: Segment) -> None:
        """The currency of all prices, or of an item's."""
        if self._row is None:
            self._currency = segment.at(2)
        else:
            put(self._row.cells, "currency", segment.at(2), segment, 2)

    def take_lin(self, segment: Segment) -> None:
        """The next item."""
        self.end_line()
        codes = {qualifier: (place, code) for place, qualifier, code in product_codes(segment, 2)}
        item_no, used = item_of({qualifier: code for qualifier, (_, code) in codes.items()})
        if not item_no:
            raise fault(segment, 2, "gives none of VN, VP, VC, MG, UP, EN and UK, so no item number")
        self._row = Row(segment.number, {"item_no": item_no})
        for qualifier, (place, code) in codes.items():
            column = _CODE_COLUMNS.get(qualifier)
            if column is not None:
                put(self._row.cells, column, code, segment, place)
            elif qualifier != used:
                self.notes.add(f"LIN {qualifier}", segment)

    def take_pid(self, segment: Segment) -> None:
        """One thing that the item is like."""
        if self._row is None:
            self.notes.add("PID before the first LIN", segment)
        elif segment.at(3) == "ZZ":
            column = self.meaning_of(segment.at(4))
            if column in self.columns and column != "item_no":
                put(self._row.cells, column, segment.at(5), segment, 5)
            else:
                self.notes.add(f"PID ZZ {segment.at(4)}", segment)
        elif segment.at(2) in _TEXT_COLUMNS:
            put(self._row.cells, _TEXT_COLUMNS[segment.at(2)], segment.at(5), segment, 5)
        elif segment.at(1) == "F" and not segment.at(2):
            add_text(self._free_texts, segment.at(5), segment)
        else:
            self.notes.add(f"PID {segment.at(2) or segment.at(1)}", segment)

    def take_mea(self, segment: Segment) -> None:
        """The width, in inches."""
        if self._row is None or (segment.at(1), segment.at(2)) != ("PD", "WD"):
            self.notes.add(f"MEA {segment.at(1)} {segment.at(2)}".rstrip(), segment)
            return
        if unit(segment, 4, self.component) != "IN":
            raise fault(segment, 4, f"“{shown(segment.at(4))}”, is not IN: a width is read in inches", code=CODE)
        put(self._row.cells, "width_in", segment.at(3), segment, 3)

    def take_ctp(self, segment: Segment) -> None:
        """A price. The trade price is the net, wholesale, catalogue or unit cost price, the first that there is."""
        row = self._need_row(segment)
        code = known_code(segment, 2, PRICE_CODES, "code of a price") if segment.at(2) else ""
        if code not in _TRADE_PRICES:
            self.notes.add(f"CTP {code}".rstrip(), segment)
            return
        if not segment.at(3):
            raise fault(segment, 3, "is missing: it is the price")
        if not _ONE.fullmatch(segment.at(4)):
            raise fault(segment, 4, f"“{shown(segment.at(4))}”, is not 1: a price is read for one unit")
        put(self._prices, code, segment.at(3), segment, 3)
        self._priced[code] = segment
        measured = unit(segment, 5, self.component)
        if measured:
            put(row.cells, "unit", measured, segment, 5)

    def take_po4(self, segment: Segment) -> None:
        """The yards on a roll, where the pack is measured in yards."""
        row = self._need_row(segment)
        if unit(segment, 3) == "YD" and segment.at(2) and segment.at(1) in ("", "1"):
            put(row.cells, "yards_per_roll", segment.at(2), segment, 2)
        else:
            self.notes.add("PO4", segment)

    def take_ctb(self, segment: Segment) -> None:
        """The least that can be ordered."""
        if self._row is not None and (segment.at(1), segment.at(3)) == ("OR", "57"):
            put(self._row.cells, "min_qty", segment.at(4), segment, 4)
        else:
            self.notes.add(f"CTB {segment.at(1)} {segment.at(3)}".rstrip(), segment)

    def take_ldt(self, segment: Segment) -> None:
        """The lead time in days."""
        if self._row is not None and segment.at(3) == "DA":
            put(self._row.cells, "lead_time_days", segment.at(2), segment, 2)
        else:
            self.notes.add(f"LDT {segment.at(1)} {segment.at(3)}".rstrip(), segment)

    def take_dtm(self, segment: Segment) -> None:
        """Until when the item can be had, when it was changed, or a date that is not used."""
        qualifier, found = dated(segment)
        if self._row is not None and qualifier == "036":
            put(self._row.cells, "discontinued_on", found, segment, 2)
        elif self._row is not None and qualifier == "097":
            put(self._row.cells, "updated_at", instant(segment, 2, 3), segment, 2)
        else:
            self.notes.add(f"DTM {qualifier}", segment)

    def take_ref(self, segment: Segment) -> None:
        """No reference is used."""
        self.notes.add(f"REF {reference(segment)[0]}", segment)

    def take_n1(self, segment: Segment) -> None:
        """No party is used."""
        self.notes.add(f"N1 {entity(segment)}", segment)

    def end_line(self) -> None:
        """Give the item away; a text that says no more of itself is the pattern's name."""
        row, self._row = self._row, None
        if row is not None:
            if "".join(self._free_texts):
                row.cells.setdefault("pattern_name", " ".join(text for text in self._free_texts if text))
            self._take_price(row)
            self.rows.append(row)
        self._free_texts, self._prices, self._priced = [], {}, {}

    def _take_price(self, row: Row) -> None:
        for code in _TRADE_PRICES:
            if code in self._prices and "price_trade" not in row.cells:
                row.cells["price_trade"] = self._prices[code]
                if self._currency:
                    row.cells.setdefault("currency", self._currency)
            elif code in self._prices:
                self.notes.add(f"CTP {code} beside another trade price", self._priced[code])

    def _need_row(self, segment: Segment) -> Row:
        if self._row is None:
            raise fault(segment, 0, "stands before the first LIN, so it belongs to no item")
        return self._row
