"""The database is opened so that a commit means: on disk; and no update is lost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, update

from mailproc.message.arrival import Arrival
from mailproc.store import inbox
from mailproc.store.engine import Database, StoreError
from mailproc.store.migrate import HEAD, migrate, revision
from mailproc.store.tables import mail, metadata

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import HandClock


def test_migrations_lead_to_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    assert revision(database) == HEAD
    assert migrate(database) is False


def test_six_workers_lose_no_update(database: Database, clock: HandClock) -> None:
    with database.write() as connection:
        [id_] = inbox.add(connection, [Arrival(raw=b"x", way="pipe")], clock())

    def count() -> None:
        for _ in range(30):
            with database.write() as connection:
                row = connection.execute(
                    select(mail.c.attempts).where(mail.c.id == id_).with_for_update()
                ).scalar_one()
                connection.execute(update(mail).where(mail.c.id == id_).values(attempts=row + 1))

    workers = [threading.Thread(target=count) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.read() as connection:
        assert connection.execute(select(mail.c.attempts).where(mail.c.id == id_)).scalar_one() == 180


def test_a_broken_transaction_leaves_nothing(database: Database, clock: HandClock) -> None:
    def break_off() -> None:
        with database.write() as connection:
            inbox.add(connection, [Arrival(raw=b"x", way="pipe")], clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with database.read() as connection:
        assert inbox.listing(connection) == []


def test_sqlite_is_opened_for_durability(tmp_path: Path) -> None:
    opened = Database("sqlite:///var/desk.db", tmp_path)
    opened.verify()
    with opened.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    opened.close()
    assert (tmp_path / "var" / "desk.db").is_file()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "store.url is no database address"),
        ("mysql://127.0.0.1/x", "no driver"),
        ("sqlite:////proc/nowhere/desk.db", "cannot make the folder"),
    ],
)
def test_a_wrong_address_is_explained(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Database(url).verify()


def test_a_password_is_not_shown() -> None:
    opened = Database("postgresql+psycopg://desk:hunter2@127.0.0.1:1/desk")
    with pytest.raises(StoreError) as caught:
        opened.verify()
    assert "hunter2" not in str(caught.value) + opened.name
