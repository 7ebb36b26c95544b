"""What the operator sees: organisations, people, modules and lines as plain rows."""

from datetime import date

import msgspec
from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.accounts.rules import in_force
from sync_server.features.sync.records import ServerRecords


class OrganisationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation with what it has and sells today."""

    id: str
    code: str
    name: str
    kind: str
    takes_part: bool
    email: str
    modules: list[str]
    lines: list[str]
    """Codes of its partners."""


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person with `CODE role` for each membership."""

    id: str
    name: str
    email: str
    memberships: list[str]
    rep_codes: list[str]
    """`CODE code` for each distributor that names the person by a code of its own."""


class ModuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One grant of a module."""

    organisation: str
    module: str
    starts_on: date
    ends_on: date | None
    in_force: bool


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line: who sells whose goods."""

    showroom: str
    distributor: str
    showroom_code: str
    starts_on: date
    ends_on: date | None
    in_force: bool


def list_organisations(connection: Connection, today: date) -> list[OrganisationRow]:
    """By code."""
    records = ServerRecords(connection)
    codes = _codes(records)
    rows = []
    for house in records.find(Organisation):
        grants = records.find(ModuleGrant, organisation_id=house.id)
        lines = records.find(Line, showroom_id=house.id) + records.find(Line, distributor_id=house.id)
        partners = {one for line in lines if in_force(line, today) for one in (line.showroom_id, line.distributor_id)}
        rows.append(
            OrganisationRow(
                id=house.id,
                code=house.code,
                name=house.name,
                kind=house.kind,
                takes_part=house.takes_part,
                email=house.email,
                modules=sorted({grant.module.value for grant in grants if in_force(grant, today)}),
                lines=sorted(codes[one] for one in partners - {house.id}),
            )
        )
    return sorted(rows, key=lambda row: row.code)


def list_people(connection: Connection) -> list[PersonRow]:
    """By name."""
    records = ServerRecords(connection)
    codes = _codes(records)
    rows = [
        PersonRow(
            id=person.id,
            name=person.name,
            email=person.email,
            memberships=sorted(
                f"{codes[member.organisation_id]} {member.role.value}"
                for member in records.find(Membership, person_id=person.id)
            ),
            rep_codes=sorted(
                f"{codes[one.distributor_id]} {one.code}" for one in records.find(RepCode, person_id=person.id)
            ),
        )
        for person in records.find(Person)
    ]
    return sorted(rows, key=lambda row: (row.name, row.email))


def list_modules(connection: Connection, today: date) -> list[ModuleRow]:
    """By organisation's code, module and first day."""
    records = ServerRecords(connection)
    codes = _codes(records)
    rows = [
        ModuleRow(
            organisation=codes[grant.organisation_id],
            module=grant.module.value,
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
            in_force=in_force(grant, today),
        )
        for grant in records.find(ModuleGrant)
    ]
    return sorted(rows, key=lambda row: (row.organisation, row.module, row.starts_on))


def list_lines(connection: Connection, today: date) -> list[LineRow]:
    """By the codes of showroom and distributor."""
    records = ServerRecords(connection)
    codes = _codes(records)
    rows = [
        LineRow(
            showroom=codes[line.showroom_id],
            distributor=codes[line.distributor_id],
            showroom_code=line.showroom_code,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
            in_force=in_force(line, today),
        )
        for line in records.find(Line)
    ]
    return sorted(rows, key=lambda row: (row.showroom, row.distributor, row.starts_on))


def _codes(records: ServerRecords) -> dict[str, str]:
    return {house.id: house.code for house in records.find(Organisation)}
