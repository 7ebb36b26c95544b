"""`order-track station`, run as a script runs it: in processes of its own."""

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.key_file import KEY_FILE
from desktop.cache.keys import KeyRing
from desktop.cache.station_db import SCHEMA_VERSION, STATION_FILE
from sync_server.features.accounts.recovery import issue_code
from sync_server.features.accounts.revocation import revoke_station
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, small_world
from tests.builders.station_script import Script

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def world(server: RunningServer) -> SmallWorld:
    return small_world(server.database)


@pytest.fixture(scope="module")
def signed_in_profile(server: RunningServer, world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = Script(tmp_path_factory.mktemp("first") / "profile", server.url)
    done = script.run("sign-in", world.clerk.email, given=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["signed in as Marisol Vega", "synced"]
    return script.profile


@pytest.fixture
def script(signed_in_profile: Path, server: RunningServer, world: SmallWorld, tmp_path: Path) -> Script:
    """A freshly signed-in station of the clerk."""
    made = Script(tmp_path / "profile", server.url)
    assert made.run("sign-in", world.clerk.email, given=PASSWORD + "\n").returncode == 0
    return made


def lend(barcode: str, **more: str) -> dict[str, str]:
    return {"operation": "CheckOutCopy", "barcode": barcode, "designer": "Paloma Winslow", **more}


def test_a_day_of_a_script(script: Script, world: SmallWorld) -> None:
    answers = script.do(
        lend("HPS000001", due_on="2026-12-24", sidemark="Lobby"),
        lend("HPS000002HPS000003"),
        {"operation": "ReturnCopy", "barcode": "HPS000002"},
        {"operation": "ReturnCopy", "barcode": "HPS000005"},
        {"operation": "AddDesigner", "name": "Nora Blythe", "card_barcode": "CARD-NB"},
        {"operation": "CheckOutCopy", "barcode": "HPS000004", "designer": "CARD-NB"},
        {
            "operation": "PlaceSampleOrder",
            "designer": "nora blythe",
            "ship_method": "2ND DAY",
            "items": [
                {"distributor": "KRA", "item_no": "1354.1.0", "quantity": 2},
                {"distributor": "MBR", "item_no": "0123"},
            ],
        },
    )
    assert [answer.split()[0] for answer in answers] == ["SAVED"] * 8
    loans = script.told("show", "loans")
    assert [loan["due_on"] for loan in loans if loan["sidemark"] == "Lobby"] == ["2026-12-24"]
    outbox = script.told("outbox")
    assert [row["id"] for row in outbox] == [answer.split()[1] for answer in answers]
    assert {row["state"] for row in outbox} == {"waiting"}

    assert script.run("sync").stdout == "synced\n"
    assert {row["state"] for row in script.told("outbox")} <= {"applied", "needs_review"}
    requests = script.told("show", "sample_requests")
    assert {row["distributor_id"] for row in requests} == {world.distributor.id, world.other_distributor.id}
    assert all(row["number"] for row in requests)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (lend("NOPE"), "No copy here has the barcode “NOPE”. Nothing was recorded."),
        (lend("HPS000001", designer="Nobody"), "There is no designer “Nobody” here."),
        (lend("OT1:D:whoever"), "“OT1:D:whoever” is the code of a designer, not of a copy."),
        (lend("HPS000001", due_on="soon"), "CheckOutCopy cannot be read: Invalid RFC3339 encoded date"),
        ({"operation": "CheckOutCopy", "barcode": 7}, "No copy here has the barcode “7”."),
        ({"operation": "CheckOutCopy", "barcode": None}, "“barcode” must be a text that is not empty."),
        ({"operation": "Fly"}, "There is no operation “Fly”. There are: AddDesigner,"),
        ({"barcode": "HPS000001"}, "There is no operation “None”."),
        ({"operation": "ReturnCopy", "copy_id": "x", "colour": "red"}, "ReturnCopy cannot be read: Object contains"),
        ({"operation": "PlaceSampleOrder", "items": "all"}, "“items” must be a list."),
        ({"operation": "PlaceSampleOrder", "items": []}, "PlaceSampleOrder cannot be read"),
        ({"operation": "ConfirmLines", "request": "KRA-9", "lines": []}, "There is no sample request “KRA-9” here."),
        ("{", "This line is not JSON"),
        ("[1]", "This line is not a JSON object; nothing was recorded."),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence_and_the_next_line_is_done(
    signed_in_profile: Path, server: RunningServer, line: Any, sentence: str
) -> None:
    script = Script(signed_in_profile, server.url)
    refused, saved = script.do(line, {"operation": "ReturnCopy", "barcode": "HPS000005"})
    assert refused.startswith("REFUSED ")
    assert sentence in refused
    assert saved.startswith("SAVED ")


def test_the_server_being_away_is_no_fault(script: Script, server: RunningServer) -> None:
    script.do(lend("HPS000001"))
    with_key = KeyRing(script.profile).unlock_with_password(PASSWORD).key
    connection = open_encrypted(script.profile / STATION_FILE, with_key)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'server_url'", (NOWHERE,))
    connection.close()
    script.server_url = NOWHERE
    done = script.run("sync")
    assert (done.returncode, done.stdout) == (0, "offline\n")
    assert "The server cannot be reached" in done.stderr
    assert [row["state"] for row in script.told("outbox")] == ["waiting"]


def test_waiting_operations_go_by_a_file_to_another_machine_and_take_effect_once(
    script: Script, server: RunningServer, world: SmallWorld, tmp_path: Path
) -> None:
    script.do(lend("HPS000001"), {"operation": "AddDesigner", "name": "Iris Kline"})
    rescue = tmp_path / "rescue.json"
    assert script.run("export", str(rescue)).returncode == 0
    assert len(script.told("outbox")) == 2

    other = Script(tmp_path / "other", server.url)
    other.run("sign-in", world.clerk.email, given=PASSWORD + "\n")
    assert other.run("import", str(rescue)).stdout == "2 operations brought in\n"
    assert other.run("import", str(rescue)).stdout == "0 operations brought in, 2 were here already\n"
    assert other.run("sync").stdout == "synced\n"
    assert script.run("sync").stdout == "synced\n"
    for one in (script, other):
        assert [row["name"] for row in one.told("show", "designers")].count("Iris Kline") == 1

    rescue.write_text(rescue.read_text().replace("Iris", "Iria"))
    changed = other.run("import", str(rescue))
    assert changed.returncode == 1
    assert "was changed or damaged since it was written. Nothing was brought in." in changed.stderr


def test_kill_9_at_any_moment_loses_nothing_that_was_saved(script: Script) -> None:
    there_already = len(script.told("show", "loans"))
    saved: list[str] = []
    chance = random.Random(20261123)
    for _ in range(20):
        child = script.start("do", "-")
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            for number in range(300):
                child.stdin.write(json.dumps(lend(f"HPS00000{number % 5 + 1}")) + "\n")
            child.stdin.flush()
            saved += [child.stdout.readline() for _ in range(chance.randrange(1, 40))]
            until = time.monotonic() + chance.random() * 0.01
            while time.monotonic() < until:
                pass
        finally:
            child.send_signal(signal.SIGKILL)
            # What was printed before the kill counts as said.
            saved += child.stdout.read().splitlines(keepends=True)
            child.wait(10)
            child.stdout.close()
            child.stdin.close()
    said = {line.split()[1] for line in saved if line.startswith("SAVED ") and line.endswith("\n")}
    assert len(said) > 100
    kept = {row["id"] for row in script.told("outbox")}
    assert said <= kept
    assert len(script.told("show", "loans")) == there_already + len(kept)
    assert script.run("sync").stdout == "synced\n"


def test_a_wrong_password_opens_nothing(script: Script) -> None:
    _only_the_password(script)
    before = (script.profile / KEY_FILE).read_bytes()
    script.environment["ORDER_TRACK_UNLOCK_PASSWORD"] = "guess"
    done = script.run("outbox")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "This password does not open the profile. Nothing was changed.\n"
    assert (script.profile / KEY_FILE).read_bytes() == before


def test_nobody_to_ask_for_the_password_is_said(script: Script) -> None:
    _only_the_password(script)
    del script.environment["ORDER_TRACK_UNLOCK_PASSWORD"]
    done = script.run("outbox")
    assert done.returncode == 1
    assert "This station is locked" in done.stderr
    assert "ORDER_TRACK_UNLOCK_PASSWORD" in done.stderr


def _only_the_password(script: Script) -> None:
    """As after a restart of the machine: no keyring holds anything."""
    file = script.profile / KEY_FILE
    content = json.loads(file.read_text())
    content["slots"] = [slot for slot in content["slots"] if slot["kind"] == "password"]
    file.write_text(json.dumps(content))


def test_a_missing_key_file_deletes_nothing(script: Script) -> None:
    (script.profile / KEY_FILE).unlink()
    before = (script.profile / STATION_FILE).read_bytes()
    done = script.run("outbox")
    assert done.returncode == 1
    assert "The key of this profile (keys.json) is missing. The data was not touched" in done.stderr
    assert (script.profile / STATION_FILE).read_bytes() == before


def test_a_newer_file_is_refused(script: Script) -> None:
    key = KeyRing(script.profile).unlock_with_password(PASSWORD).key
    connection = open_encrypted(script.profile / STATION_FILE, key)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    done = script.run("sync")
    assert done.returncode == 1
    assert "used by a newer Order-Track" in done.stderr


def test_a_damaged_file_is_set_aside_and_signing_in_again_fetches_everything(script: Script, world: SmallWorld) -> None:
    file = script.profile / STATION_FILE
    file.write_bytes(os.urandom(file.stat().st_size))
    done = script.run("outbox")
    assert done.returncode == 1
    assert "The station's file is damaged. It was kept as station.damaged-" in done.stderr
    assert list(script.profile.glob("station.damaged-*.db"))
    assert script.run("sign-in", world.clerk.email, given=PASSWORD + "\n").returncode == 0
    assert len(script.told("show", "copies")) == 5


def test_damage_in_the_middle_is_found_by_who_reads_it_and_costs_no_waiting_operation(
    script: Script, world: SmallWorld
) -> None:
    script.run("sync")
    script.do(lend("HPS000001"))
    known = {loan["id"] for loan in script.told("show", "loans")}
    key = KeyRing(script.profile).unlock_with_password(PASSWORD).key
    connection = open_encrypted(script.profile / STATION_FILE, key)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'copies'").fetchone()
    connection.close()
    with (script.profile / STATION_FILE).open("r+b") as raw:
        raw.seek((root - 1) * 4096 + 2000)
        raw.write(b"not what was there")
    done = script.run("show", "copies")
    assert done.returncode == 1
    assert "The station's file is damaged. It was kept as station.damaged-" in done.stderr
    again = script.run("sign-in", world.clerk.email, given=PASSWORD + "\n")
    assert f"(page {root}) and stays in the profile. 1 operation that had not settled was carried over" in again.stdout
    assert {loan["id"] for loan in script.told("show", "loans")} >= known


def test_a_refused_sign_in_leaves_no_files(server: RunningServer, world: SmallWorld, tmp_path: Path) -> None:
    script = Script(tmp_path / "profile", server.url)
    done = script.run("sign-in", world.clerk.email, given="wrong\n")
    assert (done.returncode, done.stderr) == (1, "The e-mail address or the password is wrong.\n")
    assert not (script.profile / STATION_FILE).exists()
    assert not (script.profile / KEY_FILE).exists()


def test_somebody_else_cannot_sign_in_over_a_used_profile(
    signed_in_profile: Path, server: RunningServer, world: SmallWorld
) -> None:
    done = Script(signed_in_profile, server.url).run("sign-in", world.rep.email, given=PASSWORD + "\n")
    assert done.returncode == 1
    assert "Somebody else works with this profile" in done.stderr


def test_nothing_readable_lies_in_the_profile(script: Script) -> None:
    script.do(lend("HPS000001", sidemark="Goldfarb Penthouse"))
    script.run("sync")
    key = KeyRing(script.profile).unlock_with_password(PASSWORD).key
    connection = open_encrypted(script.profile / STATION_FILE, key)
    token = connection.execute("SELECT value FROM meta WHERE name = 'token'").fetchone()[0]
    secrets = ["Paloma Winslow", "Goldfarb", "Marisol Vega", "paloma@", token, key.hex(), PASSWORD]
    try:
        for file in (file for file in script.profile.rglob("*") if file.is_file()):
            content = file.read_bytes()
            assert key not in content
            for secret in secrets:
                assert secret.encode() not in content, f"{secret} in {file.name}"
    finally:
        connection.close()


def test_an_unknown_table_is_told_with_those_there_are(signed_in_profile: Path, server: RunningServer) -> None:
    done = Script(signed_in_profile, server.url).run("show", "lones", "--json")
    assert done.returncode == 1
    assert "There is no table “lones”. There are: confirmation_lines," in done.stderr
    assert "products" in done.stderr


def test_wrong_usage_ends_with_2(signed_in_profile: Path, server: RunningServer) -> None:
    assert Script(signed_in_profile, server.url).run("fly").returncode == 2


def test_the_help_lists_every_operation_with_its_fields(signed_in_profile: Path, server: RunningServer) -> None:
    from shared_models.sync.registry import OPERATIONS

    told = Script(signed_in_profile, server.url).run("do", "--help").stdout
    for name, kind in OPERATIONS.items():
        assert name in told
        assert ", ".join(kind.__struct_fields__) in told


def test_leaving_with_work_that_waits_is_refused_until_it_is_in_a_file(script: Script, tmp_path: Path) -> None:
    script.do(lend("HPS000001"))
    refused = script.run("sign-out")
    assert refused.returncode == 1
    assert "1 operation of this desk has not reached the server" in refused.stderr
    assert (script.profile / STATION_FILE).exists()
    left = script.run("sign-out", "--export", str(tmp_path / "waiting.json"))
    assert left.returncode == 0, left.stderr
    assert left.stdout.splitlines()[-1] == "signed out"
    assert len(json.loads((tmp_path / "waiting.json").read_text())["operations"]) == 1
    assert not (script.profile / STATION_FILE).exists()
    assert not (script.profile / KEY_FILE).exists()


def test_a_station_that_was_shut_out_wipes_itself_and_a_second_contact_finds_nothing(
    script: Script, server: RunningServer
) -> None:
    script.do(lend("HPS000002"))
    keys = KeyRing(script.profile)
    connection = open_encrypted(script.profile / STATION_FILE, keys.unlock_with_password(PASSWORD).key)
    ((station_id,),) = connection.execute("SELECT value FROM meta WHERE name = 'station_id'").fetchall()
    connection.close()
    server.database.write_unit(lambda connection: revoke_station(connection, station_id, server.clock.now()))
    first = script.run("sync")
    assert first.returncode == 1
    assert "its files were deleted. 1 waiting operation" in first.stderr
    assert not (script.profile / STATION_FILE).exists()
    second = script.run("sync")
    assert "Nobody is signed in here" in second.stderr


def test_a_code_opens_a_station_without_key_file_and_password(script: Script, server: RunningServer) -> None:
    saved = script.do(lend("HPS000003"))
    key = KeyRing(script.profile).unlock_with_password(PASSWORD).key
    connection = open_encrypted(script.profile / STATION_FILE, key)
    ((station_id,),) = connection.execute("SELECT value FROM meta WHERE name = 'station_id'").fetchall()
    connection.close()
    (script.profile / KEY_FILE).unlink()
    given = server.database.write_unit(
        lambda connection: issue_code(connection, station_id, server.clock.now(), who="operator")
    )
    wrong = script.run("recover", "2222-2222-2222", given="another long walk\n")
    assert (wrong.returncode, "Ask for a new one" in wrong.stderr) == (1, True)
    assert script.run("recover", given.code, given="another long walk\n").stdout == "recovered\n"
    script.environment["ORDER_TRACK_UNLOCK_PASSWORD"] = "another long walk"
    assert [row["id"] for row in script.told("outbox")] == [saved[0].split()[1]]
