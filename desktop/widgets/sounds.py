"""Three short tones, good, attention and bad, told apart by pitch and rhythm, played without Qt's multimedia."""

from __future__ import annotations

import array
import math
import os
import shutil
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.settings import SOUNDS, Settings
from desktop.widgets.colours import Tone

_RATE = 22_050
_LOUDNESS = 0.35

# (pitch in Hz, seconds); 0 Hz is a rest. Bad is low and long, so that it is heard over a busy room.
_MELODIES: dict[Tone, tuple[tuple[float, float], ...]] = {
    Tone.GOOD: ((1320.0, 0.07),),
    Tone.ATTENTION: ((880.0, 0.08), (0.0, 0.05), (880.0, 0.08)),
    Tone.BAD: ((330.0, 0.16), (0.0, 0.04), (233.0, 0.26)),
}
_PLAYERS = (("pw-play",), ("paplay",), ("afplay",), ("aplay", "-q"))


class Sounds:
    """Plays a tone if the person wants tones; never waits, never fails loudly: a beep is the last resort."""

    def __init__(self, folder: Path | None, settings: Settings) -> None:
        """`folder` takes the three small WAV files; None means only the system's own beep."""
        self._folder = folder
        self._settings = settings
        self._player: tuple[str, ...] | None = None

    def play(self, tone: Tone) -> None:
        """Plays the tone's melody; a tone without one is silent."""
        if tone not in _MELODIES or not self._settings.get(SOUNDS):
            return
        file = self._file(tone)
        if file is None or not self._start(file):
            QApplication.beep()

    def _file(self, tone: Tone) -> Path | None:
        if self._folder is None:
            return None
        file = self._folder / f"tone-{tone}.wav"
        if not file.exists():
            try:
                write_tone(file, tone)
            except OSError:
                return None
        return file

    def _start(self, file: Path) -> bool:
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
            return True
        from PySide6.QtCore import QProcess

        if self._player is None:
            self._player = next((one for one in _PLAYERS if shutil.which(one[0])), ())
        if not self._player:
            return False
        started, _pid = QProcess.startDetached(self._player[0], [*self._player[1:], str(file)])
        return started


def write_tone(file: Path, tone: Tone) -> None:
    """Writes the tone as a mono 16-bit WAV file; raises OSError."""
    import wave  # needed once a profile

    samples = array.array("h")
    for pitch, seconds in _MELODIES[tone]:
        samples.extend(_samples(pitch, seconds))
    if sys.byteorder == "big":
        samples.byteswap()
    beside = file.with_suffix(".part")
    with wave.open(str(beside), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(samples.tobytes())
    os.replace(beside, file)


def _samples(pitch: float, seconds: float) -> list[int]:
    count, fade = round(_RATE * seconds), round(_RATE * 0.006)
    peak = 32_767 * _LOUDNESS if pitch else 0.0
    # Fading in and out keeps the loudspeaker from clicking.
    return [
        round(peak * min(1.0, n / fade, (count - n) / fade) * math.sin(2 * math.pi * pitch * n / _RATE))
        for n in range(count)
    ]
