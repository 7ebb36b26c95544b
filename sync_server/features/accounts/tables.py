"""What only the server knows about people and stations: password hashes, stations, tokens."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from shared_models.kernel.schema import Instant
from sync_server.foundation.schema import metadata

PASSWORDS = Table(
    "passwords",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

STATIONS = Table(
    "stations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("registered_by", String(64), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_order", String(20)),
    Column("revoked_waiting", String(20)),
    Column("farewell_at", Instant),
)
"""`revoked_order` and `revoked_waiting` as in `RevocationOrder`; `farewell_at`: when the station said it was done."""

STATION_TOKENS = Table(
    "station_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("replaced_at", Instant),
    Column("ended_at", Instant),
    Index("ix_station_tokens_token_hash", "token_hash", unique=True),
    Index("ix_station_tokens_station_id", "station_id"),
)
"""Only the SHA-256 of a token is kept. A renewed token (`replaced_at`) holds a little longer, for lost answers."""

STATION_EVENTS = Table(
    "station_events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_station_events_station_id", "station_id", "at"),
)
"""The audit trail of stations: shut out, told so, wiped, key deposited, code issued, refused, used."""

UPLOAD_RIGHTS = Table(
    "upload_rights",
    metadata,
    Column("right_hash", LargeBinary(32), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
"""What lets a station that was shut out send what waited there, and nothing else."""

RESCUED_OPERATIONS = Table(
    "rescued_operations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("content", Text, nullable=False),
)
"""What a station that was shut out could not get settled, as the file that another station brings in."""

RECOVERY_DEPOSITS = Table(
    "recovery_deposits",
    metadata,
    Column("file_id", String(64), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped", Text, nullable=False),
    Column("deposited_at", Instant, nullable=False),
    Index("ix_recovery_deposits_station_id", "station_id"),
)
"""File keys of stations, each wrapped under a number that only the station's own file holds."""

RECOVERY_CODES = Table(
    "recovery_codes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("ended_at", Instant),
    Index("ix_recovery_codes_station_id", "station_id"),
)
"""One-time codes; `ended_at` when one was used, replaced or tried wrongly too often."""
