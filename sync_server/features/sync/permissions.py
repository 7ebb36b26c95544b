"""Which streams a caller may pull today, and who a caller is: read from the records, never from the request."""

from datetime import date

from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant
from shared_models.sync.streams import streams_for
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller


def allowed_streams(connection: Connection, caller: Caller, today: date) -> set[str]:
    """All streams that the caller may pull on `today`; everything else does not exist for the caller."""
    records = ServerRecords(connection)
    lines = records.find_among(Line, "showroom_id", sorted(caller.organisation_ids))
    involved = caller.organisation_ids | {line.distributor_id for line in lines}
    grants = records.find_among(ModuleGrant, "organisation_id", sorted(involved))
    return set(streams_for(caller.person_id, caller.memberships, grants, lines, today))


def memberships_of(connection: Connection, person_id: str) -> tuple[Membership, ...]:
    """What the person is in which organisations, in the order of the memberships' ids."""
    return tuple(ServerRecords(connection).find(Membership, person_id=person_id))
