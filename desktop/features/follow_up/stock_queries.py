"""The stock of all lines as one list: a row for each warehouse, lot and piece that a distributor tells of an item."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desktop.cache.catalogue import Catalogue, as_struct
from desktop.features.follow_up.ages import freshness_by_line
from desktop.features.follow_up.line_rows import (
    LinePlaces,
    Placed,
    houses,
    in_order,
    items_meant,
    json_keys,
    lines_of,
)
from desktop.features.follow_up.one_lot_answers import read_question
from desktop.features.follow_up.rows import LineSeen
from desktop.features.follow_up.sources import Asked
from desktop.sync.desk import Desk
from shared_models.catalogue.records import INVENTORY, STOCK_STATUS, Dataset, InventoryRow

_ORDER = ("item_no", "warehouse", "lot_no", "piece_no")
_THERE = {
    "inventory": "(qty_available > 0 OR qty_available IS NULL AND stock_status IN ('IN_STOCK', 'LOW', 'CLOSEOUT'))",
    "stock_status": "stock_status IN ('IN_STOCK', 'LOW', 'CLOSEOUT')",
}
_SHORTEST_LOT = 2
_BY_NAME, _BY_HOUSE = "title", "house"


class StockSource:
    """Where there are quantities they are shown, elsewhere the status alone that Basic gives."""

    datasets: tuple[str, ...] = ("inventory", "stock_status", "products")

    def __init__(self) -> None:
        self._places = LinePlaces()

    def places(self, desk: Desk, asked: Asked) -> array[int]:
        """As `ListSource`; a quantity behind the words is a question about them, and no word to filter by."""
        catalogue, names = desk.catalogue, houses(desk.database.read())
        question = read_question(asked.text)
        text = question.words if question is not None else asked.text
        rows: list[Placed] = []
        for distributor_id, dataset in lines_of(catalogue, names, "inventory", "stock_status"):
            house = names.get(distributor_id, "")
            rows += self._of_line(catalogue, distributor_id, dataset, asked._replace(text=text), house)
        if not asked.by:
            return array("q", [row.place for row in rows])
        return in_order(rows, descending=asked.descending)

    def rows_at(self, desk: Desk, places: Sequence[int]) -> Mapping[int, LineSeen[InventoryRow]]:
        """As `ListSource`."""
        reader, found = desk.database.read(), {}
        names, fresh = houses(reader), freshness_by_line(reader, self.datasets[0])
        for distributor_id, keys in self._places.apart(places).items():
            first = self._places.number(distributor_id)
            rows = list(_rows(desk.catalogue, distributor_id, keys))
            titles = desk.catalogue.titles(distributor_id, {row.item_no for _, row in rows})
            house = names.get(distributor_id, "")
            for key, row in rows:
                title = titles.get(row.item_no, "")
                found[first + key] = LineSeen(first + key, row, house, distributor_id, title, fresh.get(distributor_id))
        return found

    def place_of(self, desk: Desk, row_id: str) -> int | None:
        """As `ListSource`; the id is the distributor's and the row key behind an @."""
        key, _, distributor_id = row_id.partition("@")
        return self._places.number(distributor_id) + int(key)

    def is_empty(self, desk: Desk) -> bool:
        """As `ListSource`."""
        return not any(desk.catalogue.count(dataset) for dataset in ("inventory", "stock_status"))

    def changed(self) -> None:
        """As `ListSource`; nothing is worked out beforehand."""

    def missing(self, desk: Desk) -> str:
        """Whose quantities are not on Order-Track."""
        names = houses(desk.database.read())
        lines = lines_of(desk.catalogue, names, "inventory", "stock_status")
        told = [names[line] for line, dataset in lines if dataset == "stock_status" and line in names]
        if not told:
            return ""
        whose = "This line’s quantities and lots" if len(told) == 1 else "The quantities and lots of these lines"
        return f"{as_list(told)}: stock status only. {whose} are not on Order-Track."

    # --- inside ----------------------------------------------------------------------------------

    def _of_line(
        self, catalogue: Catalogue, distributor_id: str, dataset: Dataset, asked: Asked, house: str
    ) -> list[Placed]:
        shape = INVENTORY if dataset == "inventory" else STOCK_STATUS
        key = asked.by if asked.by in shape.columns else "NULL"
        if asked.by == _BY_NAME:
            key = "item_no"
        first = self._places.number(distributor_id)
        sql, params = _found(catalogue, distributor_id, dataset, asked, key)
        rows = [
            Placed(value, first + row_key) for row_key, value in catalogue.ask(distributor_id, dataset, sql, *params)
        ]
        if asked.by == _BY_HOUSE:
            return [Placed(house, row.place) for row in rows]
        if asked.by == _BY_NAME:
            titles = catalogue.titles(distributor_id, {row.key for row in rows})
            return [Placed(titles.get(row.key, ""), row.place) for row in rows]
        return rows


def _found(
    catalogue: Catalogue, distributor_id: str, dataset: Dataset, asked: Asked, key: str
) -> tuple[str, tuple[str, ...]]:
    """The statement that gives row keys with what they are ordered by, and its parameters."""
    there = f" AND {_THERE[dataset]}" if asked.open_only else ""
    text = asked.text.strip()
    if not text:
        # By the index alone: an item's own rows come as the distributor told them.
        return f"SELECT row_key, {key} FROM {dataset} WHERE 1{there} ORDER BY item_no COLLATE NOCASE", ()
    params: tuple[str, ...] = (items_meant(catalogue, distributor_id, dataset, text),)
    found = (
        f"SELECT row_key FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN {dataset} "
        "ON item_no = wanted COLLATE NOCASE AND item_no = wanted"
    )
    if dataset == "inventory" and " " not in text and len(text) >= _SHORTEST_LOT:
        begins = literal(text) + "%"
        found += " UNION SELECT row_key FROM inventory WHERE lot_no LIKE ? ESCAPE '~' OR piece_no LIKE ? ESCAPE '~' "
        found += "OR warehouse LIKE ? ESCAPE '~'"
        params += (begins, begins, begins)
    order = ", ".join(_ORDER if dataset == "inventory" else _ORDER[:1])
    return (
        f"SELECT row_key, {key} FROM {dataset} WHERE row_key IN ({found}){there} ORDER BY {order}",
        params,
    )


def _rows(catalogue: Catalogue, distributor_id: str, keys: Sequence[int]) -> Iterator[tuple[int, InventoryRow]]:
    wanted = json_keys(keys)
    if catalogue.has_line(distributor_id, "inventory"):
        columns: tuple[Any, ...] = INVENTORY.columns
        sql = f"SELECT row_key, {', '.join(columns)} FROM json_each(?) CROSS JOIN inventory ON row_key = value"
        for key, *values in catalogue.ask(distributor_id, "inventory", sql, wanted):
            yield key, as_struct(tuple(values), InventoryRow)
        return
    sql = "SELECT row_key, item_no, stock_status, as_of FROM json_each(?) CROSS JOIN stock_status ON row_key = value"
    for key, item_no, status, as_of in catalogue.ask(distributor_id, "stock_status", sql, wanted):
        yield key, InventoryRow(item_no=item_no, stock_status=status or "", as_of=as_of or "")


def literal(text: str) -> str:
    """`text` for LIKE … ESCAPE '~'."""
    return text.replace("~", "~~").replace("%", "~%").replace("_", "~_")


def as_list(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
