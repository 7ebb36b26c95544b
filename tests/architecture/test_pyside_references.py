"""The pinned PySide6 keeps the interpreter's constants alive.

PySide6 6.12.0 gives back a reference to None or True it never had at every void call; below Python 3.12 a program
dies of that after a few thousand calls. Hence `PySide6-Essentials<6.12` while Python 3.11 is served.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("pyside_probe.py")


def probe(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(PROBE), *arguments], capture_output=True, text=True, check=True, timeout=50
    )
    return done.stdout


def test_no_call_loses_a_reference() -> None:
    assert probe() == "probed 5\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="constants are immortal from Python 3.12 on")
def test_a_lost_reference_would_be_seen() -> None:
    assert probe("--planted") == "lost planted 100\nprobed 6\n"
