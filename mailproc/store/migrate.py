"""Brings a database to the tables of this version, by Alembic, in one step that can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from mailproc.store.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The newest revision. Kept here so that a start needs no Alembic when there is nothing to do."""


def revision(database: Database) -> str | None:
    """The revision a database is at; None for an empty one."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def migrate(database: Database) -> bool:
    """Applies what is missing. True when something was applied."""
    if revision(database) == HEAD:
        return False
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True
