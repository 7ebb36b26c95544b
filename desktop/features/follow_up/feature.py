"""The door of the follow-up: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.follow_up.page import FollowUpPage
    from shared_models.sync.wire import MembershipCard

_MOST_HITS = 3
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
        """`follow_up(list=orders|reserves|freight|customers, find=WORDS)` shows a list, filtered."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Orders, reserves, shipments and customers by any number or name."""
        if len(text.strip()) < _SHORTEST_WORDS:
            return []
        from desktop.features.follow_up import queries
        from desktop.features.follow_up.lists import LISTS
        from desktop.features.follow_up.story import story_of

        reader, now = context.desk.database.read(), context.desk.clock.now()
        hits = []
        for shown in LISTS:
            places = queries.places(reader, shown.indexed, text, open_only=False)[:_MOST_HITS]
            found = queries.rows_at(reader, shown.kind, shown.indexed, places)
            for seen in (found[place] for place in places if place in found):
                story = story_of(reader, seen, now)
                opener = partial(context.routes.open, "follow_up", list=shown.name, find=text)
                hits.append(SearchHit(story.heading, story.subheading, "follow-up", opener))
        return hits


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    from desktop.features.follow_up.rows import Elsewhere

    find = str(arguments.get("find") or "")
    if find:
        cast("FollowUpPage", page).open_elsewhere(Elsewhere(str(arguments.get("list") or "orders"), find))
