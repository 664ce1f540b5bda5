"""Where each IMAP folder stands. Mail and position are committed together, so nothing is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from mailproc.message.arrival import Position
from mailproc.store import inbox
from mailproc.store.tables import MAIL_TO_MOVE, mail, mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.message.arrival import Arrival
    from mailproc.store.engine import Database


class Ledger:
    """The store as an IMAP intake sees it; every call is one committed transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def position(self, name: str) -> Position | None:
        """How far the folder was read; None before the first start."""
        with self._database.read() as connection:
            row = connection.execute(select(mailbox).where(mailbox.c.name == name)).one_or_none()
        return Position(uidvalidity=row.uidvalidity, last_uid=row.last_uid) if row else None

    def start_at(self, name: str, position: Position) -> None:
        """Sets the position: at the first start, and when UIDVALIDITY changed."""
        with self._database.write() as connection:
            _set_position(connection, name, position)

    def take(self, name: str, arrivals: Sequence[Arrival], position: Position) -> None:
        """Stores the mails and the new position; returns when both are on disk."""
        with self._database.write() as connection:
            if arrivals:
                inbox.add(connection, arrivals, self._clock())
            if not _is_further(connection, name, position):
                _set_position(connection, name, position)

    def to_move(self, name: str, uidvalidity: int) -> Sequence[int]:
        """UIDs of handled mail that still lies in the folder."""
        with self._database.read() as connection:
            return list(
                connection.execute(
                    select(mail.c.uid).where(
                        MAIL_TO_MOVE, mail.c.mailbox == name, mail.c.uidvalidity == uidvalidity
                    )
                ).scalars()
            )

    def moved(self, name: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Records that these were moved, marked, or are gone."""
        with self._database.write() as connection:
            connection.execute(
                update(mail)
                .where(mail.c.mailbox == name, mail.c.uidvalidity == uidvalidity, mail.c.uid.in_(list(uids)))
                .values(move_due=False)
            )


def _is_further(connection: Connection, name: str, position: Position) -> bool:
    """True when the folder was read beyond a position: a backfill looked before the reader moved on."""
    query = select(mailbox.c.last_uid).where(
        mailbox.c.name == name, mailbox.c.uidvalidity == position.uidvalidity
    )
    last_uid = connection.execute(query).scalar()
    return last_uid is not None and last_uid > position.last_uid


def _set_position(connection: Connection, name: str, position: Position) -> None:
    connection.execute(delete(mailbox).where(mailbox.c.name == name))
    connection.execute(
        insert(mailbox).values(name=name, uidvalidity=position.uidvalidity, last_uid=position.last_uid)
    )
