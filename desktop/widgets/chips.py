"""Status chips: a short word with its icon on a soft ground, as a label and painted in tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.widgets.colours import TONE_ICONS, Colours, Tone
from desktop.widgets.icons import pixmap
from desktop.widgets.theme import SMALL, TextRole, current_colours, text_font

_ICON = 14
_HEIGHT = 22
_GAP = 5


@dataclass(frozen=True, slots=True)
class Chip:
    """A status as a person reads it: the word, how it should feel, and an icon if not the tone's own."""

    tone: Tone
    word: str
    icon: str = ""

    @property
    def icon_name(self) -> str:
        """The icon to draw."""
        return self.icon or TONE_ICONS[self.tone]


def chip_width(chip: Chip, metrics: QFontMetrics) -> int:
    """How wide the whole chip is, in px."""
    return SMALL + _ICON + _GAP + metrics.horizontalAdvance(chip.word) + SMALL


def paint_chip(painter: QPainter, area: QRect, chip: Chip, colours: Colours, pixels: int = 0) -> None:
    """Draws `chip` at the left of `area`, in the middle of its height, its word shortened if it must be.

    `pixels` is the size of the writing around it; 0 is the program's own.
    """
    pixels = pixels if pixels > 0 else QApplication.font().pixelSize()
    ratio = painter.device().devicePixelRatio()
    drawn, height = _picture(chip, area.width(), colours.name, pixels, ratio)
    painter.drawPixmap(area.left(), area.center().y() - height // 2 + 1, drawn)


@lru_cache(maxsize=512)
def _picture(chip: Chip, room: int, _look: str, pixels: int, ratio: float) -> tuple[QPixmap, int]:
    """The finished chip and its height; tables say the same few words over and over, and lay them out only once."""
    colours = current_colours()
    font = text_font(TextRole.CAPTION)
    own = QApplication.font().pixelSize()
    scale = pixels / own if pixels > 0 and own > 0 else 1.0
    font.setPixelSize(round(font.pixelSize() * scale))
    metrics = QFontMetrics(font)
    side = round(_ICON * max(scale, 1.0))
    tone = colours.tone(chip.tone)
    height = max(_HEIGHT, metrics.height() + 4)
    width = max(min(chip_width(chip, metrics) - _ICON + side, room), 1)
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    box = QRect(0, 0, width, height)
    painter.setPen(QPen(QColor(tone.edge), 1))
    painter.setBrush(QColor(tone.ground))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
    drawn = pixmap(chip.icon_name, tone.ink, side, ratio)
    painter.drawPixmap(SMALL - 1, box.center().y() - side // 2 + 1, drawn)
    words = box.adjusted(SMALL + side + _GAP - 1, 0, -SMALL + 2, 0)
    painter.setPen(QColor(tone.ink))
    text = metrics.elidedText(chip.word, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.end()
    return picture, height


class ChipLabel(QWidget):
    """A chip that stands alone, beside a heading for instance."""

    def __init__(self, chip: Chip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip = chip
        self.show_chip(chip)

    def show_chip(self, chip: Chip) -> None:
        """Shows another status."""
        self._chip = chip
        self.setAccessibleName(chip.word)
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Just the chip."""
        metrics = QFontMetrics(text_font(TextRole.CAPTION))
        return QSize(chip_width(self._chip, metrics), max(_HEIGHT, metrics.height() + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints in the colours of the moment."""
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._chip, current_colours())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Takes another size with another font."""
        if event.type() == QEvent.Type.FontChange:
            self.setFixedSize(self.sizeHint())
            self.update()
        super().changeEvent(event)


class ChipDelegate(QStyledItemDelegate):
    """Paints the chip of a cell; `chip_at` gives it, or None for an empty cell."""

    def __init__(
        self,
        chip_at: Callable[[QModelIndex | QPersistentModelIndex], Chip | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._chip_at = chip_at
        self._colours: Colours | None = None

    def forget_look(self) -> None:
        """Takes the colours anew after a theme switch."""
        self._colours = None

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row's own ground, then the chip on it."""
        chip = self._chip_at(index)
        from PySide6.QtWidgets import QStyle  # costs 17 ms at first use, which the first window need not pay

        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        option.widget.style().drawPrimitive(panel, option, painter, option.widget)
        if chip is not None:
            if self._colours is None:
                self._colours = current_colours()
            area = option.rect.adjusted(SMALL - 2, 0, -4, 0)
            paint_chip(painter, area, chip, self._colours, option.font.pixelSize())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for the whole word, for "fit to contents"."""
        chip = self._chip_at(index)
        metrics = QFontMetrics(text_font(TextRole.CAPTION))
        return QSize((chip_width(chip, metrics) if chip else 0) + 2 * SMALL, _HEIGHT + 8)
