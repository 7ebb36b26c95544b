"""The server's word for stations' keys: given at sign-in and renewal, known by one key, and never in the way."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import requests

from shared_models.sync.certificates import new_signing_key, public_key_of, read_certificate
from shared_models.sync.wire import SignInAnswer
from sync_server.features.accounts.certificates import Certifier
from sync_server.foundation.secret_file import server_secret
from tests.builders.server import PASSWORD, RunningServer, SmallWorld


def sign_in(server: RunningServer, email: str, public_key: str) -> SignInAnswer:
    body = {"email": email, "password": PASSWORD, "station_name": "Front desk", "public_key": public_key}
    answer = requests.post(server.url + "/v1/sign-in", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=SignInAnswer)


def test_a_sign_in_certifies_the_stations_key_for_its_person_and_houses(
    server: RunningServer, world: SmallWorld
) -> None:
    key = public_key_of(new_signing_key())
    answer = sign_in(server, world.clerk.email, key)
    said = read_certificate(answer.certificate, answer.server_key)
    assert said is not None
    assert (said.station_id, said.station_name, said.public_key) == (answer.station_id, "Front desk", key)
    assert (said.person_id, said.person_name) == (world.clerk.id, world.clerk.name)
    assert said.organisation_ids == [world.showroom.id]


def test_a_renewal_certifies_anew_by_the_same_server_key(server: RunningServer, world: SmallWorld) -> None:
    key = public_key_of(new_signing_key())
    first = sign_in(server, world.clerk.email, key)
    headers = {"authorization": f"Bearer {first.token}"}
    renewed = requests.post(f"{server.url}/v1/token", json={"public_key": key}, headers=headers, timeout=30)
    answer = msgspec.json.decode(renewed.content, type=SignInAnswer)
    assert answer.server_key == first.server_key
    said = read_certificate(answer.certificate, first.server_key)
    assert said is not None
    assert said.station_name == "Front desk"


@pytest.mark.parametrize("key", ["", "no key", "QUJD", "é" * 44])
def test_what_is_no_key_is_not_certified_and_lets_in_all_the_same(
    server: RunningServer, world: SmallWorld, key: str
) -> None:
    answer = sign_in(server, world.clerk.email, key)
    assert (answer.certificate, answer.server_key) == ("", "")
    assert answer.token


def test_a_secret_file_that_cannot_be_made_keeps_nobody_out(
    server: RunningServer, world: SmallWorld, expect_log: Callable[[str], None]
) -> None:
    expect_log("WARNING .*stations get no certificates")
    server.settings.secret_file.mkdir(parents=True)
    answer = sign_in(server, world.clerk.email, public_key_of(new_signing_key()))
    assert answer.token
    assert answer.certificate == ""


def test_processes_that_start_at_once_make_one_secret(tmp_path: Path) -> None:
    file = tmp_path / "new" / "link-signing.key"
    start, found = threading.Barrier(8), list[bytes]()

    def ask() -> None:
        start.wait()
        found.append(server_secret(file))

    workers = [threading.Thread(target=ask) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    if sys.platform != "win32":
        assert os.stat(file).st_mode & 0o077 == 0


def test_a_server_that_starts_again_is_known_by_the_same_key(tmp_path: Path, server: RunningServer) -> None:
    from shared_models.sync.certificates import StationCertificate

    card = StationCertificate(
        station_id="s", station_name="", person_id="p", person_name="", organisation_ids=[],
        public_key=public_key_of(new_signing_key()), issued_at=server.clock.now(),
    )  # fmt: skip
    one, again, other = (Certifier(tmp_path / name).certify(card) for name in ("key", "key", "another key"))
    assert one.server_key == again.server_key
    assert read_certificate(again.certificate, one.server_key) == card
    assert read_certificate(other.certificate, one.server_key) is None
