"""How one answer of a search looks: icon, title, and its detail in second-rank ink below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.widgets.icons import pixmap
from desktop.widgets.theme import GAP, SMALL, TextRole, current_colours, text_font

_ICON = 20


class SearchHitPainter(QStyledItemDelegate):
    """Paints a `SearchHit` kept in UserRole on two lines."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Ground, icon, title, detail; long lines end in an ellipsis."""
        hit = index.data(Qt.ItemDataRole.UserRole)
        colours = current_colours()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection))
            painter.drawRoundedRect(option.rect, 5, 5)
        ink = colours.selection_ink if selected else colours.ink
        area = option.rect.adjusted(SMALL, 0, -SMALL, 0)
        scale = painter.device().devicePixelRatio()
        painter.drawPixmap(area.left(), area.center().y() - _ICON // 2, pixmap(hit.icon, colours.accent, _ICON, scale))
        words = area.adjusted(_ICON + GAP, 4, 0, -4)
        if not hit.detail:
            _write(painter, words, hit.title, TextRole.BODY, ink)
        else:
            half = words.height() // 2
            upper = QRect(words.left(), words.top(), words.width(), half + 1)
            lower = QRect(words.left(), words.top() + half, words.width(), half)
            _write(painter, upper, hit.title, TextRole.BODY, ink)
            _write(painter, lower, hit.detail, TextRole.CAPTION, ink if selected else colours.muted)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines of writing and some air."""
        body, caption = (QFontMetrics(text_font(role)) for role in (TextRole.BODY, TextRole.CAPTION))
        return QSize(200, body.height() + caption.height() + 12)


def _write(painter: QPainter, area: QRect, text: str, role: TextRole, ink: str) -> None:
    font = text_font(role)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    fitting = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitting)
