"""Barcodes as rectangles: Code 128 where it can be printed coarse enough for an ordinary reader, else a QR code."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm

from shared_models.kernel.errors import DomainError

_BAR_WIDTHS = (0.508 * mm, 0.339 * mm, 0.254 * mm)
"""Widths of the narrowest bar, best first: whole dots at 200, 300 and 600 dpi, so no printer makes bars uneven.
Finer than 0.254 mm (two dots at 200 dpi) an ordinary hand reader starts to fail."""
_BAR_QUIET_MODULES = 10
_QR_QUIET_MODULES = 4
_QR_MASK = 6
"""Weighing all eight masks takes five times as long as the rest of a code. Any mask may be chosen, and of 400 texts
like ours, blurred at 76 dpi, this one was always read, where the weighed ones failed 18 times."""
_QR_LARGEST_MODULE = 0.55 * mm
_QR_SMALLEST_MODULE = 0.33 * mm


class DoesNotFit(DomainError):
    """The text cannot be printed readably in the space."""

    def __init__(self, text: str) -> None:
        """`text` is what the barcode should have carried."""
        super().__init__(
            "barcode_too_long",
            f"The barcode “{text[:60]}” does not fit the space on this paper, so nothing was printed. "
            "Choose a larger layout.",
            barcode=text,
        )


@dataclass(frozen=True)
class Symbol:
    """A drawn code in points: its outer size, the quiet zone within it (at the sides of a Code 128, all around a
    QR code), and its black rectangles (x, y down, width, height)."""

    is_qr: bool
    width: float
    height: float
    quiet: float
    rectangles: tuple[tuple[float, float, float, float], ...]


def symbol_for(text: str, *, width: float, height: float) -> Symbol:
    """The code for `text` within `width` by `height` points, quiet zone included; raises `DoesNotFit`."""
    return code128_symbol(text, width=width, height=height) or qr_symbol(text, side=min(width, height))


def symbols_for(texts: Sequence[str], *, width: float, height: float, side: float) -> list[Symbol]:
    """Codes for one column: all Code 128 in `width` by `height` if every text allows it, else all QR of `side`.

    A column of mixed kinds looks untidy and makes the picker change the distance from line to line.
    """
    bars = [code128_symbol(text, width=width, height=height) for text in texts]
    linear = [symbol for symbol in bars if symbol is not None]
    return linear if len(linear) == len(texts) else [qr_symbol(text, side=side) for text in texts]


def code128_symbol(text: str, *, width: float, height: float) -> Symbol | None:
    """Code 128 with quiet zones in `width` points; None when its bars would be too fine or `text` is not for it."""
    if not is_code128_text(text):
        return None
    runs = _code128_runs(text)
    modules = sum(runs) + 2 * _BAR_QUIET_MODULES
    for bar in _BAR_WIDTHS:
        if modules * bar <= width:
            return Symbol(False, modules * bar, height, _BAR_QUIET_MODULES * bar, _bars(runs, bar, height))
    return None


def qr_symbol(text: str, *, side: float) -> Symbol:
    """A QR code with error correction M in a square of at most `side` points; raises `DoesNotFit`."""
    try:
        matrix = _qr_matrix(text)
    except segno.DataOverflowError as error:
        raise DoesNotFit(text) from error
    modules = len(matrix) + 2 * _QR_QUIET_MODULES
    module = min(_QR_LARGEST_MODULE, side / modules)
    if module < _QR_SMALLEST_MODULE:
        raise DoesNotFit(text)
    side = modules * module
    return Symbol(True, side, side, _QR_QUIET_MODULES * module, _squares(matrix, module))


def code128_modules(text: str) -> int:
    """Width of the Code 128 for `text` in narrow bars, quiet zones included."""
    return sum(_code128_runs(text)) + 2 * _BAR_QUIET_MODULES


def qr_modules(text: str) -> int:
    """Width of the QR code for `text` in modules, without the quiet zone."""
    return len(_qr_matrix(text))


def is_code128_text(text: str) -> bool:
    """Whether `text` is printable ASCII, which every reader in its factory setting types as it stands."""
    return bool(text) and text.isascii() and text.isprintable()


def _qr_matrix(text: str) -> Sequence[Sequence[int]]:
    return segno.make(text, error="m", micro=False, boost_error=False, mask=_QR_MASK).matrix


@lru_cache(maxsize=2_048)
def _code128_runs(text: str) -> tuple[int, ...]:
    """Widths of bars and gaps in turn, beginning and ending with a bar (reportlab's letters: A to D, a to d)."""
    code = Code128(text, quiet=False)
    _ = code.width  # asked for its width, reportlab validates, encodes and decomposes the text
    return tuple(ord(letter.lower()) - ord("a") + 1 for letter in code.decomposed)


def _bars(runs: Sequence[int], bar: float, height: float) -> tuple[tuple[float, float, float, float], ...]:
    rectangles = []
    position = _BAR_QUIET_MODULES
    for index, run in enumerate(runs):
        if index % 2 == 0:
            rectangles.append((position * bar, 0.0, run * bar, height))
        position += run
    return tuple(rectangles)


def _squares(matrix: Sequence[Sequence[int]], module: float) -> tuple[tuple[float, float, float, float], ...]:
    """The dark modules with neighbours in a row merged: four times fewer rectangles, no hairlines between them."""
    rectangles = []
    for row_index, row in enumerate(matrix):
        column = 0
        while column < len(row):
            if not row[column]:
                column += 1
                continue
            start = column
            while column < len(row) and row[column]:
                column += 1
            left, top = (start + _QR_QUIET_MODULES) * module, (row_index + _QR_QUIET_MODULES) * module
            rectangles.append((left, top, (column - start) * module, module))
    return tuple(rectangles)
