"""Pictures of the real window on a person's own profile, light and dark, small and large."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import App
from desktop.demo.day_log import StepFailed
from desktop.feature import Page
from desktop.features.sign_in.gate import SignInGate
from desktop.foundation.paths import open_profile
from desktop.settings import SOUNDS, THEME
from desktop.sync.desk import Desk
from desktop.widgets.row_table import RowTable
from desktop.widgets.scan_field import ScanField

SIZES = (QSize(1280, 800), QSize(1920, 1080))
THEMES = ("light", "dark")
_PATIENCE_SECONDS = 20.0
_SETTLE_ROUNDS = 20


class Picture(NamedTuple):
    """One page to photograph, and what to do on it first."""

    page: str
    name: str = ""
    """Of the file; the page's own when empty."""
    prepare: Callable[[Page], None] | None = None


def application() -> QApplication:
    """The one Qt application of this process."""
    found = QApplication.instance() or QApplication(["order-track"])
    assert isinstance(found, QApplication), "nobody makes another kind"
    return found


def photograph(
    desk: Desk, profile: Path, pictures: Sequence[Picture], folder: Path, *, offline: bool = True
) -> list[Path]:
    """Open the window on an open desk, show the pages, and write PNG files into `folder`; the desk is closed then.

    `offline`: what the desk has is shown, and nothing is asked of the server.
    """
    app = App(application(), open_profile(profile), offline=offline)
    written = []
    try:
        app.parts.settings.choose(SOUNDS, False)
        app.window.show()
        app.desks.open_desk(desk, "keyring")
        for picture in pictures:
            page = app.window.open_page(picture.page)
            if picture.prepare is not None:
                picture.prepare(page)
            wait_until(lambda page=page: page.isVisible(), f"the page {picture.page} is on screen")  # type: ignore[misc]
            written += _take(app, folder, picture.name or picture.page)
    finally:
        # Also when a picture fails: threads that are at work when the program ends would end it with a crash.
        close_window(app)
    return written


def photograph_sign_in(profile: Path, server_url: str, folder: Path) -> list[Path]:
    """The window of a profile in which nobody works yet."""
    app = App(application(), open_profile(profile), server=server_url)
    try:
        app.start()
        wait_until(lambda: _shown(app.window, SignInGate), "the sign-in is on screen")
        return _take(app, folder, "sign_in")
    finally:
        close_window(app)


def scan(*codes: str) -> Callable[[Page], None]:
    """Scan into the page's scan box, one code after the other."""

    def scan_them(page: Page) -> None:
        box = page.findChild(ScanField)
        if not isinstance(box, ScanField):
            raise StepFailed(f"{page.objectName()} has no scan box")
        for code in codes:
            box.deliver(code)
            settle()

    return scan_them


def type_into(name: str, text: str) -> Callable[[Page], None]:
    """Type into the field with that object name."""
    from PySide6.QtWidgets import QLineEdit

    def type_it(page: Page) -> None:
        field = page.findChild(QLineEdit, name)
        if field is None:
            raise StepFailed(f"{page.objectName()} has no field {name}")
        field.setFocus()
        field.setText(text)
        field.textEdited.emit(text)
        settle()

    return type_it


def drop(file: Path, *, until: str) -> Callable[[Page], None]:
    """Drop a file onto the page, changes only, and wait until the button with that object name can be pressed."""
    from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QComboBox, QPushButton

    def drop_it(page: Page) -> None:
        tables = page.findChildren(RowTable)
        wait_until(lambda: any(one.row_count() for one in tables), "the page knows how things stand")
        mode = page.findChild(QComboBox, "file_mode")
        if mode is not None:
            mode.setCurrentIndex(mode.findData("delta"))
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        place, action = QPoint(40, 40), Qt.DropAction.CopyAction
        pressed, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        # Qt drops only onto what the file was dragged over.
        application().sendEvent(page, QDragEnterEvent(place, action, data, pressed, keys))
        application().sendEvent(page, QDropEvent(QPointF(place), action, data, pressed, keys))
        button = page.findChild(QPushButton, until)
        wait_until(lambda: button is not None and button.isVisible(), f"the file {file.name} was looked at")
        settle()

    return drop_it


def show_tab(name: str, place: int) -> Callable[[Page], None]:
    """Bring a tab to the front."""
    from PySide6.QtWidgets import QTabWidget

    def show_it(page: Page) -> None:
        tabs = page.findChild(QTabWidget, name)
        if not isinstance(tabs, QTabWidget):
            raise StepFailed(f"{page.objectName()} has no tabs {name}")
        tabs.setCurrentIndex(place)
        settle()

    return show_it


def choose_first(name: str) -> Callable[[Page], None]:
    """Choose the first row of the table with that object name."""

    def choose_it(page: Page) -> None:
        table = page.findChild(RowTable, name)
        if not isinstance(table, RowTable):
            raise StepFailed(f"{page.objectName()} has no table {name}")
        wait_until(lambda: table.row_count() > 0, f"there are rows in {name}")
        table.select_place(0)
        settle()

    return choose_it


def one_after_the_other(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    """Several preparations of one picture."""

    def do_them(page: Page) -> None:
        for step in steps:
            step(page)

    return do_them


def settle() -> None:
    """Let everything arrive that is under way: answers of workers, layouts, paints."""
    for _ in range(_SETTLE_ROUNDS):
        application().processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Run the event loop until something holds. Raises `StepFailed` when it does not come to pass."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise StepFailed(f"waited in vain: {what}")
        application().processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _take(app: App, folder: Path, name: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # Another look dresses every widget anew: the one that is on comes first.
    for theme in sorted(THEMES, key=lambda one: one != app.parts.settings.get(THEME)):
        app.parts.settings.choose(THEME, theme)
        for size in SIZES:
            app.window.resize(size)
            settle()
            file = folder / f"{name}-{theme}-{size.width()}x{size.height()}.png"
            if not app.window.grab().save(str(file)):
                raise StepFailed(f"{file.name} could not be written")
            written.append(file)
    return written


def _shown(window: QWidget, kind: type[QWidget]) -> bool:
    return any(widget.isVisible() for widget in window.findChildren(kind))


def close_window(app: App) -> None:
    """Close the window as a person does, and wait until all that worked behind it has ended."""
    ended: list[bool] = []
    app.closed.connect(lambda: ended.append(True))
    app.window.close()
    wait_until(lambda: bool(ended), "the window closes")
    app.window.deleteLater()
    app.deleteLater()
    # No loop of Qt's runs here that would do it; what stays would be dressed anew with every further look.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle()
