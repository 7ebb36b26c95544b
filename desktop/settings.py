"""Every option of the desktop, declared once with type, default, unit and help, and kept as readable text."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar, cast

Value = TypeVar("Value", bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Option(Generic[Value]):
    """One thing a person may choose. Numbers outside of `least`…`most` and texts not in `choices` are refused."""

    name: str
    default: Value
    help: str
    unit: str = ""
    choices: tuple[Value, ...] = ()
    least: float | None = None
    most: float | None = None

    def check(self, value: object) -> Value:
        """`value` as this option's type; raises ValueError with a sentence when it does not fit."""
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise ValueError(f"“{self.name}” takes {_KIND_WORDS[kind]}, not {value!r}.")
        fitting: Value = value
        if self.choices and fitting not in self.choices:
            listed = ", ".join(str(choice) for choice in self.choices)
            raise ValueError(f"“{self.name}” takes one of {listed}, not {value!r}.")
        if isinstance(fitting, (int, float)):
            if self.least is not None and fitting < self.least:
                raise ValueError(f"“{self.name}” is at least {self.least:g} {self.unit}".rstrip() + ".")
            if self.most is not None and fitting > self.most:
                raise ValueError(f"“{self.name}” is at most {self.most:g} {self.unit}".rstrip() + ".")
        return fitting


_KIND_WORDS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

THEME = Option(
    "theme",
    "system",
    "Light or dark screens; “system” follows the operating system.",
    choices=("system", "light", "dark"),
)
FONT_SCALE = Option(
    "font_scale", 1.0, "Size of all text; 1.25 suits reading from a step away.", unit="× normal", least=0.8, most=2.0
)
LARGE_PICKING_TYPE = Option(
    "large_picking_type", False, "Shows picking lines in type that can be read at arm's length."
)
SOUNDS = Option("sounds", True, "A tone for each scan: one for good, one for attention, one for wrong.")
SCANNER_GAP = Option(
    "scanner_gap_milliseconds",
    35,
    "Keys closer together than this come from the scanner. Raise it for a slow wireless scanner; in fields for text, "
    "such as the sidemark, keys slower than 30 ms remain typing.",
    unit="ms",
    least=10,
    most=120,
)
DUE_DAYS = Option(
    "due_days",
    14,
    "How long a memo is lent when no rule of the showroom says otherwise.",
    unit="days",
    least=1,
    most=365,
)
CLOSED_WEEKDAYS = Option(
    "closed_weekdays", "sat sun", "Weekdays on which the showroom is closed; nothing falls due on them."
)
HOLIDAYS = Option(
    "holidays",
    "",
    "Further days on which the showroom is closed, such as “2026-11-26 2026-12-25”; nothing falls due then.",
)
DUPLICATE_DAYS = Option(
    "duplicate_days", 30, "How far back a sample order looks for the same item for the same designer.", unit="days",
    least=1, most=365,
)  # fmt: skip
PRINTER = Option("printer", "", "Printer for tickets and receipts; empty means the system's default.")
LABEL_PRINTER = Option(
    "label_printer", "", "Printer for labels: a queue name, or host:port of a ZPL printer; empty means label sheets."
)
LABEL_SHEET = Option(
    "label_sheet",
    "avery-5160",
    "The sheet of labels in the printer.",
    choices=("avery-5160", "avery-5161", "avery-l7160"),
)
PAPER = Option("paper", "letter", "Paper for tickets, receipts and reports.", choices=("letter", "a4"))
LOCK_MINUTES = Option(
    "lock_minutes",
    15,
    "The station locks itself after this long without a key or scan.",
    unit="minutes",
    least=1,
    most=240,
)
SERVER = Option("server", "", "Address of the server, such as https://orders.example.com; empty until first sign-in.")

AnyOption = Option[bool] | Option[int] | Option[float] | Option[str]

ALL_OPTIONS: tuple[AnyOption, ...] = (
    THEME,
    FONT_SCALE,
    LARGE_PICKING_TYPE,
    SOUNDS,
    SCANNER_GAP,
    DUE_DAYS,
    CLOSED_WEEKDAYS,
    HOLIDAYS,
    DUPLICATE_DAYS,
    PRINTER,
    LABEL_PRINTER,
    LABEL_SHEET,
    PAPER,
    LOCK_MINUTES,
    SERVER,
)


class Settings:
    """What the person chose, over the defaults. Reading is a dictionary look-up; a change is written at once.

    A file that cannot be read is set aside, never overwritten: `problems` holds the sentences to show.
    Lines that this version does not know are kept as they are, for the newer program that wrote them.
    """

    def __init__(self, file: Path | None = None) -> None:
        """`file` None keeps everything in memory only."""
        self._file = file
        self._chosen: dict[str, bool | int | float | str] = {}
        self._unknown: dict[str, object] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.problems: list[str] = []
        if file is not None and file.exists():
            self._read(file)

    def get(self, option: Option[Value]) -> Value:
        """The person's choice, or the option's default."""
        return cast(Value, self._chosen.get(option.name, option.default))

    def choose(self, option: Option[Value], value: Value) -> None:
        """Keeps a choice and tells the listeners; raises ValueError with a sentence if it does not fit.

        Raises OSError when the file cannot be written; the choice then holds until the program ends.
        """
        checked = option.check(value)
        if self.get(option) == checked:
            return
        self._chosen[option.name] = checked
        for listener in list(self._listeners):
            listener(option.name)
        self._write()

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Calls `listener(option name)` after each change."""
        self._listeners.append(listener)

    def _read(self, file: Path) -> None:
        import tomllib  # only a profile in which something was chosen has such a file

        try:
            found = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            aside = file.with_suffix(".unreadable")
            os.replace(file, aside)
            self.problems.append(
                f"The settings could not be read. They were kept as {aside.name} and the defaults are in use."
            )
            return
        known = {option.name: option for option in ALL_OPTIONS}
        for name, value in found.items():
            option = known.get(name)
            if option is None:
                self._unknown[name] = value
                continue
            try:
                self._chosen[name] = option.check(value)
            except ValueError as error:
                self.problems.append(f"{error} The default “{option.default}” is in use.")

    def _write(self) -> None:
        if self._file is None:
            return
        lines = ["# Choices made in Order-Track. Without a line here, the default holds.", ""]
        for option in ALL_OPTIONS:
            if option.name in self._chosen:
                lines += [f"# {option.help}", f"{option.name} = {_toml(self._chosen[option.name])}", ""]
        lines += [f"{name} = {_toml(value)}" for name, value in self._unknown.items() if _is_plain(value)]
        beside = self._file.with_suffix(".new")
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(beside, self._file)


def _is_plain(value: object) -> bool:
    return isinstance(value, (bool, int, float, str))


def _toml(value: object) -> str:
    """A plain value as TOML. JSON's quoting is TOML's, but for the DEL character."""
    import json

    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
