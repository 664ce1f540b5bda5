"""Opens the database so that a commit means: on disk. Refuses a SQLite file that cannot promise it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

BUSY_TIMEOUT_MS = 20_000
"""How long a writer waits for another process's transaction before the mail is refused with 451."""

_SYNCHRONOUS_FULL = 2

_OUT_OF_SERVICE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    }
)


class StoreError(Exception):
    """The database cannot be used; the text says why, in the operator's words, without secrets."""


class Database:
    """Connections to one database. ``write`` is one transaction: committed whole, or not at all."""

    def __init__(self, url: str, base: Path = Path()) -> None:
        self.url = _absolute(url, base)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _create(self.url)
        # SQLite has one writer. Threads that queue here wake at once; those that wait inside
        # SQLite sleep and poll.
        self._turn: Any = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may change rows. Raises StoreError's cause as SQLAlchemy gives it."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that never waits for a writer (SQLite: deferred BEGIN in WAL)."""
        with self.engine.connect().execution_options(mailproc_reads=True) as connection:
            yield connection

    def verify(self) -> None:
        """Connects, and for SQLite asserts WAL and synchronous=FULL. Raises StoreError."""
        try:
            with self.read() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql("SELECT 1")
                    return
                journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
                synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        except OperationalError as error:
            raise StoreError(f"cannot open {self.name}: {error.orig}") from error
        if journal != "wal" or synchronous != _SYNCHRONOUS_FULL:
            raise StoreError(f"{self.name}: the file system does not allow WAL with synchronous=FULL")

    @property
    def name(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


def is_out_of_service(fault: BaseException) -> bool:
    """True where the database cannot work for now, whatever it is asked: full, locked, read-only or gone."""
    if not isinstance(fault, OperationalError):
        return False
    code = getattr(fault.orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _OUT_OF_SERVICE


def _absolute(url: str, base: Path) -> URL:
    """Resolves a SQLite path against the configuration's folder; ``sqlite:////x`` stays absolute."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            'store.url is no database address; allowed are "sqlite:///path" and "postgresql+psycopg://…"'
        ) from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return parsed
    return parsed.set(database=str((base / parsed.database).absolute()))


def _create(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return _create_sqlite(url)
        return create_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": 10}
        )
    except (NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"no driver for {url.render_as_string(hide_password=True)}; "
            'allowed are "sqlite:///path" and "postgresql+psycopg://…"'
        ) from error


def _create_sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        except OSError as error:
            raise StoreError(f"cannot make the folder of {url.database}: {error.strerror}") from error
    engine = create_engine(
        url,
        isolation_level=None,
        hide_parameters=True,  # mail and letters stand in no log
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=20,
    )
    event.listen(engine, "connect", _harden)
    event.listen(engine, "begin", _begin)
    return engine


def _harden(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A deferred BEGIN that writes later answers "locked" at once, and loses updates."""
    reads = connection.get_execution_options().get("mailproc_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
