"""Having a sentence read aloud by a screen reader."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, sentence: str) -> None:
    """Tells the screen reader, if one listens, what `widget` just said."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # 5 ms that a start need not pay

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))
