"""The door of the sync centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from shared_models.sync.wire import MembershipCard


class SyncCentreFeature:
    """What waits and what needs somebody; for everybody who works at a station."""

    name = "sync_centre"
    title = "Sync centre"
    icon = "sync"
    position = 90

    def visible_for(self, acting: MembershipCard) -> bool:
        """Everybody's work may wait."""
        return bool(acting.organisation_id)

    def make_page(self, context: FeatureContext) -> Page:
        """The inbox, what waits, and what was done."""
        from desktop.features.sync_centre.page import SyncCentrePage

        return SyncCentrePage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`sync_centre()` just opens it."""
        return {}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Nothing here is looked for by name."""
        return ()
