"""Run by `start_window` in a process of its own: start a window, say when it is usable, and which modules it took."""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QTableView, QVBoxLayout, QWidget

_PAGE = 256
_COLUMNS = "item_no, pattern_name, color_name, category, status"
_Index = QModelIndex | QPersistentModelIndex


def _say_usable(first_paint_modules: list[str]) -> None:
    print(json.dumps({"usable_at": time.time(), "modules": first_paint_modules}), flush=True)


class _Rows(QAbstractTableModel):
    """Bare: ids in a vector, rows read a page at a time."""

    def __init__(self, connection: object) -> None:
        super().__init__()
        self._connection = connection
        found = connection.execute("SELECT row_key FROM products ORDER BY item_no")  # type: ignore[attr-defined]
        self._ids = array("q", (key for (key,) in found))
        self._pages: OrderedDict[int, dict[int, tuple[str, ...]]] = OrderedDict()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else 5

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        page = index.row() // _PAGE
        if page not in self._pages:
            keys = self._ids[page * _PAGE : (page + 1) * _PAGE]
            marks = ",".join("?" * len(keys))
            sql = f"SELECT row_key, {_COLUMNS} FROM products WHERE row_key IN ({marks})"
            rows = self._connection.execute(sql, list(keys))  # type: ignore[attr-defined]
            self._pages[page] = {row[0]: row[1:] for row in rows}
        return str(self._pages[page][self._ids[index.row()]][index.column()])


class _FirstPaint(QObject):
    """Calls once, after the watched widget was painted and the event loop is idle again."""

    def __init__(self, widget: QWidget, call: Callable[[], object]) -> None:
        super().__init__(widget)
        self._call: Callable[[], object] | None = call
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._call is not None:
            call, self._call = self._call, None
            QTimer.singleShot(0, call)
        return False


def bare(application: QApplication, file: Path, key: str) -> None:
    """A main window with a line edit and a table over the same encrypted file."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(file))
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")
    window = QMainWindow()
    table = QTableView()
    table.verticalHeader().setDefaultSectionSize(24)
    table.setWordWrap(False)
    table.setModel(_Rows(connection))
    body = QWidget()
    layout = QVBoxLayout(body)
    field = QLineEdit()
    layout.addWidget(field)
    layout.addWidget(table)
    window.setCentralWidget(body)
    window.resize(1280, 800)
    window.show()
    field.setFocus()

    def on_paint() -> None:
        _say_usable([])
        application.quit()

    paint = _FirstPaint(table.viewport(), on_paint)
    application.exec()
    del paint


def ours(application: QApplication, profile: Path) -> None:
    """The real program: usable when the library shows its loans and the scan box has the focus."""
    from desktop.app import App
    from desktop.foundation.paths import open_profile
    from desktop.widgets.row_table import RowTable

    app = App(application, open_profile(profile), offline=True)
    loaded: list[str] = []
    first = _FirstPaint(app.window, lambda: loaded.extend(sorted(sys.modules)))
    watch = QTimer()

    def look() -> None:
        table = app.window.findChild(RowTable, "table_open_loans") or app.window.findChild(RowTable)
        page = app.window.findChild(QWidget, "page_library")
        scan = app.window.findChild(QLineEdit, "scan_box")
        if page is None or table is None or scan is None or not table.row_count() or not scan.hasFocus():
            return
        watch.stop()
        # One more turn of the loop: what is filled in now is on screen then.
        app.window.repaint()
        _say_usable(loaded)
        app.window.close()

    watch.timeout.connect(look)
    watch.start(1)
    app.closed.connect(application.quit)
    app.start()
    application.exec()
    del first


def main() -> None:
    """`bare FILE KEY` or `ours PROFILE`."""
    application = QApplication(sys.argv[:1])
    if sys.argv[1] == "bare":
        bare(application, Path(sys.argv[2]), sys.argv[3])
    else:
        ours(application, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
