"""Runs Alembic on the connection it is given."""

from __future__ import annotations

from alembic import context

from mailproc.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    user_module_prefix="tables.",
)
with context.begin_transaction():
    context.run_migrations()
