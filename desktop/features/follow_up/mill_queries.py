"""The mill orders of all lines as one list: what arrives first stands first."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from desktop.cache.catalogue import as_struct
from desktop.features.follow_up.ages import freshness_by_line
from desktop.features.follow_up.line_rows import LinePlaces, Placed, houses, in_order, items_meant, json_keys, lines_of
from desktop.features.follow_up.rows import LineSeen
from desktop.features.follow_up.sources import Asked
from desktop.features.follow_up.stock_queries import as_list, literal
from desktop.sync.desk import Desk
from shared_models.catalogue.mill_orders import eta_slips
from shared_models.catalogue.records import MILL_ORDERS, MillOrderLine

_WORDS = " || ' ' || ".join(
    f"coalesce({column}, '')" for column in ("mill_po_no", "item_no", "mill_name", "status", "eta_confidence", "notes")
)
_OPEN = "coalesce(status, '') NOT IN ('RECEIVED', 'CANCELLED')"
_USUAL = "coalesce(eta_on, '9999') || mill_po_no || ' ' || coalesce(line_no, '')"
_SLIPPED, _BY_NAME, _BY_HOUSE = "slipped", "title", "house"
_KEY_OF = {"": _USUAL, _SLIPPED: "eta_history", _BY_NAME: "item_no", _BY_HOUSE: "mill_po_no"}


class MillSource:
    """Mill orders come with Inventory only; who does not give it is named."""

    datasets: tuple[str, ...] = ("mill_orders", "products")

    def __init__(self) -> None:
        self._places = LinePlaces()

    def places(self, desk: Desk, asked: Asked) -> array[int]:
        """As `ListSource`."""
        names = houses(desk.database.read())
        rows: list[Placed] = []
        for distributor_id, _ in lines_of(desk.catalogue, names, "mill_orders"):
            rows += self._of_line(desk, distributor_id, asked, names.get(distributor_id, ""))
        return in_order(rows, descending=asked.descending)

    def rows_at(self, desk: Desk, places: Sequence[int]) -> Mapping[int, LineSeen[MillOrderLine]]:
        """As `ListSource`."""
        reader, found = desk.database.read(), {}
        names, fresh = houses(reader), freshness_by_line(reader, self.datasets[0])
        columns = ", ".join(MILL_ORDERS.columns)
        sql = f"SELECT row_key, {columns} FROM json_each(?) CROSS JOIN mill_orders ON row_key = value"
        for distributor_id, keys in self._places.apart(places).items():
            first = self._places.number(distributor_id)
            rows = [
                (key, as_struct(tuple(values), MillOrderLine))
                for key, *values in desk.catalogue.ask(distributor_id, "mill_orders", sql, json_keys(keys))
            ]
            titles = desk.catalogue.titles(distributor_id, {row.item_no for _, row in rows})
            house = names.get(distributor_id, "")
            for key, row in rows:
                title = titles.get(row.item_no, "")
                found[first + key] = LineSeen(first + key, row, house, distributor_id, title, fresh.get(distributor_id))
        return found

    def place_of(self, desk: Desk, row_id: str) -> int | None:
        """As `ListSource`; the id is the PO, its line and the distributor with an @ between them."""
        mill_po_no, line_no, distributor_id = row_id.split("@")
        sql = "SELECT row_key FROM mill_orders WHERE mill_po_no = ? AND coalesce(line_no, '') = ?"
        found = desk.catalogue.ask(distributor_id, "mill_orders", sql, mill_po_no, line_no)
        return self._places.number(distributor_id) + found[0][0] if found else None

    def is_empty(self, desk: Desk) -> bool:
        """As `ListSource`."""
        return not desk.catalogue.count("mill_orders")

    def changed(self) -> None:
        """As `ListSource`; nothing is worked out beforehand."""

    def missing(self, desk: Desk) -> str:
        """Whose mill orders are not on Order-Track."""
        names = houses(desk.database.read())
        told = [names[line] for line, dataset in lines_of(desk.catalogue, names, "inventory", "stock_status")
                if dataset == "stock_status" and line in names]  # fmt: skip
        return f"The mill orders of {as_list(told)} are not on Order-Track." if told else ""

    def _of_line(self, desk: Desk, distributor_id: str, asked: Asked, house: str) -> list[Placed]:
        catalogue, words = desk.catalogue, asked.text.split()
        key = _KEY_OF.get(asked.by, asked.by)
        where, params = ["1"], []
        if words:
            said = " AND ".join(f"{_WORDS} LIKE ? ESCAPE '~'" for _ in words)
            where.append(f"(({said}) OR item_no IN (SELECT value FROM json_each(?)))")
            params = [f"%{literal(word)}%" for word in words]
            params.append(items_meant(catalogue, distributor_id, "mill_orders", asked.text))
        if asked.open_only:
            where.append(_OPEN)
        first = self._places.number(distributor_id)
        sql = f"SELECT row_key, {key} FROM mill_orders WHERE {' AND '.join(where)} ORDER BY {_USUAL}"
        rows = catalogue.ask(distributor_id, "mill_orders", sql, *params)
        titles = catalogue.titles(distributor_id, {value for _, value in rows}) if asked.by == _BY_NAME else {}

        def key_of(value: Any) -> Any:
            if asked.by == _SLIPPED:
                return eta_slips(value).days if value and eta_slips(value).moves else None
            if asked.by == _BY_HOUSE:
                return house
            return titles.get(value, "") if asked.by == _BY_NAME else value

        return [Placed(key_of(value), first + row_key) for row_key, value in rows]
