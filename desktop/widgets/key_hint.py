"""One key of a page and what it does, for the sheet that F1 shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyHint:
    """KeyHint("F4", "Return instead of lend"); the key may be words too: "12* then a scan"."""

    key: str
    does: str
