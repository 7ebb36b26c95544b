"""Who is calling: a person at a station, known by the token of the request."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from shared_models.accounts.records import Membership
from shared_models.kernel.operation import Role


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a station, with what the person is in which organisations right now."""

    person_id: str
    person_name: str
    station_id: str
    token_id: str
    memberships: tuple[Membership, ...]

    @property
    def organisation_ids(self) -> frozenset[str]:
        """The organisations that the person belongs to."""
        return frozenset(member.organisation_id for member in self.memberships)

    def roles_in(self, organisation_id: str) -> frozenset[Role]:
        """What the person is there; empty when nothing."""
        return frozenset(member.role for member in self.memberships if member.organisation_id == organisation_id)


SignedIn: TypeAlias = NamedDependency[Caller]
"""How a handler asks for its caller: `caller: SignedIn`."""


class NotSignedIn(Exception):
    """The request has no token that holds; `revoked` when the station was shut out on purpose."""

    def __init__(self, code: str, sentence: str, *, revoked: bool = False) -> None:
        """`code`: `token_missing`, `token_unknown`, `token_expired` or `station_revoked`."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.revoked = revoked


Authenticate = Callable[[str], Caller]
"""From the token to the caller; raises `NotSignedIn`."""


def token_of(request: Request[Any, Any, State]) -> str:
    """The bearer token of the request; raises `NotSignedIn` when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("token_missing", "Sign in first.")
    return token.strip()


def provide_caller(request: Request[Any, Any, State]) -> Caller:
    """The dependency `caller` of every handler that needs one (see `sync_server/app.py`)."""
    authenticate: Authenticate = request.app.state.authenticate
    return authenticate(token_of(request))
