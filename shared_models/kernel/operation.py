"""What an operation is: one thing a person did, as a frozen payload with one `apply` for both programs."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

import msgspec

from shared_models.kernel.ids import OperationId, OrganisationId, PersonId, StationId
from shared_models.kernel.records import Records


class Role(StrEnum):
    """What a person is in an organisation."""

    CLERK = "clerk"
    REP = "rep"
    PICKER = "picker"
    MASTER = "master"
    OPERATOR = "operator"


class Module(StrEnum):
    """What an organisation has bought or was given (`product.md` section 2)."""

    BASIC = "basic"
    INVENTORY = "inventory"
    WEB_DISTRIBUTION = "web_distribution"
    SAMPLE_CHECKOUT = "sample_checkout"
    SAMPLE_ORDERS = "sample_orders"
    SAMPLE_PROCESSING = "sample_processing"


class Act(NamedTuple):
    """Who did an operation, for which organisation, where and when."""

    operation_id: OperationId
    person_id: PersonId
    organisation_id: OrganisationId
    station_id: StationId
    made_at: datetime
    """When it was done; the server corrects it by the drift it measured of the station's clock."""
    guest_name: str = ""
    """Who did it, where that is nobody with an account: a house without Order-Track answers by the link in its mail."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a person did. Its class name is its name on the wire; `VERSION` grows with its fields."""

    VERSION: ClassVar[int] = 1
    ROLES: ClassVar[frozenset[Role]]
    """Who may do it."""
    MODULE: ClassVar[Module | None]
    """What the acting organisation must have; None when every member may do it."""

    def lane(self) -> str:
        """The thing it is about: operations of one lane settle in the order in which they were made."""
        raise NotImplementedError

    def apply(self, records: Records, act: Act) -> None:
        """Do it: read and change `records`. Raises `DomainError` when it cannot be true."""
        raise NotImplementedError
