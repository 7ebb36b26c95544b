"""`python -m tests.torture.scanned_window PROFILE DESIGNER_ID BARCODE…`: the real window, scanned at without an end.

Prints `SHOWN <id>` for every loan and return that stands in the log on the screen, at the moment when it does.
"""

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from desktop.app import App
from desktop.cache.profile_lock import ProfileLock
from desktop.features.sign_in.gate import UnlockGate
from desktop.foundation.paths import open_profile
from tests.builders.server import PASSWORD

_EVERY_MILLISECONDS = 15


class Scanner:
    """Scans the next code whenever the window is ready for it."""

    def __init__(self, app: App, codes: Sequence[str]) -> None:
        self._app = app
        self._codes = itertools.cycle(codes)
        self._shown: set[str] = set()
        self._unlocked = False

    def step(self) -> None:
        """Tell what is new on the screen, then scan; before that, unlock where a password is asked for."""
        window = self._app.window
        page = window.findChild(QWidget, "page_library")
        if page is None:
            self._unlock(window.findChild(UnlockGate))
            return
        for one in page.visit.undoable:  # type: ignore[attr-defined]
            if one.key not in self._shown:
                self._shown.add(one.key)
                sys.stdout.write(f"SHOWN {one.key}\n")
                sys.stdout.flush()
        box = page.findChild(QWidget, "scan_box")
        assert box is not None
        QTest.keyClicks(box, next(self._codes))
        QTest.keyClick(box, Qt.Key.Key_Return)

    def _unlock(self, gate: QWidget | None) -> None:
        if gate is None or self._unlocked:
            return
        self._unlocked = True
        field, button = gate.findChild(QLineEdit, "password"), gate.findChild(QPushButton, "unlock")
        assert field is not None
        assert button is not None
        QTest.keyClicks(field, PASSWORD)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def main(profile: str, designer_id: str, *barcodes: str) -> int:
    """Until it is killed."""
    application = QApplication([])
    paths = open_profile(Path(profile))
    with ProfileLock(paths.root, wait_seconds=5):
        app = App(application, paths)
        scanner = Scanner(app, [f"OT1:D:{designer_id}", *barcodes, "OT1:X:DONE", *barcodes])
        app.start()
        timer = QTimer(app)
        timer.timeout.connect(scanner.step)
        timer.start(_EVERY_MILLISECONDS)
        return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
