"""Alembic's entry: runs the steps on the connection that `upgrade` hands over, in its transaction."""

from typing import Any

from alembic import context

connection: Any = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
