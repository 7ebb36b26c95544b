"""Writes X12 4010 files with right counts, in any separators; and catalogues and stock reports from rows."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Rows = Iterable[Mapping[str, str]]
Segments = list[list[str]]

_GROUPS = {"832": "SC", "846": "IB", "850": "PO", "855": "PR", "856": "SH"}


class Separators(NamedTuple):
    """What stands between elements, between the parts of one, after a segment, and behind that for the eye."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    line_break: str = ""


PLAIN = Separators()


def interchange(code: str, *sets: Segments, separators: Separators = PLAIN, number: int = 1, usage: str = "P") -> str:
    """An interchange of one group with these transaction sets; each is given without its ST and SE."""
    body: Segments = [["GS", _GROUPS[code], "CTH", "ORDERTRACK", "20261123", "0600", str(number), "X", "004010"]]
    for place, segments in enumerate(sets, start=1):
        control = f"{place:04d}"
        body += [["ST", code, control], *segments, ["SE", str(len(segments) + 2), control]]
    body += [["GE", str(len(sets)), str(number)], ["IEA", "1", f"{number:09d}"]]
    element, _, end, line_break = separators
    return isa(separators, number, usage) + "".join(element.join(one) + end + line_break for one in body)


def isa(separators: Separators = PLAIN, number: int = 1, usage: str = "P") -> str:
    """The first segment, 106 characters long."""
    names = ["00", " " * 10, "00", " " * 10, "ZZ", "CTH".ljust(15), "ZZ", "ORDERTRACK".ljust(15)]
    rest = ["261123", "0600", "U", "00401", f"{number:09d}", "0", usage, separators.component]
    return separators.element.join(["ISA", *names, *rest]) + separators.segment + separators.line_break


def lines(text: str) -> Segments:
    """Segments written as people do: `LIN*1*VN*0123`, one a line."""
    return [line.strip().split("*") for line in text.splitlines() if line.strip()]


_QUANTITIES = {
    "qty_on_hand": "17",
    "qty_committed": "27",
    "qty_available": "33",
    "qty_on_order": "63",
    "qty_backordered": "BQ",
    "qty_reserved": "QH",
}
_UNITS = {"M": "MR"}


def stock_report(rows: Rows, day: str = "20261123", time: str = "0600") -> Segments:
    """An 846: a LIN a row, with its warehouse, lot and piece behind it."""
    found: Segments = [["BIA", "00", "SI", "1", day, time]]
    count = 0
    for count, row in enumerate(rows, start=1):
        measured = _UNITS.get(row.get("unit", ""), row.get("unit", ""))
        found.append(["LIN", str(count), "VN", row["item_no"]])
        if row.get("next_due_on") and not row.get("next_due_qty"):
            found.append(["DTM", "371", row["next_due_on"].replace("-", "")])
        for column, code in (("largest_piece", "LARGEST_PC"), ("stock_status",) * 2, ("sample_qty_on_hand",) * 2):
            if row.get(column):
                found.append(["PID", "X", "", "ZZ", _hook(code), row[column]])
        if row.get("warehouse"):
            found.append(["N1", "WH", "", "92", row["warehouse"]])
        found += [["REF", code, row[name]] for name, code in (("lot_no", "LT"), ("piece_no", "SE")) if row.get(name)]
        found += [["QTY", code, row[name], measured] for name, code in _QUANTITIES.items() if row.get(name)]
        if row.get("next_due_qty"):
            due = row["next_due_on"].replace("-", "")
            found.append(["SCH", row["next_due_qty"], measured, "", "", "371", due])
    return [*found, ["CTT", str(count)]]


def catalogue(rows: Rows) -> Segments:
    """An 832: a LIN an item; columns that 4010 has no segment for as PID*X**ZZ*COLUMN*value."""
    found: Segments = [["BCT", "PC"]]
    count = 0
    for count, row in enumerate(rows, start=1):
        rest = {name: value for name, value in row.items() if value and name != "item_no"}
        item = ["LIN", str(count), "VN", row["item_no"]]
        for column, code in (("upc", "UP"), ("pattern_no", "ST"), ("color_no", "VE")):
            item += [code, rest.pop(column)] if column in rest else []
        found.append(item)
        for column, code in (("pattern_name", "08"), ("color_name", "73")):
            if column in rest:
                found.append(["PID", "F", code, "", "", rest.pop(column)])
        if "width_in" in rest:
            found.append(["MEA", "PD", "WD", rest.pop("width_in"), "IN"])
        if "price_trade" in rest:
            unit = rest.pop("unit", "")
            found.append(["CTP", "", "NET", rest.pop("price_trade"), *(["1", _UNITS.get(unit, unit)] if unit else [])])
        if "currency" in rest:
            found.append(["CUR", "SE", rest.pop("currency")])
        if "discontinued_on" in rest:
            found.append(["DTM", "036", rest.pop("discontinued_on").replace("-", "")])
        found += [["PID", "X", "", "ZZ", _hook(name), value] for name, value in rest.items()]
    return [*found, ["CTT", str(count)]]


_HOOKS = {
    "cleaning_code": "CLEANING",
    "abrasion_double_rubs": "DOUBLE_RUBS",
    "abrasion_method": "ABRASIONTEST",
    "yards_per_roll": "ROLL_YARDS",
    "price_visible": "SHOW_PRICE",
    "lead_time_days": "LEAD_TIME",
    "sample_status": "MEMO_STATUS",
    "sample_qty_on_hand": "SAMPLE_QTY",
}


def _hook(column: str) -> str:
    """A name of the column that fits into the twelve characters of PID04."""
    code = _HOOKS.get(column, column.upper())
    assert len(code) <= 12, column
    return code
