"""Looks tickets up in another database: it reads, within a time limit, and writes nothing there."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError

from mailproc.policy.tickets import DirectoryError, Ticket, is_closed
from mailproc.store.tickets import FIELDS, MOST_RECENT, canonical, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import URL, Connection, Engine, RowMapping

    from mailproc.settings import Directory

COLUMNS = ("number", *FIELDS, "changed_at")
"""The columns that are understood, by their names. The first is needed, the others may be absent."""

BY_NUMBER = ":number"
"""A query that asks for one ticket holds this parameter; it cannot be asked for others."""

SECONDS_SINCE_1970 = 10_000_000_000
"""A number below this is a time in seconds, one above in milliseconds."""

_T = TypeVar("_T")


class ForeignTickets:
    """Another database as a ticket directory.

    ``address`` gives its SQLAlchemy address, and is asked at each new connection, so that a renewed password
    is found. Relative SQLite paths start from ``base``. Every call raises DirectoryError instead of any
    fault of the database, and after ``[directory] timeout`` at the latest.
    """

    def __init__(self, directory: Directory, *, address: Callable[[], str], base: Path) -> None:
        self._directory = directory
        self._address = address
        self._base = base
        self._engine: Engine | None = None
        self._columns: frozenset[str] = frozenset()

    def find(self, number: str) -> Ticket | None:
        """The ticket with this number, in the spelling of the mail or in capitals or small letters."""
        return self._within(lambda: self._find(number))

    def recent(self, *, organisation: str, contact: str, since: datetime) -> Sequence[Ticket]:
        """What changed since then of an organisation's or a contact's tickets, the newest first.

        Empty where the query tells one ticket only, or no dates.
        """
        named = (("organisation", organisation), ("contact", contact))
        whose = {name: value for name, value in named if value}
        return self._within(lambda: self._recent(whose, since)) if whose else ()

    def open_count(self) -> int | None:
        """How many tickets are open; None where the query tells one ticket only, or no status."""
        return self._within(self._open_count)

    def close(self) -> None:
        """Closes all connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _find(self, number: str) -> Ticket | None:
        spellings = dict.fromkeys((number, spelled(number), number.lower()))
        with self._connect() as connection:
            if self._asks_for_one:
                rows = [
                    row
                    for spelling in spellings
                    for row in connection.execute(text(self._source), {"number": spelling}).mappings()
                ]
            else:
                names = {f"n{place}": spelling for place, spelling in enumerate(spellings)}
                number_is = ", ".join(f":{name}" for name in names)
                query = f"SELECT * FROM {self._source} WHERE {self._name('number')} IN ({number_is})"
                rows = list(connection.execute(text(query), names).mappings())
        return _ticket(rows[0], asked_for=number) if rows else None

    def _recent(self, whose: Mapping[str, str], since: datetime) -> Sequence[Ticket]:
        with self._connect() as connection:
            known = self._known_columns(connection)
            asked = {name: value for name, value in whose.items() if name in known}
            if not asked or "changed_at" not in known:
                return ()
            is_theirs = " OR ".join(f"{self._name(name)} = :{name}" for name in asked)
            query = (
                select(text("*"))
                .select_from(text(self._source))
                .where(text(f"({is_theirs}) AND {self._name('changed_at')} IS NOT NULL"))
                .order_by(text(f"{self._name('changed_at')} DESC"))
                .limit(MOST_RECENT)
            )
            found = connection.execute(query, asked).mappings().all()
        tickets = [_ticket(row) for row in found]
        return [each for each in tickets if each.changed_at is not None and each.changed_at >= since]

    def _open_count(self) -> int | None:
        with self._connect() as connection:
            if "status" not in self._known_columns(connection):
                return None
            status = self._name("status")
            query = f"SELECT {status} AS status, COUNT(*) AS tickets FROM {self._source} GROUP BY {status}"
            counted = connection.execute(text(query)).all()
        return sum(
            int(row.tickets)
            for row in counted
            if not is_closed(Ticket(number="", status=str(row.status or "")), self._directory)
        )

    @property
    def _asks_for_one(self) -> bool:
        return self._directory.query is not None and BY_NUMBER in self._directory.query

    @property
    def _source(self) -> str:
        """What tickets are selected from: the table, or the query as a table of its own."""
        query = (self._directory.query or "").strip().rstrip(";")
        if self._asks_for_one:
            return query
        if query:
            return f"({query}) AS directory"
        return ".".join(map(self._name, (self._directory.table or "").split(".")))

    def _name(self, name: str) -> str:
        return self._opened().dialect.identifier_preparer.quote(name)

    def _known_columns(self, connection: Connection) -> frozenset[str]:
        """The columns that the table or the query has; none for a query that tells one ticket."""
        if not self._columns and not self._asks_for_one:
            query = f"SELECT * FROM {self._source} WHERE 1 = 0"
            self._columns = frozenset(connection.execute(text(query)).keys())
        return self._columns

    def _connect(self) -> Connection:
        return self._opened().connect()  # never committed: what is only read is rolled back at the end

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = _engine(self._address(), self._base, self._directory.timeout.total_seconds())
        return self._engine

    def _within(self, ask: Callable[[], _T]) -> _T:
        """The answer, if it comes in time: a server that hangs must not hold up the mail.

        Asked in a thread of its own, as no driver promises to come back.
        """
        seconds = self._directory.timeout.total_seconds()
        answers: queue.SimpleQueue[tuple[_T | None, Exception | None]] = queue.SimpleQueue()
        threading.Thread(target=_answer, args=(ask, answers), name="directory", daemon=True).start()
        try:
            answer, fault = answers.get(timeout=seconds)
        except queue.Empty:
            self._forget()
            raise DirectoryError(f"no answer within {seconds:g} s") from None
        if fault is None:
            return answer  # type: ignore[return-value]  # what was asked for, which may be None itself
        self._forget()
        if isinstance(fault, DirectoryError):
            raise fault
        raise DirectoryError(_told(fault)) from fault

    def _forget(self) -> None:
        """Begins anew at the next question: with a new connection, and what the secret says then."""
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(SQLAlchemyError):
                engine.dispose()


def _answer(ask: Callable[[], Any], answers: queue.SimpleQueue[Any]) -> None:
    try:
        answers.put((ask(), None))
    except DataError:  # a number column was asked for a ticket such as ABC-1: it has none like that
        answers.put((None, None))
    except Exception as fault:  # whatever it is: a ticket that cannot be looked up is no fault of the mail's
        answers.put((None, fault))


def _told(fault: Exception) -> str:
    """The first line of what the driver says: it holds neither the address nor the values."""
    said = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
    return f"{type(fault).__name__}: {said}"[:300]


def _engine(address: str, base: Path, seconds: float) -> Engine:
    try:
        url = make_url(address)
    except ArgumentError:
        raise DirectoryError("directory.url is no database address") from None
    try:
        if url.get_backend_name() == "sqlite":
            return _read_only_sqlite(url, base, seconds)
        if url.get_backend_name() == "postgresql":
            return _read_only_postgresql(url, seconds)
        return create_engine(url, hide_parameters=True, pool_size=1, pool_pre_ping=True, pool_timeout=seconds)
    except (NoSuchModuleError, ImportError):
        raise DirectoryError(f"no driver for {url.drivername} is installed beside mailproc") from None


def _read_only_sqlite(url: URL, base: Path, seconds: float) -> Engine:
    """Opened for reading alone: a file that is not there is a fault, and is not made."""
    path = (base / (url.database or "")).absolute()
    if not path.is_file():
        raise DirectoryError(f"there is no file {path}")
    read_only = url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(
        read_only, hide_parameters=True, connect_args={"timeout": seconds, "check_same_thread": False}
    )
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    return engine


def _read_only_postgresql(url: URL, seconds: float) -> Engine:
    """Every transaction is READ ONLY and ends in time: said in each, as a pooler keeps no session."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        pool_pre_ping=True,
        pool_timeout=seconds,
        connect_args={"connect_timeout": max(2, round(seconds))},  # libpq takes nothing below two seconds
        execution_options={"postgresql_readonly": True},
    )
    limit = f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(limit))
    return engine


def _ticket(row: RowMapping, *, asked_for: str = "") -> Ticket:
    """A row of a table that may lack columns, and whose values may be of any type."""
    told = {field: "" if row.get(field) is None else str(row[field]) for field in FIELDS}
    number = asked_for or str(row.get("number", ""))
    untold = tuple(field for field in FIELDS if field not in row)
    moment = _moment(row.get("changed_at"))
    return replace(canonical(Ticket(number=number, changed_at=moment, untold=untold, **told)), number=number)


def _moment(value: Any) -> datetime | None:
    """A time, however the database writes it: without a zone it is taken as UTC; None for what is none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value if value < SECONDS_SINCE_1970 else value / 1000
        with suppress(OverflowError, OSError, ValueError):
            return datetime.fromtimestamp(seconds, UTC)
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            return _moment(datetime.fromisoformat(value.strip()))
    return None
