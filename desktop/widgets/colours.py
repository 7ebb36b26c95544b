"""The colours of the house, light and dark: text at least 4.5 : 1, edges of controls 3 : 1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a word, a line or a sound says. Colour never says it alone: each tone has its own icon."""

    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"
    INFO = "info"
    NEUTRAL = "neutral"


TONE_ICONS = {
    Tone.GOOD: "good",
    Tone.ATTENTION: "attention",
    Tone.BAD: "bad",
    Tone.INFO: "info",
    Tone.NEUTRAL: "waiting",
}


@dataclass(frozen=True, slots=True)
class ToneColours:
    """Writing on the tone's own soft ground, and the edge around that ground."""

    ink: str
    ground: str
    edge: str


@dataclass(frozen=True, slots=True)
class Colours:
    """One look of the whole program; every value is "#rrggbb"."""

    name: str
    window: str  # behind everything
    surface: str  # pages' panels, tables, fields
    raised: str  # menus, pop-ups, table headings
    rail: str  # navigation at the left
    ink: str  # writing
    muted: str  # second-rank writing, still readable
    line: str  # hairlines between rows and panels; carries no meaning
    field_edge: str  # edge of a control
    hover: str
    pressed: str
    accent: str  # the one obvious next step, focus, the chosen page
    accent_hover: str
    on_accent: str
    accent_ground: str  # soft ground behind something chosen
    selection: str
    selection_ink: str
    good: ToneColours
    attention: ToneColours
    bad: ToneColours
    info: ToneColours
    neutral: ToneColours

    def tone(self, tone: Tone) -> ToneColours:
        """The colours of one tone."""
        by_tone = {
            Tone.GOOD: self.good,
            Tone.ATTENTION: self.attention,
            Tone.BAD: self.bad,
            Tone.INFO: self.info,
            Tone.NEUTRAL: self.neutral,
        }
        return by_tone[tone]


LIGHT = Colours(
    name="light",
    window="#f6f5f2",
    surface="#ffffff",
    raised="#fbfaf8",
    rail="#eeece7",
    ink="#1f2326",
    muted="#5a5f63",
    line="#e4e1da",
    field_edge="#8b8780",
    hover="#efede8",
    pressed="#e3e0d9",
    accent="#0f6a63",
    accent_hover="#0b5650",
    on_accent="#ffffff",
    accent_ground="#dcefec",
    selection="#d3ebe7",
    selection_ink="#13312e",
    good=ToneColours("#17623a", "#e2f3e8", "#a9d7b9"),
    attention=ToneColours("#7d4a00", "#fdf0d7", "#e9c98c"),
    bad=ToneColours("#a3221a", "#fce7e4", "#efb4ad"),
    info=ToneColours("#1d5490", "#e4eefa", "#aecbea"),
    neutral=ToneColours("#4a5055", "#eceae5", "#cfccc5"),
)

DARK = Colours(
    name="dark",
    window="#191b1d",
    surface="#202325",
    raised="#292d30",
    rail="#141618",
    ink="#e9e7e3",
    muted="#a6abaf",
    line="#33373b",
    field_edge="#787e84",
    hover="#2b2f32",
    pressed="#363b3f",
    accent="#5fc7bb",
    accent_hover="#7cd6cb",
    on_accent="#06231f",
    accent_ground="#1d3a37",
    selection="#1f443c",
    selection_ink="#eef7f5",
    good=ToneColours("#86d6a4", "#1b3326", "#2f5a42"),
    attention=ToneColours("#f2c373", "#3a2d14", "#66501f"),
    bad=ToneColours("#f7a59c", "#43211e", "#77403a"),
    info=ToneColours("#94c2f4", "#1b2f47", "#34557c"),
    neutral=ToneColours("#c0c4c7", "#2d3134", "#474c51"),
)


def contrast(one: str, other: str) -> float:
    """The contrast of two "#rrggbb" colours by WCAG 2.2, from 1 to 21."""
    lights = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
