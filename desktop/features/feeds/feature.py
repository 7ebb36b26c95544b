"""The door of feeds: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.feeds.page import FeedsPage
    from shared_models.sync.wire import MembershipCard


class FeedsFeature:
    """What the house publishes, for its masters."""

    name = "feeds"
    title = "Feeds"
    icon = "feeds"
    position = 60

    def visible_for(self, acting: MembershipCard) -> bool:
        """Masters of a distributor."""
        return acting.organisation_kind == "distributor" and acting.role == "master"

    def make_page(self, context: FeatureContext) -> Page:
        """Datasets, a file on its way in, and the history."""
        from desktop.features.feeds.page import FeedsPage

        return FeedsPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`feeds(dataset=NAME)` shows how a dataset stands."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Nothing: what is here must be asked of the server, which takes longer than a keystroke."""
        return ()


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    dataset = str(arguments.get("dataset") or "")
    if dataset:
        cast("FeedsPage", page).open_dataset(dataset)
