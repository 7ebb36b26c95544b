"""Taking out of a new station file what older versions did not have, to test that an upgrade makes it."""

from __future__ import annotations

from desktop.cache.encrypted_file import Connection
from desktop.cache.sidemark_index import SIDEMARKED


def drop_sidemark_index(connection: Connection) -> None:
    """Leaves the file as it was before version 6, which is also before the inquiries of version 7."""
    connection.execute("DROP TABLE inquiries")
    for table in SIDEMARKED:
        for name in ("learnt", "forgot", "renamed"):
            connection.execute(f"DROP TRIGGER {table}_sidemark_{name}")
        connection.execute(f"DROP INDEX ix_{table}_sidemark")
    for table in ("sidemarks", "sidemark_words"):
        connection.execute(f"DROP TABLE {table}")
