"""The log on a disk that is full."""

import logging
import sys
from pathlib import Path

import pytest

from desktop.foundation.logs import LOG_FILE, set_up_logs


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a device that is always full")
def test_a_log_that_finds_no_room_says_nothing_and_ends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / LOG_FILE).symlink_to("/dev/full")
    take_down = set_up_logs(tmp_path)
    logging.getLogger("desktop").info("a fact")
    take_down()
    assert capsys.readouterr().err == ""
