"""Who is calling: a person at a station, known by the token of the request."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, RepCode
from shared_models.kernel.operation import Role
from shared_models.sync.streams import streams_for


class Reach:
    """What decides which streams a person may pull: lines and modules of the organisations and partners, own codes."""

    __slots__ = ("_by_day", "grants", "lines", "rep_codes")

    def __init__(
        self, lines: tuple[Line, ...], grants: tuple[ModuleGrant, ...], rep_codes: tuple[RepCode, ...] = ()
    ) -> None:
        """As they are in one snapshot; `rep_codes` are the person's."""
        self.lines = lines
        self.grants = grants
        self.rep_codes = rep_codes
        self._by_day: dict[date, frozenset[str]] = {}

    def streams(self, person_id: str, memberships: tuple[Membership, ...], day: date) -> frozenset[str]:
        """The streams that the person may pull on `day`, worked out once a day."""
        found = self._by_day.get(day)
        if found is None:
            found = frozenset(streams_for(person_id, memberships, self.grants, self.lines, day, self.rep_codes))
            self._by_day = {day: found}
        return found


class Permitted(set[Any]):
    """What a caller was found to be permitted: what was asked, by whoever asks. It lives as long as the caller."""

    _MOST = 256

    def remember(self, asked: Any) -> None:
        """This is permitted."""
        if len(self) >= self._MOST:
            self.clear()
        self.add(asked)


class GuestRight(msgspec.Struct, frozen=True, kw_only=True):
    """All that somebody without an account may do: one operation about one thing, for one organisation."""

    operation: str
    organisation_id: str
    lane: str


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a station, with what the person is in which organisations right now."""

    person_id: str
    person_name: str
    station_id: str
    token_id: str
    memberships: tuple[Membership, ...]
    reach: Reach | None = None
    """None when it must be read anew."""
    shut_out: bool = False
    """Whether the station was revoked and only sends what waited there."""
    guest: GuestRight | None = None
    """What is allowed to somebody who came by a signed link; such a caller is a member of nothing."""
    permitted: Permitted = msgspec.field(default_factory=Permitted)
    """Nobody's rights changed since this caller was made, or there would be a new one."""

    @property
    def organisation_ids(self) -> frozenset[str]:
        """The organisations that the person belongs to."""
        return frozenset(member.organisation_id for member in self.memberships)

    def roles_in(self, organisation_id: str) -> frozenset[Role]:
        """What the person is there; empty when nothing."""
        return frozenset(member.role for member in self.memberships if member.organisation_id == organisation_id)


class NotSignedIn(Exception):
    """The request has no token that holds; `revoked` when the station was shut out on purpose."""

    def __init__(self, code: str, sentence: str, *, revoked: bool = False) -> None:
        """`code`: `token_missing`, `token_unknown`, `token_expired` or `station_revoked`."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.revoked = revoked


class Gate(Protocol):
    """Knows who holds a token. Who asks for one gets `NotSignedIn` raised."""

    def knows(self, token: str) -> bool:
        """Whether asking is cheap, because somebody came with this token before."""
        ...

    def authenticate(self, token: str) -> Caller:
        """The caller, asked in a snapshot of its own."""
        ...

    def within(self, connection: Connection, token: str, now: datetime) -> Caller:
        """The caller as a transaction sees it."""
        ...

    def each_within(self, connection: Connection, tokens: Sequence[str], now: datetime) -> list[Caller | NotSignedIn]:
        """For each token the caller as a transaction sees it, or why there is none."""
        ...


Authenticate = Callable[[str], Caller]
"""From the token to the caller; raises `NotSignedIn`."""
