"""The door of sample orders: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.sample_orders.page import SampleOrdersPage
    from shared_models.sync.wire import MembershipCard

_MOST_HITS = 5
_SHORTEST_WORDS = 3


class SampleOrdersFeature:
    """Ordering samples for clerks and reps of a showroom that has Sample Orders."""

    name = "sample_orders"
    title = "Sample orders"
    icon = "sample-orders"
    position = 20

    def visible_for(self, acting: MembershipCard) -> bool:
        """Clerks and reps of a showroom with Sample Orders."""
        return (
            acting.organisation_kind == "showroom"
            and acting.role in ("clerk", "rep")
            and "sample_orders" in acting.modules
        )

    def make_page(self, context: FeatureContext) -> Page:
        """The order and its basket, and the requests with their status."""
        from desktop.features.sample_orders.page import SampleOrdersPage

        return SampleOrdersPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`sample_orders(designer=ID, find=WORDS)` looks for an item for a designer, both may be missing.

        `sample_orders.basket(items=[(distributor id, item number, title, sample type, quantity)], designer=ID,
        kit=ID)` puts items into the basket; `sample_orders.lines(find=WORDS)` shows what became of requests.
        """
        return {"": _open_order, "basket": _open_basket, "lines": _open_lines}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Products to order, and what was ordered, by item, pattern, designer or number."""
        if len(text.strip()) < _SHORTEST_WORDS:
            return []
        from desktop.features.sample_orders import queries
        from desktop.features.sample_orders.columns import outcome_text, status_chip

        desk, routes = context.desk, context.routes
        products = [
            SearchHit(
                f"{hit.item_no}  {hit.title}",
                "order a sample",
                "sample-orders",
                _opener(routes.open, "sample_orders", find=hit.item_no),
            )
            for hit in desk.catalogue.search(text, limit=_MOST_HITS)
        ]
        found = queries.order_lines(desk.database.read(), desk.acting.organisation_id, text).rows[:_MOST_HITS]
        lines = [
            SearchHit(
                f"{row.request_number or 'Request'}  {row.title or row.item_no}",
                " · ".join(part for part in (status_chip(row).word, outcome_text(row, desk.today())) if part),
                "truck",
                _opener(routes.open, "sample_orders.lines", find=row.item_no),
            )
            for row in found
        ]
        return [*products, *lines]


def _opener(open_route: Callable[..., None], name: str, **arguments: object) -> Callable[[], None]:
    return lambda: open_route(name, **arguments)


def _open_order(page: Page, arguments: Mapping[str, object]) -> None:
    orders = cast("SampleOrdersPage", page)
    orders.open_order(str(arguments.get("designer") or ""), str(arguments.get("find") or ""))


def _open_basket(page: Page, arguments: Mapping[str, object]) -> None:
    from desktop.features.sample_orders.actions import KitItem

    given = cast("Sequence[Sequence[Any]]", arguments.get("items") or ())
    cast("SampleOrdersPage", page).open_with_items(
        [KitItem(*one) for one in given], str(arguments.get("designer") or ""), str(arguments.get("kit") or "")
    )


def _open_lines(page: Page, arguments: Mapping[str, object]) -> None:
    cast("SampleOrdersPage", page).open_lines(str(arguments.get("find") or ""))
