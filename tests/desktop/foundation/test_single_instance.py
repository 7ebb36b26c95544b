"""A second start with the same profile brings the first window to the front."""

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.foundation.single_instance import FrontDoor, bring_to_front

SECOND_START = """
import sys
from pathlib import Path
from desktop.foundation.single_instance import bring_to_front
print("asking", flush=True)
sys.exit(0 if bring_to_front(Path(sys.argv[1])) else 1)
"""


def test_a_second_start_reaches_a_first_one_that_has_only_just_begun(tmp_path: Path, qtbot: QtBot) -> None:
    command = [sys.executable, "-c", SECOND_START, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "asking\n"
        door = FrontDoor(tmp_path)
        with qtbot.waitSignal(door.knocked, timeout=10_000):
            pass
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=10_000)
    assert second.returncode == 0
    door.deleteLater()


def test_a_profile_that_nobody_shows_is_told_after_a_while(tmp_path: Path) -> None:
    assert not bring_to_front(tmp_path, wait_seconds=0.0)
