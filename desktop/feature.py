"""What a feature is to the program, what it is given, and the base of its page; the shell knows only this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.foundation.changes import ChangeBus
from desktop.foundation.jobs import Jobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.widgets.key_help import KeyHint
from desktop.widgets.notices import Notices

if TYPE_CHECKING:
    from desktop.widgets.search_box import SearchHit

RouteHandler = Callable[..., None]
__all__ = ["Feature", "FeatureContext", "KeyHint", "Membership", "Page", "Person", "RouteHandler", "Station"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One organisation a person belongs to and what they are there."""

    organisation_id: str
    organisation_name: str
    organisation_kind: str  # "showroom" or "distributor"
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, and every membership they may act under, in the order to offer them."""

    id: str
    name: str
    memberships: tuple[Membership, ...] = field(default_factory=tuple)


class Station(Protocol):
    """This machine's own data: the encrypted cache and the operations that wait to be sent.

    The types behind the two names belong to `desktop.cache` and `desktop.sync`; features' actions and
    queries take them by those types.
    """

    @property
    def database(self) -> object:
        """The open station database."""
        ...

    @property
    def outbox(self) -> object:
        """Where operations are recorded."""
        ...


@dataclass(frozen=True)
class FeatureContext:
    """Everything a feature may use; one for each membership a person acts under."""

    settings: Settings
    view_state: ViewState
    jobs: Jobs
    routes: Routes
    changes: ChangeBus
    notices: Notices
    person: Person
    acting: Membership
    station: Station


class Page(QWidget):
    """A feature's page. Its object name is "page_<feature name>", set by the shell.

    `title_altered` tells the shell of a word to stand beside the page's title (a designer's name, a count).
    """

    title_altered = Signal(str)

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of this page for F1, most used first."""
        return ()

    def on_shown(self) -> None:
        """Called each time the page comes to the front: put the focus where work starts."""

    def can_undo(self) -> bool:
        """Whether Ctrl+Z would do something now."""
        return False

    def undo(self) -> None:
        """Takes back the last scan; called only while `can_undo`."""

    def may_leave(self) -> bool:
        """Whether the program may close or another person sign in: False after telling the person why not."""
        return True


class Feature(Protocol):
    """The only door into a feature; the shell asks it what to show and makes its page at first sight."""

    @property
    def name(self) -> str:
        """The feature's word everywhere: "library", "sample_orders"; its page is "page_<name>"."""
        ...

    @property
    def title(self) -> str:
        """What the navigation says."""
        ...

    @property
    def icon(self) -> str:
        """A name from resources/icons."""
        ...

    @property
    def position(self) -> int:
        """Place in the navigation; Ctrl+1…9 follow the places of those visible."""
        ...

    def visible_for(self, membership: Membership) -> bool:
        """Whether this membership may use the feature at all."""
        ...

    def make_page(self, context: FeatureContext) -> Page:
        """Makes the page; called once a membership, when it is first opened. Import heavy things here."""
        ...

    def routes(self) -> Mapping[str, Callable[[Page, Mapping[str, object]], None]]:
        """Places inside the page, without the feature's name: {"designer": open_designer}.

        The shell registers "<name>" and "<name>.<place>"; the handler gets the page, already in front, and
        the arguments. The empty place "" takes the arguments of "<name>" itself.
        """
        ...

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Answers for Ctrl+K, best first, at most ten, in a few ms; empty when it has nothing to offer."""
        ...
