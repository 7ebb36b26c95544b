"""Signing in: who are you, at which station, and what may you be."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from shared_models.accounts.records import ModuleGrant, Organisation, Person
from shared_models.accounts.rules import has_module
from shared_models.kernel.clock import Clock, local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module
from shared_models.sync.certificates import StationCertificate, is_public_key
from shared_models.sync.wire import (
    PROTOCOL_NEWEST,
    PROTOCOL_OLDEST,
    MembershipCard,
    SignInAnswer,
    SignInRequest,
)
from sync_server.features.accounts.attempts import SignInAttempts
from sync_server.features.accounts.certificates import Certified, Certifier
from sync_server.features.accounts.lobby import Lobby
from sync_server.features.accounts.passwords import LONGEST_PASSWORD, password_fits, stored_hash
from sync_server.features.accounts.stations import name_of_station, register_station
from sync_server.features.accounts.tokens import IssuedToken, issue_token, renew_token
from sync_server.features.sync.history import history_id
from sync_server.features.sync.permissions import memberships_of
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECORD_TABLES
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import Database


class Door(NamedTuple):
    """What signing in needs."""

    database: Database
    clock: Clock
    attempts: SignInAttempts
    lobby: Lobby
    certifier: Certifier


def sign_in(door: Door, request: SignInRequest, address: str) -> SignInAnswer:
    """A token for the person at the station.

    Raises `DomainError`: `wrong_credentials` (the same for an unknown person, in the same time), `too_many_attempts`,
    `protocol_unsupported`.
    """
    if not PROTOCOL_OLDEST <= request.protocol <= PROTOCOL_NEWEST:
        raise DomainError(
            "protocol_unsupported",
            "This program and the server are of different age and cannot talk; please update the older one.",
            oldest=PROTOCOL_OLDEST,
            newest=PROTOCOL_NEWEST,
        )
    person_id, now = recognise(door, request.email, request.password, address).id, door.clock.now()

    def unit(connection: Connection) -> SignInAnswer:
        station_id = register_station(
            connection, station_id=request.station_id, name=request.station_name, person_id=person_id, now=now
        )
        issued = issue_token(connection, station_id=station_id, person_id=person_id, now=now)
        return _answer(door, connection, person_id, station_id, issued, now, request.public_key)

    return door.database.write_unit(unit)


def recognise(door: Door, email: str, password: str, address: str) -> Person:
    """Who this is, from whatever program: the tries of all of them count together. Raises as `sign_in`."""
    email = email.strip().lower()
    door.attempts.require_free(email, address)
    with door.database.reading() as connection:
        person = find_person(connection, email)
        known_hash = stored_hash(connection, person.id) if person else None
    fits = password_fits(known_hash, password[: LONGEST_PASSWORD + 1])
    if person is None or not fits:
        door.attempts.failed(email, address)
        raise DomainError("wrong_credentials", "The e-mail address or the password is wrong.")
    door.attempts.succeeded(email)
    return person


def renew(door: Door, caller: Caller, proposed: str = "", public_key: str = "") -> SignInAnswer:
    """A new token, with what the person may be today; see `renew_token`."""
    now = door.clock.now()

    def unit(connection: Connection) -> SignInAnswer:
        issued = renew_token(connection, caller, now, proposed)
        return _answer(door, connection, caller.person_id, caller.station_id, issued, now, public_key)

    return door.database.write_unit(unit)


def find_person(connection: Connection, email: str) -> Person | None:
    """The person with this address, which is stored in lower case."""
    table = RECORD_TABLES[Person]
    key = connection.execute(select(table.c.id).where(table.c.email == email.replace("\0", ""))).scalar()
    return ServerRecords(connection).get(Person, key) if key is not None else None


def membership_cards(connection: Connection, person_id: str, today: date) -> list[MembershipCard]:
    """What the person is, organisation by organisation, with the modules that each has today."""
    records = ServerRecords(connection)
    cards = []
    for member in memberships_of(connection, person_id):
        house = records.need(Organisation, member.organisation_id)
        grants = records.find(ModuleGrant, organisation_id=house.id)
        cards.append(
            MembershipCard(
                organisation_id=house.id,
                organisation_code=house.code,
                organisation_name=house.name,
                organisation_kind=house.kind,
                role=member.role.value,
                modules=[module.value for module in Module if has_module(grants, house.id, module, today)],
            )
        )
    return sorted(cards, key=lambda card: (card.organisation_name, card.role))


def _answer(
    door: Door,
    connection: Connection,
    person_id: str,
    station_id: str,
    issued: IssuedToken,
    now: datetime,
    public_key: str,
) -> SignInAnswer:
    person = ServerRecords(connection).need(Person, person_id)
    cards = membership_cards(connection, person_id, local_day(now))
    certified = Certified()
    if is_public_key(public_key):
        certified = door.certifier.certify(
            StationCertificate(
                station_id=station_id,
                station_name=name_of_station(connection, station_id),
                person_id=person_id,
                person_name=person.name,
                organisation_ids=sorted({card.organisation_id for card in cards}),
                public_key=public_key,
                issued_at=now,
            )
        )
    return SignInAnswer(
        token=issued.token,
        expires_at=issued.expires_at,
        station_id=station_id,
        person_id=person_id,
        person_name=person.name,
        memberships=cards,
        history_id=history_id(connection),
        server_clock=now,
        certificate=certified.certificate,
        server_key=certified.server_key,
    )
