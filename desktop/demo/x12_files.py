"""Writes a house's stock as an X12 846 and its shipments as an 856, as a house with such a system would send them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

Row = Mapping[str, str]
_GROUPS = {"846": "IB", "856": "SH"}
_UNITS = {"M": "MR"}
_QUANTITIES = {
    "qty_on_hand": "17",
    "qty_committed": "27",
    "qty_available": "33",
    "qty_on_order": "63",
    "qty_backordered": "BQ",
    "qty_reserved": "QH",
}
_HOOKS = {"largest_piece": "LARGEST_PC", "stock_status": "STOCK_STATUS", "sample_qty_on_hand": "SAMPLE_QTY"}
"""Columns that 4010 has no segment for, as PID segments (`docs/x12.md`)."""


def write_stock_report(path: Path, code: str, rows: Sequence[Row]) -> Path:
    """All rows of the inventory as one 846; `code` is the sender's."""
    now = datetime.now(UTC)
    found = [["BIA", "00", "SI", "1", f"{now:%Y%m%d}", f"{now:%H%M}"]]
    for number, row in enumerate(rows, start=1):
        found += _stock_of(number, row)
    found.append(["CTT", str(len(rows))])
    return _write(path, "846", code, [found], now)


def write_ship_notices(path: Path, code: str, rows: Iterable[Row]) -> Path:
    """The freight, an 856 a shipment: shipment, order, package and its items one below the other."""
    now = datetime.now(UTC)
    by_shipment = groupby(rows, key=lambda row: row["shipment_no"])
    return _write(path, "856", code, [_notice_of(list(some), now) for _number, some in by_shipment], now)


def _stock_of(number: int, row: Row) -> list[list[str]]:
    unit = _UNITS.get(row["unit"], row["unit"])
    found = [["LIN", str(number), "VN", row["item_no"]]]
    found += [["PID", "X", "", "ZZ", hook, row[name]] for name, hook in _HOOKS.items() if row.get(name)]
    if row.get("warehouse"):
        found.append(["N1", "WH", "", "92", row["warehouse"]])
    found += [["REF", code, row[name]] for name, code in (("lot_no", "LT"), ("piece_no", "SE")) if row.get(name)]
    found += [["QTY", code, row[name], unit] for name, code in _QUANTITIES.items() if row.get(name)]
    if row.get("next_due_on") and row.get("next_due_qty"):
        found.append(["SCH", row["next_due_qty"], unit, "", "", "371", _day(row["next_due_on"])])
    return found


def _notice_of(rows: Sequence[Row], now: datetime) -> list[list[str]]:
    first = rows[0]
    carrier_number = ["REF", "2I", first["tracking_no"]] if first["tracking_no"] else ["REF", "CN", first["pro_no"]]
    found = [
        ["BSN", "00", first["shipment_no"], f"{now:%Y%m%d}", f"{now:%H%M}"],
        ["HL", "1", "", "S"],
        ["TD1", "CTN", first["packages"], "", "", "", "G", first["weight_lb"], "LB"],
        ["TD5", "", "2", first["carrier_scac"], "", first["carrier_name"]],
        carrier_number,
        ["DTM", "011", _day(first["shipped_on"])],
        ["DTM", "017", _day(first["estimated_delivery_on"])],
    ]
    if delivered := first["delivered_at"]:
        found.append(["DTM", "035", _day(delivered), delivered[11:16].replace(":", "")])
    found += [
        ["FOB", first["freight_terms"]],
        ["N1", "SF", first["ship_from"]],
        ["HL", "2", "1", "O"],
        ["REF", "VN", first["order_no"]],
        ["HL", "3", "2", "P"],
        ["MAN", "ZZ", first["package_no"]],
    ]
    for number, row in enumerate(rows, start=4):
        found += [
            ["HL", str(number), "3", "I"],
            ["LIN", row["line_no"], "VN", row["item_no"]],
            ["SN1", "", row["qty_shipped"], _UNITS.get(row["unit"], row["unit"])],
        ]
    return [*found, ["CTT", str(len(rows) + 3)]]


def _write(path: Path, kind: str, code: str, sets: Sequence[list[list[str]]], now: datetime) -> Path:
    body = [["GS", _GROUPS[kind], code, "ORDERTRACK", f"{now:%Y%m%d}", f"{now:%H%M}", "1", "X", "004010"]]
    for place, segments in enumerate(sets, start=1):
        control = f"{place:04d}"
        body += [["ST", kind, control], *segments, ["SE", str(len(segments) + 2), control]]
    body += [["GE", str(len(sets)), "1"], ["IEA", "1", f"{1:09d}"]]
    names = ["00", " " * 10, "00", " " * 10, "ZZ", code.ljust(15), "ZZ", "ORDERTRACK".ljust(15)]
    head = ["ISA", *names, f"{now:%y%m%d}", f"{now:%H%M}", "U", "00401", f"{1:09d}", "0", "P", ">"]
    path.write_text("".join("*".join(one) + "~\n" for one in [head, *body]), encoding="ascii")
    return path


def _day(text: str) -> str:
    return text[:10].replace("-", "")
