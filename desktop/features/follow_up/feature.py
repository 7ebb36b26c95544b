"""The door of the follow-up: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.follow_up.page import FollowUpPage
    from desktop.features.follow_up.rows import Elsewhere
    from shared_models.sync.wire import MembershipCard

_SHORTEST_WORDS = 3
_ROLES = ("clerk", "rep", "master")


class FollowUpFeature:
    """Orders, reserves, freight and customers for clerks, reps and masters."""

    name = "follow_up"
    title = "Follow-up"
    icon = "follow-up"
    position = 50

    def visible_for(self, acting: MembershipCard) -> bool:
        """Everybody who answers a customer; what each sees is decided by what reaches the station."""
        return acting.organisation_kind in ("showroom", "distributor") and acting.role in _ROLES

    def make_page(self, context: FeatureContext) -> Page:
        """The lists and their drawer."""
        from desktop.features.follow_up.page import FollowUpPage

        return FollowUpPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`follow_up(list=NAME, find=WORDS, row=ID)` shows a list, filtered."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Whatever is followed by any number, name, item or sidemark; `1354 32` asks if one lot will do."""
        if len(text.strip()) < _SHORTEST_WORDS:
            return []
        from desktop.features.follow_up.find import found_anywhere

        routes = context.routes
        return [
            SearchHit(hit.title, hit.detail, "follow-up", partial(_lead, routes.open, hit.leads_to))
            for hit in found_anywhere(context.desk, text)
        ]


def _lead(open_route: Callable[..., None], place: Elsewhere) -> None:
    open_route("follow_up", list=place.list_name, find=place.text, row=place.row_id)


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    from desktop.features.follow_up.rows import Elsewhere

    find, row_id = str(arguments.get("find") or ""), str(arguments.get("row") or "")
    if find:
        place = Elsewhere(str(arguments.get("list") or "orders"), find, row_id)
        cast("FollowUpPage", page).open_elsewhere(place)
