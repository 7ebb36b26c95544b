"""An 850 or 855 as rows of the sales orders: a row a PO1, with what the order says as a whole repeated.

An 855 says what becomes of each line, in any number of ACK: all codes are kept in line_status, and what else they say
(a day, a quantity, another item) in notes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from sync_server.features.feeds.x12.mapping import Row, add_text, put
from sync_server.features.feeds.x12.parties import SHIP_TO, PartyMapping
from sync_server.features.feeds.x12.units import unit
from sync_server.foundation.x12.codes import DAY_QUALIFIERS, codes
from sync_server.foundation.x12.elements import CODE, dated, day, decimal, instant, item_of, known_code, product_codes
from sync_server.foundation.x12.segments import Segment, fault, shown

LINE_STATUSES = codes("AA AC AR BP DR IA IB IC ID IE IF IH IP IQ IR IS IW R1 R2 R3 R4 R5 R6 R7 R8 R9 SP")
"""Element 668."""
_ALL_OF_IT = {"AC": "qty_shipped", "IB": "qty_backordered", "IR": "qty_cancelled", "ID": "qty_cancelled"}
"""What becomes of the quantity of an ACK, or of all that was ordered when it gives none."""
_PURPOSES = frozenset({"00", "04", "05", "06", "07", "11", "22"})
_ANSWERS = codes("AC AD AE AH AK AP AT NA RD RF RJ RN RO RV ZZ")
_PLAIN_ANSWERS = frozenset({"AC", "AD", "AE", "AK", "AP", "AT", "NA"})
_FOR_EACH = codes(" CA CT NT PE PN PU PY QE QT RE SR TE TP UM WE")
"""PO105: the price is that of one unit."""
_PROMISES = frozenset({"017", "067", "068", "069", "079", "106", "371"})
_REQUESTED = frozenset({"002", "010"})


class SalesOrders(PartyMapping):
    """Reads 850 and 855."""

    sets: ClassVar = ("850", "855")
    begins: ClassVar[Mapping[str, str]] = {"850": "BEG", "855": "BAK"}
    lines: ClassVar = ("PO1",)
    sums: ClassVar = ("PO1", 2)
    columns: ClassVar = (
        *("order_no", "line_no", "ordered_on", "customer_no", "showroom_code", "rep_code", "customer_po", "sidemark"),
        *SHIP_TO,
        *("terms", "freight_terms", "ship_via", "requested_on", "order_status", "item_no", "description"),
        *("qty_ordered", "qty_shipped", "qty_backordered", "qty_cancelled", "unit", "price_net", "currency", "lot_no"),
        *("line_status", "promised_on", "mill_po_no", "cfa_required", "reserve_no", "last_shipped_on", "tracking_no"),
        *("notes", "as_of"),
    )
    unused: ClassVar = codes(
        "ADV AMT CN1 CSH CTB CTP DIS INC IT3 IT8 LDT LE LM LQ LS MAN MEA MTX N9 PAM PER PKG PO4 PWK QTY SAC "
        "SDQ SI SLN SPI TAX TC2 TD1 TD3 TD4 TXI"
    )
    elements: ClassVar[Mapping[str, frozenset[int]]] = {
        "BEG": frozenset({1, 2, 3, 5}),
        "BAK": frozenset({1, 2, 3, 4, 8, 9}),
        "CUR": frozenset({1, 2}),
        "REF": frozenset({1, 2, 3}),
        "FOB": frozenset({1}),
        "DTM": frozenset({1, 2, 5, 6}),
        "TD5": frozenset({2, 3, 5}),
        "PID": frozenset({1, 2, 5}),
        "SCH": frozenset({1, 2, 5, 6}),
        "MSG": frozenset({1}),
        "NTE": frozenset({1, 2}),
        "CTT": frozenset({1, 2}),
    }

    def begin_set(self) -> None:
        """Forget the last order."""
        super().begin_set()
        self._order: dict[str, str] = {}
        self._answer: Segment | None = None
        self._row: Row | None = None
        self._number = 0
        self._ordered: Decimal | None = None
        self._statuses: list[str] = []
        self._shares: dict[str, Decimal] = {}
        self._texts: list[str] = []
        self._order_texts: list[str] = []
        self._promises: list[str] = []
        self._description: list[str] = []

    def cells_of(self, segment: Segment) -> dict[str, str]:
        """Those of the line, or of the order while no line has come."""
        return self._order if self._row is None else self._row.cells

    def take_beg(self, segment: Segment) -> None:
        """The order: the customer's number and its day."""
        self._purpose(segment)
        self._order |= {"customer_po": segment.at(3), "ordered_on": day(segment, 5)}

    def take_bak(self, segment: Segment) -> None:
        """The answer to an order: its numbers at both sides."""
        self._purpose(segment)
        known_code(segment, 2, _ANSWERS, "kind of answer")
        self._answer = segment
        if segment.at(2) not in _PLAIN_ANSWERS:
            self.notes.add(f"BAK02 {segment.at(2)}", segment)
        self._order |= {"customer_po": segment.at(3), "ordered_on": day(segment, 4)}
        if segment.at(8):
            self._order["order_no"] = segment.at(8)
        if segment.at(9):
            self._order["as_of"] = instant(segment, 9, 0)

    def take_cur(self, segment: Segment) -> None:
        """The currency of the prices."""
        put(self.cells_of(segment), "currency", segment.at(2), segment, 2)

    def take_reference(self, qualifier: str, number: str, segment: Segment) -> bool:
        """Order, salesperson, customer, lot, tracking."""
        column = {"VN": "order_no", "SA": "rep_code", "IT": "customer_no", "LT": "lot_no", "2I": "tracking_no"}
        if qualifier not in column or (qualifier == "VN" and self._row is not None):
            return False
        put(self.cells_of(segment), column[qualifier], number, segment, 2)
        return True

    def take_other_party(self, segment: Segment) -> bool:
        """The buyer, by the number that the seller gave it."""
        if self.party != "BY" or segment.at(3) != "91" or not segment.at(4):
            return False
        put(self.cells_of(segment), "customer_no", segment.at(4), segment, 4)
        if segment.at(2):
            self.notes.add("N1 BY name", segment)
        return True

    def take_fob(self, segment: Segment) -> None:
        """Who pays the freight."""
        put(self.cells_of(segment), "freight_terms", segment.at(1), segment, 1)

    def take_itd(self, segment: Segment) -> None:
        """The terms of payment, as they are described."""
        if segment.at(12):
            put(self.cells_of(segment), "terms", segment.at(12), segment, 12)
        else:
            self.notes.add("ITD without ITD12", segment)

    def take_td5(self, segment: Segment) -> None:
        """How the goods go."""
        put(self.cells_of(segment), "ship_via", segment.at(5) or segment.at(3), segment, 5 if segment.at(5) else 3)

    def take_dtm(self, segment: Segment) -> None:
        """When the goods are wanted, promised or left."""
        qualifier, found = dated(segment)
        if qualifier in _REQUESTED:
            put(self.cells_of(segment), "requested_on", found, segment, 2)
        elif qualifier in _PROMISES and self._row is not None:
            add_text(self._promises, found, segment)
        elif qualifier == "011" and self._row is not None:
            put(self._row.cells, "last_shipped_on", found, segment, 2)
        else:
            self.notes.add(f"DTM {qualifier}", segment)

    def take_po1(self, segment: Segment) -> None:
        """The next line."""
        self.end_line()
        self._number += 1
        self._row = Row(segment.number, {"line_no": segment.at(1) or str(self._number)})
        cells = self._row.cells
        self._ordered = decimal(segment, 2) if segment.at(2) else None
        if segment.at(2):
            cells["qty_ordered"] = segment.at(2)
        measured = unit(segment, 3)
        if measured:
            cells["unit"] = measured
        if segment.at(4) and (not segment.at(5) or segment.at(5) in _FOR_EACH):
            cells["price_net"] = segment.at(4)
        elif segment.at(4):
            self.notes.add(f"PO104 with PO105 {segment.at(5)}", segment)
        codes = {qualifier: code for _, qualifier, code in product_codes(segment, 6)}
        item_no, used = item_of(codes)
        if item_no:
            cells["item_no"] = item_no
        for qualifier in codes:
            if qualifier != used:
                self.notes.add(f"PO1 {qualifier}", segment)

    def take_pid(self, segment: Segment) -> None:
        """What the line is."""
        if self._row is not None and segment.at(5) and segment.at(2) in ("", "08"):
            add_text(self._description, segment.at(5), segment)
        else:
            self.notes.add(f"PID {segment.at(2)}".strip(), segment)

    def take_ack(self, segment: Segment) -> None:
        """What becomes of the line, or of a part of it."""
        row = self._need_row(segment)
        code = known_code(segment, 1, LINE_STATUSES, "status of a line")
        add_text(self._statuses, code, segment)
        measured = unit(segment, 3)
        if measured:
            put(row.cells, "unit", measured, segment, 3)
        said = [segment.at(2), measured] if segment.at(2) else []
        self._share(code, decimal(segment, 2) if segment.at(2) else None)
        if segment.at(5):
            qualifier = known_code(segment, 4, DAY_QUALIFIERS, "qualifier of a date")
            found = day(segment, 5)
            said.append(found)
            if qualifier == "011":
                put(row.cells, "last_shipped_on", found, segment, 5)
            else:
                self._promises.append(found)
        said += [f"{qualifier} {number}" for _, qualifier, number in product_codes(segment, 7)]
        if said:
            add_text(self._texts, f"{code} {' '.join(one for one in said if one)}", segment)

    def take_sch(self, segment: Segment) -> None:
        """When a part of the line comes."""
        self._need_row(segment)
        qualifier = known_code(segment, 5, DAY_QUALIFIERS, "qualifier of a date") if segment.at(5) else ""
        found = day(segment, 6)
        decimal(segment, 1)
        if qualifier in _PROMISES and found:
            self._promises.append(found)
            add_text(self._texts, f"{segment.at(1)} {unit(segment, 2)} {found}", segment)
        else:
            self.notes.add(f"SCH {qualifier}".strip(), segment)

    def take_msg(self, segment: Segment) -> None:
        """A word on the order or line."""
        self._word(segment.at(1), segment)

    def take_nte(self, segment: Segment) -> None:
        """A word on the order or line."""
        self._word(segment.at(2), segment)

    def take_se(self, segment: Segment) -> None:
        """An answer without lines says nothing that a row can hold."""
        super().take_se(segment)
        if self._number == 0 and self._answer is not None:
            self.notes.add(f"855 without lines, BAK02 {self._answer.at(2)}", self._answer)

    def end_line(self) -> None:
        """Give the line away."""
        row, self._row = self._row, None
        if row is not None:
            cells = row.cells
            cells |= {column: f"{quantity.normalize():f}" for column, quantity in self._shares.items()}
            if self._statuses:
                cells["line_status"] = "|".join(dict.fromkeys(self._statuses))
            if self._promises:
                cells["promised_on"] = min(self._promises)
            if self._description:
                cells["description"] = " ".join(self._description)
            self.rows.append(Row(row.segment, {**self._of_order(cells), **cells, **self._words(cells)}))
        self._statuses, self._shares, self._texts, self._promises, self._description = [], {}, [], [], []

    def _of_order(self, cells: dict[str, str]) -> dict[str, str]:
        """What the order says for all its lines; an address of the line stands instead of the order's as a whole."""
        order = dict(self._order)
        order.setdefault("order_no", order.get("customer_po", ""))
        if not cells.keys().isdisjoint(SHIP_TO):
            order = {column: cell for column, cell in order.items() if column not in SHIP_TO}
        return order

    def _words(self, cells: dict[str, str]) -> dict[str, str]:
        said = [one["notes"] for one in (self._order, cells) if "notes" in one]
        words = "; ".join([*said, *self._order_texts, *self._texts])
        return {"notes": words} if words else {}

    def _purpose(self, segment: Segment) -> None:
        if segment.at(1) not in _PURPOSES:
            words = f"“{shown(segment.at(1))}”, is none of {', '.join(sorted(_PURPOSES))}: an order that falls away is "
            raise fault(segment, 1, words + "left out of a full file, or cancelled by ACK*ID", code=CODE)

    def _share(self, code: str, quantity: Decimal | None) -> None:
        if code == "BP" and quantity is not None and self._ordered is not None:
            self._add("qty_shipped", quantity)
            self._add("qty_backordered", self._ordered - quantity)
        elif code in _ALL_OF_IT:
            share = self._ordered if quantity is None else quantity
            if share is not None:
                self._add(_ALL_OF_IT[code], share)

    def _add(self, column: str, quantity: Decimal) -> None:
        self._shares[column] = self._shares.get(column, Decimal(0)) + quantity

    def _word(self, text: str, segment: Segment) -> None:
        add_text(self._texts if self._row is not None else self._order_texts, text, segment)

    def _need_row(self, segment: Segment) -> Row:
        if self._row is None:
            raise fault(segment, 0, "stands before the first PO1, so it belongs to no line")
        return self._row
