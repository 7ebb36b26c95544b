"""One round of sync: renew the token, push what waits, pull until nothing is new, compare both sides. No Qt here.

A round may be broken off at any point, by a trouble or a kill: everything it did is durable piece by piece, and the
next round goes on from there.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from desktop.cache.line_files import is_line_stream
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.record_codec import instant_text
from desktop.sync.checks import mend_differences
from desktop.sync.client import ServerClient, Trouble
from desktop.sync.credentials import adopt_next_token, deposit_key, next_token_of
from desktop.sync.desk import Desk
from desktop.sync.lease import note_contact
from desktop.sync.line_sync import LinesReport, LineSync
from desktop.sync.progress import Progress
from desktop.sync.pulled import begin_afresh
from desktop.sync.push import held_back, prune_done
from desktop.sync.rebase import fetch_all_afresh, take_heads, take_outcomes, take_page
from desktop.sync.sending import Sender
from desktop.sync.sign_in import keep_answer
from desktop.sync.signature import public_key_of_station
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import (
    NewsRequest,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
    StreamPage,
    cursors_digest,
)

RENEW_BEFORE = timedelta(days=45)
"""A token is renewed when less than this is left of it."""
KEPT_DAYS = 30
"""How long done operations are kept after they settled, to be offered to a server with another history."""
CHECK_ROWS_EVERY = timedelta(hours=1)
DRIFT_WORTH_SAYING = timedelta(minutes=5)
_MOST_PULLS_A_ROUND = 5000
_MOST_LATE = 5
"""So many answers to earlier questions are passed over in a round."""

RoundState = Literal["synced", "waiting", "offline", "trouble", "sign_in_needed", "revoked"]


class RoundReport(NamedTuple):
    """What a round did and where things stand."""

    state: RoundState
    """`synced`: both sides agree. `waiting`: they do, but for operations that the server does not take yet.
    `revoked`: the operator shut this station out; `farewell.carry_out` does what the order says."""
    sentence: str
    kinds: frozenset[str] = frozenset()
    """The tables whose rows may have changed; line datasets by their name."""
    settled: int = 0
    refused: int = 0
    refetched: tuple[str, ...] = ()
    """Streams that differed from the server and were fetched afresh."""
    drift: timedelta = timedelta(0)
    """How far this machine's clock is behind the server's."""
    retry_after_seconds: float = 0.0
    put_back: bool = False
    """The server turned out to have been restored from a backup, and was offered again what was done here."""
    lines_pending: bool = False
    """Whether catalogues are still to come, because the next round was wanted before they were here."""


class SyncEngine:
    """Rounds between one desk and its server, in one thread at a time.

    People's records come first; lines follow, and give way as soon as another round is wanted.
    """

    def __init__(
        self,
        desk: Desk,
        client: ServerClient,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        on_changed: Callable[[frozenset[str]], None] | None = None,
        interrupted: Callable[[], bool] | None = None,
    ) -> None:
        """`on_progress` is told what is being done; `on_changed` the kinds whose rows may have changed, when the
        records are here and after each line; `interrupted` says whether another round is wanted.
        """
        self._desk = desk
        self._client = client
        self._tell = on_progress or (lambda _progress: None)
        self._changed = on_changed or (lambda _kinds: None)
        self._lines = LineSync(
            desk.database,
            desk.catalogue,
            client,
            tell=self._tell,
            changed=self._changed,
            interrupted=interrupted or (lambda: False),
        )
        self._heads: dict[str, int] = {}
        self._verified: set[str] = set()
        self._kinds: set[str] = set()
        self._refetched: list[str] = []
        self._settled: list[Outcome] = []
        self._drift = timedelta(0)
        self._rows_checked_at: datetime | None = None
        self._answered = False
        self._put_back = False
        self._sender = Sender(
            desk.database,
            client,
            now=self._now,
            tell=self._tell,
            take=self._take,
            answered=self._on_push_answered,
        )

    def round(self) -> RoundReport:
        """Do a round; never raises for what the network or the server does."""
        self._kinds, self._refetched, self._settled, self._answered = set(), [], [], False
        self._put_back = False
        self._sender.begin_round()
        try:
            self._client.token = get_meta(self._desk.database.read(), "token")
            adopt_next_token(self._desk.database, self._client)
            if not self._client.token:
                return self._report("sign_in_needed", "Sign in again to sync; what waits on this station is kept.")
            self._renew_token()
            self._sender.send()
            agrees = (self._nothing_new() or self._pull()) and self._check_rows()
            self._keep_last_sync()
            self._changed(frozenset(self._kinds))
            lines = self._pull_lines()
        except Trouble as trouble:
            self._note_contact()
            return self._report(_state_of(trouble), trouble.sentence, trouble.retry_after_seconds)
        except DomainError as error:
            self._note_contact()
            return self._report("trouble", error.sentence)
        finally:
            self._desk.outbox.read_again()
            self._desk.refresh_memberships()
        deposit_key(self._desk.database, self._client)
        prune_done(self._desk.database, before=self._now() - timedelta(days=KEPT_DAYS))
        if not agrees:
            return self._report("trouble", "Something here still differs from the server; it is compared again soon.")
        if lines.sentence:
            return self._report("trouble", lines.sentence)
        return self._end_of_round()._replace(lines_pending=lines.pending)

    # --- push ----------------------------------------------------------------------------------------

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        self._settled += [outcome for outcome in outcomes if outcome.result != "retry"]
        self._kinds |= take_outcomes(self._desk.database, outcomes, at=self._now())

    def _on_push_answered(self, answer: PushAnswer) -> None:
        self._answered = True
        self._drift = answer.server_clock - self._now()
        self._check_history(answer.history_id)

    # --- pull ----------------------------------------------------------------------------------------

    def _nothing_new(self) -> bool:
        """Whether the server stands where this station does, asked in a few bytes.

        Not after a push, which moved it, and not while a stream is fetched afresh: that ends with a page.
        """
        self._heads = {}
        whole = self._pull_request()
        if self._settled or not whole.history_id or whole.fetching:
            return False
        cursors = cursors_digest(whole.history_id, whole.have)
        if not self._client.nothing_new(NewsRequest(cursors=cursors, newest_settled=whole.newest_settled)):
            return False
        self._answered = True
        return True

    def _pull(self) -> bool:
        """Pull until nothing is new; returns whether every stream that was completed agrees with the server."""
        differing: set[str] = set()
        self._heads = {}
        late = 0
        for _ in range(_MOST_PULLS_A_ROUND):
            request = self._pull_request()
            answer = self._client.pull(request)
            self._answered = True
            if answer is None:
                return not differing
            self._drift = answer.server_clock - self._now()
            if self._check_history(answer.history_id, put_back=answer.put_back):
                continue
            if _is_of_before(answer, request.have):
                late = self._ask_again(late)
                continue
            self._heads = answer.heads
            self._withdraw(answer)
            taken = [self._take_page(page, differing) for page in answer.pages]
            if not all(taken):
                late = self._ask_again(late)
                continue
            if not answer.more and not self._is_behind(answer):
                return not differing
        logging.getLogger(__name__).warning("a round of sync did not come to an end")
        return False

    def _ask_again(self, late: int) -> int:
        """An answer was not the one to what was asked: counted, and not believed to be the newest word."""
        if late == _MOST_LATE:
            raise Trouble(
                "not_order_track",
                "Old answers come in place of new ones; something between here and the server keeps them. Everything "
                "is kept here and sent later.",
            )
        return late + 1

    def _check_rows(self) -> bool:
        """From time to time, look at the rows themselves; what differs is fetched afresh at once."""
        now = self._now()
        if self._rows_checked_at is not None and now - self._rows_checked_at < CHECK_ROWS_EVERY:
            return True
        self._tell(Progress("Comparing"))
        if self._rows_checked_at is not None:
            self._check_a_line()
        self._rows_checked_at = now
        mended = mend_differences(self._desk.database, at=now)
        if not mended:
            return True
        logging.getLogger(__name__).info("rows of %d streams differed and are fetched afresh", len(mended))
        self._refetched += [stream for stream in mended if stream not in self._refetched]
        return self._pull()

    def _pull_request(self) -> PullRequest:
        reader = self._desk.database.read()
        fetching = {stream for (stream,) in reader.rows("SELECT stream FROM streams WHERE refetching = 1")}
        return PullRequest(
            have=self._have(),
            history_id=get_meta(reader, "history_id"),
            newest_settled=[one for name in ("newest_settled", "newest_pushed") if (one := get_meta(reader, name))],
            fetching=sorted(fetching),
            line_files=True,
        )

    def _have(self) -> dict[str, int]:
        reader = self._desk.database.read()
        have: dict[str, int] = dict(reader.rows("SELECT stream, position FROM streams"))
        return have | self._desk.catalogue.files.positions(get_meta(reader, "history_id"))

    def _take_page(self, page: StreamPage, differing: set[str]) -> bool:
        """Whether the page went on from where this station is; one that does not is thrown away."""
        rows = sum(len(table.keys) for table in page.tables)
        self._tell(Progress(f"Receiving {rows} rows"))
        rebased = take_page(self._desk.database, page, at=self._now())
        self._kinds |= rebased.kinds
        if rebased.taken is None:
            return False
        if rebased.taken.agrees:
            if page.upto == page.head:
                differing.discard(page.stream)
            return True
        logging.getLogger(__name__).info("stream %s differs from the server", page.stream)
        differing.add(page.stream)
        if page.stream not in self._refetched:
            self._refetched.append(page.stream)
            with self._desk.database.write() as records:
                begin_afresh(records.connection, page.stream)
        return True

    def _is_behind(self, answer: PullAnswer) -> bool:
        """Whether some stream is not at the head that the server told, for instance because it is fetched afresh."""
        have = self._have()
        return any(have.get(stream, 0) < head for stream, head in answer.heads.items() if not is_line_stream(stream))

    def _withdraw(self, answer: PullAnswer) -> None:
        lines = {stream for stream in answer.heads if is_line_stream(stream)}
        self._kinds |= take_heads(self._desk.database, answer.heads.keys() - lines, at=self._now())
        for stream in self._desk.catalogue.files.streams() - lines:
            self._desk.catalogue.files.drop(stream)
            self._kinds.add(stream.rpartition(":")[2])

    def _check_history(self, history_id: str, *, put_back: bool = False) -> bool:
        """Whether the server turned out to have another history than the one known here; then all is begun afresh.

        `put_back`: it has the same id, but lacks its end, as when somebody copied an older file back by hand.
        """
        database = self._desk.database
        known = get_meta(database.read(), "history_id")
        if history_id == known and not put_back:
            return False
        if known:
            logging.getLogger(__name__).info("the server has another history; everything is fetched afresh")
            self._put_back = True
            self._kinds |= fetch_all_afresh(database, at=self._now())
        with database.write() as records:
            set_meta(records, history_id=history_id)
        if known:
            self._sender.send()
        return bool(known)

    # --- lines ---------------------------------------------------------------------------------------

    def _pull_lines(self) -> LinesReport:
        """Bring the lines to the heads that the last pull told; a pull without news told none."""
        report = self._lines.round(self._heads, get_meta(self._desk.database.read(), "history_id"))
        self._kinds |= report.kinds
        self._refetched += report.refetched
        return report

    def _check_a_line(self) -> None:
        """Look at the rows of one line, another one each time; what is found wrong is fetched anew in this round."""
        verified = self._lines.verify_next(self._verified)
        self._verified = self._verified | {verified} if verified is not None else set()
        if verified is not None and not self._have().get(verified):
            self._pull()

    # --- around --------------------------------------------------------------------------------------

    def _renew_token(self) -> None:
        expires = get_meta(self._desk.database.read(), "token_expires_at")
        if expires and datetime.fromisoformat(expires) - self._now() > RENEW_BEFORE:
            return
        answer = self._client.renew_token(
            next_token_of(self._desk.database), public_key_of_station(self._desk.database)
        )
        with self._desk.database.write() as records:
            keep_answer(records, answer)
            set_meta(records, next_token="")
        self._client.token = answer.token

    def _note_contact(self) -> None:
        """The server answered this station, whatever became of the rest of the round: the lease begins anew."""
        if self._answered:
            # A full disk was said already; the next round notes it.
            with contextlib.suppress(DomainError), self._desk.database.write() as records:
                note_contact(records, self._now())

    def _keep_last_sync(self) -> None:
        with self._desk.database.write() as records:
            note_contact(records, self._now())
            set_meta(
                records,
                last_sync_at=instant_text(self._now()),
                newest_settled=get_meta(self._desk.database.read(), "newest_pushed"),
                drift_seconds=str(round(self._drift.total_seconds())),
            )

    def _end_of_round(self) -> RoundReport:
        waiting = self._desk.outbox.waiting_count()
        if not waiting:
            return self._report("synced", self._clock_sentence() or "Everything here agrees with the server.")
        held = held_back(self._desk.database)
        sentence = f"{waiting} still waiting"
        if held:
            sentence += f", {held} of them behind something that was refused and needs you"
        if turned_away := self._sender.turned_away():
            self._take(turned_away)
            sentence += f"; {len(turned_away)} cannot be sent, although the server is there: the sync centre says why"
        return self._report("waiting", sentence + ".")

    def _clock_sentence(self) -> str:
        if abs(self._drift) < DRIFT_WORTH_SAYING:
            return ""
        minutes = round(abs(self._drift).total_seconds() / 60)
        way = "behind" if self._drift > timedelta(0) else "ahead of"
        return f"This machine's clock is {minutes} minutes {way} the server's. Please set it."

    def _report(self, state: RoundState, sentence: str, retry_after_seconds: float = 0.0) -> RoundReport:
        refused = sum(outcome.result == "refused" for outcome in self._settled)
        return RoundReport(
            state,
            sentence,
            frozenset(self._kinds),
            len(self._settled),
            refused,
            tuple(self._refetched),
            self._drift,
            retry_after_seconds,
            self._put_back,
        )

    def _now(self) -> datetime:
        return self._desk.clock.now()


def _is_of_before(answer: PullAnswer, have: Mapping[str, int]) -> bool:
    """Whether the answer knows less than this station: heads never go back within one history."""
    return any(answer.heads[stream] < position for stream, position in have.items() if stream in answer.heads)


def _state_of(trouble: Trouble) -> RoundState:
    if trouble.kind == "revoked":
        return "revoked"
    if trouble.kind == "token" or trouble.code == "station_copied":
        return "sign_in_needed"
    return "trouble" if trouble.kind in ("too_old", "refused") else "offline"
