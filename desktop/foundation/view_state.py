"""What the screen remembers about itself: window places, column widths, last page. Losing it loses nothing."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class ViewState:
    """A small JSON file of named values, read once at start and written when `save` is called.

    A missing or damaged file is the same as an empty one: nothing in it is worth a question.
    """

    def __init__(self, file: Path | None = None) -> None:
        """`file` None keeps everything in memory only."""
        self._file = file
        self._values: dict[str, Json] = _read(file) if file is not None else {}
        self._changed = False

    def mapping(self, key: str) -> Mapping[str, Json]:
        """The object kept under `key`; empty when there is none or it is something else."""
        value = self._values.get(key)
        return value if isinstance(value, dict) else {}

    def text(self, key: str, default: str = "") -> str:
        """The text kept under `key`."""
        value = self._values.get(key)
        return value if isinstance(value, str) else default

    def keep(self, key: str, value: Json) -> None:
        """Remembers `value` under `key` until the next `save` writes it down."""
        if self._values.get(key) != value:
            self._values[key] = value
            self._changed = True

    def save(self) -> None:
        """Writes the file if something changed; a full disk is logged and otherwise ignored."""
        if self._file is None or not self._changed:
            return
        beside = self._file.with_suffix(".new")
        try:
            beside.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
            os.replace(beside, self._file)
        except OSError as error:
            logging.getLogger(__name__).warning("view state not written: %s", error.strerror)
            return
        self._changed = False


def _read(file: Path) -> dict[str, Json]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
