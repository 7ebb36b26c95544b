"""Runs the steps inside the transaction that `desktop.cache.upgrade` has opened.

Where a file stands is told by its `PRAGMA user_version`, so that opening it needs no Alembic; the table that
Alembic wants for this is a temporary one.
"""

from alembic import context
from alembic.runtime.environment import EnvironmentContext

_context: EnvironmentContext = context  # type: ignore[assignment]
_connection = _context.config.attributes["connection"]
_connection.exec_driver_sql("CREATE TEMPORARY TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
_connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (_context.config.attributes["found"],))
_context.configure(connection=_connection, transactional_ddl=True, render_as_batch=True)
_context.run_migrations()
_connection.exec_driver_sql("DROP TABLE temp.alembic_version")
