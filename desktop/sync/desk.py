"""The desk: one signed-in station, and the one way in which anything that a person does is recorded there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from desktop.cache.catalogue import Catalogue
from desktop.cache.meta import get_meta
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from desktop.sync.memberships import membership_cards
from desktop.sync.outbox import Outbox
from shared_models.accounts.rules import require_may_do
from shared_models.kernel.clock import Clock, local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import OperationId, OrganisationId, PersonId, StationId, new_id
from shared_models.kernel.operation import Act, Operation
from shared_models.reviews.records import ReviewItem
from shared_models.sync.wire import MembershipCard


class Recorded(NamedTuple):
    """An operation that is durable in station.db."""

    operation_id: OperationId
    kinds: frozenset[str]
    """The table names of the record kinds that it touched."""
    keys: frozenset[str]
    """The ids of the records that it touched."""
    reviews: tuple[str, ...]
    """Sentences that somebody should look at, raised by doing it."""


class Desk:
    """One person at one station, with its files open. `record` may be called from any thread."""

    def __init__(self, database: StationDatabase, catalogue: Catalogue, clock: Clock) -> None:
        """Over open files in which somebody has signed in. Raises `DomainError("not_signed_in")`."""
        reader = database.read()
        self.database = database
        self.catalogue = catalogue
        self.clock = clock
        self.outbox = Outbox(database)
        self.person_id = PersonId(get_meta(reader, "person_id"))
        self.person_name = get_meta(reader, "person_name")
        self.station_id = StationId(get_meta(reader, "station_id"))
        """Under which the server knows this station; another one after a copied station registered anew."""
        self.person_email = get_meta(reader, "person_email")
        self.station_name = get_meta(reader, "station_name")
        self.server_url = get_meta(reader, "server_url")
        self._permitted: set[tuple[type[Operation], str, date]] = set()
        self._listeners: list[Callable[[Recorded], None]] = []
        self.memberships: tuple[MembershipCard, ...] = membership_cards(reader, self.person_id, self.today())
        if not self.person_id or not self.memberships:
            raise DomainError("not_signed_in", "Nobody is signed in here. Sign in first.")
        acting = get_meta(reader, "acting_organisation_id"), get_meta(reader, "acting_role")
        self.acting: MembershipCard = self._card(*acting) or self.memberships[0]

    def today(self) -> date:
        """The showroom's calendar day, by this machine's clock and zone."""
        return local_day(self.clock.now())

    def act_for(self, organisation_id: str, role: str) -> MembershipCard:
        """From now on, act as this role of this organisation. Raises `DomainError("not_a_member")`."""
        card = self._card(organisation_id, role)
        if card is None:
            raise DomainError("not_a_member", "You do not work for this organisation in Order-Track.")
        self.acting = card
        return card

    def refresh_memberships(self) -> None:
        """Look again at what the person may be, after a pull changed it; keeps acting as before where possible."""
        self._permitted.clear()
        cards = membership_cards(self.database.read(), self.person_id, self.today())
        if not cards:
            return
        self.memberships = cards
        self.acting = self._card(self.acting.organisation_id, self.acting.role) or cards[0]

    def on_recorded(self, listener: Callable[[Recorded], None]) -> None:
        """Call `listener` after each recorded operation, in the thread that recorded it."""
        self._listeners.append(listener)

    def record(self, operation: Operation) -> Recorded:
        """Check that the person may do it, do it, and keep it for the server: in one durable transaction.

        Raises `DomainError` with the sentence for the person; then nothing was stored.
        """
        made_at = self.clock.now()
        organisation_id = OrganisationId(self.acting.organisation_id)
        with self.database.write() as records:
            act = Act(OperationId(new_id()), self.person_id, organisation_id, self.station_id, made_at)
            self._require_may_do(type(operation), organisation_id, local_day(made_at), records)
            operation.apply(records, act)
            self.outbox.add(records, operation, act)
        self.outbox.remember(act.operation_id, records.touched)
        recorded = Recorded(
            act.operation_id,
            frozenset(touch.kind.TABLE.name for touch in records.touched),
            frozenset(touch.key for touch in records.touched),
            tuple(touch.after.sentence for touch in records.touched if isinstance(touch.after, ReviewItem)),
        )
        for listener in self._listeners:
            listener(recorded)
        return recorded

    def close(self) -> None:
        """Close the files. Nothing is lost: everything recorded is already on the disk."""
        self.catalogue.close()
        self.database.close()

    def _require_may_do(
        self, kind: type[Operation], organisation_id: OrganisationId, day: date, records: StationRecords
    ) -> None:
        """What was allowed once today stays so until a pull brings other memberships or modules."""
        asked = (kind, organisation_id, day)
        if asked not in self._permitted:
            require_may_do(kind, person_id=self.person_id, organisation_id=organisation_id, day=day, records=records)
            self._permitted.add(asked)

    def _card(self, organisation_id: str, role: str) -> MembershipCard | None:
        return next(
            (card for card in self.memberships if (card.organisation_id, card.role) == (organisation_id, role)), None
        )
