"""What a feature is to the program, what it is given, and the base of its page; the shell knows only this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.foundation.changes import ChangeBus
from desktop.foundation.jobs import Jobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.widgets.key_hint import KeyHint
from desktop.widgets.notices import Notices
from desktop.widgets.search_hit import SearchHit

if TYPE_CHECKING:
    # These bring the database driver along, which must not load before the window is on screen.
    from desktop.sync.desk import Desk
    from desktop.sync.schedule import SyncSchedule
    from shared_models.sync.wire import MembershipCard

__all__ = ["Counting", "Feature", "FeatureContext", "KeyHint", "Page", "RouteOpener", "SearchHit"]


@dataclass(frozen=True)
class FeatureContext:
    """Everything a feature may use; a new one for each membership a person acts under.

    `desk` is the signed-in station: its database, catalogue and outbox, who is here and as what they act
    (`desk.acting`), and `desk.record(operation)`, the one way to record something. Call it in a job. `sync` keeps
    it in step with the server; None when the program was started without one. `keys_held_by_system` is False where
    only the person's password opens the station's files.
    """

    settings: Settings
    view_state: ViewState
    jobs: Jobs
    routes: Routes
    changes: ChangeBus
    notices: Notices
    desk: Desk
    sync: SyncSchedule | None = None
    keys_held_by_system: bool = True


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


RouteOpener = Callable[[Page, Mapping[str, object]], None]


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

    def visible_for(self, acting: MembershipCard) -> bool:
        """Whether a person acting so may use the feature at all: by role, module and kind of organisation."""
        ...

    def make_page(self, context: FeatureContext) -> Page:
        """Makes the page; called once a membership, when it is first opened. Import heavy things here."""
        ...

    def routes(self) -> Mapping[str, RouteOpener]:
        """Places inside the page, without the feature's name: {"designer": open_designer}.

        The shell registers "<name>" and "<name>.<place>"; the opener gets the page, already in front, and
        the arguments. The empty place "" takes the arguments of "<name>" itself.
        """
        ...

    def search(self, context: FeatureContext, text: str) -> Sequence[SearchHit]:
        """Answers for Ctrl+K, best first, a few of each kind; empty when it has nothing to offer.

        Called beside the window's own thread: it reads, and touches no widget. The hit's `value` is a function
        without arguments that opens the place.
        """
        ...


@runtime_checkable
class Counting(Protocol):
    """A feature that also says how much on its page wants something of the person; the navigation shows it."""

    counted_kinds: frozenset[str]
    """The record kinds by which the number may change."""

    def count(self, context: FeatureContext) -> int:
        """The number, 0 for nothing; called beside the screen."""
        ...
