"""Who is calling: a person at a station, known by the token of the request."""

from collections.abc import Callable

import msgspec

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
