"""The drawer beside a list: the facts of the row in front, and everything that bears on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.features.follow_up.columns import related_columns
from desktop.features.follow_up.rows import Elsewhere, Related, Story
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.panels import Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import GAP, SMALL, TextRole


class Drawer(Panel):
    """Shows one `Story`. `elsewhere_wanted` carries the `Elsewhere` that a person asked for."""

    elsewhere_wanted = Signal(object)

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__("Nothing is chosen")
        self.heading.setWordWrap(True)
        self.heading.setObjectName("drawer_heading")
        self.below = label("", muted=True, wrap=True)
        self.below.setObjectName("drawer_below")
        self.track = Button("track", "Follow the parcel", self._track, kind=Kind.QUIET, icon_name="truck")
        self.timeline = Button("show_timeline", "Time line", self._show_timeline, kind=Kind.QUIET, icon_name="waiting")
        self.timeline.setToolTip("Everything with this sidemark in order of time  F7")
        for button in (self.track, self.timeline):
            # Without an edge its icon stands where the words above and below begin.
            button.setProperty("flush", True)
        self._sidemark = ""
        self._story: Story | None = None
        self.notes = label("", wrap=True)
        self._link = ""
        self._facts = QWidget()
        self._grid = QGridLayout(self._facts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(SMALL // 2)
        self._grid.setColumnStretch(1, 1)
        self.related: RowTable[Related] = RowTable(
            "table_related", "What bears on it", related_columns(now),
            key=lambda row: (row.kind, row.on, row.what), view_state=view_state,
        )  # fmt: skip
        self.related.say_when_empty("Nothing else on this station bears on it.", icon="info")
        self.related.row_activated.connect(self._on_related)
        self._lay_out()
        self.show_story(None)

    @property
    def is_empty(self) -> bool:
        """Whether it tells of no row."""
        return self._story is None

    def show_story(self, story: Story | None) -> None:
        """Tells another row; None when none is chosen."""
        self._story = story
        self.heading.setText(story.heading if story else "Nothing is chosen")
        self.below.setText(story.subheading if story else "Choose a row to see what bears on it.")
        self._show_facts(story)
        self._link = story.link if story else ""
        self.track.setVisible(bool(self._link))
        self._sidemark = story.sidemark if story else ""
        self.timeline.setVisible(bool(self._sidemark))
        self.notes.setText(story.notes if story else "")
        self.notes.setVisible(bool(self.notes.text()))
        self.related.setVisible(story is not None)
        self.related.show_rows(story.related if story else ())

    def facts(self) -> dict[str, str]:
        """What stands in the drawer, by caption."""
        found = {}
        for row in range(self._grid.rowCount()):
            caption, value = self._grid.itemAtPosition(row, 0), self._grid.itemAtPosition(row, 1)
            shown = value.widget() if value is not None else None
            if caption is not None and shown is not None:
                found[_text(caption.widget())] = shown.toolTip()
        return found

    def _show_facts(self, story: Story | None) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, fact in enumerate(story.facts if story else ()):
            caption = label(fact.caption, TextRole.CAPTION, muted=True)
            value = _Value(fact.value)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)

    def _on_related(self, row: Related) -> None:
        if row.leads_to is not None:
            self.elsewhere_wanted.emit(Elsewhere(*row.leads_to))

    def _show_timeline(self) -> None:
        if self._sidemark:
            self.elsewhere_wanted.emit(Elsewhere("timeline", self._sidemark))

    def _track(self) -> None:
        QDesktopServices.openUrl(QUrl(self._link))

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SMALL, 0)
        column.setSpacing(SMALL)
        column.addWidget(self._facts)
        column.addWidget(self.notes)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        # The panel's own ground shows through.
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.body.addWidget(self.below)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        buttons.addWidget(self.track)
        buttons.addWidget(self.timeline)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.body.addWidget(scroll, 3)
        self.body.addWidget(self.related, 2)


class _Value(QLabel):
    """What stands under a caption. A word longer than the room, such as an address, is shortened in its middle."""

    def __init__(self, value: str) -> None:
        super().__init__(value, wordWrap=True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setToolTip(value)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shortens what cannot be wrapped."""
        super().resizeEvent(event)
        words, metrics = self.toolTip().split(" "), self.fontMetrics()
        shown = " ".join(metrics.elidedText(word, Qt.TextElideMode.ElideMiddle, self.width()) for word in words)
        if shown != self.text():
            self.setText(shown)


def _text(widget: QWidget | None) -> str:
    return str(widget.property("text") or "") if widget is not None else ""
