"""The line icons of `resources/icons`, drawn in any colour at any size, each read when first needed."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.foundation.assets import resource_text

_BUTTON_SIZES = (16, 20)


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return resource_text("icons", f"{name}.svg")


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int = 16, scale: float = 1.0) -> QPixmap:
    """The icon `name` in `colour` ("#rrggbb"), `size` logical pixels square, sharp on a screen of this scale.

    Raises FileNotFoundError for a name that is not shipped.
    """
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    side = round(size * scale)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    image.setDevicePixelRatio(scale)
    return QPixmap.fromImage(image)


@lru_cache(maxsize=512)
def icon(name: str, colour: str, active_colour: str | None = None) -> QIcon:
    """The icon `name` in `colour`, and in `active_colour` while the button it stands on is switched on.

    Drawn for the sharpest screen attached, at the two sizes that buttons and menus use: drawing every size
    would cost more than the rest of the window.
    """
    made = QIcon()
    scale = _sharpest_screen()
    for size in _BUTTON_SIZES:
        made.addPixmap(pixmap(name, colour, size, scale), QIcon.Mode.Normal, QIcon.State.Off)
        if active_colour is not None:
            made.addPixmap(pixmap(name, active_colour, size, scale), QIcon.Mode.Normal, QIcon.State.On)
    return made


def _sharpest_screen() -> float:
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
