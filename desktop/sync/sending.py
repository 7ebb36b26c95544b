"""Sending what waits, batch by batch; what something on the way turns away alone holds up nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from desktop.cache.meta import set_meta
from desktop.cache.station_db import StationDatabase
from desktop.sync.client import ServerClient, Trouble
from desktop.sync.progress import Progress
from desktop.sync.push import PushedBatch, batch_of, may_be_for_one, next_batch, refuse_by_problem
from shared_models.sync.wire import Outcome, PushAnswer, PushRequest

TakeOutcomes = Callable[[Sequence[Outcome]], None]


class Sender:
    """Remembers from round to round what did not get through by itself."""

    def __init__(
        self,
        database: StationDatabase,
        client: ServerClient,
        *,
        now: Callable[[], datetime],
        tell: Callable[[Progress], None],
        take: TakeOutcomes,
        answered: Callable[[PushAnswer], None],
    ) -> None:
        """`take` stores outcomes, `answered` is told of every answer after that."""
        self._database, self._client = database, client
        self._now, self._tell, self._take, self._answered = now, tell, take, answered
        self._suspects: set[str] = set()
        self._stuck: dict[str, Trouble] = {}

    def begin_round(self) -> None:
        """Nothing was turned away in this round yet."""
        self._stuck = {}

    def send(self) -> None:
        """Send everything that may go. Raises `Trouble`; what was answered by then is stored."""
        tried = set(self._suspects)
        while batch := next_batch(self._database, without=tried):
            self._tell(Progress(f"Sending {len(batch.envelopes)}"))
            tried |= batch.ids
            self._push(batch)
        self._push_suspects()

    def turned_away(self) -> list[Outcome]:
        """What of this round waits on although the server was reached, with the reason."""
        return [
            Outcome(operation_id=one, result="retry", code="not_sent", sentence=f"This cannot be sent. {why.sentence}")
            for one, why in self._stuck.items()
        ]

    def _push(self, batch: PushedBatch) -> None:
        """Send; where something turns the whole batch away, perhaps for one, the others get through all the same."""
        try:
            self._push_once(batch)
        except Trouble as trouble:
            if not may_be_for_one(trouble):
                raise
            if len(batch.envelopes) > 1:
                self._push_halves(batch, trouble)
                return
            # Once may be chance. If it comes back, the rest of the round no longer waits for it.
            self._suspects |= batch.ids
            raise

    def _push_halves(self, batch: PushedBatch, trouble: Trouble) -> None:
        """Find what a batch was turned away for. Raises `trouble` when neither half gets through, whatever its size."""
        failed: list[tuple[PushedBatch, Trouble]] = []
        for half in batch.halves():
            try:
                self._push_once(half)
            except Trouble as again:
                if not may_be_for_one(again):
                    raise
                failed.append((half, again))
        if len(failed) == 2 and trouble.kind != "too_long":
            raise trouble
        for half, why in failed:
            if len(half.envelopes) == 1:
                self._set_apart(half, why)
            else:
                self._push_halves(half, why)

    def _push_suspects(self) -> None:
        suspects, self._suspects = self._suspects, set()
        for operation_id in sorted(suspects):
            alone = batch_of(self._database, operation_id)
            if alone is None:
                continue
            try:
                self._push_once(alone)
            except Trouble as trouble:
                if not may_be_for_one(trouble):
                    raise
                self._set_apart(alone, trouble)

    def _set_apart(self, alone: PushedBatch, trouble: Trouble) -> None:
        self._suspects |= alone.ids
        self._stuck.update(dict.fromkeys(alone.ids, trouble))

    def _push_once(self, batch: PushedBatch) -> None:
        try:
            answer = self._client.push(PushRequest(station_clock=self._now(), operations=list(batch.envelopes)))
        except Trouble as trouble:
            if trouble.code == "station_copied":
                self._register_anew()
            named = refuse_by_problem(trouble, batch)
            if named is None:
                raise
            # One operation that the server cannot take must not hold up the others of its batch.
            self._take([named])
            rest = batch.without(named.operation_id)
            if rest.envelopes:
                self._push(rest)
            return
        self._take(answer.outcomes)
        self._answered(answer)

    def _register_anew(self) -> None:
        """This station's files were copied: without a token, the next sign-in makes it a station of its own."""
        with self._database.write() as records:
            set_meta(records, token="", station_id="")
