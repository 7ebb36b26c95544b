"""Every person x stream x route, in one walk: who gets an answer at all, and that no answer holds what is not theirs.

What there is to walk is asked of the program: its routes, its streams, its tables. A new one that nobody has put into
these tables fails the first tests.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import zstandard
from sqlalchemy import LargeBinary, select

from shared_models.catalogue.records import LINE_DATASETS
from shared_models.follow_up.records import FOLLOW_UP_DATASETS
from shared_models.sync.streams import FOLLOW_UP_SCOPES
from sync_server.app import handlers_of
from sync_server.features.sync.tables import STREAM_HEADS
from sync_server.features.web_pages.lists import LISTS
from sync_server.foundation.schema import metadata
from tests.builders.server import RunningServer, SmallWorld, WireStation, station_of
from tests.sync_server.matrix.trade import AMOUNTS, MARKS, Trade, make_trade
from tests.sync_server.test_tenants import CANARY, Strangers, move_in
from tests.sync_server.web_pages.trade import Browser

# --- streams: who may pull which ---------------------------------------------------------------------------

HOUSE = ("directory", "reviews")
DESK = ("library", "orders")
KRA_LINE = ("kra:products", "kra:inventory", "kra:mill_orders", "kra:freshness")
MBR_LINE = ("mbr:products", "mbr:stock_status", "mbr:freshness")
STREAMS: dict[str, tuple[str, ...]] = {
    "clerk": (
        "hps:directory", "hps:reviews", "hps:library", "hps:orders", *KRA_LINE, *MBR_LINE,
        "kra:follow_up:showroom:HPS", "mbr:follow_up:showroom:HPS",
    ),
    "rep": (
        "hps:directory", "hps:reviews", "hps:library", "hps:orders", "rep:bags", *KRA_LINE, *MBR_LINE,
        "kra:follow_up:rep:R1",
    ),
    "other_clerk": (
        "jro:directory", "jro:reviews", "jro:library", "jro:orders", *KRA_LINE, *MBR_LINE,
        "kra:follow_up:showroom:JRO", "mbr:follow_up:showroom:JRO",
    ),
    "other_rep": (
        "jro:directory", "jro:reviews", "jro:library", "jro:orders", "other_rep:bags", *KRA_LINE, *MBR_LINE,
        "kra:follow_up:rep:R2",
    ),
    "picker": ("kra:directory", "kra:reviews", "kra:requests", *KRA_LINE),
    "master": ("kra:directory", "kra:reviews", "kra:requests", *KRA_LINE, "kra:follow_up:all"),
    "other_picker": ("mbr:directory", "mbr:reviews", *MBR_LINE),
    "other_master": ("mbr:directory", "mbr:reviews", *MBR_LINE, "mbr:follow_up:all"),
    "operator": ("kra:directory", "kra:reviews", *KRA_LINE),
    "nobody": (),
}  # fmt: skip
"""By person the streams that may be pulled, and no other. MBR has neither Inventory nor Sample Processing."""
KINDS = {
    "directory", "reviews", "library", "orders", "requests", "bags", "freshness", "products", "inventory",
    "stock_status", "mill_orders", *(f"follow_up:{scope}" for scope in FOLLOW_UP_SCOPES),
}  # fmt: skip

# --- routes: who gets an answer ----------------------------------------------------------------------------

EVERYBODY = frozenset(STREAMS)
KRA_MASTER = frozenset({"master"})
KRA_BENCH, MBR_BENCH = frozenset({"picker", "master"}), frozenset({"other_picker", "other_master"})
OPEN = {
    "GET /v1/health", "POST /v1/sign-in", "POST /v1/token", "GET /v1/streams", "GET /docs", "GET /openapi.json",
    "GET /v1/notices",
}  # fmt: skip
"""They are answered to everybody; what they answer is searched as all the rest is."""
ELSEWHERE = {
    "POST /v1/sign-out": "ends the caller's own station",
    "POST /v1/operations": "every operation x every foreign id: test_tenants.py",
    "POST /v1/streams/news": "answers yes or no to the caller's own cursors",
    "PUT /v1/recovery": "the caller's own station", "POST /v1/recovery": "by a one-time code",
    "POST /v1/revocation": "by the caller's own token", "POST /v1/revocation/rest": "by the caller's own token",
    "POST /v1/revocation/farewell": "by the caller's own token",
    "POST /v1/requests/{}/confirmations": "operations of the picker: test_own_system.py, test_tenants.py",
    "POST /v1/requests/confirmations": "the same as X12: test_x12_confirmations.py",
    "GET /r/{}": "by a signed link: the tests of web_pages", "POST /r/{}": "by a signed link",
    "POST /r/{}/again": "by a signed link", "GET /web/files/{}": "style sheets of the program",
    "GET /": "leads to the first list", "GET /web": "leads to the first list",
    "GET /web/sign-in": "a form", "POST /web/sign-in": "tests of web_pages", "POST /web/sign-out": "tests of web_pages",
}  # fmt: skip
BY_BROWSER = {"GET /web/{}", "GET /web/{}/csv", "GET /web/{}/{}"}
"""They know a session's cookie and no token; everybody browses all of them."""
BY_STREAM = {
    "GET /v1/streams/{}/changes", "GET /v1/streams/{}/snapshot", "GET /v1/streams/{}/manifest",
    "GET /v1/streams/{}/files/{}", "POST /v1/streams/changes",
}  # fmt: skip
"""They are answered for the streams of the table above."""
ASKED: dict[str, tuple[str, bytes, frozenset[str], int]] = {
    "GET /v1/requests": ("/v1/requests?open_only=false", b"", KRA_BENCH | MBR_BENCH, 200),
    "GET /v1/feeds": ("/v1/feeds?distributor=KRA", b"", KRA_MASTER, 200),
    "GET /v1/feeds/runs": ("/v1/feeds/runs?distributor=KRA&limit=500", b"", KRA_MASTER, 200),
    "GET /v1/feeds/runs/{}": ("/v1/feeds/runs/RUN", b"", KRA_MASTER, 200),
    "GET /v1/feeds/runs/{}/errors": ("/v1/feeds/runs/RUN/errors", b"", KRA_MASTER, 200),
    "GET /v1/feeds/runs/{}/difference": ("/v1/feeds/runs/RUN/difference", b"", KRA_MASTER, 200),
    "GET /v1/feeds/runs/{}/difference.csv": ("/v1/feeds/runs/RUN/difference.csv", b"", KRA_MASTER, 200),
    "GET /v1/feeds/{}/mapping": ("/v1/feeds/DATASET/mapping?distributor=KRA", b"", KRA_MASTER, 200),
    "PATCH /v1/feeds/{}/mapping": ("/v1/feeds/DATASET/mapping?distributor=KRA", b"{}", KRA_MASTER, 200),
    "POST /v1/feeds/{}": ("/v1/feeds/DATASET?distributor=KRA&dry_run=true", b"\n", KRA_MASTER, 422),
    "PUT /v1/live/{}": ("/v1/live/DATASET?distributor=KRA", b"[]", KRA_MASTER, 422),
    "PUT /v1/live/{}/{}": ("/v1/live/DATASET/zq?distributor=KRA", b"[]", KRA_MASTER, 422),
    "DELETE /v1/live/{}/{}": ("/v1/live/DATASET/absent?distributor=KRA", b"", KRA_MASTER, 404),
    "POST /v1/feeds/runs/{}/accept": ("/v1/feeds/runs/LANDED/accept", b"", KRA_MASTER, 422),
    "POST /v1/feeds/runs/{}/reject": ("/v1/feeds/runs/LANDED/reject", b"", KRA_MASTER, 422),
}
"""By route a question about KRA's data: its address, its body, who is let through to it, and what they are answered."""
REFUSED = {401, 403, 404}

# --- tables: where marked rows are -------------------------------------------------------------------------

NOT_MARKED = {
    "account_changes": "a number", "stream_heads": "numbers", "stream_floors": "numbers", "stream_entries": "ids",
    "server_history": "a number", "feed_states": "instants", "passwords": "hashes", "station_tokens": "hashes",
    "stations": "the stations of this walk", "receipts": "ids and outcomes", "follow_up_left": "row keys",
    "feed_difference_pages": "compressed; looked at through its route",
    "feed_files": "compressed; what is in them is in the difference of their run",
    "module_grants": "modules and days", "memberships": "ids",
    "upload_rights": "hashes", "operations_after_revocation": "ids", "rescued_operations": "sealed",
    "recovery_codes": "hashes", "recovery_deposits": "sealed", "station_events": "of revoked stations",
    "mail_attachments": "files of mails, which no route gives", "request_numbers": "numbers",
    "signed_links": "hashes", "lines": "ids and codes", "mail_outbox": "given by no route; see tests/sync_server/mail",
}  # fmt: skip
"""Tables in which no mark can stand, and why; all others must hold one, or the walk would prove nothing of them."""


@pytest.fixture
def trade(server: RunningServer, world: SmallWorld) -> Trade:
    return make_trade(server, world)


@pytest.fixture
def strangers(server: RunningServer, trade: Trade) -> Strangers:
    return server.database.write_unit(move_in)


@pytest.fixture
def stations(server: RunningServer, trade: Trade) -> Iterator[dict[str, WireStation]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(station_of(server, *who)) for name, who in trade.people.items()}


def routes_of_the_program() -> set[str]:
    found = set()
    for handler in handlers_of():
        for path in handler.paths:
            plain = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
            found |= {f"{method} {plain}" for method in handler.http_methods}
    return found


def test_every_route_is_in_a_table_of_this_walk() -> None:
    assert routes_of_the_program() == OPEN | ELSEWHERE.keys() | BY_BROWSER | BY_STREAM | ASKED.keys()


def test_every_kind_of_stream_is_in_the_table_of_who_may_pull_it(server: RunningServer, trade: Trade) -> None:
    known = {_kind(name) for some in STREAMS.values() for name in some}
    assert known == KINDS
    assert LINE_DATASETS.keys() <= KINDS
    assert set(FOLLOW_UP_DATASETS) == {"sales_orders", "reserves", "freight", "customers"}
    assert {_kind(_named(stream, trade)) for stream in _all_streams(server)} <= KINDS


def test_every_table_holds_a_marked_row_or_says_why_not(
    server: RunningServer, trade: Trade, strangers: Strangers, stations: dict[str, WireStation]
) -> None:
    unmarked = set()
    with server.database.reading() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
            text = str(connection.execute(select(*columns)).all())
            if "zq-" not in text and CANARY not in text:
                unmarked.add(table.name)
    assert unmarked <= NOT_MARKED.keys()
    assert {table.name for table in metadata.sorted_tables} >= NOT_MARKED.keys()


@pytest.mark.timeout(240)
def test_each_person_gets_what_the_tables_say_and_never_a_word_more(
    server: RunningServer, trade: Trade, strangers: Strangers, stations: dict[str, WireStation]
) -> None:
    wrong: list[str] = []
    streams = {_named(stream, trade): stream for stream in _all_streams(server)}
    for name, station in stations.items():
        received = [*_ask_open_routes(station), *_ask_streams(name, station, streams, wrong)]
        received += _ask_routes(name, station, trade, wrong)
        received += _browse(name, station, trade, wrong)
        wrong += _leaks(name, "\n".join(received))
    wrong += _without_a_token(server, trade)
    assert wrong == [], "\n".join(wrong)


# --- the walk ----------------------------------------------------------------------------------------------


def _ask_open_routes(station: WireStation) -> Iterator[str]:
    yield json.dumps(station.get("/v1/health").json())
    yield station.get("/v1/streams").text
    yield station.get("/openapi.json").text
    with station.http.get(f"{station.server.url}/v1/notices", stream=True, timeout=10) as listening:
        yield next(listening.iter_lines()).decode()


def _ask_streams(name: str, station: WireStation, streams: dict[str, str], wrong: list[str]) -> Iterator[str]:
    """Pull every stream that there is, by every route."""
    listed = {one["id"] for one in station.get("/v1/streams").json()}
    shown = {one for one, stream in streams.items() if stream in listed}
    if not shown <= set(STREAMS[name]):
        wrong.append(f"{name} is shown {sorted(shown - set(STREAMS[name]))}")
    known = {one for some in STREAMS.values() for one in some}
    for one, stream in streams.items():
        may = one in STREAMS[name]
        for end in ("changes?after=0", "snapshot", "manifest") if may or one in known else ("snapshot",):
            answer = station.get(f"/v1/streams/{stream}/{end}")
            if (end != "manifest" and (answer.status_code == 200) != may) or (not may and answer.status_code != 404):
                wrong.append(f"{name}, {one}/{end}: {answer.status_code}")
            yield _words(answer)
            if end == "manifest" and answer.status_code == 200:
                yield from _files_of(station, stream, answer.json())
        pulled = station.post("/v1/streams/changes", {"have": {stream: 0}, "history_id": station.signed_in.history_id})
        if pulled.status_code == 200:
            if not may and any(page["stream"] == stream for page in pulled.json()["pages"]):
                wrong.append(f"{name} pulled {one}")
            yield pulled.text


def _files_of(station: WireStation, stream: str, manifest: dict[str, Any]) -> Iterator[str]:
    snapshot = manifest.get("snapshot") or {}
    for digest in filter(None, [snapshot.get("digest"), *(one["digest"] for one in manifest.get("patches", ()))]):
        yield _words(station.get(f"/v1/streams/{stream}/files/{digest}"))


def _ask_routes(name: str, station: WireStation, trade: Trade, wrong: list[str]) -> Iterator[str]:
    """Ask every question about KRA; and of every run of both houses what changed."""
    for route, (path, body, allowed, status) in ASKED.items():
        method = route.partition(" ")[0]
        for one in _addresses(path, trade, "kra", all_runs=name in allowed):
            answer = _ask(station.http, method, station.server.url + one, body)
            expected = {status} if name in allowed else REFUSED
            if answer.status_code not in expected:
                wrong.append(f"{name}, {method} {one}: {answer.status_code} {answer.text[:200]}")
            if name not in allowed and answer.status_code == 404 == status and "distributor" not in answer.text:
                wrong.append(f"{name}, {method} {one} was let through")
            yield _words(answer)
    for path in (asked[0] for route, asked in ASKED.items() if route.startswith("GET /v1/feeds/runs")):
        for one in _addresses(path.replace("KRA", "MBR"), trade, "mbr", all_runs=name == "other_master"):
            answer = _ask(station.http, "GET", station.server.url + one, b"")
            if (answer.status_code == 200) != (name == "other_master"):
                wrong.append(f"{name}, GET {one}: {answer.status_code}")
            yield _words(answer)


def _browse(name: str, station: WireStation, trade: Trade, wrong: list[str]) -> Iterator[str]:
    """Every list, as a page and as a file, and every row in it; with the station's token nothing at all."""
    with requests.Session() as session:
        browser = Browser(station.server.url, session)
        if not browser.sign_in(trade.people[name][0].email).url.endswith("/web/orders"):
            wrong.append(f"{name} cannot sign in by browser")
        for which in LISTS:
            rows = []
            for page in browser.pages(f"/web/{which.name}?show=all"):
                rows += browser.ids(page, which.name)
                yield page.text
            yield browser.get(f"/web/{which.name}/csv?show=all").text
            for row in rows:
                yield browser.get(f"/web/{which.name}/{row}").text
    for path in ("/web/orders", "/web/orders/csv", "/web/orders/1@x"):
        answer = station.http.get(station.server.url + path, timeout=30, allow_redirects=False)
        if answer.status_code != 303:
            wrong.append(f"{name}, {path} by a token: {answer.status_code}")


def _without_a_token(server: RunningServer, trade: Trade) -> list[str]:
    wrong = []
    for route, (path, body, *_rest) in ASKED.items():
        for one in _addresses(path, trade, "kra", all_runs=False):
            answer = _ask(requests, route.partition(" ")[0], server.url + one, body)
            if answer.status_code != 401:
                wrong.append(f"without a token, {one}: {answer.status_code}")
    return wrong


def _ask(http: Any, method: str, url: str, body: bytes) -> requests.Response:
    kind = "text/csv" if method == "POST" else "application/json"
    answer: requests.Response = http.request(method, url, data=body, headers={"content-type": kind}, timeout=30)
    return answer


def _addresses(path: str, trade: Trade, code: str, *, all_runs: bool) -> list[str]:
    """For somebody who has no run to look at the held one and what was told in real time stand for all."""
    if "RUN" in path:
        return [path.replace("RUN", run) for run in (trade.runs[code] if all_runs else trade.runs[code][-2:])]
    if "LANDED" in path:
        return [path.replace("LANDED", trade.runs[code][0])]
    if "DATASET" in path:
        return [path.replace("DATASET", dataset) for dataset in ("products", "inventory", "sales_orders", "freight")]
    return [path]


def _words(answer: requests.Response) -> str:
    """The body as text; what is packed is unpacked."""
    if answer.content[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(answer.content)).read().decode("latin-1")
    return answer.text


def _leaks(name: str, text: str) -> Iterator[str]:
    for mark, allowed in {**MARKS, **AMOUNTS}.items():
        if mark in text and name not in allowed:
            yield f"{name} received {mark}: {text[max(0, text.index(mark) - 150) : text.index(mark) + 80]!r}"
        if name in allowed and mark not in text:
            yield f"{name} may see {mark} and did not: the walk does not look where it is"
    if CANARY in text:
        yield f"{name} received a word of the strangers"


# --- names of streams --------------------------------------------------------------------------------------


def _all_streams(server: RunningServer) -> list[str]:
    """Every stream that ever moved, the strangers' too."""
    with server.database.reading() as connection:
        return list(connection.execute(select(STREAM_HEADS.c.stream).order_by(STREAM_HEADS.c.stream)).scalars())


def _named(stream: str, trade: Trade) -> str:
    """`kra:products` for `line:<id of Kravitz & Rowe>:products`; a stranger's keeps its id."""
    world = trade.world
    houses = {
        world.showroom.id: "hps", world.other_showroom.id: "jro",
        world.distributor.id: "kra", world.other_distributor.id: "mbr",
        **{person.id: name for name, (person, _house) in trade.people.items()},
    }  # fmt: skip
    _scope, owner, what = stream.split(":", 2)
    return f"{houses.get(owner, owner)}:{what}"


def _kind(name: str) -> str:
    what = name.split(":", 1)[1]
    return ":".join(what.split(":")[:2]) if what.startswith("follow_up") else what
