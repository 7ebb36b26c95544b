"""Organisations, their people and what they may use: written by the operator, read by every station."""

from datetime import date
from typing import ClassVar, Literal

from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record, TableSpec


class Organisation(Record, frozen=True, kw_only=True):
    """A distributor, a showroom, or the operator of the server."""

    TABLE: ClassVar = TableSpec("organisations", unique=(("code",),), thing="organisation")

    code: str
    """`dist_code` or showroom code: short, upper case, unique on the server."""
    name: str
    kind: Literal["distributor", "showroom", "operator"]
    takes_part: bool = True
    """False for a distributor without Order-Track: it gets requests by e-mail only."""
    email: str = ""
    """Where acknowledgements go for a showroom; the sample department's address for a distributor."""
    phone: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


class Person(Record, frozen=True, kw_only=True):
    """A person's card; the password is the server's secret and not here."""

    TABLE: ClassVar = TableSpec("people", unique=(("email",),), thing="person")

    name: str
    email: str


class Membership(Record, frozen=True, kw_only=True):
    """A person's role in an organisation; one person may have several of them."""

    TABLE: ClassVar = TableSpec(
        "memberships",
        indexes=(("organisation_id",), ("person_id",)),
        unique=(("person_id", "organisation_id", "role"),),
        thing="membership",
    )

    person_id: str
    organisation_id: str
    role: Role


class ModuleGrant(Record, frozen=True, kw_only=True):
    """A module that an organisation has from one day to another, both included; no end means until further notice."""

    TABLE: ClassVar = TableSpec("module_grants", indexes=(("organisation_id",),), thing="module")

    organisation_id: str
    module: Module
    starts_on: date
    ends_on: date | None = None


class Line(Record, frozen=True, kw_only=True):
    """One showroom that sells one distributor's goods, from one day to another, both included."""

    TABLE: ClassVar = TableSpec("lines", indexes=(("showroom_id",), ("distributor_id",)), thing="line")

    showroom_id: str
    distributor_id: str
    starts_on: date
    ends_on: date | None = None
    showroom_code: str = ""
    """The distributor's own code of the showroom, as its orders, reserves and customers say it."""


class RepCode(Record, frozen=True, kw_only=True):
    """By which code a distributor's orders, reserves and customers name a rep; she may have several."""

    TABLE: ClassVar = TableSpec(
        "rep_codes",
        indexes=(("distributor_id",), ("person_id",)),
        unique=(("person_id", "distributor_id", "code"),),
        thing="rep code",
    )

    person_id: str
    distributor_id: str
    code: str
