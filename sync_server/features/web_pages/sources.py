"""Where the rows of each list come from: what a person may see of a dataset, as one selection."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from shared_models.accounts.records import Organisation
from shared_models.follow_up.records import FOLLOW_UP_DATASETS
from shared_models.kernel.records import columns_of
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.sync.line_rows import travelling
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES, RECORD_TABLES
from sync_server.features.web_pages.visible import Visible

Source = Callable[[Visible, bool], Select[Any]]
"""All columns of the list's rows, with `row_id`, `distributor_id` and the `house`'s name.

The second says whether the names of goods are needed to find or to sort rows; else they are left empty, because finding
fifty rows among many costs several times less without (`with_names` brings them).
"""
_HOUSES = RECORD_TABLES[Organisation]


def follow_up(dataset: str) -> Source:
    """A dataset of a distributor's follow-up."""

    def source(visible: Visible, _named: bool) -> Select[Any]:
        rows = FOLLOW_UP_TABLES[dataset]
        columns = [rows.c[name] for name in FOLLOW_UP_DATASETS[dataset].columns]
        row_id = _row_id(rows.c.row_key, rows.c.distributor_id)
        chosen = select(row_id, rows.c.row_key, rows.c.distributor_id, *columns, _house()).where(
            visible.of_follow_up(dataset)
        )
        return chosen.join(_HOUSES, _HOUSES.c.id == rows.c.distributor_id)

    return source


def mill_orders(visible: Visible, named: bool) -> Select[Any]:
    """The distributors' orders on their mills, with the names of their goods where those are seen."""
    rows = LINE_TABLES["mill_orders"]
    row_id = _row_id(rows.c.row_key, rows.c.distributor_id)
    chosen = select(row_id, rows.c.row_key, rows.c.distributor_id, *travelling("mill_orders"), _goods(named), _house())
    chosen = chosen.join(_HOUSES, _HOUSES.c.id == rows.c.distributor_id).where(visible.of_line(rows, "mill_orders"))
    return _with_goods(chosen, visible, rows.c.distributor_id, rows.c.item_no) if named else chosen


_NUMBERS = (
    "qty_on_hand", "qty_committed", "qty_reserved", "qty_available", "qty_on_order", "qty_backordered",
    "largest_piece", "next_due_qty",
)  # fmt: skip
_TEXTS = ("warehouse", "lot_no", "piece_no", "unit", "next_due_on")


def stock(visible: Visible, named: bool) -> Select[Any]:
    """Stock by warehouse, lot and piece where the house has Inventory; else one word an item."""
    counted, said = LINE_TABLES["inventory"], LINE_TABLES["stock_status"]
    known = select(
        _row_id(counted.c.row_key, counted.c.distributor_id),
        counted.c.row_key,
        counted.c.distributor_id,
        *(counted.c[name] for name in ("item_no", *_TEXTS, *_NUMBERS, "stock_status", "as_of")),
    ).where(visible.of_line(counted, "inventory"))
    words = select(
        _row_id(said.c.row_key, said.c.distributor_id, "s"),
        said.c.row_key,
        said.c.distributor_id,
        said.c.item_no,
        *(literal("").label(name) for name in _TEXTS),
        *(cast(null(), counted.c[name].type).label(name) for name in _NUMBERS),
        said.c.stock_status,
        said.c.as_of,
    ).where(visible.of_line(said, "stock_status"))
    rows = union_all(known, words).subquery("stock")
    chosen = select(*rows.c, _goods(named), _house()).join(_HOUSES, _HOUSES.c.id == rows.c.distributor_id)
    return _with_goods(chosen, visible, rows.c.distributor_id, rows.c.item_no) if named else chosen


def sample_requests(visible: Visible, _named: bool) -> Select[Any]:
    """Sample requests with how many of what they ask for met which fate."""
    rows, lines = RECORD_TABLES[SampleRequest], RECORD_TABLES[RequestLine]
    still = lines.c.quantity - lines.c.shipped - lines.c.will_not_ship - lines.c.cancelled
    is_open = exists().where(lines.c.request_id == rows.c.id, still > 0)
    sums = [
        select(func.coalesce(func.sum(lines.c[name]), 0))
        .where(lines.c.request_id == rows.c.id)
        .scalar_subquery()
        .label(f"total_{name}")
        for name in ("quantity", "shipped", "backordered", "will_not_ship", "cancelled")
    ]
    return (
        select(
            rows.c.id.label("row_id"),
            *(rows.c[name] for name in columns_of(SampleRequest) if name != "id"),
            case((is_open, 1), else_=0).label("is_open"),
            *sums,
            _house(),
        )
        .join(_HOUSES, _HOUSES.c.id == rows.c.distributor_id)
        .where(visible.of_requests(rows))
    )


def _row_id(row_key: ColumnElement[Any], distributor_id: ColumnElement[Any], mark: str = "") -> ColumnElement[str]:
    """As `follow_up_id`; a mark tells rows of two tables apart."""
    return (literal(mark) + cast(row_key, String) + literal("@") + distributor_id).label("row_id")


def _house() -> ColumnElement[str]:
    return _HOUSES.c.name.label("house")


def with_names(connection: Connection, visible: Visible, rows: Sequence[Any]) -> list[Any]:
    """The rows with the names of their goods, where those are seen."""
    products = LINE_TABLES["products"]
    wanted = select(products.c.distributor_id, products.c.item_no, _goods(True)).where(
        visible.of_line(products, "products"),
        products.c.distributor_id.in_({row.distributor_id for row in rows}),
        products.c.item_no.in_({row.item_no for row in rows}),
    )
    names = {(house, item_no): goods for house, item_no, goods in connection.execute(wanted)}
    return [
        SimpleNamespace(**{**row._mapping, "goods": names.get((row.distributor_id, row.item_no), "")}) for row in rows
    ]


def _goods(named: bool) -> ColumnElement[str]:
    if not named:
        return literal("").label("goods")
    products = LINE_TABLES["products"]
    name = func.coalesce(products.c.pattern_name, "") + literal(" ") + func.coalesce(products.c.color_name, "")
    return func.trim(name).label("goods")


def _with_goods(
    chosen: Select[Any], visible: Visible, distributor_id: ColumnElement[Any], item_no: ColumnElement[Any]
) -> Select[Any]:
    products = LINE_TABLES["products"]
    is_it = and_(
        products.c.distributor_id == distributor_id,
        products.c.item_no == item_no,
        visible.of_line(products, "products"),
    )
    return chosen.outerjoin(products, is_it)
