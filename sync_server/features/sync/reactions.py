"""What else happens when an operation lands: what a reaction is given, and which operations each is told of."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection

from shared_models.kernel.operation import Act, Operation
from shared_models.kernel.records import Touch
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller


class Context(NamedTuple):
    """What a reaction works with; all of it belongs to the operation's own savepoint."""

    records: ServerRecords
    act: Act
    caller: Caller
    now: datetime
    offered_again: bool = False
    """It was accepted before a restore: what it made the server say to others was said already, or nearly."""
    brought_from: str = ""
    """The station at which it was made, when a file brought it to the caller's."""

    @property
    def connection(self) -> Connection:
        """For tables that hold no records. Those that do may not know yet what `records` do."""
        return self.records.connection_in_savepoint()


Reaction: TypeAlias = Callable[[Context, Operation, Sequence[Touch]], None]
"""What else happens when an operation lands: runs in its savepoint, before publishing.

Records that it changes through `context.records` are published with the operation's own; a `DomainError` refuses
the operation. It must not commit, call out or wait.
"""
Marked = TypeVar("Marked", bound=Callable[..., Any])
_CONCERNED, _ONLY_BROUGHT = "concerned_with", "only_brought"


def concerned_with(*kinds: type[Operation]) -> Callable[[Marked], Marked]:
    """Says of a reaction that other operations are nothing to it; one that says nothing is told of each."""

    def mark(reaction: Marked) -> Marked:
        setattr(reaction, _CONCERNED, kinds)
        return reaction

    return mark


def concerned_with_brought(reaction: Marked) -> Marked:
    """Says of a reaction that it is told only of what a file brought to the station that sends it."""
    setattr(reaction, _ONLY_BROUGHT, True)
    return reaction


class Reactions:
    """The reactions to each kind of operation, in their order."""

    def __init__(self, reactions: Sequence[Reaction]) -> None:
        """All of them."""
        self._all = reactions
        self._by_kind: dict[tuple[type[Operation], bool], list[Reaction]] = {}

    def to(self, kind: type[Operation], *, brought: bool = False) -> Sequence[Reaction]:
        """Those that are told of an operation of this kind, which a file brought or not."""
        found = self._by_kind.get((kind, brought))
        if found is None:
            found = [one for one in self._all if issubclass(kind, getattr(one, _CONCERNED, Operation))]
            found = [one for one in found if brought or not getattr(one, _ONLY_BROUGHT, False)]
            self._by_kind[kind, brought] = found
        return found
