"""A wrong sample, told so that nobody can misread it: what is in the hand beside what the ticket waits for."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from desktop.features.picking.rows import BenchLine
from desktop.features.picking.scan_meaning import ScanMeaning
from desktop.widgets.announce import announce
from desktop.widgets.colours import Tone
from desktop.widgets.panels import label
from desktop.widgets.theme import GAP, SMALL, TIGHT, WIDE, TextRole


class MismatchPanel(QFrame):
    """Two grounds side by side: scanned, in the bad tone, and expected. Stands in the place of the answer line."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scan_mismatch")
        self._scanned, self._scanned_item = label("", TextRole.TITLE, wrap=True), label("")
        self._expected, self._expected_item = label("", TextRole.TITLE, wrap=True), label("")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(_ground(Tone.BAD, "Wrong sample. You scanned", self._scanned, self._scanned_item), 1)
        layout.addWidget(_ground(Tone.INFO, "The ticket waits for", self._expected, self._expected_item), 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def said(self) -> str:
        """Both names, as a person reads them."""
        return (
            f"Wrong sample. You scanned {self._scanned.text()}, {self._scanned_item.text()}. "
            f"The ticket waits for {self._expected.text()}, {self._expected_item.text()}"
        )

    @property
    def names(self) -> tuple[str, str]:
        """What was scanned, and what the ticket waits for."""
        return self._scanned.text(), self._expected.text()

    def show_both(self, scanned: ScanMeaning, expected: BenchLine | None, more: int) -> None:
        """`expected` is None when nothing more is waited for; `more` is how many other lines wait as well."""
        self._scanned.setText(scanned.title)
        self._scanned_item.setText(f"Item {scanned.value}. Lay it back.")
        if expected is None:
            self._expected.setText("nothing more")
            self._expected_item.setText("Everything on it is marked: Ctrl+Enter confirms.")
        else:
            others = f", and {more} more line{'' if more == 1 else 's'}" if more else ""
            place = f", bin {expected.bin}" if expected.bin else ""
            self._expected.setText(expected.title or expected.item_no)
            self._expected_item.setText(f"Item {expected.item_no}{place}{others}.")
        self.setAccessibleName(self.said)
        announce(self, self.said)


def _ground(tone: Tone, caption: str, name: QLabel, detail: QLabel) -> QFrame:
    ground = QFrame()
    ground.setProperty("ground", str(tone))
    layout = QVBoxLayout(ground)
    layout.setContentsMargins(WIDE, SMALL, GAP, SMALL)
    layout.setSpacing(TIGHT // 2)
    for part in (label(caption, TextRole.STRONG), name, detail):
        layout.addWidget(part)
    return ground
