"""Labels in ZPL, the language of Zebra's label printers: written by hand, in UTF-8, one format a label."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.printing.papers import Label
from desktop.printing.symbols import DoesNotFit, code128_modules, is_code128_text, qr_modules
from desktop.printing.typeface import wrapped
from desktop.printing.words import clean, joined
from shared_models.kernel.errors import DomainError


@dataclass(frozen=True)
class ZplMedia:
    """The label roll in a printer: millimetres, and the print head's dots a millimetre (8 is 203 dpi, 12 is 300)."""

    width_mm: float = 57.0
    height_mm: float = 32.0
    dots_per_mm: int = 8


_MARGIN_MM = 2.0
_FINEST_BAR_MM = 0.25
_FINEST_SQUARE_MM = 0.33
_LARGEST_SQUARE_MM = 0.5


def label_zpl(labels: Sequence[Label], media: ZplMedia | None = None) -> bytes:
    """One ZPL format a label, in order; Code 128 where its bars are at least 0.25 mm wide, else a QR code.

    Names cannot give commands to the printer: `^`, `~` and `_` in them are sent as hexadecimal.
    Raises `DomainError` when there is no label or a barcode is too long for the roll.
    """
    if not labels:
        raise DomainError(
            "no_labels", "No copy was chosen, so no labels were printed. Choose the copies to label first."
        )
    roll = media or ZplMedia()
    return "".join(_format(label, roll) for label in labels).encode()


def _format(label: Label, media: ZplMedia) -> str:
    dots = media.dots_per_mm
    width, height = round(media.width_mm * dots), round(media.height_mm * dots)
    barcode = _linear(label, media) or _square(label, media)
    return "\n".join(["^XA", "^CI28", f"^PW{width}", f"^LL{height}", "^LH0,0", *barcode, "^XZ", ""])


def _linear(label: Label, media: ZplMedia) -> list[str] | None:
    """Words above, bars across the foot; None when the bars would be too fine.

    The bars start at the quiet zone's inner edge; ^BC prints no text line of its own, the copy's number stands below.
    """
    dots, margin = media.dots_per_mm, _MARGIN_MM * media.dots_per_mm
    if not is_code128_text(label.barcode_text) or ">" in label.barcode_text:
        return None  # ">" begins a command inside ^BC
    room = media.width_mm * dots
    bar = int(room // code128_modules(label.barcode_text))
    if bar < _FINEST_BAR_MM * dots:
        return None
    total = code128_modules(label.barcode_text) * bar
    left = int((room - total) / 2) + 10 * bar
    bar_height = int(media.height_mm * dots * 0.3)
    top = int(media.height_mm * dots - margin - bar_height - 3 * dots)
    words = _words(label, margin, margin, room - 2 * margin, top - margin, dots)
    code = f"^FO{left},{top}^BY{bar}^BCN,{bar_height},N,N,N,A^FH^FD{_escaped(label.barcode_text)}^FS"
    number = _line(left, top + bar_height + dots // 2, 2.3 * dots, clean(label.copy_number))
    return [*words, code, number]


def _square(label: Label, media: ZplMedia) -> list[str]:
    """The code at the left, words to its right."""
    dots, margin = media.dots_per_mm, _MARGIN_MM * media.dots_per_mm
    modules = qr_modules(label.barcode_text)
    side = min(media.height_mm * dots - 2 * margin, media.width_mm * dots / 2)
    square = min(int(side // modules), int(_LARGEST_SQUARE_MM * dots))
    if square < _FINEST_SQUARE_MM * dots:
        raise DoesNotFit(label.barcode_text)
    x = margin + modules * square + 4 * square
    room = media.width_mm * dots - x - margin
    words = _words(label, x, margin, room, media.height_mm * dots - 2 * margin - 3 * dots, dots)
    code = f"^FO{int(margin)},{int(margin)}^BQN,2,{square}^FH^FDMA,{_escaped(label.barcode_text)}^FS"
    number = _line(x, media.height_mm * dots - margin - 3 * dots, 2.3 * dots, clean(label.copy_number))
    return [code, *words, number]


def _words(label: Label, x: float, y: float, width: float, height: float, dots: int) -> list[str]:
    """Item, pattern with colour, and type with owner, as far as `height` dots reach.

    Lines are broken here with our own wider typeface, since ^FB prints what is too long over its last line.
    """
    lines: list[str] = []
    bottom = y + height
    for text, millimetres, most in (
        (clean(label.item_number), 4.2, 1),
        (joined(label.pattern, label.colour), 2.9, 2),
        (joined(label.sample_type, label.owner), 2.4, 1),
    ):
        size = millimetres * dots
        for line in wrapped(text, width, size, most=most):
            if y + size > bottom + 1:
                return lines
            lines.append(_line(x, y, size, line))
            y += size * 1.2
    return lines


def _line(x: float, y: float, size: float, text: str) -> str:
    return f"^FO{int(x)},{int(y)}^A0N,{int(size)},{int(size)}^FH^FD{_escaped(text)}^FS"


def _escaped(text: str) -> str:
    """Text for ^FH^FD: what the printer would take as a command, and the escape sign itself, as hexadecimal."""
    plain = text.replace("\N{NO-BREAK SPACE}", " ").replace("…", "...")  # older printers' font lacks both
    return "".join(f"_{ord(sign):02X}" if sign in "^~_\\" else sign for sign in plain)
