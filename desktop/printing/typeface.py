"""The typeface of all paper: where it is found, how wide a text runs in it, and how a text breaks into lines."""

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from desktop.foundation.assets import resources_folder

REGULAR = "OrderTrack"
BOLD = "OrderTrack-Bold"


def font_file(shipped: str, bundled: str) -> Path:
    """The file of our own typeface (Latin, Greek, Cyrillic), or reportlab's Latin-only one where it is missing."""
    ours = resources_folder() / "fonts" / shipped
    return ours if ours.is_file() else Path(reportlab.__file__).parent / "fonts" / bundled


@cache
def register() -> None:
    """Make both weights known to reportlab; reads the files once a process."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(font_file("DejaVuSans.ttf", "Vera.ttf"))))
    pdfmetrics.registerFont(TTFont(BOLD, str(font_file("DejaVuSans-Bold.ttf", "VeraBd.ttf"))))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of `text` in points at `size` points."""
    register()
    return float(pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size))


def fitted_size(text: str, width: float, *, largest: float, smallest: float, bold: bool = False) -> float:
    """The largest size at which `text` fits `width` points on one line, never below `smallest`."""
    natural = width_of(text, largest, bold=bold)
    return largest if natural <= width else max(smallest, largest * width / natural)


def wrapped(text: str, width: float, size: float, *, most: int, bold: bool = False) -> list[str]:
    """`text` broken into at most `most` lines of `width` points; what does not fit ends in an ellipsis.

    Breaks at spaces, and inside a word only when the word alone is wider than the line. Empty text gives no line.
    """
    lines: list[str] = []
    rest = text
    while rest:
        line, following = _first_line(rest, width, size, bold)
        if following and len(lines) == most - 1:
            lines.append(shortened(rest, width, size, bold=bold))
            break
        lines.append(line)
        rest = following
    return lines


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """`text` on one line of `width` points, its end replaced by an ellipsis when it is too long."""
    if width_of(text, size, bold=bold) <= width:
        return text
    room = width - width_of("…", size, bold=bold)
    return text[: _fitting(text, room, size, bold)].rstrip() + "…"


def _first_line(text: str, width: float, size: float, bold: bool) -> tuple[str, str]:
    length = _fitting(text, width, size, bold)
    if length == len(text):
        return text, ""
    space = text.rfind(" ", 0, length + 1)
    cut = space if space > 0 else max(1, length)
    return text[:cut].rstrip(), text[cut:].lstrip()


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """How many leading characters of `text` fit; found by halving, since names may be hundreds of characters."""
    if width_of(text, size, bold=bold) <= width:
        return len(text)
    low, high = 0, len(text)
    while low + 1 < high:
        middle = (low + high) // 2
        if width_of(text[:middle], size, bold=bold) <= width:
            low = middle
        else:
            high = middle
    return low
