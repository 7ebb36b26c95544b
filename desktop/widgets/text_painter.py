"""Paints the words of a table's cells: prepared once, then only put in place.

Qt lays out and shortens the text of every cell at every paint, some 60 µs each; a page of rows then takes a whole
frame. Here a text is laid out the first time that it is seen in its font and width.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QStaticText
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop.widgets.columns import Align
from desktop.widgets.row_model import RowModel
from desktop.widgets.theme import SMALL, TextRole, current_colours, text_font

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyle

_MOST_KEPT = 4_000


class _Prepared(NamedTuple):
    """A text that is laid out, and how large it is, in px."""

    text: QStaticText
    width: int
    height: int


class _Look(NamedTuple):
    """Fonts, inks and Qt's own numbers, taken once: each enumeration asked for costs more than the words."""

    font: QFont
    strong: QFont
    ink: QColor
    chosen_ink: QColor
    chosen: int
    on_ground: int
    panel: QStyle.PrimitiveElement


class TextDelegate(QStyledItemDelegate):
    """Cells with one line of words in the font, ink and alignment of their column."""

    def __init__(self, model: RowModel[Any], parent: QObject | None = None) -> None:
        """The model is asked directly, not through Qt and back: a screen has some two hundred cells."""
        super().__init__(parent)
        self._model = model
        self._prepared: dict[tuple[str, bool, int], _Prepared] = {}
        self._look: _Look | None = None

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground of a chosen row, then the words on it."""
        look = self._look or self._take_look(option)
        row, place = index.row(), index.column()
        state = option.state.value
        if state & look.on_ground:
            option.widget.style().drawPrimitive(look.panel, option, painter, option.widget)
        text = self._model.text_at(row, place)
        if not text:
            return
        column, rect = self._model.columns[place], option.rect
        left, width = rect.left() + SMALL, rect.width() - 2 * SMALL
        font = look.strong if column.strong else look.font
        words = self._prepared.get((text, column.strong, width)) or self._prepare(text, column.strong, width, font)
        if column.align is Align.RIGHT:
            left += width - words.width
        elif column.align is Align.CENTRE:
            left += (width - words.width) // 2
        painter.setFont(font)
        painter.setPen(look.chosen_ink if state & look.chosen else self._model.ink_at(row, place) or look.ink)
        painter.drawStaticText(left, rect.top() + (rect.height() - words.height) // 2, words.text)

    def forget_look(self) -> None:
        """Takes fonts and colours anew after a theme switch."""
        self._prepared.clear()
        self._look = None

    def _take_look(self, option: QStyleOptionViewItem) -> _Look:
        from PySide6.QtWidgets import QStyle  # costs 17 ms at first use, which the first window need not pay

        colours, flags = current_colours(), QStyle.StateFlag
        # From the table's own font: a table in large type is strong in large type.
        strong = QFont(option.font)
        strong.setWeight(text_font(TextRole.STRONG).weight())
        self._look = _Look(
            font=QFont(option.font),
            strong=strong,
            ink=QColor(colours.ink),
            chosen_ink=QColor(colours.selection_ink),
            chosen=flags.State_Selected.value,
            on_ground=flags.State_Selected.value | flags.State_MouseOver.value,
            panel=QStyle.PrimitiveElement.PE_PanelItemViewItem,
        )
        return self._look

    def _prepare(self, text: str, strong: bool, width: int, font: QFont) -> _Prepared:
        if len(self._prepared) >= _MOST_KEPT:
            self._prepared.clear()
        line = " ".join(text.splitlines())
        shortened = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, max(width, 0))
        laid_out = QStaticText(shortened)
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.prepare(font=font)
        size = laid_out.size()
        words = _Prepared(laid_out, math.ceil(size.width()), math.ceil(size.height()))
        self._prepared[text, strong, width] = words
        return words
