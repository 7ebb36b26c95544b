"""The line at the foot: what waits to be sent and how old it is, the connection, and where the keys are held."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from desktop.widgets.colours import Tone
from desktop.widgets.icons import icon, pixmap
from desktop.widgets.panels import label
from desktop.widgets.theme import GAP, SMALL, TextRole, current_colours, set_tone

_LATE_SECONDS = 24 * 3600


class Connection(Enum):
    """How things stand with the server, as far as this station knows."""

    UNKNOWN = ("waiting", "Not asked yet")
    ONLINE = ("online", "Connected")
    SYNCING = ("sync", "Exchanging…")
    OFFLINE = ("offline", "Offline, working on this machine")

    @property
    def icon(self) -> str:
        """The icon beside the words."""
        return self.value[0]

    @property
    def words(self) -> str:
        """What the status bar says."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class StationStatus:
    """What the foot of the window shows. `oldest_seconds` is the age of the oldest waiting operation."""

    waiting: int = 0
    oldest_seconds: float = 0.0
    needs_attention: int = 0
    connection: Connection = Connection.UNKNOWN
    last_exchange: str = ""  # "Exchanged 14:02", empty when never
    keys_note: str = ""  # "Keys are not held by the system", empty when all is well
    doing: str = ""  # "Fetching products of … , 40 %", empty when there is nothing to say of an exchange


class StatusBar(QFrame):
    """Shows a `StationStatus`. `badge_pressed` asks for the page where what waits can be seen."""

    badge_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status_bar")
        self._status = StationStatus()
        self._badge = QToolButton()
        self._badge.setObjectName("sync_badge")
        self._badge.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._badge.setIconSize(QSize(16, 16))
        self._badge.clicked.connect(self.badge_pressed)
        self._connection_icon = QLabel()
        self._connection = label(role=TextRole.CAPTION)
        self._connection.setObjectName("connection_state")
        self._exchanged = label(role=TextRole.CAPTION, muted=True)
        self._keys_icon = QLabel()
        self._keys = label(role=TextRole.CAPTION)
        self._keys.setObjectName("keys_note")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, 3, GAP, 3)
        layout.setSpacing(SMALL)
        layout.addWidget(self._badge)
        layout.addSpacing(GAP)
        layout.addWidget(self._connection_icon)
        layout.addWidget(self._connection)
        layout.addWidget(self._exchanged)
        layout.addStretch(1)
        layout.addWidget(self._keys_icon)
        layout.addWidget(self._keys)
        self.show_status(self._status)

    @property
    def status(self) -> StationStatus:
        """What is shown now."""
        return self._status

    def show_status(self, status: StationStatus) -> None:
        """Shows how things stand."""
        self._status = status
        words = badge_words(status)
        self._badge.setText(words)
        self._badge.setAccessibleName(words)
        self._badge.setToolTip(f"{words}. Press to see what waits.")
        set_tone(self._badge, _badge_tone(status))
        is_syncing = status.connection is Connection.SYNCING
        self._connection.setText((status.doing if is_syncing else "") or status.connection.words)
        self._exchanged.setText(status.last_exchange)
        self._keys.setText(status.keys_note)
        self._keys_icon.setVisible(bool(status.keys_note))
        self._draw_icons()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icons in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_keys_icon"):
            self._draw_icons()
        super().changeEvent(event)

    def _draw_icons(self) -> None:
        colours, ratio = current_colours(), self.devicePixelRatioF()
        tone = _badge_tone(self._status)
        ink = colours.tone(tone).ink if tone is not None else colours.good.ink
        names = {Tone.BAD: "attention", Tone.ATTENTION: "waiting", None: "good"}
        self._badge.setIcon(icon(names[tone], ink))
        connection = self._status.connection
        ink = colours.attention.ink if connection is Connection.OFFLINE else colours.muted
        self._connection_icon.setPixmap(pixmap(connection.icon, ink, 16, ratio))
        self._keys_icon.setPixmap(pixmap("key", colours.attention.ink, 16, ratio))


def badge_words(status: StationStatus) -> str:
    """What the badge says: "7 waiting, oldest 12 min", with what needs a person first."""
    parts = []
    if status.needs_attention:
        noun = "needs" if status.needs_attention == 1 else "need"
        parts.append(f"{status.needs_attention} {noun} attention")
    if status.waiting:
        parts.append(f"{status.waiting} waiting, oldest {age_words(status.oldest_seconds)}")
    return " · ".join(parts) or "Nothing waits"


def age_words(seconds: float) -> str:
    """An age as a person says it: "under 1 min", "12 min", "3 h", "2 days"."""
    minutes = int(max(0.0, seconds) // 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} days"


def _badge_tone(status: StationStatus) -> Tone | None:
    if status.needs_attention or (status.waiting and status.oldest_seconds >= _LATE_SECONDS):
        return Tone.BAD
    return Tone.ATTENTION if status.waiting else None
