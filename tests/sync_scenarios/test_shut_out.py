"""A station that the operator shuts out: it stops at once, loses nothing that is wanted, and leaves nothing to read."""

import json
import threading
from datetime import timedelta

import pytest
import requests
from sqlalchemy import Connection, delete, select, update

from desktop.cache.key_file import KEY_FILE
from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta
from desktop.cache.recovery_key import recovered_key
from desktop.cache.station_db import STATION_FILE
from desktop.sync.client import Trouble
from desktop.sync.engine import RENEW_BEFORE
from desktop.sync.farewell import Farewell, carry_out
from desktop.sync.lease import is_shut_out
from shared_models.library.records import Loan
from shared_models.reviews.operations import SettleReview
from shared_models.reviews.records import ReviewItem
from shared_models.sync.wire import PushAnswer, PushRequest, RecoveryRequest
from sync_server.features.accounts.recovery import MOST_WRONG, issue_code
from sync_server.features.accounts.revocation import rescued_of, revoke_station
from sync_server.features.accounts.station_events import list_events
from sync_server.features.accounts.stations import list_stations
from sync_server.features.accounts.tables import STATIONS
from sync_server.features.sync.history import begin_history
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import publish
from sync_server.features.sync.tables import AFTER_REVOCATION, RECEIPTS
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station


def shut_out(server: RunningServer, station: Station, **order: str) -> None:
    now = server.clock.now()
    server.database.write_unit(
        lambda connection: revoke_station(connection, station.desk.station_id, now, **order)  # type: ignore[arg-type]
    )


def leave(station: Station) -> Farewell:
    return carry_out(station.desk, station.client, station.profile, KeyRing(station.profile, holders=()))


def events(server: RunningServer, station_id: str) -> list[str]:
    with server.database.reading() as connection:
        return [event.event for event in reversed(list_events(connection, station_id))]


def test_it_stops_syncing_at_once_and_sends_what_waits_before_it_is_wiped(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    sent = desk.lend(world.copies[0], world.designer)
    station_id = desk.desk.station_id
    shut_out(server, desk)
    assert desk.sync().state == "revoked"
    assert desk.state_of(sent) == "waiting"
    farewell = leave(desk)
    assert (farewell.report.sent, farewell.report.kept, farewell.report.dropped) == (1, 0, 0)
    assert "1 waiting operation was sent first" in farewell.sentence
    with server.database.reading() as connection:
        receipt = connection.execute(select(RECEIPTS).where(RECEIPTS.c.operation_id == sent)).one()
        marked = connection.execute(select(AFTER_REVOCATION.c.station_id)).scalars().all()
        (row,) = [one for one in list_stations(connection) if one.id == station_id]
    assert (receipt.person_id, receipt.result) == (world.clerk.id, "applied")
    assert marked == [station_id]
    assert row.farewell_at is not None
    assert events(server, station_id) == ["key_deposited", "revoked", "order_taken", "wiped"]


def reviews_of(server: RunningServer, house: str) -> list[tuple[str, bool]]:
    """What the house is asked to look at, and whether somebody has."""
    with server.database.reading() as connection:
        items = ServerRecords(connection).find(ReviewItem, organisation_id=house)
    return [(item.sentence, item.resolved_at is not None) for item in items]


def test_the_house_is_told_what_came_from_a_station_that_was_shut_out(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk, colleague = station(world.clerk), station(world.rep, "colleague")
    desk.lend(world.copies[0], world.designer)
    desk.lend(world.copies[1], world.designer)
    shut_out(server, desk)
    desk.sync()
    leave(desk)
    told = "The station “desk” of Marisol Vega was shut out. 2 operations that waited there were taken all the same."
    assert reviews_of(server, world.showroom.id) == [(told, False)]
    assert reviews_of(server, world.other_showroom.id) == []
    assert colleague.sync().state == "synced"
    (item,) = colleague.desk.database.read().records(ReviewItem)
    assert item.sentence == told
    colleague.desk.record(SettleReview(review_id=item.id))
    assert colleague.sync().state == "synced"
    assert reviews_of(server, world.showroom.id) == [(told, True)]


def test_what_comes_after_somebody_looked_is_told_anew(
    server: RunningServer, station: MakeStation, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, colleague = station(world.clerk), station(world.rep, "colleague")
    desk.lend(world.copies[0], world.designer)
    desk.lend(world.copies[1], world.designer)
    shut_out(server, desk)
    desk.sync()
    with monkeypatch.context() as patch:
        patch.setattr("desktop.sync.push.OPERATIONS_A_BATCH", 1)
        push = desk.client.push
        sent: list[object] = []

        def cut_after_one(request: PushRequest) -> PushAnswer:
            if sent:
                raise Trouble("offline", "The server cannot be reached.")
            sent.append(request)
            return push(request)

        patch.setattr(desk.client, "push", cut_after_one)
        with pytest.raises(Trouble):
            leave(desk)
    assert "1 operation that waited there was taken" in reviews_of(server, world.showroom.id)[0][0]
    colleague.sync()
    (item,) = colleague.desk.database.read().records(ReviewItem)
    colleague.desk.record(SettleReview(review_id=item.id))
    assert colleague.sync().state == "synced"
    leave(desk)
    ((sentence, looked_at),) = reviews_of(server, world.showroom.id)
    assert "2 operations that waited there were taken" in sentence
    assert not looked_at


def test_nothing_is_left_to_read_after_it(server: RunningServer, station: MakeStation, world: SmallWorld) -> None:
    desk = station(world.clerk)
    (desk.profile / "station.kept-20261101-090000.db").write_bytes(b"an older file")
    shut_out(server, desk)
    desk.sync()
    leave(desk)
    left = {file.name for file in desk.profile.rglob("*") if file.is_file()}
    assert not left & {STATION_FILE, KEY_FILE}
    assert not any(name.startswith("station.") or name.endswith((".db", "-wal")) for name in left)


def test_discarded_work_is_counted_and_never_sent(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    desk.lend(world.copies[0], world.designer)
    shut_out(server, desk, waiting="discard")
    desk.sync()
    farewell = leave(desk)
    assert (farewell.report.sent, farewell.report.dropped) == (0, 1)
    ((told, _),) = reviews_of(server, world.showroom.id)
    assert told.endswith("1 operation that waited there was not taken: ask the operator, and do again what is missing.")
    with server.database.reading() as connection:
        assert connection.execute(select(RECEIPTS.c.operation_id)).all() == []


def test_what_the_server_cannot_take_is_kept_for_another_station(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    operation = desk.lend(world.copies[0], world.designer)
    with desk.desk.database.write() as records:
        records.connection.execute(
            "UPDATE operations SET state = 'refused', sentence = 'no' WHERE id = ?", (operation,)
        )
    shut_out(server, desk)
    desk.sync()
    assert leave(desk).report.kept == 1
    ((told, _),) = reviews_of(server, world.showroom.id)
    assert "1 operation that waited there was not taken: ask the operator" in told
    with server.database.reading() as connection:
        kept = json.loads(rescued_of(connection, desk.desk.station_id))
    assert [one["id"] for one in kept["operations"]] == [operation]


def test_a_cable_that_is_pulled_in_the_middle_loses_nothing_and_shows_nothing(
    server: RunningServer, station: MakeStation, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = station(world.clerk)
    operation = desk.lend(world.copies[0], world.designer)
    shut_out(server, desk)
    desk.sync()
    push = desk.client.push

    def cut(*_arguments: object) -> None:
        raise Trouble("offline", "The server cannot be reached.")

    monkeypatch.setattr(desk.client, "push", cut)
    with pytest.raises(Trouble):
        leave(desk)
    assert is_shut_out(desk.desk.database.read())
    assert desk.state_of(operation) == "waiting"
    monkeypatch.setattr(desk.client, "push", push)
    assert desk.sync().state == "revoked"
    assert leave(desk).report.sent == 1


def test_the_order_to_sign_in_anew_keeps_files_and_work(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    desk.lend(world.copies[0], world.designer)
    shut_out(server, desk, order="sign_in")
    assert desk.sync().state == "revoked"
    farewell = leave(desk)
    assert "sign in again" in farewell.sentence
    assert (desk.profile / STATION_FILE).exists()
    again = station(world.clerk)
    assert again.desk.station_id != desk.desk.station_id
    assert again.desk.outbox.waiting_count() == 0
    with server.database.reading() as connection:
        assert len(connection.execute(select(RECEIPTS.c.operation_id)).all()) == 1


def test_an_open_event_stream_ends_without_waiting_for_its_heartbeat(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    token = get_meta(desk.desk.database.read(), "token")
    begun, ended = threading.Event(), threading.Event()

    def listen() -> None:
        headers = {"authorization": f"Bearer {token}"}
        try:
            with requests.get(f"{server.url}/v1/notices", headers=headers, stream=True, timeout=14) as answer:
                for _line in answer.iter_lines(chunk_size=1):
                    begun.set()
        except requests.exceptions.ChunkedEncodingError:
            pass
        except requests.exceptions.ConnectionError:
            return
        ended.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert begun.wait(10)
    shut_out(server, desk)
    assert ended.wait(10), "the heartbeat comes after 15 seconds only"
    listener.join()


def test_a_right_to_send_is_good_for_nothing_else(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    shut_out(server, desk)
    desk.sync()
    right = desk.client.revocation_order().upload_right
    headers = {"authorization": f"Bearer {right}"}
    assert requests.get(f"{server.url}/v1/streams", headers=headers, timeout=10).status_code == 401
    assert requests.post(f"{server.url}/v1/token", headers=headers, timeout=10).status_code == 401
    leave(desk)
    body = {"station_clock": server.clock.now().isoformat(), "operations": []}
    assert requests.post(f"{server.url}/v1/operations", json=body, headers=headers, timeout=10).status_code == 401


def test_a_lost_answer_to_a_renewal_shuts_nobody_out_however_late_the_next_round_is(
    server: RunningServer, station: MakeStation, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = station(world.clerk)
    renew = desk.client.renew_token

    def lose(proposed: str = "", public_key: str = "") -> None:
        renew(proposed, public_key)
        raise Trouble("cut", "The server's answer broke off.")

    desk.clock.advance(RENEW_BEFORE + timedelta(days=1))
    monkeypatch.setattr(desk.client, "renew_token", lose)
    assert desk.sync().state == "offline"
    monkeypatch.setattr(desk.client, "renew_token", renew)
    former = get_meta(desk.desk.database.read(), "token")
    assert desk.sync().state == "synced"
    assert get_meta(desk.desk.database.read(), "token") != former


def test_a_one_time_code_gives_the_key_back_once(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    waiting = desk.lend(world.copies[0], world.designer)
    file, station_id = desk.profile / STATION_FILE, desk.desk.station_id
    file_id = json.loads((desk.profile / KEY_FILE).read_text())["file_id"]
    given = server.database.write_unit(
        lambda connection: issue_code(connection, station_id, server.clock.now(), who="operator")
    )
    deposit = desk.client.recover(RecoveryRequest(file_id=file_id, code=given.code.lower().replace("-", " ")))
    assert recovered_key(file, deposit) == desk.desk.database.key
    with pytest.raises(Trouble, match="Ask for a new one"):
        desk.client.recover(RecoveryRequest(file_id=file_id, code=given.code))
    assert desk.state_of(waiting) == "waiting"
    assert events(server, station_id)[-3:] == ["code_issued", "code_used", "code_refused"]


def test_wrong_codes_end_the_code(server: RunningServer, station: MakeStation, world: SmallWorld) -> None:
    desk = station(world.clerk)
    file_id = json.loads((desk.profile / KEY_FILE).read_text())["file_id"]
    given = server.database.write_unit(
        lambda connection: issue_code(connection, desk.desk.station_id, server.clock.now(), who="operator")
    )
    for _ in range(MOST_WRONG):
        with pytest.raises(Trouble):
            desk.client.recover(RecoveryRequest(file_id=file_id, code="2222-2222-2222"))
    with pytest.raises(Trouble):
        desk.client.recover(RecoveryRequest(file_id=file_id, code=given.code))
    assert "code_used" not in events(server, desk.desk.station_id)


def test_a_station_that_was_away_for_days_still_learns_that_it_was_shut_out(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    shut_out(server, desk)
    desk.clock.advance(timedelta(days=3))
    assert desk.sync().state == "revoked"


def test_a_station_that_is_shut_out_first_gives_a_restored_server_what_it_lacks(
    server: RunningServer, station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    operation = desk.lend(world.copies[0], world.designer)
    assert desk.sync().state == "synced"
    forget_the_last_push(server, operation)
    shut_out(server, desk)
    assert desk.sync().state == "revoked"
    leave(desk)
    with server.database.reading() as connection:
        receipts = connection.execute(select(RECEIPTS.c.result).where(RECEIPTS.c.operation_id == operation)).all()
    assert [row.result for row in receipts] == ["applied"]


def forget_the_last_push(server: RunningServer, operation: str) -> None:
    """As a restore does: what was done is not there, and a new history begins."""

    def unit(connection: Connection) -> None:
        connection.execute(delete(RECEIPTS).where(RECEIPTS.c.operation_id == operation))
        loans = ServerRecords(connection)
        for loan in loans.find(Loan):
            loans.delete(loan)
        publish(connection, loans.touched, loans)
        begin_history(connection, server.clock.now())

    server.database.write_unit(unit)


def test_an_order_that_a_restored_server_knows_nothing_of_holds_nobody_up(
    server: RunningServer, station: MakeStation, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = station(world.clerk)
    operation = desk.lend(world.copies[0], world.designer)
    shut_out(server, desk)
    desk.sync()

    def cut(*_arguments: object) -> None:
        raise Trouble("offline", "The server cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(desk.client, "push", cut)
        with pytest.raises(Trouble):
            leave(desk)
    server.database.write_unit(
        lambda connection: connection.execute(
            update(STATIONS).values(revoked_at=None, revoked_order=None, revoked_waiting=None)
        )
    )
    assert "Open it again to go on" in leave(desk).sentence
    again = station(world.clerk)
    assert not is_shut_out(again.desk.database.read())
    assert again.state_of(operation) == "applied"
