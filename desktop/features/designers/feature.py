"""The door of the designers' page: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.designers.page import DesignersPage
    from shared_models.sync.wire import MembershipCard


class DesignersFeature:
    """Trade accounts, for clerks and reps of a showroom that has Sample Checkout."""

    name = "designers"
    title = "Designers"
    icon = "designers"
    position = 15

    def visible_for(self, acting: MembershipCard) -> bool:
        """Clerks and reps of a showroom with Sample Checkout."""
        return (
            acting.organisation_kind == "showroom"
            and acting.role in ("clerk", "rep")
            and "sample_checkout" in acting.modules
        )

    def make_page(self, context: FeatureContext) -> Page:
        """The list and the card."""
        from desktop.features.designers.page import DesignersPage

        return DesignersPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`designers(designer=ID)` shows her; `designers.card(designer=ID, back=PAGE)` opens her card to change it,
        and goes back to that page afterwards; `designers.new(card=BARCODE)` asks for a new designer.
        """
        return {"": _open, "card": _open_card, "new": _open_new}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Nothing: the library desk answers with designers, which is where they are wanted."""
        return ()


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    if designer_id := arguments.get("designer"):
        cast("DesignersPage", page).show_designer(str(designer_id))


def _open_card(page: Page, arguments: Mapping[str, object]) -> None:
    cast("DesignersPage", page).edit_designer(str(arguments.get("designer") or ""), str(arguments.get("back") or ""))


def _open_new(page: Page, arguments: Mapping[str, object]) -> None:
    cast("DesignersPage", page).add_designer(str(arguments.get("card") or ""))
