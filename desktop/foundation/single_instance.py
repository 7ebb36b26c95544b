"""A second start with the same profile brings the first one's window to the front."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_SECONDS = 4.0
_ANSWER_MILLISECONDS = 500
_TRY_AGAIN_SECONDS = 0.1


def _name_of(profile: Path) -> str:
    """A name that two starts with one profile agree on; short, for some systems allow a hundred characters."""
    return "order-track-" + hashlib.blake2b(str(profile.absolute()).encode(), digest_size=8).hexdigest()


def bring_to_front(profile: Path, *, wait_seconds: float = WAIT_SECONDS) -> bool:
    """Ask the program that runs with this profile to show itself; False when it does not answer in that time.

    It may only just have been started, as by a double click too many, and opens its door a moment after its window.
    """
    deadline = time.monotonic() + wait_seconds
    while not _knock(profile):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_TRY_AGAIN_SECONDS)
    return True


def _knock(profile: Path) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(_name_of(profile))
    reached = socket.waitForConnected(_ANSWER_MILLISECONDS)
    socket.close()
    return reached


class FrontDoor(QObject):
    """Emits `knocked` when another start with the same profile asks for the window."""

    knocked = Signal()

    def __init__(self, profile: Path, parent: QObject | None = None) -> None:
        """The caller holds the profile's lock, so a name left over from a crash is nobody's and is taken over."""
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name_of(profile))
        self._server.listen(_name_of(profile))
        self._server.newConnection.connect(self._on_new_connection)

    def _on_new_connection(self) -> None:
        connection = self._server.nextPendingConnection()
        if connection is not None:
            connection.close()
        self.knocked.emit()
