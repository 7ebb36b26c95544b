"""Which streams a caller may pull today, and who a caller is: read from the records, never from the request."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, RepCode
from shared_models.sync.streams import streams_for
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller, Reach


def allowed_streams(connection: Connection, caller: Caller, today: date) -> frozenset[str]:
    """All streams that the caller may pull on `today`; everything else does not exist for the caller."""
    reach = caller.reach or reach_of(connection, caller.person_id, caller.memberships)
    return reach.streams(caller.person_id, caller.memberships, today)


def streams_within(connection: Connection, caller: Caller, organisation_id: str, today: date) -> frozenset[str]:
    """Those that the caller may pull as a member of this organisation, and of no other that she belongs to."""
    reach = caller.reach or reach_of(connection, caller.person_id, caller.memberships)
    members = [member for member in caller.memberships if member.organisation_id == organisation_id]
    return frozenset(streams_for(caller.person_id, members, reach.grants, reach.lines, today, reach.rep_codes))


def reach_of(connection: Connection, person_id: str, memberships: Sequence[Membership]) -> Reach:
    """What decides which streams the person with these memberships may pull."""
    records = ServerRecords(connection)
    own = {member.organisation_id for member in memberships}
    lines = records.find_among(Line, "showroom_id", sorted(own))
    involved = own | {line.distributor_id for line in lines}
    grants = records.find_among(ModuleGrant, "organisation_id", sorted(involved))
    return Reach(tuple(lines), tuple(grants), tuple(records.find(RepCode, person_id=person_id)))


def memberships_of(connection: Connection, person_id: str) -> tuple[Membership, ...]:
    """What the person is in which organisations, in the order of the memberships' ids."""
    return tuple(ServerRecords(connection).find(Membership, person_id=person_id))
