"""What an action touched, as kinds and keys of records, and the bus that tells the pages."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """The record kinds (table names, such as "loans") and, where known, the keys that an action touched.

    No keys means "any record of these kinds": a page that shows such a kind must read again.
    """

    kinds: frozenset[str] = frozenset()
    keys: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, *kinds: str, keys: frozenset[str] = frozenset()) -> Changes:
        """Changes of these kinds, limited to `keys` when given."""
        return cls(frozenset(kinds), keys)

    @classmethod
    def none(cls) -> Changes:
        """Nothing was touched; pages need not look."""
        return cls()

    def __or__(self, other: Changes) -> Changes:
        """Both together. Keys survive only if both sides that have kinds name theirs."""
        if not self.kinds:
            return other
        if not other.kinds:
            return self
        # One side without keys means "any record"; keeping the other side's keys would hide that.
        keys = self.keys | other.keys if self.keys and other.keys else frozenset[str]()
        return Changes(self.kinds | other.kinds, keys)

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def touches(self, *kinds: str) -> bool:
        """Whether any of these kinds was touched."""
        return not self.kinds.isdisjoint(kinds)

    def may_touch(self, kind: str, key: str) -> bool:
        """Whether this one record may have been touched: True too when no keys are known."""
        return kind in self.kinds and (not self.keys or key in self.keys)


Listener = Callable[[Changes], None]


class ChangeBus:
    """Tells everyone who subscribed what was touched, in the order of subscription, in the caller's thread.

    Bound methods are held weakly, so a closed page needs no farewell; plain functions are held until
    the returned function is called.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[], Listener | None]] = []

    def subscribe(self, callback: Listener) -> Callable[[], None]:
        """Calls `callback` with every non-empty `Changes` from now on; call the result to stop."""
        reference: Callable[[], Listener | None]
        if inspect.ismethod(callback):
            reference = weakref.WeakMethod(callback)
        else:

            def reference() -> Listener:
                return callback

        self._listeners.append(reference)

        def unsubscribe() -> None:
            if reference in self._listeners:
                self._listeners.remove(reference)

        return unsubscribe

    def forget_everybody(self) -> None:
        """The pages are thrown away: one that Python still holds must not be told anything any more."""
        self._listeners.clear()

    def publish(self, changes: Changes) -> None:
        """Tells the listeners; says nothing when nothing was touched."""
        if not changes:
            return
        for reference in list(self._listeners):
            listener = reference()
            if listener is None:
                self._listeners.remove(reference)
            elif reference in self._listeners:
                listener(changes)
