"""What a scanned text says: Order-Track's own codes on paper, quantities, and codes glued together.

Own codes (`contract.md`, Paper): `OT1:T:<ticket>`, `OT1:L:<line>:S|B|W`, `OT1:C:<copy>`, `OT1:D:<designer>`,
`OT1:K:<kit or bag>`, `OT1:B:<bin>`, `OT1:X:<command>`.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

CodeKind = Literal["ticket", "line", "copy", "designer", "kit", "bin", "command", "plain"]

_KINDS: dict[str, CodeKind] = {
    "T": "ticket",
    "L": "line",
    "C": "copy",
    "D": "designer",
    "K": "kit",
    "B": "bin",
    "X": "command",
}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_OWN_CODE = re.compile(r"OT1:([TLCDKBX]):(.+)", re.DOTALL)
_BEFORE_OWN_CODE = re.compile(r"(?=OT1:[TLCDKBX]:)")
_QUANTITY = re.compile(r"(\d{1,4})\*(.*)", re.DOTALL)


class ScannedCode(NamedTuple):
    """One code as the scanner gave it, and what it stands for."""

    kind: CodeKind
    value: str
    outcome: Literal["", "S", "B", "W"] = ""
    """For a line code: Shipped, Backordered, Will Not Ship."""


class Scan(NamedTuple):
    """What one scan said: an optional quantity and one or more codes, in their order."""

    quantity: int | None
    codes: tuple[ScannedCode, ...]


def code_text(kind: CodeKind, value: str, outcome: str = "") -> str:
    """The text to print as a barcode, the reverse of `read_scan`."""
    if kind == "plain":
        return value
    return f"OT1:{_LETTERS[kind]}:{value}" + (f":{outcome}" if outcome else "")


def _own_code(text: str) -> ScannedCode:
    match = _OWN_CODE.fullmatch(text)
    if match is None:
        return ScannedCode("plain", text)
    kind, value = _KINDS[match[1]], match[2]
    if kind == "line" and value[-2:] in {":S", ":B", ":W"}:
        return ScannedCode("line", value[:-2], value[-1])  # type: ignore[arg-type]
    return ScannedCode(kind, value)


def read_scan(text: str) -> Scan:
    """Read one scan. Control characters around it are dropped; `12*` in front is a quantity.

    Two of our own codes glued together are split here; other glued codes can only be told apart by knowing
    which codes exist (`split_glued`). An empty scan has no codes.
    """
    printable = text if text.isprintable() else "".join(filter(str.isprintable, text))
    clean = printable.strip()
    quantity = None
    if match := _QUANTITY.fullmatch(clean):
        quantity, clean = int(match[1]), match[2].strip()
    parts = [part for part in _BEFORE_OWN_CODE.split(clean) if part]
    return Scan(quantity, tuple(_own_code(part) for part in parts))


def split_glued(text: str, known: Callable[[str], bool]) -> tuple[str, str] | None:
    """Split a text nobody knows into two known codes, or None.

    Scanners glue two codes together when the second beep comes before the first Enter. The split is taken only
    when exactly one place gives two known codes: a guess would lend the wrong memo.
    """
    places = [at for at in range(1, len(text)) if known(text[:at]) and known(text[at:])]
    return (text[: places[0]], text[places[0] :]) if len(places) == 1 else None
