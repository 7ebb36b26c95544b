"""What only the server knows about people and stations: password hashes, stations, tokens."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

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
)

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
