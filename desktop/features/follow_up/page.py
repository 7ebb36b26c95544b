"""The follow-up page: a list a tab, and one drawer for the row in front."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.follow_up.asking_strip import AskingStrip
from desktop.features.follow_up.drawer import Drawer
from desktop.features.follow_up.list_panel import ListPanel
from desktop.features.follow_up.lists import LISTS
from desktop.features.follow_up.rows import AnySeen, Elsewhere
from desktop.features.follow_up.story import story_of
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE

_A_MINUTE = 60_000
_LIST_WIDTH, _DRAWER_WIDTH = 734, 296


class FollowUpPage(Page):
    """What became of orders, reserves, shipments and customers, as their distributors last told it."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._panels: dict[str, ListPanel] = {}
        self._rooms: list[QVBoxLayout] = []
        """Where the panels stand, by the places of their lists."""
        self.drawer = Drawer(context.desk.clock.now, context.view_state)
        self.asking = AskingStrip(context)
        self.drawer.body.insertWidget(1, self.asking)
        self._stale: set[str] = {shown.name for shown in LISTS}
        self._told: Job | None = None
        self.tabs = QTabWidget()
        self.tabs.setObjectName("follow_up_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for shown in LISTS:
            room = QWidget()
            self._rooms.append(QVBoxLayout(room))
            self._rooms[-1].setContentsMargins(0, 0, 0, 0)
            self.tabs.addTab(room, shown.title)
        self.tabs.currentChanged.connect(self._on_tab)
        self.minute = QTimer(self, interval=_A_MINUTE)
        self.minute.timeout.connect(self._on_minute)
        self.minute.start()
        self.drawer.elsewhere_wanted.connect(self.open_elsewhere)
        for number in range(1, len(LISTS) + 1):
            QShortcut(QKeySequence(f"Alt+{number}"), self, partial(self.tabs.setCurrentIndex, number - 1))
        QShortcut(QKeySequence("Ctrl+F"), self, self._to_filter)
        QShortcut(QKeySequence("F6"), self, self.drawer.related.setFocus)
        QShortcut(QKeySequence("F7"), self, self.drawer.timeline.click)
        self._lay_out()
        context.changes.subscribe(self._on_changes)

    @property
    def in_front(self) -> ListPanel:
        """The list that is seen; made when it is seen first."""
        place = self.tabs.currentIndex()
        shown = LISTS[place]
        panel = self._panels.get(shown.name)
        if panel is None:
            panel = self._panels[shown.name] = ListPanel(shown, self._context)
            panel.row_chosen.connect(partial(self._on_row, shown.name))
            panel.elsewhere_wanted.connect(self.open_elsewhere)
            self._rooms[place].addWidget(panel)
            panel.show()
        return panel

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint(f"Alt+1…{len(LISTS)}", ", ".join(shown.title for shown in LISTS)),
            KeyHint("Ctrl+F", "Filter the list"),
            KeyHint("Up / Down", "Walk through the list while typing"),
            KeyHint("F6", "To what bears on the row; Enter opens it"),
            KeyHint("F7", "Time line of the row's sidemark"),
            KeyHint("Ctrl+D", "Ask the distributor about the reserve or the order in front"),
            KeyHint("Ctrl+Z", "Withdraw what was just asked"),
            KeyHint("Ctrl+E", "Export the list as it is shown"),
        )

    def on_shown(self) -> None:
        """Ready to type."""
        self._refresh_stale()
        self.in_front.filter.setFocus()

    def can_undo(self) -> bool:
        """Whether something was asked here that can still be withdrawn."""
        return self.asking.can_withdraw()

    def undo(self) -> None:
        """Withdraws what was asked last."""
        self.asking.withdraw_last()

    def open_elsewhere(self, place: Elsewhere) -> None:
        """Shows another list, filtered, and chooses what is meant there."""
        names = [shown.name for shown in LISTS]
        self._stale.discard(place.list_name)
        self.tabs.setCurrentIndex(names.index(place.list_name))
        self.in_front.look_for(place)
        self.in_front.table.setFocus()

    # --- inside ----------------------------------------------------------------------------------

    def _on_changes(self, changes: Changes) -> None:
        came = {
            name
            for name, panel in self._panels.items()
            if changes.touches(*panel.source.datasets, "organisations", "dataset_freshness", "inquiries")
        }
        if came:
            self._stale |= came
            for name in came:
                self._panels[name].source.changed()
            if self.isVisible():
                self._refresh_stale()

    def _on_minute(self) -> None:
        if self.isVisible():
            self.in_front.tell_age()

    def _to_filter(self) -> None:
        self.in_front.filter.setFocus()

    def _on_tab(self, _place: int) -> None:
        self._refresh_stale()
        panel = self.in_front
        self._on_row(panel.shown.name, panel.table.current_row() if panel.table.selected_rows() else None)
        panel.filter.setFocus()

    def _refresh_stale(self) -> None:
        name = self.in_front.shown.name
        if name in self._stale:
            self._stale.discard(name)
            self.in_front.refresh()

    def _on_row(self, name: str, seen: AnySeen | None) -> None:
        if name != self.in_front.shown.name:
            return
        if self._told is not None:
            self._told.cancel()
        if seen is None and self.drawer.is_empty:
            return
        self.asking.show_row(seen.record if seen is not None else None)
        if seen is None:
            self.drawer.show_story(None)
            return
        desk = self._context.desk
        self._told = self._context.jobs.submit_read(lambda: story_of(desk, seen), self.drawer.show_story)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("follow_up_split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(WIDE)
        split.addWidget(self.tabs)
        split.addWidget(self.drawer)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([_LIST_WIDTH, _DRAWER_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.setSpacing(SMALL)
        layout.addWidget(split, 1)
