"""Nothing of one organisation reaches another (P6): every route and every operation, with each id of the others.

Both lists are asked of the program itself: a new route or operation without an entry here fails the first test.
"""

from __future__ import annotations

import enum
import json
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record
from shared_models.sync.registry import OPERATIONS, RECORD_KINDS
from shared_models.sync.streams import (
    directory,
    follow_up,
    inquiries,
    library,
    line_dataset,
    orders,
    requests,
    reviews,
)
from shared_models.sync.wire import OperationEnvelope, Outcome
from sync_server.app import reactions_of
from sync_server.features.accounts.actions import store_all
from sync_server.features.feeds.history import Run, store_run
from sync_server.features.mail.queries import list_mail
from sync_server.features.sync.apply import settle
from sync_server.features.sync.permissions import memberships_of
from sync_server.foundation.caller import Caller
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation

CANARY = "zq7canary"
NOBODY = "01890000-0000-7000-8000-00000000dead"
"""An id that nothing has, of the same form as all others."""


ABSENT = "01890000-0000-7000-8000-0000000absent"
"""Stands in an example where something that is there cannot be named."""


# --- the strangers -----------------------------------------------------------------------------------------


class Strangers(msgspec.Struct, frozen=True):
    """A showroom and a distributor that share nothing with the small world, with one of every record."""

    showroom: Organisation
    distributor: Organisation
    records: tuple[Record, ...]
    run_id: str
    operation_id: str

    def ids(self) -> list[str]:
        return [*(record.id for record in self.records), self.run_id]

    def streams(self) -> list[str]:
        mine = [maker(self.showroom.id) for maker in (directory, reviews, library, orders)]
        lines = [line_dataset(self.distributor.id, dataset) for dataset in LINE_DATASETS]
        house = self.distributor.id
        asked = [inquiries(house), inquiries(house, "showroom", self.showroom.id), follow_up(house)]
        return [*mine, directory(house), requests(house), *asked, *lines]


def strange(kind: type[Record], owners: dict[str, str]) -> Record:
    """A record whose every text says the canary, owned by the strangers."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        name = field.name
        if name == "id":
            values[name] = new_id()
        elif name in owners:
            values[name] = owners[name]
        else:
            values[name] = _filled(hints[name], f"{CANARY} {kind.TABLE.name} {name}")
    return msgspec.convert(values, kind)


def _filled(hint: Any, text: str) -> Any:
    plain = getattr(hint, "__supertype__", hint)
    if get_origin(plain) in (Union, types.UnionType):
        plain = next(one for one in get_args(plain) if one is not type(None))
    if get_origin(plain) is Literal:
        return get_args(plain)[0]
    if get_origin(plain) is tuple:
        return (text,)
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        return next(iter(plain))
    simple = {bool: False, int: 1, str: text, datetime: datetime.now(UTC), date: datetime.now(UTC).date()}
    return simple[plain]


def _house(code: str, kind: Literal["showroom", "distributor"]) -> Organisation:
    texts: dict[str, Any] = {
        name: f"{CANARY} {name}" for name in ("phone", "address1", "address2", "city", "state", "postal_code")
    }
    email = f"{CANARY}@{kind}.example"
    return Organisation(id=new_id(), code=code, name=f"{CANARY} {kind}", kind=kind, email=email, **texts)


def move_in(connection: Connection) -> Strangers:
    day = datetime.now(UTC).date() - timedelta(days=50)
    showroom, distributor = _house("ZQS", "showroom"), _house("ZQD", "distributor")
    person = Person(id=new_id(), name=f"{CANARY} person", email=f"{CANARY}@people.example")
    known: list[Record] = [
        showroom,
        distributor,
        person,
        Membership(id=new_id(), person_id=person.id, organisation_id=showroom.id, role=Role.CLERK),
        Membership(id=new_id(), person_id=person.id, organisation_id=distributor.id, role=Role.MASTER),
        Line(id=new_id(), showroom_id=showroom.id, distributor_id=distributor.id, starts_on=day),
        *(ModuleGrant(id=new_id(), organisation_id=showroom.id, module=one, starts_on=day) for one in Module),
        *(ModuleGrant(id=new_id(), organisation_id=distributor.id, module=one, starts_on=day) for one in Module),
    ]
    owners = {
        "showroom_id": showroom.id,
        "organisation_id": showroom.id,
        "distributor_id": distributor.id,
        "rep_id": person.id,
    }
    known_kinds = {type(record) for record in known}
    known += [strange(kind, owners) for kind in RECORD_KINDS if kind not in known_kinds]
    store_all(connection, known)
    run = Run(
        id=new_id(), distributor_id=distributor.id, dataset="products", mode="full", as_of=datetime.now(UTC),
        batch_id=f"{CANARY} batch", sha256="0" * 64, posted_at=datetime.now(UTC), status="held",
        sentence=f"{CANARY} sentence",
    )  # fmt: skip
    store_run(connection, run)
    operation_id = new_id()
    caller = Caller(
        person_id=person.id, person_name=person.name, station_id=new_id(), token_id="",
        memberships=memberships_of(connection, person.id),
    )  # fmt: skip
    payload = {"designer_id": new_id(), "card": {"name": f"{CANARY} card"}}
    outcome = _settle(connection, caller, showroom.id, "AddDesigner", payload, operation_id=operation_id)
    assert outcome.result == "applied", outcome
    return Strangers(showroom, distributor, tuple(known), run.id, operation_id)


@pytest.fixture
def strangers(server: RunningServer, world: SmallWorld) -> Strangers:
    return server.database.write_unit(move_in)


# --- routes ------------------------------------------------------------------------------------------------

WITHOUT_ID = {
    "GET /v1/health", "POST /v1/sign-in", "POST /v1/token", "POST /v1/sign-out", "GET /v1/notices", "GET /v1/streams",
    "GET /docs", "GET /openapi.json", "POST /v1/operations", "POST /v1/streams/news",
    "POST /v1/requests/confirmations",
}  # fmt: skip
"""They take no id of anything; what they answer is searched for canaries. Operations have a matrix of their own.

Confirmations by X12 name a request by its number, of which their own tests ask a stranger's.
"""
BY_SECRET = {
    "PUT /v1/recovery", "POST /v1/recovery", "POST /v1/revocation", "POST /v1/revocation/rest",
    "POST /v1/revocation/farewell", "GET /r/{signed}", "POST /r/{signed}", "POST /r/{signed}/again",
}  # fmt: skip
"""They go by the caller's own token, a one-time code or a signed link, and have tests of their own."""
WITH_ID: dict[str, tuple[str, str, Any]] = {
    "GET /v1/streams/{stream}/changes": ("clerk", "stream", None),
    "GET /v1/streams/{stream}/snapshot": ("clerk", "stream", None),
    "GET /v1/streams/{stream}/manifest": ("clerk", "stream", None),
    "GET /v1/streams/{stream}/files/{name}": ("clerk", "stream", None),
    "GET /v1/requests": ("picker", "?after=", None),
    "POST /v1/requests/{request_id}/confirmations": ("picker", "id", {"confirmation_id": "1", "lines": []}),
    "GET /v1/feeds/runs": ("master", "?status=", None),
    "GET /v1/feeds/runs/{run_id}": ("master", "id", None),
    "GET /v1/feeds/runs/{run_id}/errors": ("master", "id", None),
    "GET /v1/feeds/runs/{run_id}/difference": ("master", "id", None),
    "GET /v1/feeds/runs/{run_id}/difference.csv": ("master", "id", None),
    "POST /v1/feeds/runs/{run_id}/accept": ("master", "id", None),
    "POST /v1/feeds/runs/{run_id}/reject": ("master", "id", None),
    "GET /v1/feeds": ("master", "?distributor=", None),
    "GET /v1/feeds/{dataset}/mapping": ("master", "id", None),
    "PATCH /v1/feeds/{dataset}/mapping": ("master", "id", {"mapping": {"Ref": ""}}),
    "POST /v1/feeds/{dataset}": ("master", "id", None),
    "PUT /v1/live/{dataset}": ("master", "id", [{"item_no": "1"}]),
    "PUT /v1/live/{dataset}/{key}": ("master", "id", {"unit": "YD"}),
    "DELETE /v1/live/{dataset}/{key}": ("master", "id", None),
    "POST /v1/streams/changes": ("clerk", "body", None),
}
"""Who asks, where the id goes, and the body that goes with it."""


def routes_of(server: RunningServer, station: WireStation) -> set[str]:
    schema = station.get("/openapi.json").json()
    return {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}


def test_every_route_and_operation_has_its_entry_here(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    found = routes_of(server, station(world.clerk, world.showroom))
    assert found - WITHOUT_ID - BY_SECRET == WITH_ID.keys()
    assert EXAMPLES.keys() == OPERATIONS.keys()


def ask(station: WireStation, route: str, place: str, named: str, body: Any) -> tuple[int, str]:
    """Status and words of the answer, with the id taken out: it is the asker's own."""
    method, _, path = route.partition(" ")
    if place == "body":
        answer, before = (station.post(path, {"have": have}) for have in ({named: 0}, {}))
        return answer.status_code, str(answer.json()["heads"] == before.json()["heads"])
    if place.startswith("?"):
        path += place + named
    else:
        path = path[: path.index("{")] + named + path[path.index("}") + 1 :]
    data = None if method == "GET" else msgspec.json.encode(body or {})
    headers = {"content-type": "application/json"}
    answer = station.http.request(method, station.server.url + path, data=data, headers=headers, timeout=30)
    return answer.status_code, answer.text.replace(named, "ID")


def test_a_foreign_id_is_answered_like_one_that_nothing_has(
    server: RunningServer, world: SmallWorld, strangers: Strangers, station: StationMaker
) -> None:
    personas = {
        "clerk": station(world.clerk, world.showroom),
        "picker": station(world.picker, world.distributor),
        "master": station(world.master, world.distributor),
    }
    wrong = []
    for route, (who, place, body) in WITH_ID.items():
        named = strangers.streams() if place in ("stream", "body") else strangers.ids()
        nobody = library(NOBODY) if place in ("stream", "body") else NOBODY
        expected = ask(personas[who], route, place, nobody, body)
        if place == "id" and not route.endswith("{dataset}"):
            assert expected[0] in (404, 422), (route, expected)
        for one in named:
            answer = ask(personas[who], route, place, one, body)
            if answer != expected:
                wrong.append((route, one, answer, expected))
    assert wrong == []


# --- operations --------------------------------------------------------------------------------------------

NEW_IDS = {
    "AddDesigner": {"designer_id"}, "AddCopy": {"copy_id"}, "CheckOutCopy": {"loan_id"}, "ReturnCopy": {"return_id"},
    "PlaceSampleOrder": {"order_id", "request_id", "line_id"}, "DefineKit": {"kit_id"}, "PrintTickets": {"wave_id"},
    "ConfirmLines": {"confirmation_id"}, "AskDistributor": {"inquiry_id"},
}  # fmt: skip
"""Fields that name what is made. Such an id is mostly chance; one that is taken is refused without a fact about it."""
PUBLIC = {("PlaceSampleOrder", "distributor_id")}
"""Samples may be ordered from every distributor, also from one whose line the showroom does not sell."""


def examples(world: SmallWorld) -> dict[str, tuple[Person, Organisation, dict[str, Any]]]:
    desk, bench = (world.clerk, world.showroom), (world.picker, world.distributor)
    copy, designer, at = world.copies[0].id, world.designer.id, world.distributor.id
    item = {"line_id": new_id(), "item_no": "1354", "title": "x"}
    part = {"request_id": new_id(), "distributor_id": at, "items": [item]}
    kit_item = {"distributor_id": at, "item_no": "1"}
    shipped = {"line_id": ABSENT, "outcome": "shipped", "quantity": 1}
    made: dict[str, tuple[tuple[Person, Organisation], dict[str, Any]]] = {
        "AddDesigner": (desk, {"designer_id": new_id(), "card": {"name": "x", "card_barcode": "y"}}),
        "EditDesigner": (desk, {"designer_id": designer, "card": {"name": "x", "card_barcode": "y"}}),
        "AddCopy": (desk, {"copy_id": new_id(), "distributor_id": at, "item_no": "1", "title": "x", "barcodes": ["q"]}),
        "CheckOutCopy": (
            desk, {"loan_id": new_id(), "copy_id": copy, "designer_id": designer, "due_on": "2027-01-01"}
        ),
        "ReturnCopy": (desk, {"return_id": new_id(), "copy_id": copy}),
        "TakeBackCheckOut": (desk, {"loan_id": ABSENT, "copy_id": copy}),
        "TakeBackReturn": (desk, {"return_id": ABSENT, "copy_id": copy}),
        "SetSidemark": (desk, {"loan_ids": [ABSENT], "sidemark": "x"}),
        "PlaceSampleOrder": (
            desk, {"order_id": new_id(), "parts": [part], "designer_id": designer, "kit_id": "", "ship_to": {}}
        ),
        "CancelLine": (desk, {"request_id": ABSENT, "line_id": ABSENT}),
        "DefineKit": (
            desk, {"kit_id": new_id(), "rep_id": world.rep.id, "name": "x", "items": [kit_item]}
        ),
        "RemoveKit": (desk, {"kit_id": ABSENT}),
        "PrintTickets": (bench, {"wave_id": new_id(), "request_ids": [ABSENT]}),
        "ConfirmLines": (bench, {"confirmation_id": new_id(), "request_id": ABSENT, "lines": [shipped]}),
        "CountSampleStock": (bench, {"item_no": "x", "bin": "y", "counted": 1}),
        "SettleReview": (desk, {"review_id": ABSENT}),
        "AskDistributor": (
            desk,
            {"inquiry_id": new_id(), "distributor_id": at, "dataset": "reserves", "number": "A", "wanted": "RELEASE"},
        ),
        "WithdrawInquiry": (desk, {"inquiry_id": ABSENT}),
        "AnswerInquiry": ((world.master, world.distributor), {"inquiry_id": ABSENT, "answer": "TOLD", "text": "x"}),
    }  # fmt: skip
    return {name: (*who, payload) for name, (who, payload) in made.items()}


EXAMPLES = dict.fromkeys(
    (
        "AddDesigner", "EditDesigner", "AddCopy", "CheckOutCopy", "ReturnCopy", "TakeBackCheckOut", "TakeBackReturn",
        "SetSidemark", "PlaceSampleOrder", "CancelLine", "DefineKit", "RemoveKit", "PrintTickets", "ConfirmLines",
        "CountSampleStock", "SettleReview", "AskDistributor", "WithdrawInquiry", "AnswerInquiry",
    )
)  # fmt: skip


class _TakenBack(Exception):
    pass


def _settle(
    connection: Connection,
    caller: Caller,
    organisation_id: str,
    name: str,
    payload: dict[str, Any],
    *,
    operation_id: str = "",
    reactions: Any = (),
    **more: Any,
) -> Outcome:
    envelope = OperationEnvelope(
        id=operation_id or new_id(), name=name, version=1, payload=msgspec.Raw(json.dumps(payload).encode()),
        made_at=datetime.now(UTC), organisation_id=organisation_id, station_seq=1, lane="", **more,
    )  # fmt: skip
    now = datetime.now(UTC)
    return settle(connection, envelope, caller, station_clock=now, now=now, reactions=reactions)


def tried(
    server: RunningServer, caller: Caller, house: str, name: str, payload: dict[str, Any], **more: Any
) -> Outcome:
    """What the server would answer; nothing of it stays."""
    outcome: list[Outcome] = []
    try:
        with server.database.writing() as connection:
            more["reactions"] = reactions_of(server.settings)
            outcome.append(_settle(connection, caller, house, name, payload, **more))
            assert not any(CANARY in str(mail) for mail in list_mail(connection))
            raise _TakenBack
    except _TakenBack:
        return outcome[0]


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a payload."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))


def with_leaf(payload: dict[str, Any], path: tuple[Any, ...], value: str) -> dict[str, Any]:
    changed: Any = json.loads(json.dumps(payload))
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return dict(changed)


def said(outcome: Outcome, named: str) -> tuple[str, str, str, str]:
    facts = json.dumps(outcome.facts).replace(named, "ID")
    return outcome.result, outcome.code, outcome.sentence.replace(named, "ID"), facts


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_operation_on_what_is_foreign_is_answered_like_one_on_what_is_not_there(
    server: RunningServer, world: SmallWorld, strangers: Strangers, name: str
) -> None:
    person, house, payload = examples(world)[name]
    with server.database.reading() as connection:
        caller = Caller(
            person_id=person.id, person_name=person.name, station_id=new_id(), token_id="",
            memberships=memberships_of(connection, person.id),
        )  # fmt: skip
    wrong = []
    for path in leaves(payload):
        field = next(key for key in reversed(path) if isinstance(key, str))
        if (name, field) in PUBLIC or not (field.endswith(("_id", "_ids", "barcode", "barcodes"))):
            continue
        expected = tried(server, caller, house.id, name, with_leaf(payload, path, NOBODY))
        for one in strangers.ids():
            outcome = tried(server, caller, house.id, name, with_leaf(payload, path, one))
            assert CANARY not in str(outcome)
            is_new = field in NEW_IDS.get(name, ())
            if not is_new and said(outcome, one) != said(expected, NOBODY):
                wrong.append((path, one, said(outcome, one), said(expected, NOBODY)))
            assert not (is_new and outcome.result == "refused") or outcome.code in ("already_there", "not_found")
    for organisation in (strangers.showroom, strangers.distributor):
        foreign = said(tried(server, caller, organisation.id, name, payload), organisation.id)
        assert foreign == said(tried(server, caller, NOBODY, name, payload), NOBODY)
    behind = [tried(server, caller, house.id, name, payload, after=[one]) for one in (strangers.operation_id, NOBODY)]
    if said(behind[0], strangers.operation_id) != said(behind[1], NOBODY):
        wrong.append((("after",), strangers.operation_id, said(behind[0], ""), said(behind[1], "")))
    assert wrong == []


# --- canaries ----------------------------------------------------------------------------------------------


def test_nothing_that_anybody_here_receives_holds_a_word_of_the_strangers(
    server: RunningServer, world: SmallWorld, strangers: Strangers, station: StationMaker
) -> None:
    people = [
        (world.clerk, world.showroom), (world.rep, world.showroom), (world.other_clerk, world.other_showroom),
        (world.picker, world.distributor), (world.master, world.distributor),
        (world.other_picker, world.other_distributor),
    ]  # fmt: skip
    received: list[str] = []
    for person, house in people:
        one = station(person, house)
        received.append(msgspec.json.encode(one.signed_in).decode())
        one.pull_all()
        received.append(str(one.rows))
        places = (
            "/v1/streams",
            "/v1/feeds",
            "/v1/feeds/runs",
            "/v1/requests?open_only=false",
            "/v1/health",
            "/openapi.json",
        )
        received += [one.get(path).text for path in places]
        received += [one.get(f"/v1/streams/{stream['id']}/snapshot").text for stream in one.get("/v1/streams").json()]
        received.append(one.post("/v1/token").text)
        with one.http.get(server.url + "/v1/notices", stream=True, timeout=10) as listening:
            received += [str(listening.headers), next(listening.iter_lines()).decode()]
    assert len(received) > 60
    assert [text[:200] for text in received if CANARY in text] == []
    # The search finds what is there: the strangers themselves receive all of it.
    person = next(record for record in strangers.records if isinstance(record, Person))
    with server.database.reading() as connection:
        assert any(CANARY in str(record) for record in strangers.records)
        assert memberships_of(connection, person.id)
