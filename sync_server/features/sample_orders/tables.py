"""The last public request number of each distributor."""

from sqlalchemy import BigInteger, Column, String, Table

from sync_server.foundation.schema import metadata

REQUEST_NUMBERS = Table(
    "request_numbers",
    metadata,
    Column("distributor_id", String(64), primary_key=True),
    Column("last_number", BigInteger, nullable=False),
)
"""Raised in the transaction of the request itself: what is rolled back leaves no gap."""
