"""The door of inquiries: what the shell shows of it, and how many want something of the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from desktop.feature import FeatureContext, Page, RouteOpener, SearchHit

if TYPE_CHECKING:
    from desktop.features.inquiries.page import InquiriesPage
    from shared_models.sync.wire import MembershipCard

_ROLES = {"showroom": ("clerk", "rep"), "distributor": ("rep", "master")}


class InquiriesFeature:
    """What was asked of distributors: for those who ask, and for the master who answers."""

    name = "inquiries"
    title = "Inquiries"
    icon = "mail"
    position = 55
    counted_kinds = frozenset({"inquiries", "reserves", "inquiries_read"})

    def visible_for(self, acting: MembershipCard) -> bool:
        """Who sees rows of the follow-up, and the distributor's master."""
        return acting.role in _ROLES.get(acting.organisation_kind, ())

    def make_page(self, context: FeatureContext) -> Page:
        """The list and the inquiry in front."""
        from desktop.features.inquiries.page import InquiriesPage

        return InquiriesPage(context)

    def routes(self) -> Mapping[str, RouteOpener]:
        """`inquiries(inquiry=ID)` shows one."""
        return {"": _open}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Nothing: their rows are found, and each says what was asked about it."""
        return ()

    def count(self, context: FeatureContext) -> int:
        """For a master what waits for an answer; for others the answers that nobody has looked at."""
        from desktop.features.inquiries import queries
        from desktop.features.inquiries.reading import read_answers

        reader, acting = context.desk.database.read(), context.desk.acting
        if acting.role == "master":
            return queries.wants_an_answer(reader, acting.organisation_id)
        return queries.unread(reader, read_answers(context.view_state))


def _open(page: Page, arguments: Mapping[str, object]) -> None:
    if inquiry_id := arguments.get("inquiry"):
        cast("InquiriesPage", page).open_inquiry(str(inquiry_id))
