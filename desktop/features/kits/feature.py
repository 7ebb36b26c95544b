"""The door of kits: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.kits.page import KitsPage
    from shared_models.sync.wire import MembershipCard

_MOST_HITS = 5


class KitsFeature:
    """Kits for reps, and for clerks who look after them, of a showroom that has Sample Orders."""

    name = "kits"
    title = "Kits"
    icon = "kits"
    position = 30

    def visible_for(self, acting: MembershipCard) -> bool:
        """Clerks and reps of a showroom with Sample Orders."""
        return (
            acting.organisation_kind == "showroom"
            and acting.role in ("clerk", "rep")
            and "sample_orders" in acting.modules
        )

    def make_page(self, context: FeatureContext) -> Page:
        """The kits and their items."""
        from desktop.features.kits.page import KitsPage

        return KitsPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`kits(kit=ID)` shows one kit."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Kits by a part of their name."""
        from desktop.features.kits import queries

        desk = context.desk
        rep_id = desk.person_id if desk.acting.role == "rep" else ""
        found = queries.kits(desk.database.read(), desk.acting.organisation_id, rep_id)
        words = text.casefold().split()
        return [
            SearchHit(kit.name, f"Kit of {kit.rep}", "kits", partial(context.routes.open, "kits", kit=kit.kit_id))
            for kit in found
            if words and all(word in kit.name.casefold() for word in words)
        ][:_MOST_HITS]


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    cast("KitsPage", page).open_kit(str(arguments.get("kit") or ""))
