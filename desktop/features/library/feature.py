"""The door of the library desk: what the shell shows of it, and the places that other pages open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.library.page import LibraryPage
    from shared_models.sync.wire import MembershipCard

_MOST_HITS = 5


class LibraryFeature:
    """Lending and taking back for clerks and reps of a showroom that has Sample Checkout."""

    name = "library"
    title = "Library"
    icon = "library"
    position = 10

    def visible_for(self, acting: MembershipCard) -> bool:
        """Clerks and reps of a showroom with Sample Checkout."""
        return (
            acting.organisation_kind == "showroom"
            and acting.role in ("clerk", "rep")
            and "sample_checkout" in acting.modules
        )

    def make_page(self, context: FeatureContext) -> Page:
        """The desk."""
        from desktop.features.library.page import LibraryPage

        return LibraryPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`library(designer=ID)` begins her visit, `library(copy=ID)` shows who has it, `library()` just opens it."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Designers by name and copies by item or pattern."""
        from desktop.features.library import queries

        reader, showroom, routes = context.desk.database.read(), context.desk.acting.organisation_id, context.routes
        designers = [
            SearchHit(row.name, row.firm or "Designer", "person", _opener(routes.open, designer=row.designer_id))
            for row in queries.designers_named(reader, showroom, text)[:_MOST_HITS]
        ]
        copies = [
            SearchHit(
                f"{row.item_no}  {row.title}",
                f"with {row.designer}" if row.is_out else f"on shelf {row.shelf}",
                "library",
                _opener(routes.open, copy=row.copy_id),
            )
            for row in queries.copies_found(reader, showroom, text)[:_MOST_HITS]
        ]
        return [*designers, *copies]


def _opener(open_route: object, **arguments: object) -> object:
    return lambda: open_route("library", **arguments)  # type: ignore[operator]


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    desk = cast("LibraryPage", page)
    if designer_id := arguments.get("designer"):
        desk.choose_designer(str(designer_id))
    if copy_id := arguments.get("copy"):
        desk.show_copy(str(copy_id))
