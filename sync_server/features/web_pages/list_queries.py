"""A page of a list: filtered by words, sorted by a column, gone on with from the last row that was seen."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, String, and_, case, func, literal, or_, select
from sqlalchemy.sql.selectable import Subquery

from shared_models.kernel.errors import DomainError
from sync_server.features.web_pages.lists import FollowUpList
from sync_server.features.web_pages.sources import with_names
from sync_server.features.web_pages.visible import Visible

ROWS_A_PAGE = 50
_MOST_WORDS = 8
_LONGEST_SEARCH = 120


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the sorted value of that row and its id."""

    is_blank: int
    value: str | int | None
    row_id: str


class Wish(NamedTuple):
    """What somebody wants to see of a list."""

    text: str = ""
    open_only: bool = False
    sort: str = ""
    """A column's key; `-` before it for downwards."""
    after: str = ""
    before: str = ""


class ListPage(NamedTuple):
    """Some rows, and from where the pages before and after them begin; empty where there is none."""

    rows: Sequence[Any]
    before: str
    after: str


class _Order(NamedTuple):
    """Blank ones come last in either direction; the id makes the order complete."""

    blank: ColumnElement[int]
    value: ColumnElement[Any]
    row_id: ColumnElement[str]
    descending: bool

    def by(self, *, reverse: bool) -> list[ColumnElement[Any]]:
        value = self.value.desc() if self.descending != reverse else self.value.asc()
        if reverse:
            return [self.blank.desc(), value, self.row_id.desc()]
        return [self.blank.asc(), value, self.row_id.asc()]

    def beyond(self, place: Place, *, reverse: bool) -> ColumnElement[bool]:
        """Rows after the place, or with `reverse` before it."""
        steps = (
            (self.blank, literal(place.is_blank, Integer), reverse),
            (self.value, literal(place.value, self.value.type), self.descending != reverse),
            (self.row_id, literal(place.row_id, String), reverse),
        )
        found: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for column, value, down in steps:
            found.append(and_(*same, column < value if down else column > value))
            same.append(column == value)
        return or_(*found)


def page_of(
    connection: Connection, which: FollowUpList, visible: Visible, wish: Wish, rows_a_page: int = ROWS_A_PAGE
) -> ListPage:
    """The page that is wished for. Raises `DomainError("malformed")` for a place that no page gave."""
    # A CSV of many rows needs every name anyway; and names are needed where they are searched or sorted by.
    named = bool(wish.text) or wish.sort.removeprefix("-") == "goods" or rows_a_page > ROWS_A_PAGE
    rows = which.source(visible, named).subquery("seen")
    order = _order(which, rows, wish.sort)
    reverse = bool(wish.before) and not wish.after
    chosen = select(*rows.c, order.blank.label("_blank"), order.value.label("_value")).where(_filter(which, rows, wish))
    if wish.after or wish.before:
        chosen = chosen.where(order.beyond(_place(wish.after or wish.before, order), reverse=reverse))
    found = list(connection.execute(chosen.order_by(*order.by(reverse=reverse)).limit(rows_a_page + 1)))
    more, found = len(found) > rows_a_page, found[:rows_a_page]
    if reverse:
        found.reverse()
    if found and not named and "goods" in rows.c:
        found = with_names(connection, visible, found)
    has_before = more if reverse else bool(wish.after)
    has_after = True if reverse else more
    return ListPage(
        rows=found,
        before=_text(found[0]) if found and has_before else "",
        after=_text(found[-1]) if found and has_after else "",
    )


def row_of(connection: Connection, which: FollowUpList, visible: Visible, row_id: str) -> Any:
    """One row that may be seen. Raises `DomainError("not_found")` for any other."""
    rows = which.source(visible, True).subquery("seen")
    wanted = select(rows).where(rows.c.row_id == row_id)
    key, _, distributor_id = row_id.partition("@")
    if "row_key" in rows.c and key.lstrip("s").isdecimal() and len(key) <= 18:
        # Found by the keys of its table, not by looking at each.
        wanted = wanted.where(rows.c.row_key == int(key.lstrip("s")), rows.c.distributor_id == distributor_id)
    found = connection.execute(wanted).first() if "\0" not in row_id else None
    if found is None:
        raise DomainError("not_found", "There is no such row here, or no longer.")
    return found


def rows_with(
    connection: Connection,
    which: FollowUpList,
    visible: Visible,
    distributor_id: str,
    column: str,
    value: str,
    most: int,
) -> Sequence[Any]:
    """The rows of one distributor with this value in a column; none for an empty value."""
    if not value:
        return []
    rows = which.source(visible, True).subquery("seen")
    wanted = select(rows).where(rows.c.distributor_id == distributor_id, rows.c[column] == value)
    return list(connection.execute(wanted.order_by(rows.c.row_id).limit(most)))


def _order(which: FollowUpList, rows: Subquery, sort: str) -> _Order:
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in which.sortable:
        key, descending = which.usual.removeprefix("-"), which.usual.startswith("-")
    column = rows.c[key]
    is_text = isinstance(column.type, String)
    nothing = column == "" if is_text else column.is_(None)
    value: ColumnElement[Any] = (
        func.lower(column, type_=String()) if is_text else func.coalesce(column, 0, type_=column.type)
    )
    return _Order(case((nothing, 1), else_=0), value, rows.c.row_id, descending)


def _filter(which: FollowUpList, rows: Subquery, wish: Wish) -> ColumnElement[bool]:
    terms: list[ColumnElement[bool]] = [which.is_open(rows)] if wish.open_only else []
    whole: ColumnElement[str] = literal("")
    for name in which.words:
        whole = whole + " " + func.coalesce(rows.c[name], "")
    words = wish.text[:_LONGEST_SEARCH].replace("\0", "").split()[:_MOST_WORDS]
    terms += [whole.icontains(word, autoescape=True) for word in words]
    return and_(literal(1) == 1, *terms)


def _text(row: Any) -> str:
    value = row._value
    place = Place(row._blank, value if isinstance(value, str | int | None) else str(value), row.row_id)
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _place(text: str, order: _Order) -> Place:
    try:
        place = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Place)
    except (ValueError, msgspec.MsgspecError):
        raise _no_place() from None
    fits = isinstance(place.value, str) if isinstance(order.value.type, String) else place.value is not None
    if not fits or "\0" in f"{place.value}{place.row_id}":
        raise _no_place()
    return place


def _no_place() -> DomainError:
    return DomainError("malformed", "This page cannot be gone on with from there; begin the list anew.")
