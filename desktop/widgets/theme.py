"""The look of the program: type, spacing, palettes, the small stylesheet, and switching them live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from desktop.foundation.assets import resource, resource_text
from desktop.settings import FONT_SCALE, THEME, Settings
from desktop.widgets.colours import DARK, LIGHT, Colours, Tone

FAMILIES = ("Inter", "DejaVu Sans")
_FONT_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf")

# One step is 4 px; everything on screen stands on it.
TIGHT, SMALL, GAP, WIDE, BROAD = 4, 8, 12, 16, 24
ROW_HEIGHT = 30
CONTROL_HEIGHT = 32


class TextRole(StrEnum):
    """The ranks of writing; sizes in px at normal scale."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    HEADING = "heading"
    TITLE = "title"
    FIGURE = "figure"


TEXT_PIXELS: Mapping[TextRole, float] = {
    TextRole.CAPTION: 12,
    TextRole.BODY: 13,
    TextRole.STRONG: 13,
    TextRole.HEADING: 15,
    TextRole.TITLE: 20,
    TextRole.FIGURE: 26,
}
_SEMIBOLD = frozenset({TextRole.STRONG, TextRole.HEADING, TextRole.TITLE, TextRole.FIGURE})


def current_colours() -> Colours:
    """The colours in use now. Ask again in `paintEvent` and on a palette change; do not keep them."""
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def text_font(role: TextRole) -> QFont:
    """The program's font in one of its ranks, at the scale the person chose."""
    font = QFont(QApplication.font())
    factor = font.pixelSize() / TEXT_PIXELS[TextRole.BODY] if font.pixelSize() > 0 else 1.0
    font.setPixelSize(round(TEXT_PIXELS[role] * factor))
    font.setWeight(QFont.Weight.DemiBold if role in _SEMIBOLD else QFont.Weight.Normal)
    return font


def set_text_role(widget: QWidget, role: TextRole) -> None:
    """Gives a label or button the size and weight of a rank, and keeps it through theme switches."""
    _set_style_property(widget, "textRole", str(role))


def set_muted(widget: QWidget, muted: bool = True) -> None:
    """Writes a label in second-rank ink."""
    _set_style_property(widget, "muted", muted)


def set_tone(widget: QWidget, tone: Tone | None) -> None:
    """Writes a label or frame in a tone's colours; None takes them off."""
    _set_style_property(widget, "tone", "" if tone is None else str(tone))


def _set_style_property(widget: QWidget, name: str, value: object) -> None:
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    # A stylesheet looks at properties only when the widget is polished.
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class ThemeKeeper(QObject):
    """Gives the application its look and follows the setting, the operating system and the font scale."""

    changed = Signal()

    def __init__(self, application: QApplication, settings: Settings) -> None:
        super().__init__(application)
        self._application = application
        self._settings = settings
        self._in_use: tuple[str, float] | None = None
        _load_fonts()
        application.setStyle(QStyleFactory.create("Fusion"))
        settings.on_change(self._on_setting_changed)
        application.styleHints().colorSchemeChanged.connect(self.apply)
        self.apply()

    @property
    def colours(self) -> Colours:
        """The colours in use."""
        return current_colours()

    def apply(self) -> None:
        """Puts the chosen look on every window, now; cheap when nothing changed."""
        colours = self._chosen_colours()
        scale = self._settings.get(FONT_SCALE)
        if self._in_use == (colours.name, scale):
            return
        self._in_use = (colours.name, scale)
        self._application.setFont(_base_font(scale))
        self._application.setPalette(_palette(colours))
        self._application.setStyleSheet(_style_sheet(colours, scale))
        self.changed.emit()

    def toggle(self) -> None:
        """Switches between light and dark and keeps the choice."""
        self._settings.choose(THEME, "light" if self.colours is DARK else "dark")

    def _chosen_colours(self) -> Colours:
        chosen = self._settings.get(THEME)
        if chosen == "system":
            scheme = self._application.styleHints().colorScheme()
            return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        return DARK if chosen == "dark" else LIGHT

    def _on_setting_changed(self, name: str) -> None:
        if name in (THEME.name, FONT_SCALE.name):
            self.apply()


def _load_fonts() -> None:
    present = set(QFontDatabase.families())
    for file in _FONT_FILES:
        # Adding a family twice only costs memory; on a system that has it the system's own is used.
        if not (file.startswith("DejaVu") and "DejaVu Sans" in present):
            QFontDatabase.addApplicationFont(str(resource("fonts", file)))


def _base_font(scale: float) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(round(TEXT_PIXELS[TextRole.BODY] * scale))
    # Figures of one width, so that quantities and dates stand in columns.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for kind, colour in {
        role.Window: colours.window,
        role.WindowText: colours.ink,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.ink,
        role.PlaceholderText: colours.muted,
        role.Button: colours.raised,
        role.ButtonText: colours.ink,
        role.BrightText: colours.bad.ink,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.ink,
        role.Highlight: colours.selection,
        role.HighlightedText: colours.selection_ink,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.raised,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.field_edge,
        role.Shadow: colours.line,
    }.items():
        palette.setColor(kind, QColor(colour))
    for kind in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, kind, QColor(colours.field_edge))
    return palette


def _style_sheet(colours: Colours, scale: float) -> str:
    words: dict[str, str] = {}
    for name, value in asdict(colours).items():
        if isinstance(value, dict):
            words.update({f"{name}_{part}": colour for part, colour in value.items()})
        else:
            words[name] = value
    for role, pixels in TEXT_PIXELS.items():
        words[f"{role}_px"] = f"{round(pixels * scale)}px"
    words["control_height"] = f"{round((CONTROL_HEIGHT - 2) * scale)}px"
    words["rail_height"] = f"{round(36 * scale)}px"
    words["scan_height"] = f"{round(42 * scale)}px"
    words["badge_height"] = f"{round(22 * scale)}px"
    words["arrow_down"] = resource("styles", f"arrow-down-{colours.name}.svg").as_posix()
    words["tick"] = resource("styles", f"tick-{colours.name}.svg").as_posix()
    return Template(resource_text("styles", "house.qss")).substitute(words)
