"""The second guard on PostgreSQL: what is read for a caller is read as a role that sees only the caller's streams.

The server's own work (operations, feeds, chores) runs as the owner of the tables, whom no policy binds. What answers a
caller's questions runs on connections of its own as `READER`: it may read a few tables, of those only the columns that
may leave the server, and only rows that are in one of the streams that its transaction names. One that names none sees
nothing. The policies are made by `migrations/row_security.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, text

READER = "order_track_reader"
"""A role that nobody signs in as and that owns nothing; one for all databases of a cluster."""
STREAMS = "order_track.streams"
"""The setting of a transaction in which its streams stand, parted by blanks; no stream's id holds one."""
SCOPE = "order_track_scope"
"""The execution option by which a transaction says for whom it is: the server itself, or whoever sees some streams."""
SERVER = "server"
CALLER = "caller"


class ScopeMissing(RuntimeError):
    """Somebody began a transaction without saying for whom: a fault of ours, found before a row is read."""


def require_scope(connection: Connection) -> None:
    """For the engine's `begin`. Raises `ScopeMissing`."""
    if connection.get_execution_options().get(SCOPE) is None:
        raise ScopeMissing("a transaction begins by Database.reading, writing or seen_by, and not on the engine itself")


def can_be_reader(connection: Connection) -> bool:
    """Whether the role is there and the user of this connection may take it."""
    asked = text(
        "SELECT coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :role), false)"
    )
    return bool(connection.execute(asked, {"role": READER}).scalar_one())


def become_reader(connection: Any, _record: Any) -> None:
    """For the `connect` of the readers' engine: from here on the connection has no other rights."""
    # Outside any transaction, or the rollback of the first one would give the rights back.
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {READER}")
    connection.autocommit = False


def name_streams(connection: Connection, streams: Iterable[str]) -> None:
    """What the transaction may see; forgotten at its end."""
    named = {"name": STREAMS, "streams": " ".join(sorted(streams))}
    connection.execute(text("SELECT set_config(:name, :streams, true)"), named)
