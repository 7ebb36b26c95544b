"""The door of picking: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.picking.page import PickingPage
    from shared_models.sync.wire import MembershipCard

_MOST_HITS = 5
_MODULES = frozenset({"sample_processing", "basic"})
"""Sample Processing comes free with Basic."""


class PickingFeature:
    """Tickets and confirmations for pickers and masters of a distributor."""

    name = "picking"
    title = "Picking"
    icon = "picking"
    position = 40

    def visible_for(self, acting: MembershipCard) -> bool:
        """Pickers and masters of a distributor with Sample Processing."""
        return (
            acting.organisation_kind == "distributor"
            and acting.role in ("picker", "master")
            and not _MODULES.isdisjoint(acting.modules)
        )

    def make_page(self, context: FeatureContext) -> Page:
        """Queue, bench and lists."""
        from desktop.features.picking.page import PickingPage

        return PickingPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`picking(request=ID)` lays a request on the bench."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Requests by number, showroom or designer."""
        from desktop.features.picking import queries

        desk = context.desk
        rows = queries.queue(desk.database.read(), desk.acting.organisation_id, duplicate_days=0)
        words = text.casefold().split()
        return [
            SearchHit(
                row.number or "Request without a number yet",
                f"{row.showroom}, {row.lines_open} open",
                "picking",
                partial(context.routes.open, "picking", request=row.request_id),
            )
            for row in rows
            if words and all(word in f"{row.number} {row.showroom} {row.designer}".casefold() for word in words)
        ][:_MOST_HITS]


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    request_id = str(arguments.get("request") or "")
    if request_id:
        cast("PickingPage", page).open_request(request_id)
