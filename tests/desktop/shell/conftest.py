"""A main window with two small real features in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout
from pytestqt.qtbot import QtBot

from desktop.feature import Feature, FeatureContext, KeyHint, Page, RouteOpener, SearchHit
from desktop.foundation.changes import ChangeBus
from desktop.foundation.jobs import InlineJobs, Jobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.notices import Notices
from desktop.widgets.scan_field import ScanField
from desktop.widgets.theme import ThemeKeeper
from shared_models.sync.wire import MembershipCard

if TYPE_CHECKING:
    from desktop.sync.desk import Desk


class NotePage(Page):
    """A page with a scan box whose scans can be taken back."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self.context = context
        self.scan_box = ScanField("Scan")
        self.scans: list[str] = []
        self.opened: list[object] = []
        self.leaving_allowed = True
        self.scan_box.entered.connect(lambda text, _from_scanner: self.scans.append(text))
        QVBoxLayout(self).addWidget(self.scan_box)

    def key_hints(self) -> Sequence[KeyHint]:
        return (KeyHint("F4", "Return instead of lend"),)

    def on_shown(self) -> None:
        self.scan_box.arm()

    def can_undo(self) -> bool:
        return bool(self.scans)

    def undo(self) -> None:
        self.scans.pop()

    def may_leave(self) -> bool:
        return self.leaving_allowed


@dataclass
class NoteFeature:
    """A feature for those roles; counts the pages it made."""

    name: str
    title: str
    position: int
    roles: frozenset[str] = frozenset({"clerk", "rep"})
    icon: str = "library"
    made: list[NotePage] = field(default_factory=list)

    def visible_for(self, acting: MembershipCard) -> bool:
        return acting.role in self.roles

    def make_page(self, context: FeatureContext) -> Page:
        self.made.append(NotePage(context))
        return self.made[-1]

    def routes(self) -> Mapping[str, RouteOpener]:
        def open_designer(page: Page, arguments: Mapping[str, object]) -> None:
            assert isinstance(page, NotePage)
            page.opened.append(arguments["designer"])

        return {"designer": open_designer}

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        if text not in "chevron":
            return ()
        return (SearchHit("Chevron", value=lambda: context.routes.open(f"{self.name}.designer", designer="found")),)


CLERK = MembershipCard(
    organisation_id="s1",
    organisation_code="SAYRE",
    organisation_name="Sayre & Finch",
    organisation_kind="showroom",
    role="clerk",
    modules=[],
)
REP = MembershipCard(
    organisation_id="d1",
    organisation_code="HARB",
    organisation_name="Harbour Textiles",
    organisation_kind="distributor",
    role="rep",
    modules=[],
)


@dataclass
class SmallDesk:
    """Who is here; all that the shell asks of a desk."""

    person_name: str
    memberships: tuple[MembershipCard, ...]
    acting: MembershipCard


@dataclass
class Program:
    """The window and what it was made of."""

    window: MainWindow
    library: NoteFeature
    orders: NoteFeature
    routes: Routes
    notices: Notices
    settings: Settings
    view_state: ViewState
    open_as: Callable[[MembershipCard], None]

    @property
    def features(self) -> Sequence[Feature]:
        return (self.orders, self.library)

    def page_in_front(self) -> NotePage:
        page = self.window.pages.page_in_front()
        assert isinstance(page, NotePage)
        return page


class MakeProgram(Protocol):
    """Makes a program over what a former window left."""

    def __call__(self, view_state: ViewState, jobs: Jobs | None = None) -> Program: ...


@pytest.fixture
def make_program(qtbot: QtBot, qapp: QApplication) -> MakeProgram:
    def make(view_state: ViewState, jobs: Jobs | None = None) -> Program:
        settings, routes, notices = Settings(), Routes(), Notices()
        library = NoteFeature("library", "Library", 1)
        orders = NoteFeature("sample_orders", "Sample orders", 2, frozenset({"clerk"}))
        window = MainWindow(settings, view_state, ThemeKeeper(qapp, settings), routes, notices)
        qtbot.addWidget(window)

        def open_as(card: MembershipCard) -> None:
            desk = cast("Desk", SmallDesk("Dana Weiss", (CLERK, REP), card))
            context = FeatureContext(settings, view_state, jobs or InlineJobs(), routes, ChangeBus(), notices, desk)
            window.open_for((orders, library), context)

        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return Program(window, library, orders, routes, notices, settings, view_state, open_as)

    return make


@pytest.fixture
def program(make_program: MakeProgram, qtbot: QtBot) -> Program:
    made = make_program(ViewState())
    made.open_as(CLERK)
    qtbot.waitUntil(lambda: made.window.pages.in_front == "library")
    return made
