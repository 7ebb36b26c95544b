"""The main window: navigation, header, banners, pages and status bar; knows features by their protocol only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.feature import Feature, FeatureContext, Page, RouteOpener
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.shell.counts import Counts
from desktop.shell.header import Header
from desktop.shell.page_stack import PageStack
from desktop.shell.rail import Rail
from desktop.shell.status_bar import StationStatus, StatusBar
from desktop.widgets.key_hint import KeyHint
from desktop.widgets.notice_views import BannerArea, Toasts
from desktop.widgets.notices import Notices
from desktop.widgets.theme import ThemeKeeper

if TYPE_CHECKING:
    # The sheets of F1 and Ctrl+K are loaded when first asked for: the window comes sooner without them.
    from desktop.shell.find_everything import FindEverything
    from desktop.widgets.key_help import KeyHelp

_STATE_KEY = "window"
_SYNC_CENTRE = "sync_centre"
EVERYWHERE = (
    KeyHint("Ctrl+1…9", "Go to a page"),
    KeyHint("Ctrl+K", "Find anything"),
    KeyHint("Ctrl+Z", "Take the last scan back"),
    KeyHint("Ctrl+L", "Lock this desk"),
    KeyHint("Ctrl+Shift+L", "Light or dark"),
    KeyHint("F1", "This sheet"),
    KeyHint("Ctrl+Q", "Close the program"),
)


class MainWindow(QMainWindow):
    """Shows one person's features; or, before anybody is signed in, a gate that covers everything.

    `membership_chosen` carries the card a person wants to act under: change the desk and call `open_for`
    again. `closed` comes after every page agreed to close.
    """

    membership_chosen = Signal(object)
    closed = Signal()
    lock_asked = Signal()

    def __init__(
        self,
        settings: Settings,
        view_state: ViewState,
        theme: ThemeKeeper,
        routes: Routes,
        notices: Notices,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Order-Track")
        self.setMinimumSize(960, 600)
        self._view_state = view_state
        self._theme = theme
        self._routes = routes
        self._notices = notices
        self._features: tuple[Feature, ...] = ()
        self._context: FeatureContext | None = None
        self._find: FindEverything | None = None
        self._counts: Counts | None = None
        self.rail, self.header, self.pages, self.status_bar = Rail(), Header(settings), PageStack(), StatusBar()
        self._stack = QStackedWidget()
        self._lay_out()
        self.toasts = Toasts(notices, self, beside=self.rail, above=self.status_bar)
        self._connect()
        self._add_keys()
        self._restore_place()

    # --- who is here -----------------------------------------------------------------------------

    def show_gate(self, widget: QWidget) -> None:
        """Covers everything with one widget, the sign-in for instance, until `open_for`."""
        self._leave_gate()
        self._close_pages()
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)

    def open_for(self, features: Sequence[Feature], context: FeatureContext) -> None:
        """Shows the features this membership may use, and the page that was last in front.

        The page is made after the window is on screen, so that starting is seen at once.
        """
        self._leave_gate()
        self._close_pages()
        acting = context.desk.acting
        visible = sorted((one for one in features if one.visible_for(acting)), key=lambda one: one.position)
        self._features = tuple(visible)
        self.rail.show_features(visible)
        self.pages.show_features(visible, context)
        self.header.show_person(context.desk.person_name, context.desk.memberships, acting)
        self._context = context
        self._counts = Counts(self.rail, visible, context)
        for feature in visible:
            self._register_routes(feature)
        kept = self._view_state.text(f"{_STATE_KEY}:page")
        names = [one.name for one in visible]
        if names:
            first = kept if kept in names else names[0]
            self.rail.choose(first)
            self.header.show_page(self._feature(first).title)
            QTimer.singleShot(0, self, lambda: self._open_first(first))

    def open_page(self, name: str) -> Page:
        """Brings a page to the front; KeyError when this person has no such page."""
        if self._find is not None:
            self._find.close_panel()
        return self.pages.open_page(name)

    def show_status(self, status: StationStatus) -> None:
        """Shows what waits, the connection and where the keys are."""
        self.status_bar.show_status(status)

    def add_person_action(self, text: str, slot: Callable[[], None]) -> None:
        """An entry at the end of the person's menu."""
        self.header.add_person_action(text, slot)

    def may_leave(self) -> bool:
        """Whether every page agrees that the program closes or another person takes over."""
        return all(page.may_leave() for page in self.pages.made.values())

    # --- keys ------------------------------------------------------------------------------------

    def show_keys(self) -> KeyHelp:
        """F1: the keys of the page in front and those that work everywhere."""
        from desktop.widgets.key_help import KeyHelp

        page = self.pages.page_in_front()
        groups: list[tuple[str, Sequence[KeyHint]]] = [("Everywhere", EVERYWHERE)]
        if page is not None and page.key_hints():
            groups.insert(0, (self._feature(self.pages.in_front).title, tuple(page.key_hints())))
        sheet = KeyHelp(groups, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()
        return sheet

    def find_everything(self) -> None:
        """Ctrl+K."""
        from desktop.shell.find_everything import FindEverything

        if self._context is None:
            return
        if self._find is None:
            self._find = FindEverything(self, self._features, self._context, self.open_page)
        self._find.open_panel()

    def undo(self) -> None:
        """Ctrl+Z: takes the last scan of the page in front back, or says that there is none."""
        page = self.pages.page_in_front()
        if page is not None and page.can_undo():
            page.undo()
        elif page is not None:
            self._notices.attention("There is nothing here to take back.")

    # --- as Qt asks for it -----------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes only if every page agrees; remembers where the window stood."""
        if not self.may_leave():
            event.ignore()
            return
        geometry = self.saveGeometry().toBase64().toStdString()
        self._view_state.keep(f"{_STATE_KEY}:geometry", geometry)
        self._view_state.save()
        event.accept()
        self.closed.emit()

    # --- inside ----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        banners = BannerArea(self._notices)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.header)
        right.addWidget(banners)
        right.addWidget(self.pages, 1)
        upper = QHBoxLayout()
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addLayout(right, 1)
        desk = QWidget()
        outer = QVBoxLayout(desk)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(upper, 1)
        outer.addWidget(self.status_bar)
        self._stack.addWidget(desk)
        self.setCentralWidget(self._stack)

    def _connect(self) -> None:
        self.rail.page_chosen.connect(self.open_page)
        self.pages.page_opened.connect(self._on_page_opened)
        self.pages.title_altered.connect(self._on_title_altered)
        self.header.membership_chosen.connect(self._on_membership_chosen)
        self.header.find_asked.connect(self.find_everything)
        self.status_bar.badge_pressed.connect(self._on_badge_pressed)

    def _add_keys(self) -> None:
        for number in range(1, 10):
            self._add_key(f"Ctrl+{number}", partial(self._open_number, number))
        self._add_key("F1", self.show_keys)
        self._add_key("Ctrl+K", self.find_everything)
        self._add_key("Ctrl+Z", self.undo)
        self._add_key("Ctrl+L", self.lock_asked.emit)
        self._add_key("Ctrl+Shift+L", self._theme.toggle)
        self._add_key("Ctrl+Q", self.close)

    def _add_key(self, key: str, slot: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.activated.connect(slot)

    def _restore_place(self) -> None:
        kept = self._view_state.text(f"{_STATE_KEY}:geometry")
        if not kept or not self.restoreGeometry(QByteArray.fromBase64(kept.encode())):
            self.resize(1280, 800)

    def _leave_gate(self) -> None:
        while self._stack.count() > 1:
            gate = self._stack.widget(1)
            if gate is not None:
                self._stack.removeWidget(gate)
                gate.deleteLater()

    def _close_pages(self) -> None:
        self._routes.clear()
        self._features, self._context, self._counts = (), None, None
        self.pages.show_features((), None)
        if self._find is not None:
            self._find.hide()
            self._find.deleteLater()
            self._find = None

    def _register_routes(self, feature: Feature) -> None:
        openers = dict(feature.routes())
        self._routes.register(feature.name, self._route(feature.name, openers.pop("", None)))
        for place, opener in openers.items():
            self._routes.register(f"{feature.name}.{place}", self._route(feature.name, opener))

    def _route(self, name: str, opener: RouteOpener | None) -> Callable[..., None]:
        def open_route(**arguments: object) -> None:
            page = self.open_page(name)
            if opener is not None:
                opener(page, arguments)

        return open_route

    def _feature(self, name: str) -> Feature:
        return next(one for one in self._features if one.name == name)

    def _open_first(self, name: str) -> None:
        # A route or a key may have opened another page in the moment between.
        if not self.pages.in_front and any(one.name == name for one in self._features):
            self.open_page(name)

    def _open_number(self, number: int) -> None:
        if number <= len(self._features):
            self.open_page(self._features[number - 1].name)

    def _on_page_opened(self, name: str) -> None:
        self.rail.choose(name)
        self.header.show_page(self._feature(name).title, self.pages.beside_title(name))
        self._view_state.keep(f"{_STATE_KEY}:page", name)

    def _on_title_altered(self, name: str, words: str) -> None:
        if name == self.pages.in_front:
            self.header.show_page(self._feature(name).title, words)

    def _on_membership_chosen(self, card: object) -> None:
        if self.may_leave():
            self.membership_chosen.emit(card)

    def _on_badge_pressed(self) -> None:
        if self._routes.can_open(_SYNC_CENTRE):
            self._routes.open(_SYNC_CENTRE)
