"""The routes of real time: put or delete one record by its key, or put a small batch."""

from typing import Annotated, Any
from urllib.parse import unquote

import anyio
from litestar import Request, delete, put
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from shared_models.accounts.records import ModuleGrant
from shared_models.accounts.rules import MODULE_TITLES, has_module
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module
from sync_server.features.feeds.cells import posted_instant
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.habits import require_dataset
from sync_server.features.feeds.headers import meaning_of
from sync_server.features.feeds.json_lines import records_of_body
from sync_server.features.feeds.live import LiveAnswer, LiveDesk, Teller
from sync_server.features.feeds.sender import distributor_of, require_module
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller
from sync_server.foundation.signed_in import SignedIn

LONGEST_BODY = 1024 * 1024
AnyRequest = Request[Any, Any, State]
_AsOf = Annotated[str, QueryParameter(description="Instant of the fact; by default now.")]
_Distributor = Annotated[str, QueryParameter(description="Code, for a master of several distributors.")]


@put("/v1/live/{dataset:str}/{key:path}", request_max_body_size=LONGEST_BODY, summary="Tell one record in real time")
async def put_record(
    request: AnyRequest,
    caller: SignedIn,
    state: State,
    dataset: FromPath[str],
    key: FromPath[str],
    as_of: _AsOf = "",
    distributor: _Distributor = "",
) -> LiveAnswer:
    """The body is a JSON object of columns; those that it does not have stay as they are.

    The key is the natural key, its parts in their order between slashes, a slash inside a part as %2F; parts at the
    end may be left out where they are blank.
    """
    require_dataset(dataset)
    body = await request.body()

    def work() -> LiveAnswer:
        teller = _teller(state, caller, dataset, as_of, distributor)
        named = _key_of(request, dataset)
        records = records_of_body(body)
        if len(records) != 1:
            raise DomainError("record_wrong", "One record is told under its key; put a batch to the dataset itself.")
        return _desk(state).tell(teller, [_keyed(records[0], named, dataset)])

    return await anyio.to_thread.run_sync(work)


@put("/v1/live/{dataset:str}", request_max_body_size=LONGEST_BODY, summary="Tell a small batch in real time")
async def put_batch(
    request: AnyRequest,
    caller: SignedIn,
    state: State,
    dataset: FromPath[str],
    as_of: _AsOf = "",
    distributor: _Distributor = "",
) -> LiveAnswer:
    """The body is a JSON list of at most 500 objects with their keys in them; all land or none."""
    require_dataset(dataset)
    body = await request.body()

    def work() -> LiveAnswer:
        teller = _teller(state, caller, dataset, as_of, distributor)
        return _desk(state).tell(teller, records_of_body(body))

    return await anyio.to_thread.run_sync(work)


@delete(
    "/v1/live/{dataset:str}/{key:path}",
    status_code=200,
    sync_to_thread=True,
    summary="A record is no more, in real time",
)
def delete_record(
    request: AnyRequest,
    caller: SignedIn,
    state: State,
    dataset: FromPath[str],
    key: FromPath[str],
    as_of: _AsOf = "",
    distributor: _Distributor = "",
) -> LiveAnswer:
    """404 for a record that never was; one that is gone already stays gone."""
    require_dataset(dataset)
    return _desk(state).end(_teller(state, caller, dataset, as_of, distributor), _key_of(request, dataset))


def _desk(state: State) -> LiveDesk:
    desk: LiveDesk = state.live_desk
    return desk


def _teller(state: State, caller: Caller, dataset: str, as_of: str, code: str) -> Teller:
    instant, today = posted_instant(as_of), local_day(state.clock.now())
    with _desk(state).database.reading() as connection:
        mine = distributor_of(connection, caller, code)
        require_module(connection, mine, dataset, today)
        grants = ServerRecords(connection).find(ModuleGrant, organisation_id=mine.id)
    if not has_module(grants, mine.id, Module.WEB_DISTRIBUTION, today):
        raise DomainError(
            "module_missing",
            f"{mine.name} does not have {MODULE_TITLES[Module.WEB_DISTRIBUTION]} today, so single records are not "
            "taken in. Nothing was changed; post them as a file.",
            module=Module.WEB_DISTRIBUTION.value,
        )
    return Teller(mine.id, mine.code, dataset, instant, caller.person_id)


def _key_of(request: AnyRequest, dataset: str) -> dict[str, str]:
    """The natural key from the address as it was sent: a slash that belongs to a code is still %2F there."""
    path = request.scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")
    sent = path.split("/live/", 1)[1].split("/")[1:]
    parts = [unquote(part).strip() for part in sent]
    names = DATASETS[dataset].key
    if len(parts) > len(names) or not parts[0]:
        raise DomainError(
            "key_unfit",
            f"The key of {DATASETS[dataset].title} is {'/'.join(names)}; write a slash inside a code as %2F.",
        )
    return dict(zip(names, parts + [""] * (len(names) - len(parts)), strict=True))


def _keyed(record: dict[str, str], key: dict[str, str], dataset: str) -> dict[str, str]:
    """The record with its key, which the body may repeat but not contradict."""
    for heading, value in record.items():
        column = meaning_of(heading, dataset, {})
        if column in key and value.strip() != key[column]:
            raise DomainError(
                "key_differs",
                f"The address says {column} {key[column]}, the body {value.strip()}. Nothing was changed.",
            )
    return {**{name: value for name, value in record.items() if meaning_of(name, dataset, {}) not in key}, **key}


HANDLERS = [put_record, put_batch, delete_record]
