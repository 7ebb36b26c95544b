"""Servers that are killed, and a database that goes away, under stations that push."""

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.server import running_server, small_world
from tests.torture import kill_server, postgres_restart
from tests.torture.books import audit
from tests.torture.courier import Courier
from tests.torture.plan import Plan

SEED = 20261123
NO_POSTGRES = postgres_restart.why_not() or ""


@pytest.mark.timeout(240)
def test_what_a_server_acknowledged_before_kill_9_is_there_once(tmp_path: Path) -> None:
    verdict = kill_server.run(Plan(kill_server.TORTURE.short, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["kills"] == kill_server.TORTURE.short
    assert verdict.counts["acknowledged operations"] > 100


@pytest.mark.timeout(240)
@pytest.mark.skipif(bool(NO_POSTGRES), reason=NO_POSTGRES)
def test_stations_go_on_by_themselves_when_postgresql_comes_back(tmp_path: Path) -> None:
    verdict = postgres_restart.run(Plan(2, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["restarts"] == 2


@pytest.mark.parametrize(
    ("done_behind_its_back", "found"),
    [
        ("DELETE FROM receipts WHERE operation_id = (SELECT min(operation_id) FROM receipts)", "are lost"),
        ("DELETE FROM receipts WHERE operation_id = (SELECT min(operation_id) FROM receipts)", "an effect and no"),
        ("DELETE FROM designers WHERE name LIKE 'Visitor%'", "no effect"),
        ("UPDATE designers SET name = 'Nobody' WHERE name LIKE 'Visitor%'", "says something else of designers"),
        ("UPDATE stream_heads SET rows = rows + 1", "the head of"),
        ("UPDATE stream_heads SET checksum = '0000000000000001'", "the head of"),
    ],
)
def test_the_audit_finds_what_was_lost_doubled_or_done_by_halves(
    tmp_path: Path, done_behind_its_back: str, found: str
) -> None:
    with running_server(tmp_path) as server:
        world = small_world(server.database)
        courier = Courier([server.url], world, world.clerk, world.showroom, random.Random(SEED))
        courier.sign_in()
        for _ in range(3):
            courier.make_some()
        courier.send_all()
        courier.close()
        assert audit(server.database, [courier]) == []
        server.database.write_unit(lambda connection: connection.execute(text(done_behind_its_back)))
        assert any(found in fault for fault in audit(server.database, [courier]))
