"""The fast path answers a push word for word as the application does, which hears it under a slash at the end."""

import gzip
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
import zstandard

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.sync.digest import DIGEST_HEADER, content_digest
from shared_models.sync.wire import PushRequest
from sync_server.features.sync.settler import Settler
from tests.builders.server import SmallWorld, StationMaker, WireStation

WAYS = ("/v1/operations", "/v1/operations/")
JSON = {"content-type": "application/json"}
NEVER_ALIKE = {"date", "content-length"}


@pytest.fixture
def desk(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.clerk, world.showroom)


def designers(desk: WireStation, count: int = 1) -> bytes:
    """A push of so many new designers."""
    cards = [DesignerCard(name=f"June {number}") for number in range(count)]
    envelopes = [desk.envelope(AddDesigner(designer_id=DesignerId(new_id()), card=card)) for card in cards]
    return msgspec.json.encode(PushRequest(station_clock=desk.server.clock.now(), operations=envelopes))


def on_both_ways(desk: WireStation, body: Any, headers: dict[str, str]) -> tuple[requests.Response, requests.Response]:
    """What each way answers to the same request, in which nothing but the repeat differs."""
    first, second = (
        desk.http.post(desk.server.url + way, data=body, headers={**JSON, **headers}, timeout=30) for way in WAYS
    )
    assert first.status_code == second.status_code
    shown = [{k: v for k, v in answer.headers.items() if k not in NEVER_ALIKE} for answer in (first, second)]
    assert shown[0] == shown[1]
    return first, second


def without_clock(answer: requests.Response) -> dict[str, Any]:
    is_zstd = answer.headers.get("content-encoding") == "zstd"
    said = zstandard.ZstdDecompressor().stream_reader(answer.content).read() if is_zstd else answer.content
    return {**msgspec.json.decode(said), "server_clock": None}


def test_a_push_and_its_repeat_are_answered_alike_on_both_ways(desk: WireStation) -> None:
    body = designers(desk, 3)
    first, second = on_both_ways(desk, body, {DIGEST_HEADER: content_digest(body)})
    assert first.status_code == 200
    assert without_clock(first) == without_clock(second)
    assert [outcome["result"] for outcome in first.json()["outcomes"]] == ["applied"] * 3


@pytest.mark.parametrize("accepted", ["zstd, gzip", "gzip", "identity", ""])
def test_long_answers_are_packed_on_both_ways(desk: WireStation, accepted: str) -> None:
    first, second = on_both_ways(desk, designers(desk, 20), {"accept-encoding": accepted})
    assert first.headers.get("content-encoding", "") == accepted.split(",")[0].replace("identity", "")
    assert without_clock(first) == without_clock(second)


@pytest.mark.parametrize(("name", "packed"), [("zstd", zstandard.compress), ("gzip", gzip.compress)])
def test_a_packed_push_is_read_on_both_ways(desk: WireStation, name: str, packed: Any) -> None:
    first, second = on_both_ways(desk, packed(designers(desk, 2)), {"content-encoding": name})
    assert first.status_code == 200
    assert without_clock(first) == without_clock(second)


def in_pieces(body: bytes) -> Iterator[bytes]:
    """Makes the client say no length."""
    for start in range(0, len(body), 1 << 20):
        yield body[start : start + (1 << 20)]


@pytest.mark.parametrize("way", WAYS)
def test_a_push_without_a_length_is_read_and_one_over_the_limit_refused(desk: WireStation, way: str) -> None:
    url = desk.server.url + way
    assert desk.http.post(url, data=in_pieces(designers(desk)), headers=JSON, timeout=30).status_code == 200
    too_long = desk.http.post(url, data=in_pieces(b" " * (9 << 20)), headers=JSON, timeout=30)
    assert (too_long.status_code, too_long.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        pytest.param(b" " * (9 << 20), {}, 413, "too_large", id="announced too long"),
        pytest.param(zstandard.compress(b" " * (9 << 20)), {"content-encoding": "zstd"}, 413, "too_large", id="bomb"),
        pytest.param(b"no zstd", {"content-encoding": "zstd"}, 400, "malformed", id="broken packing"),
        pytest.param(b"{}", {"content-encoding": "br"}, 415, "unsupported_type", id="unknown packing"),
        pytest.param(b"{}", {DIGEST_HEADER: content_digest(b"{ }")}, 400, "body_damaged", id="damaged"),
        pytest.param(b"{", {}, 400, "malformed", id="no JSON"),
        pytest.param(b"[" * 100_000, {}, 400, "malformed", id="deep"),
    ],
)
def test_what_is_wrong_with_a_push_is_told_alike_on_both_ways(
    desk: WireStation, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    first, second = on_both_ways(desk, body, headers)
    assert (first.status_code, first.json()["code"]) == (status, code)
    assert first.json() == second.json()
    assert first.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", "token_missing"), ("Basic YTpi", "token_missing"), ("Bearer \u00e9", "token_unknown")],
)
def test_strangers_are_turned_away_alike_on_both_ways(desk: WireStation, authorization: str, code: str) -> None:
    first, second = on_both_ways(desk, designers(desk), {"authorization": authorization})
    assert (first.status_code, first.json()["code"]) == (401, code)
    assert first.json() == second.json()
    assert first.headers["www-authenticate"] == "Bearer"


def test_the_first_of_two_tokens_counts_on_both_ways(desk: WireStation) -> None:
    good = desk.http.headers["authorization"]
    for way in WAYS:
        for tokens, status in (((good, "Bearer wrong"), 200), (("Bearer wrong", good), 401)):
            body = designers(desk)
            head = f"POST {way} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
            head += "".join(f"authorization: {token!s}\r\n" for token in tokens)
            assert raw_status(desk, f"{head}content-length: {len(body)}\r\n\r\n".encode() + body) == status


def raw_status(desk: WireStation, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", urlsplit(desk.server.url).port or 0), timeout=10) as wire:
        wire.sendall(request)
        return int(wire.recv(4096)[9:12])


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_of_ours_is_logged_once_and_told_by_its_number(
    desk: WireStation, way: str, monkeypatch: pytest.MonkeyPatch, expect_log: Any
) -> None:
    def trips(*_arguments: object) -> None:
        raise ZeroDivisionError

    body = designers(desk)
    monkeypatch.setattr(Settler, "settle", trips)
    expect_log(r"ERROR sync_server.foundation.errors: fault \w+ in POST /v1/operations")
    answer = desk.http.post(desk.server.url + way, data=body, headers=JSON, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (500, "server_fault")
    assert answer.json()["facts"]["number"] in answer.json()["sentence"]


def test_other_methods_are_told_that_this_address_does_not_know_them(desk: WireStation) -> None:
    answer = desk.http.get(desk.server.url + WAYS[0], timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
