"""Counts references to None, True and False around PySide6 calls; run as a program of its own.

Prints one line `lost <call> <per hundred>` for each call that gives back references it never had. `--planted` adds
a call that does so on purpose, to show that the probe would see it.
"""

import ctypes
import sys
from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit

TIMES = 400
# Without spare references the interpreter would end itself before the probe could tell.
SPARE = [[None] * 100_000, [True] * 100_000, [False] * 100_000]

Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractTableModel):
    def rowCount(self, parent: Index | None = None) -> int:
        return 10

    def columnCount(self, parent: Index | None = None) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return None


class Sender(QObject):
    sent = Signal()


def references() -> int:
    """References to the three constants; they do not change where these are immortal (Python 3.12 on)."""
    return sum(sys.getrefcount(constant) for constant in (None, True, False))


def lost_in(call: Callable[[], object]) -> int:
    """How many references a hundred calls give away."""
    before = references()
    for _ in range(TIMES):
        call()
    return (before - references()) * 100 // TIMES


def insert_a_row(rows: Rows) -> None:
    rows.beginInsertRows(QModelIndex(), 0, 0)
    rows.endInsertRows()


def main() -> None:
    application = QApplication([])
    rows, sender, field = Rows(), Sender(), QLineEdit()
    sender.sent.connect(lambda: None)
    calls: dict[str, Callable[[], object]] = {
        "setText": lambda: field.setText("1354-02"),
        "insertRows": lambda: insert_a_row(rows),
        "data": lambda: rows.index(0, 0).data(),
        "emit": sender.sent.emit,
        "processEvents": application.processEvents,
    }
    if "--planted" in sys.argv:
        drop = ctypes.pythonapi.Py_DecRef
        drop.argtypes = [ctypes.py_object]
        calls["planted"] = lambda: drop(None)
    for name, call in calls.items():
        lost = lost_in(call)
        if lost > 50:
            sys.stdout.write(f"lost {name} {lost}\n")
    sys.stdout.write(f"probed {len(calls)}\n")


if __name__ == "__main__":
    main()
