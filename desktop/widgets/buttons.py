"""Buttons of the house: one primary step a view, ordinary ones, quiet ones and dangerous ones."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets.icons import icon
from desktop.widgets.theme import current_colours


class Kind(StrEnum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"
    NORMAL = "normal"
    QUIET = "quiet"
    DANGER = "danger"


def plain(text: str) -> str:
    """`text` for a button, menu or tab, where Qt would take a lone & for the mark of a key."""
    return text.replace("&", "&&")


class Button(QPushButton):
    """A verb, an icon if it helps, and a key. The key stands in the tool tip, where it can be learnt."""

    def __init__(
        self,
        name: str,
        text: str,
        slot: Callable[[], None] | None = None,
        *,
        kind: Kind = Kind.NORMAL,
        icon_name: str = "",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`name` is the object name, such as "send_basket"; `key` such as "Ctrl+Return"."""
        super().__init__(plain(text), parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setProperty("kind", str(kind))
        self.setAutoDefault(False)
        self._kind = kind
        self._icon_name = icon_name
        if key:
            # A button's own shortcut waits a tenth of a second to look pressed; this one acts at once.
            QShortcut(QKeySequence(key), self).activated.connect(self.click)
            self.setToolTip(f"{text}  {QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}")
        if slot is not None:
            self.clicked.connect(lambda _checked=False: slot())
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icon in the new colours, and faint while it cannot be pressed."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange) and hasattr(self, "_icon_name"):
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        if not self._icon_name:
            return
        colours = current_colours()
        inks = {
            Kind.PRIMARY: colours.on_accent,
            Kind.NORMAL: colours.ink,
            Kind.QUIET: colours.accent,
            Kind.DANGER: colours.bad.ink,
        }
        ink = inks[self._kind] if self.isEnabled() else colours.field_edge
        self.setIconSize(QSize(16, 16))
        self.setIcon(icon(self._icon_name, ink))
