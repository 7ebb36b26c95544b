"""What a station that was shut out still brought, or had to leave: each house concerned finds it among its reviews."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from shared_models.accounts.records import Membership, Person
from shared_models.reviews.records import ReviewItem
from sync_server.features.accounts.stations import name_of_station
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import publish
from sync_server.features.sync.tables import AFTER_REVOCATION, RECEIPTS

CODE = "late_work"


class _Counts(NamedTuple):
    taken: int = 0
    refused: int = 0


def tell_of_late_work(
    connection: Connection, station_id: str, person_id: str, now: datetime, *, left: Mapping[str, int] | None = None
) -> None:
    """One review item for each house, which grows while the station goes on sending.

    `left` is how many operations of each house the station could not send, or was not to; a house that the person
    does not work for is not told.
    """
    records = ServerRecords(connection)
    left = left or {}
    counts = _counts(connection, station_id)
    members = {member.organisation_id for member in records.find(Membership, person_id=person_id)}
    person = records.get(Person, person_id)
    whose = f"“{name_of_station(connection, station_id)}” of {person.name if person is not None else 'somebody'}"
    for house in sorted((counts.keys() | left.keys()) & members):
        sentence = _sentence(whose, counts.get(house, _Counts()), left.get(house, 0))
        if sentence:
            _tell(records, house, station_id, sentence, now)
    publish(connection, records.touched, records)


def _counts(connection: Connection, station_id: str) -> dict[str, _Counts]:
    rows = connection.execute(
        select(RECEIPTS.c.organisation_id, RECEIPTS.c.result, func.count())
        .join(AFTER_REVOCATION, AFTER_REVOCATION.c.operation_id == RECEIPTS.c.operation_id)
        .where(AFTER_REVOCATION.c.station_id == station_id)
        .group_by(RECEIPTS.c.organisation_id, RECEIPTS.c.result)
    )
    found: dict[str, _Counts] = {}
    for house, result, count in rows:
        known = found.get(house, _Counts())
        found[house] = (
            known._replace(refused=known.refused + count)
            if result == "refused"
            else known._replace(taken=known.taken + count)
        )
    return found


def _tell(records: ServerRecords, house: str, station_id: str, sentence: str, now: datetime) -> None:
    key = f"{station_id}:{CODE}:{house}"
    known = records.get(ReviewItem, key)
    if known is None:
        records.insert(
            ReviewItem(
                id=key,
                organisation_id=house,
                operation_id="",
                about_id=station_id,
                code=CODE,
                sentence=sentence,
                raised_at=now,
            )
        )
    elif known.sentence != sentence:
        # Somebody may have looked at it already; what came since was not there then.
        records.change(known, sentence=sentence, raised_at=now, resolved_at=None, resolved_by="")


def _sentence(whose: str, counts: _Counts, left: int) -> str:
    parts = []
    if counts.taken:
        parts.append(f"{_operations(counts.taken)} that waited there {_were(counts.taken)} taken all the same")
    waited = "" if counts.taken else " that waited there"
    if left:
        # Refused ones are among them: the station did not settle them either.
        parts.append(
            f"{_operations(left)}{waited} {_were(left)} not taken: ask the operator, and do again what is missing"
        )
    elif counts.refused:
        parts.append(f"{counts.refused} {_were(counts.refused)} refused")
    return f"The station {whose} was shut out. {'; '.join(parts)}." if parts else ""


def _operations(number: int) -> str:
    return "1 operation" if number == 1 else f"{number} operations"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
