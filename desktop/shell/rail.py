"""The navigation at the left: one entry a feature, with its icon and the number of its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from desktop.feature import Feature
from desktop.widgets.buttons import plain
from desktop.widgets.icons import icon, pixmap
from desktop.widgets.theme import GAP, SMALL, TEXT_PIXELS, TIGHT, WIDE, TextRole, current_colours

_WIDTH = 208
_MOST_KEYS = 9
_MANY = 1_000


class Rail(QFrame):
    """Says which page is chosen, and lets a person choose another. `page_chosen` carries the feature's name."""

    page_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName("Pages")
        self._entries: dict[str, RailEntry] = {}
        self._group = QButtonGroup(self)
        self._mark = QLabel()
        name = QLabel("Order-Track")
        name.setObjectName("rail_name")
        head = QHBoxLayout()
        head.setContentsMargins(SMALL + 2, 0, 0, 0)
        head.setSpacing(SMALL)
        head.addWidget(self._mark)
        head.addWidget(name, 1)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(GAP, WIDE, GAP, GAP)
        outer.setSpacing(WIDE)
        outer.addLayout(head)
        outer.addLayout(self._column)
        outer.addStretch(1)
        self._fit_type()
        self._draw_mark()

    def show_features(self, features: Sequence[Feature]) -> None:
        """Replaces the entries, in this order."""
        for entry in self._entries.values():
            self._group.removeButton(entry)
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = {}
        for number, feature in enumerate(features, start=1):
            entry = RailEntry(feature, number if number <= _MOST_KEYS else None)
            entry.clicked.connect(lambda _checked=False, name=feature.name: self.page_chosen.emit(name))
            self._group.addButton(entry)
            self._column.addWidget(entry)
            self._entries[feature.name] = entry

    def choose(self, name: str) -> None:
        """Marks the page that is in front."""
        if name in self._entries:
            self._entries[name].setChecked(True)

    def show_count(self, name: str, count: int) -> None:
        """How many things on a page want something of the person; 0 shows nothing."""
        if name in self._entries:
            self._entries[name].show_count(count)

    def changeEvent(self, event: QEvent) -> None:
        """Draws the mark in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._draw_mark()
        if event.type() == QEvent.Type.FontChange:
            self._fit_type()
        super().changeEvent(event)

    def _fit_type(self) -> None:
        self.setFixedWidth(round(_WIDTH * max(self.font().pixelSize(), 1) / TEXT_PIXELS[TextRole.BODY]))

    def _draw_mark(self) -> None:
        self._mark.setPixmap(pixmap("tag", current_colours().accent, 20, self.devicePixelRatioF()))


class RailEntry(QPushButton):
    """One page: icon, title, and the number that goes with Ctrl."""

    def __init__(self, feature: Feature, number: int | None) -> None:
        super().__init__(plain(feature.title))
        self.setObjectName(f"go_{feature.name}")
        self.setAccessibleName(feature.title)
        self.setCheckable(True)
        self.setIconSize(QSize(20, 20))
        self._icon_name = feature.icon
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, SMALL + TIGHT, 0)
        layout.addStretch(1)
        self._title = feature.title
        self.count = QLabel()
        self.count.setObjectName("rail_count")
        self.count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.count.hide()
        layout.addWidget(self.count, 0, Qt.AlignmentFlag.AlignVCenter)
        if number is not None:
            key = QKeySequence(f"Ctrl+{number}").toString(QKeySequence.SequenceFormat.NativeText)
            self.setToolTip(f"{feature.title}  {key}")
            hint = QLabel(str(number))
            hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(hint)
        self._draw_icon()

    def show_count(self, count: int) -> None:
        """A number in a pill, told to screen readers as well."""
        self.count.setText(f"{count:,}" if count < _MANY else f"{_MANY - 1}+")
        self.count.setVisible(count > 0)
        self.setAccessibleName(f"{self._title}, {count} to look at" if count else self._title)

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icon in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon_name"):
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        colours = current_colours()
        self.setIcon(icon(self._icon_name, colours.muted, colours.accent))
