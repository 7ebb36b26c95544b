"""A catalogue that finds no room on the disk is told of, holds up nothing, and comes when there is room."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from desktop.cache import line_making
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.stations import signed_in_station
from tests.sync_scenarios.test_line_files import many, publish


def test_a_line_that_finds_no_room_is_told_and_comes_when_there_is_some(
    server: RunningServer,
    world: SmallWorld,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[[str], None],
) -> None:
    expect_log("WARNING desktop.sync.line_sync: line:.*:products could not be fetched: disk_full")
    publish(server, world, tmp_path, many(200))
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        with monkeypatch.context() as full:
            full.setattr(line_making, "sync_to_disk", no_room)
            report = desk.sync()
            assert report.state == "trouble"
            assert report.sentence.startswith("The disk is full, so a catalogue could not be kept. Everything else")
            # The desk itself goes on, and what it does is sent.
            lent = desk.lend(world.copies[0], world.designer)
            desk.sync()
            assert desk.state_of(lent) == "applied"
            assert list(desk.desk.catalogue.rows("products")) == []
        report = desk.sync()
        assert report.state == "synced", report.sentence
        assert len(list(desk.desk.catalogue.rows("products"))) == 200
        assert not list(desk.profile.rglob("*.part"))


def no_room(_file: BinaryIO) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
