"""Pushes that wait at the same time settle in one transaction: one commit, one question and one write for all of them.

Each is answered only after that commit, and each on its own: what is wrong with one is told to that one. While a
transaction is on its way the next ones gather, so that nobody ever waits for company.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import MOST_OPERATIONS_A_BATCH, Outcome, PushRequest
from sync_server.features.sync.apply import Pushed, Read, read_push, settle_push, settle_pushes
from sync_server.features.sync.history import history_id
from sync_server.features.sync.reactions import Reaction
from sync_server.foundation.caller import Caller, Gate, NotSignedIn
from sync_server.foundation.database import Database
from sync_server.foundation.refusals import StorageUnavailable

logger = logging.getLogger(__name__)


class Settlement(NamedTuple):
    """What became of a push."""

    outcomes: list[Outcome]
    history_id: str
    caller: Caller


class _Waiting(NamedTuple):
    request: PushRequest
    reads: Sequence[Read]
    token: str
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Settlement]"

    def names(self) -> set[str]:
        """Every operation that it speaks of."""
        return {one for envelope in self.request.operations for one in (envelope.id, *envelope.after)}


_Result: TypeAlias = Settlement | Exception


class Settler:
    """The one place of a process where pushes are settled. `settle` belongs to the event loop."""

    def __init__(self, database: Database, clock: Clock, gate: Gate, reactions: Sequence[Reaction]) -> None:
        """`gate` says who holds a token."""
        self._database = database
        self._clock = clock
        self._gate = gate
        self._reactions = reactions
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._at_work = False

    async def settle(self, request: PushRequest, token: str) -> Settlement:
        """Settle a push for good.

        Raises `NotSignedIn`, `StorageUnavailable` and what `settle_push` raises; then nothing of it was stored.
        """
        loop = asyncio.get_running_loop()
        # Read here, while the group before is written and the thread that settles it does not need Python.
        waiting = _Waiting(request, read_push(request), token, loop, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
            is_first, self._at_work = not self._at_work, True
        if is_first:
            loop.run_in_executor(None, self._work)
        return await waiting.answer

    def _work(self) -> None:
        """Settle group after group until nobody waits."""
        while group := self._next_group():
            results = self._settled(group)
            for loop in {waiting.loop for waiting in group}:
                own = [pair for pair in zip(group, results, strict=True) if pair[0].loop is loop]
                if not loop.is_closed():
                    loop.call_soon_threadsafe(_deliver, own)

    def _next_group(self) -> list[_Waiting]:
        """Who is served next; one station's pushes, and those that speak of one operation, go one after another."""
        group: list[_Waiting] = []
        tokens: set[str] = set()
        names: set[str] = set()
        count = 0
        with self._lock:
            left: deque[_Waiting] = deque()
            while self._waiting:
                one = self._waiting.popleft()
                spoken_of = one.names()
                many = count + len(one.request.operations)
                if group and (many > MOST_OPERATIONS_A_BATCH or one.token in tokens or names & spoken_of):
                    left.append(one)
                    # Whoever comes later must not overtake the one that stays.
                    tokens.add(one.token)
                    names |= spoken_of
                    continue
                group.append(one)
                tokens.add(one.token)
                names |= spoken_of
                count = many
            self._waiting = left
            self._at_work = bool(group)
        return group

    def _settled(self, group: Sequence[_Waiting]) -> Sequence[_Result]:
        try:
            return self._database.write_unit(lambda connection: self._together(connection, group))
        except StorageUnavailable as refusal:
            return [refusal] * len(group)
        except Exception as error:  # noqa: BLE001 - whose fault it was shows when each is alone
            logger.info("%d pushes are settled one by one: %s", len(group), type(error).__name__)
            return [self._alone(one) for one in group]

    def _together(self, connection: Connection, group: Sequence[_Waiting]) -> list[_Result]:
        now = self._clock.now()
        results: dict[int, _Result] = {}
        pushes: dict[int, Pushed] = {}
        stations: set[str] = set()
        callers = self._gate.each_within(connection, [waiting.token for waiting in group], now)
        for number, (waiting, caller) in enumerate(zip(group, callers, strict=True)):
            if isinstance(caller, NotSignedIn):
                results[number] = caller
                continue
            if caller.station_id in stations:
                raise _TwoOfOneStation
            stations.add(caller.station_id)
            pushes[number] = Pushed(waiting.request, caller, waiting.reads)
        history = history_id(connection)
        settled = settle_pushes(connection, list(pushes.values()), now=now, reactions=self._reactions)
        for (number, pushed), outcomes in zip(pushes.items(), settled, strict=True):
            results[number] = (
                outcomes if isinstance(outcomes, DomainError) else Settlement(outcomes, history, pushed.caller)
            )
        return [results[number] for number in range(len(group))]

    def _alone(self, waiting: _Waiting) -> _Result:
        def unit(connection: Connection) -> Settlement:
            now = self._clock.now()
            caller = self._gate.within(connection, waiting.token, now)
            outcomes = settle_push(connection, waiting.request, caller, now=now, reactions=self._reactions)
            return Settlement(outcomes, history_id(connection), caller)

        try:
            return self._database.write_unit(unit)
        except Exception as error:  # noqa: BLE001 - it is told to the one whose push it was
            return error


class _TwoOfOneStation(Exception):
    """Two tokens of one station in one group: they are settled one after the other."""


def _deliver(answers: Sequence[tuple[_Waiting, _Result]]) -> None:
    for waiting, result in answers:
        if waiting.answer.done():
            continue
        if isinstance(result, Exception):
            waiting.answer.set_exception(result)
        else:
            waiting.answer.set_result(result)
