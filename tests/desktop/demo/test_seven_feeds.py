"""The morning's files: each house's seven feeds in four formats, as the server reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.demo.cast import World
from desktop.demo.seven_feeds import Morning, write_seven
from desktop.foundation.assets import resource
from shared_models.kernel.clock import SystemClock
from sync_server.features.accounts.actions import add_organisation
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.foundation.database import open_database
from tests.builders.server import new_sqlite

CODES = ("CTH", "MBR")
"""Those with Inventory, and so with all seven."""


def morning_of(code: str, folder: Path) -> Morning:
    return write_seven(World(resource("sample_data", "world.json")), code, "HPS", folder)


def test_every_row_of_all_seven_lands_and_again_changes_nothing(tmp_path: Path) -> None:
    code = CODES[-1]
    database = open_database(new_sqlite(tmp_path))
    with database.writing() as connection:
        house = add_organisation(connection, code=code, name=f"House {code}", kind="distributor")
    desk = FeedDesk(database, SystemClock())
    morning = morning_of(code, tmp_path / "files")
    assert {feed.form for feed in morning.feeds} == {"CSV", "XLSX", "JSON Lines", "X12 846", "X12 856"}
    for feed in morning.feeds:
        copy = tmp_path / feed.path.name
        for fresh in (feed.rows, 0):
            copy.write_bytes(feed.path.read_bytes())
            run = desk.post(Posting(house.id, code, feed.dataset), copy)
            assert (run.status, run.rows_read, run.rows_new, run.rows_changed) == ("landed", feed.rows, fresh, 0), (
                feed.dataset,
                run.sentence,
            )
    database.close()


@pytest.mark.parametrize("code", CODES)
def test_one_hold_of_the_showroom_runs_out_within_two_hours(code: str, tmp_path: Path) -> None:
    reserve = morning_of(code, tmp_path).reserve
    left = datetime.fromisoformat(reserve["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=58) < left <= timedelta(hours=2)
    assert (reserve["showroom_code"], reserve["status"]) == ("HPS", "ACTIVE")
