"""Opening another feature's page by name, so that features need not know each other."""

from __future__ import annotations

from collections.abc import Callable


class UnknownRoute(LookupError):
    """No page is registered under this name for the person who is signed in."""


class Routes:
    """Names of places in the program and what opens them.

    The shell registers one name a page ("library") and one for each place a feature offers inside its
    page ("library.designer").
    """

    def __init__(self) -> None:
        self._openers: dict[str, Callable[..., None]] = {}

    def register(self, name: str, opener: Callable[..., None]) -> None:
        """Makes `open(name, …)` call `opener(…)`; the last registration of a name holds."""
        self._openers[name] = opener

    def clear(self) -> None:
        """Forgets all names, when another person signs in."""
        self._openers.clear()

    def can_open(self, name: str) -> bool:
        """Whether `open(name)` would work: ask before showing a link."""
        return name in self._openers

    def open(self, name: str, **arguments: object) -> None:
        """Opens the place with its arguments; raises `UnknownRoute` when nobody offers it."""
        try:
            opener = self._openers[name]
        except KeyError:
            raise UnknownRoute(f"There is no page “{name}” for this person.") from None
        opener(**arguments)
