"""A second start with the same profile brings the first one's window to the front."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MILLISECONDS = 500


def _name_of(profile: Path) -> str:
    """A name that two starts with one profile agree on; short, for some systems allow a hundred characters."""
    return "order-track-" + hashlib.blake2b(str(profile.absolute()).encode(), digest_size=8).hexdigest()


def bring_to_front(profile: Path) -> bool:
    """Ask the program that runs with this profile to show itself; False when it does not answer."""
    socket = QLocalSocket()
    socket.connectToServer(_name_of(profile))
    reached = socket.waitForConnected(_WAIT_MILLISECONDS)
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
