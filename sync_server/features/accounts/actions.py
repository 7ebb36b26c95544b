"""What the operator does: organisations, people, modules and lines; every change is published to the streams."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeVar

import msgspec
from sqlalchemy import Connection, select

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.accounts.rules import in_force
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import publish
from sync_server.features.sync.tables import RECORD_TABLES

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,19}")
_EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0]+")
_LONGEST_FEED_CODE = 60
R = TypeVar("R", bound=Record)
Kind = Literal["distributor", "showroom", "operator"]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Address and numbers of an organisation."""

    email: str = ""
    phone: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


def add_organisation(
    connection: Connection, *, code: str, name: str, kind: Kind, takes_part: bool = True, contact: Contact | None = None
) -> Organisation:
    """A new organisation. Raises `DomainError`: `code_unfit`, `code_taken`, `name_missing`."""
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        raise DomainError("code_unfit", f"“{code}” is no code: 2 to 20 letters, digits, - or _.")
    if not name.strip():
        raise DomainError("name_missing", "An organisation needs a name.")
    table = RECORD_TABLES[Organisation]
    if connection.execute(select(table.c.id).where(table.c.code == code)).first() is not None:
        raise DomainError("code_taken", f"The code {code} belongs to another organisation.")
    organisation = Organisation(
        id=new_id(),
        code=code,
        name=name.strip(),
        kind=kind,
        takes_part=takes_part,
        **msgspec.structs.asdict(contact or Contact()),
    )
    return _stored(connection, organisation)


def add_person(connection: Connection, *, name: str, email: str) -> Person:
    """A new person. Raises `DomainError`: `email_unfit`, `email_taken`, `name_missing`."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise DomainError("email_unfit", f"“{email}” is no e-mail address.", email=email)
    if not name.strip():
        raise DomainError("name_missing", "A person needs a name.")
    table = RECORD_TABLES[Person]
    if connection.execute(select(table.c.id).where(table.c.email == email)).first() is not None:
        raise DomainError("email_taken", f"{email} belongs to a person who is here already.", email=email)
    return _stored(connection, Person(id=new_id(), name=name.strip(), email=email))


def add_membership(connection: Connection, person: Person, organisation: Organisation, role: Role) -> Membership:
    """Give the person a role in the organisation; the one that is there already when it is."""
    found = ServerRecords(connection).find(
        Membership, person_id=person.id, organisation_id=organisation.id, role=role.value
    )
    if found:
        return found[0]
    return _stored(connection, Membership(id=new_id(), person_id=person.id, organisation_id=organisation.id, role=role))


def end_membership(connection: Connection, person: Person, organisation: Organisation, role: Role) -> None:
    """Take the role away. Raises `DomainError("not_found")` when the person does not have it."""
    records = ServerRecords(connection)
    found = records.find(Membership, person_id=person.id, organisation_id=organisation.id, role=role.value)
    if not found:
        raise DomainError("not_found", f"{person.name} is no {role.value} of {organisation.name}.")
    records.delete(found[0])
    publish(connection, records.touched, records)


def grant_module(
    connection: Connection, organisation: Organisation, module: Module, *, starts_on: date, ends_on: date | None = None
) -> ModuleGrant:
    """The organisation has the module from one day to another, both included. Raises `DomainError("days_reversed")`."""
    _require_order(starts_on, ends_on)
    return _stored(
        connection,
        ModuleGrant(id=new_id(), organisation_id=organisation.id, module=module, starts_on=starts_on, ends_on=ends_on),
    )


def end_module(connection: Connection, organisation: Organisation, module: Module, *, last_day: date) -> int:
    """`last_day` becomes the last day of the module's open grants; gives how many.

    Raises `DomainError("not_found")` when there is none.
    """
    records = ServerRecords(connection)
    grants = [
        grant
        for grant in records.find(ModuleGrant, organisation_id=organisation.id, module=module.value)
        if grant.ends_on is None or grant.ends_on > last_day
    ]
    if not grants:
        raise DomainError("not_found", f"{organisation.name} does not have {module.value} after {last_day}.")
    for grant in grants:
        records.change(grant, ends_on=last_day)
    publish(connection, records.touched, records)
    return len(grants)


def add_line(
    connection: Connection,
    showroom: Organisation,
    distributor: Organisation,
    *,
    starts_on: date,
    showroom_code: str = "",
) -> Line:
    """The showroom sells the distributor's goods from a day on.

    `showroom_code` is the distributor's own code of the showroom; the showroom's code here when it is empty.
    Raises `DomainError`: `wrong_kind`, `line_exists`, `code_unfit`, `code_taken`.
    """
    if showroom.kind != "showroom" or distributor.kind != "distributor":
        raise DomainError("wrong_kind", "A line joins a showroom and a distributor, in this order.")
    lines = ServerRecords(connection).find(Line, showroom_id=showroom.id, distributor_id=distributor.id)
    if any(in_force(line, starts_on) for line in lines):
        raise DomainError("line_exists", f"{showroom.name} sells {distributor.name} already.")
    code = _feed_code(showroom_code or showroom.code)
    _require_own_code(connection, showroom, distributor, code)
    line = Line(
        id=new_id(),
        showroom_id=showroom.id,
        distributor_id=distributor.id,
        starts_on=starts_on,
        showroom_code=code,
    )
    return _stored(connection, line)


def set_showroom_code(connection: Connection, showroom: Organisation, distributor: Organisation, code: str) -> None:
    """By which code the distributor names the showroom.

    Raises `DomainError`: `not_found`, `code_unfit`, `code_taken`.
    """
    records = ServerRecords(connection)
    lines = records.find(Line, showroom_id=showroom.id, distributor_id=distributor.id)
    if not lines:
        raise DomainError("not_found", f"{showroom.name} does not sell {distributor.name}.")
    code = _feed_code(code)
    _require_own_code(connection, showroom, distributor, code)
    for line in lines:
        records.change(line, showroom_code=code)
    publish(connection, records.touched, records)


def add_rep_code(connection: Connection, person: Person, distributor: Organisation, code: str) -> RepCode:
    """The distributor names the rep by this code; the one that is there already when it is.

    Several people may share a code. Raises `DomainError`: `wrong_kind`, `code_unfit`.
    """
    if distributor.kind != "distributor":
        raise DomainError("wrong_kind", f"{distributor.name} is no distributor, so it has no codes for reps.")
    code = _feed_code(code)
    found = ServerRecords(connection).find(RepCode, person_id=person.id, distributor_id=distributor.id, code=code)
    if found:
        return found[0]
    return _stored(connection, RepCode(id=new_id(), person_id=person.id, distributor_id=distributor.id, code=code))


def end_rep_code(connection: Connection, person: Person, distributor: Organisation, code: str) -> None:
    """The rep sees nothing by this code any more. Raises `DomainError("not_found")` when it was not hers."""
    records = ServerRecords(connection)
    found = records.find(RepCode, person_id=person.id, distributor_id=distributor.id, code=_feed_code(code))
    if not found:
        raise DomainError("not_found", f"{distributor.name} does not name {person.name} by that code.")
    records.delete(found[0])
    publish(connection, records.touched, records)


def _feed_code(code: str) -> str:
    code = code.strip().upper()
    if not code or len(code) > _LONGEST_FEED_CODE or not code.isprintable():
        raise DomainError("code_unfit", f"“{code}” is no code: 1 to {_LONGEST_FEED_CODE} characters on one line.")
    return code


def _require_own_code(connection: Connection, showroom: Organisation, distributor: Organisation, code: str) -> None:
    """Two showrooms under one code would see each other's orders."""
    for line in ServerRecords(connection).find(Line, distributor_id=distributor.id):
        if line.showroom_id != showroom.id and line.showroom_code.strip().upper() == code:
            raise DomainError("code_taken", f"{distributor.name} names another showroom {code}; give one of its own.")


def end_line(connection: Connection, showroom: Organisation, distributor: Organisation, *, last_day: date) -> None:
    """`last_day` becomes the line's last day. Raises `DomainError("not_found")` when there is no such line."""
    records = ServerRecords(connection)
    open_lines = [
        line
        for line in records.find(Line, showroom_id=showroom.id, distributor_id=distributor.id)
        if line.ends_on is None or line.ends_on > last_day
    ]
    if not open_lines:
        raise DomainError("not_found", f"{showroom.name} does not sell {distributor.name}.")
    for line in open_lines:
        records.change(line, ends_on=last_day)
    publish(connection, records.touched, records)


def store_all(connection: Connection, new: Iterable[Record]) -> dict[str, int]:
    """Store new records and publish them as one change; gives the positions of the streams that moved."""
    records = ServerRecords(connection)
    for record in new:
        records.insert(record)
    return publish(connection, records.touched, records)


def organisation_of(connection: Connection, code: str) -> Organisation:
    """The organisation with this code. Raises `DomainError("not_found")`."""
    found = ServerRecords(connection).find(Organisation, code=code.strip().upper())
    if not found:
        raise DomainError("not_found", f"There is no organisation with the code {code.strip().upper()}.")
    return found[0]


def person_of(connection: Connection, email: str) -> Person:
    """The person with this e-mail address. Raises `DomainError("not_found")`."""
    found = ServerRecords(connection).find(Person, email=email.strip().lower())
    if not found:
        raise DomainError("not_found", f"There is nobody with the address {email.strip().lower()}.")
    return found[0]


def _stored(connection: Connection, record: R) -> R:
    store_all(connection, [record])
    return record


def _require_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise DomainError("days_reversed", f"{ends_on} is before {starts_on}.")
