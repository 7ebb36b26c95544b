"""Coming in, staying in and being shut out."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import new_id
from sync_server.features.accounts import passwords
from sync_server.features.accounts.passwords import set_password
from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.accounts.tables import STATION_TOKENS, STATIONS
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, sign_in


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime.now(UTC))


@pytest.fixture
def server(database_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[RunningServer]:
    with running_server(tmp_path, database_url=database_url, clock=clock) as running:
        yield running


def knock(server: RunningServer, email: str, password: str = PASSWORD, **other: Any) -> requests.Response:
    body = {"email": email, "password": password, "station_name": "desk", **other}
    return requests.post(server.url + "/v1/sign-in", json=body, timeout=30)


def call(server: RunningServer, token: str) -> requests.Response:
    return requests.get(server.url + "/v1/streams", headers={"authorization": f"Bearer {token}"}, timeout=30)


def post(server: RunningServer, path: str, token: str) -> requests.Response:
    return requests.post(server.url + path, headers={"authorization": f"Bearer {token}"}, timeout=30)


def test_signing_in_tells_who_one_is_and_what_the_house_has(server: RunningServer, world: SmallWorld) -> None:
    answer = sign_in(server, world.clerk)
    (card,) = answer.memberships
    assert (answer.person_name, card.organisation_code, card.role) == ("Marisol Vega", "HPS", "clerk")
    assert card.modules == ["sample_checkout", "sample_orders"]
    assert call(server, answer.token).status_code == 200


def test_a_distributor_with_basic_has_sample_processing_too(server: RunningServer, world: SmallWorld) -> None:
    (card,) = sign_in(server, world.other_picker).memberships
    assert card.modules == ["basic", "sample_processing"]


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(server: RunningServer, world: SmallWorld) -> None:
    wrong = knock(server, world.clerk.email, "something else")
    unknown = knock(server, "nobody@people.example")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")


def test_an_unknown_person_costs_as_much_work_as_a_known_one(
    server: RunningServer, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored.split("$")[3])
            return bool(verify(stored, password))

    monkeypatch.setattr(passwords, "_hasher", Counting())
    knock(server, world.clerk.email, "something else")
    knock(server, "nobody@people.example")
    assert checked == ["m=19456,t=2,p=1"] * 2


def test_after_five_wrong_passwords_one_waits_and_then_may_try_again(
    server: RunningServer, world: SmallWorld, clock: SettableClock
) -> None:
    for _ in range(5):
        assert knock(server, world.clerk.email, "something else").status_code == 401
    held = knock(server, world.clerk.email)
    assert (held.status_code, held.json()["code"]) == (429, "too_many_attempts")
    assert knock(server, world.rep.email).status_code == 200
    clock.advance(timedelta(seconds=int(held.headers["retry-after"])))
    assert knock(server, world.clerk.email).status_code == 200
    assert knock(server, world.clerk.email, "something else").status_code == 401


def test_one_address_that_tries_many_accounts_waits_too(server: RunningServer, world: SmallWorld) -> None:
    answers = [knock(server, f"person{number}@people.example", "x").status_code for number in range(31)]
    assert answers == [401] * 30 + [429]
    assert knock(server, world.clerk.email).status_code == 429


def test_a_flood_of_sign_ins_is_turned_away_and_others_go_on_working(server: RunningServer, world: SmallWorld) -> None:
    token = sign_in(server, world.rep).token
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(knock(server, world.clerk.email, "x" * 20).status_code))
        for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    assert call(server, token).status_code == 200
    for thread in threads:
        thread.join()
    assert set(codes) <= {401, 429}
    assert 429 in codes


def test_a_station_keeps_its_id_and_a_stranger_cannot_take_it_over(server: RunningServer, world: SmallWorld) -> None:
    first = sign_in(server, world.clerk)
    assert sign_in(server, world.clerk, station_id=first.station_id).station_id == first.station_id
    assert sign_in(server, world.rep, station_id=first.station_id).station_id == first.station_id
    assert sign_in(server, world.other_clerk, station_id=first.station_id).station_id != first.station_id
    assert sign_in(server, world.clerk, station_id=new_id()).station_id != first.station_id


def test_a_renewed_token_holds_two_minutes_more_and_a_copy_used_later_ends_the_station(
    server: RunningServer, world: SmallWorld, clock: SettableClock
) -> None:
    old = sign_in(server, world.clerk)
    new = post(server, "/v1/token", old.token).json()["token"]
    other_station = sign_in(server, world.clerk).token
    clock.advance(timedelta(seconds=100))
    assert (call(server, old.token).status_code, call(server, new).status_code) == (200, 200)
    clock.advance(timedelta(seconds=100))
    assert call(server, old.token).json()["code"] == "token_reused"
    assert call(server, new).status_code == 401
    assert call(server, other_station).status_code == 200


def test_a_token_ends_with_sign_out_and_with_time(
    server: RunningServer, world: SmallWorld, clock: SettableClock
) -> None:
    first, second = sign_in(server, world.clerk), sign_in(server, world.clerk)
    assert post(server, "/v1/sign-out", first.token).status_code == 204
    assert call(server, first.token).status_code == 401
    assert call(server, second.token).status_code == 200
    clock.advance(timedelta(days=90))
    assert call(server, second.token).json()["code"] == "token_expired"


def test_a_revoked_station_is_told_410_and_its_person_can_go_on_at_another(
    server: RunningServer, world: SmallWorld
) -> None:
    stolen = sign_in(server, world.clerk)
    server.database.write_unit(lambda connection: revoke_station(connection, stolen.station_id, datetime.now(UTC)))
    answer = call(server, stolen.token)
    assert (answer.status_code, answer.json()["code"]) == (410, "station_revoked")
    assert sign_in(server, world.clerk, station_id=stolen.station_id).station_id != stolen.station_id


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \xff\xfe", "Bearer " + "x" * 5000])
def test_anything_that_is_no_token_is_401(server: RunningServer, header: str) -> None:
    answer = requests.get(server.url + "/v1/streams", headers={"authorization": header.encode("latin-1")}, timeout=10)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_neither_tokens_nor_passwords_stand_in_the_database(server: RunningServer, world: SmallWorld) -> None:
    token = sign_in(server, world.clerk).token
    with server.database.reading() as connection:
        rows = [*connection.execute(select(STATION_TOKENS)), *connection.execute(select(STATIONS))]
    assert token not in str(rows)
    assert PASSWORD not in str(rows)


def test_a_new_password_signs_in_and_the_old_one_does_not(server: RunningServer, world: SmallWorld) -> None:
    server.database.write_unit(
        lambda connection: set_password(connection, world.clerk.id, "a new long word", datetime.now(UTC))
    )
    assert knock(server, world.clerk.email).status_code == 401
    assert knock(server, world.clerk.email, "a new long word").status_code == 200


def test_a_station_of_another_protocol_is_told_to_update(server: RunningServer, world: SmallWorld) -> None:
    answer = knock(server, world.clerk.email, protocol=99)
    assert (answer.status_code, answer.json()["code"]) == (426, "protocol_unsupported")
