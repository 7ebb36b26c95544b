"""The door of every request: who holds its token, remembered until anybody's rights change."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from shared_models.kernel.clock import Clock
from sync_server.features.accounts.tokens import HeldToken, caller_with, end_all_of_station, find_token, require_holds
from sync_server.features.sync.account_changes import AccountsState, accounts_state
from sync_server.foundation.caller import Caller, NotSignedIn
from sync_server.foundation.database import Database

MOST_REMEMBERED = 4000


class _Remembered(NamedTuple):
    state: AccountsState
    held: HeldToken
    caller: Caller


class RememberingGate:
    """`Gate` over the tokens in the database; one for all threads of a process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Nobody is known yet."""
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Remembered] = {}

    def knows(self, token: str) -> bool:
        """Whether somebody came with this token before, so that asking again is cheap."""
        return token in self._known

    def authenticate(self, token: str) -> Caller:
        """Who holds the token, asked in a snapshot of its own. Raises `NotSignedIn`."""
        now = self._clock.now()
        try:
            with self._database.reading() as connection:
                return self.within(connection, token, now)
        except NotSignedIn as refusal:
            if refusal.code == "token_reused":
                self._database.write_unit(lambda connection: end_all_of_station(connection, token, now))
            raise

    def within(self, connection: Connection, token: str, now: datetime) -> Caller:
        """Who holds the token as the transaction sees it. Raises `NotSignedIn`."""
        return self._holder(connection, token, now, accounts_state(connection))

    def each_within(self, connection: Connection, tokens: Sequence[str], now: datetime) -> list[Caller | NotSignedIn]:
        """Who holds each of these tokens, or why nobody does; whether rights changed is asked once for all."""
        state = accounts_state(connection)
        found: list[Caller | NotSignedIn] = []
        for token in tokens:
            try:
                found.append(self._holder(connection, token, now, state))
            except NotSignedIn as refusal:
                found.append(refusal)
        return found

    def _holder(self, connection: Connection, token: str, now: datetime, state: AccountsState) -> Caller:
        known = self._known.get(token)
        if known is not None and known.state == state:
            require_holds(known.held, now)
            return known.caller
        held = require_holds(find_token(connection, token), now)
        caller = caller_with(connection, held)
        with self._lock:
            while len(self._known) >= MOST_REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[token] = _Remembered(state, held, caller)
        return caller
