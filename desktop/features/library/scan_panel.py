"""The scan box, the answer to the last scan, and the log of scans beneath."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec.structs import replace
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.library.columns import scan_columns
from desktop.features.library.name_choice import NameChoice
from desktop.features.library.visit import UNDONE, LogLine, Step, Visit
from desktop.foundation.view_state import ViewState
from desktop.widgets.answer_line import AnswerLine
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.row_table import RowTable
from desktop.widgets.scan_field import ScanField
from desktop.widgets.theme import SMALL

MOST_LINES = 200
_ANSWER_HEIGHT = 76
"""Room for a title and two lines, so that nothing below jumps."""
_LOUDNESS = (Tone.BAD, Tone.ATTENTION)

OFFER_WORDS = {
    "undo": "Undo  Ctrl+Z",
    "take_back": "Take it back  Ctrl+Enter",
    "lend_anyway": "Lend anyway  Ctrl+Enter",
    "add_copy": "Add a copy  Ctrl+Enter",
    "open_page": "Open its page  Ctrl+Enter",
}


class ScanPanel(QWidget):
    """The upper left of the desk. It shows steps and knows nothing of how they came about."""

    def __init__(self, today: Callable[[], date], view_state: ViewState, on_offer: Callable[[LogLine], None]) -> None:
        """`on_offer` is called with the line whose offered step a person takes."""
        super().__init__()
        self._on_offer = on_offer
        self._lines: list[LogLine] = []
        self._count = 0
        self.scan_box = ScanField("Scan a card or a copy, or type a name")
        self._mode_chip = mode_chip(Visit())
        self.mode = ChipLabel(self._mode_chip)
        self.mode.setObjectName("desk_mode")
        self.answer = AnswerLine("Scan a designer's card to lend. A copy scanned without a designer comes back.")
        self.answer.setMinimumHeight(_ANSWER_HEIGHT)
        self.choice = NameChoice(self.scan_box)
        self.log: RowTable[LogLine] = RowTable(
            "table_scans", "Scans", scan_columns(today), key=lambda row: row.number, view_state=view_state
        )
        self.log.say_when_empty("Every scan leaves a line here. Nothing is scanned yet.", icon="scan")
        self._lay_out()

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The log, newest first."""
        return tuple(self._lines)

    def show_step(self, step: Step) -> Tone | None:
        """Put the lines on top of the log and the last one into the answer; returns the tone to sound, if any."""
        # What was undone says so on its own line; a second line about it would only be in the way.
        self._add(tuple(line for line in step.lines if not (step.undone and line.word == UNDONE)))
        if step.undone:
            self._mark_undone(step.undone)
        self.choice.close()
        if step.lines:
            self._answer(step)
        return _tone_of(step.lines)

    def show_mode(self, visit: Visit) -> None:
        """Say whether the next copy leaves or comes back."""
        chip = mode_chip(visit)
        if chip != self._mode_chip:
            self._mode_chip = chip
            self.mode.show_chip(chip)

    def current_offer(self) -> LogLine | None:
        """The newest line, when it still offers a step."""
        newest = self._lines[0] if self._lines else None
        return newest if newest is not None and newest.offer and not newest.is_undone else None

    def _add(self, lines: tuple[LogLine, ...]) -> None:
        numbered = [replace(line, number=self._count + place) for place, line in enumerate(lines, start=1)][::-1]
        self._count += len(lines)
        self._lines[:0] = numbered
        del self._lines[MOST_LINES:]
        self.log.put_first(numbered, MOST_LINES)

    def _mark_undone(self, keys: frozenset[str]) -> None:
        self._lines = [
            replace(line, is_undone=True) if line.undoable is not None and line.undoable.key in keys else line
            for line in self._lines
        ]
        self.log.show_rows(self._lines)

    def _answer(self, step: Step) -> None:
        """The line that most wants to be read; of equal ones the last."""
        line = max(step.lines, key=lambda one: (_rank(one.tone), one.number))
        if _rank(line.tone) == _rank(step.lines[-1].tone):
            line = step.lines[-1]
        title = line.what if line.word in ("Designer", "Blocked") else f"{line.word}: {line.what}"
        offer = OFFER_WORDS.get(line.offer, "")
        self.answer.say(
            line.tone, title, line.note, offer, (lambda: self._on_offer(line)) if offer else None, icon=line.icon
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SMALL)
        row.addWidget(self.scan_box, 1)
        row.addWidget(self.mode)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SMALL)
        layout.addLayout(row)
        layout.addWidget(self.answer)


def mode_chip(visit: Visit) -> Chip:
    """What happens to the next copy, in two words."""
    return Chip(Tone.INFO, "Taking back", "return") if visit.takes_back else Chip(Tone.GOOD, "Lending", "lend")


def _rank(tone: Tone) -> int:
    return len(_LOUDNESS) - _LOUDNESS.index(tone) if tone in _LOUDNESS else 0


def _tone_of(lines: tuple[LogLine, ...]) -> Tone | None:
    if not lines:
        return None
    loudest = max(lines, key=lambda line: _rank(line.tone)).tone
    return loudest if loudest in _LOUDNESS else Tone.GOOD
