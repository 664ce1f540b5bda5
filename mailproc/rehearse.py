"""Goes through stored mail again with another configuration, and shows what would have been different (B8).

Nothing leaves and nothing is changed: a second desk is built in a scratch database, lives through the same
mail, the same orders of staff and the same hours, and its decisions and letters are held against those made.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from mailproc.escalation.command import Command
from mailproc.escalation.conduct import ORDERS
from mailproc.policy.decision import Outcome
from mailproc.store import decisions, inbox, outbox, timers
from mailproc.store.engine import Database
from mailproc.store.migrate import migrate
from mailproc.store.tables import decision, escalation, event, mail, raw_mail, ticket, timer
from mailproc.store.tables import outbox as outbox_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from mailproc.desk.office import Office

_VERBS = {order.happening: verb for verb, order in ORDERS.items()}
_POINT_TO_ESCALATIONS = (event, timer, outbox_table, decision)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A letter or an alert as its reader would see it."""

    kind: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of a mail: its outcome, what was understood, and what left because of it."""

    outcome: str
    code: str | None
    ticket: str | None
    level: str | None
    letters: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A mail that would have fared otherwise. ``differs`` names in what: ``outcome``, ``letters``, …"""

    mail_id: int
    received_at: datetime
    sender: str
    subject: str
    before: Result
    after: Result

    @property
    def differs(self) -> tuple[str, ...]:
        """The fields of the results that are not the same."""
        fields = ("outcome", "code", "ticket", "level", "letters")
        return tuple(name for name in fields if getattr(self.before, name) != getattr(self.after, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """One mail that was gone through again; ``difference`` is None where nothing would change."""

    mail_id: int
    difference: Difference | None


class Stage:
    """A desk in a scratch database, whose time is told by what is replayed."""

    def __init__(self, office: Office, scratch: Path) -> None:
        """``scratch`` is a folder that is empty, and removed afterwards by whoever made it."""
        self._database = Database(f"sqlite:///{scratch / 'rehearsal.db'}")
        migrate(self._database)
        self._office = office
        self._moment: datetime | None = None
        self._worker = office.worker(self._database, self._clock)

    def rehearse(self, source: Connection, since: datetime | None = None) -> Iterator[Rehearsed]:
        """Each stored mail received since a moment, oldest first.

        Earlier mail is gone through too: it may be what a later one joins, or whose cooldown it meets. Mail
        that has no outcome yet, or whose octets were not kept, is left out.
        """
        with self._database.write() as connection:
            _copy_tickets(source, connection)
        orders = _orders_without_mail(source)
        for row in _decided(source):
            while orders and orders[0]["at"] <= row["decided_at"]:
                self._order(orders.pop(0))
            after = self._live_through(source, row)
            if since is None or row["received_at"] >= since:
                before = _result(source, row["id"])
                yield Rehearsed(mail_id=row["id"], difference=_difference(row, before, after))

    def close(self) -> None:
        """Lets go of the scratch database."""
        self._database.close()

    def _clock(self) -> datetime:
        if self._moment is None:
            raise RuntimeError("the rehearsal has no time yet")
        return self._moment

    def _live_through(self, source: Connection, row: dict[str, Any]) -> Result:
        self._pass_until(row["decided_at"])
        self._moment = row["received_at"]
        with self._database.write() as connection:
            connection.execute(insert(mail).values(_as_it_came(row)))
            content = inbox.raw(source, row["id"])
            connection.execute(insert(raw_mail).values(mail_id=row["id"], content=content))
        self._moment = row["decided_at"]
        self._worker.work()
        with self._database.write() as connection:
            _number_alike(source, connection, row["id"])
            return _result(connection, row["id"])

    def _pass_until(self, moment: datetime) -> None:
        """Keeps the promises of the second desk, each at its time."""
        while True:
            with self._database.write() as connection:
                due = timers.next_due(connection)
                if due is None or due >= moment:
                    return
                self._moment = due
                self._office.clockwork.strike(connection, due)

    def _order(self, happened: dict[str, Any]) -> None:
        """What staff ordered on the command line came with no mail; it is taken from the timeline."""
        self._pass_until(happened["at"])
        person = self._office.settings.person(happened["by"])
        verb = _VERBS[happened["kind"]]
        if person is None:
            return
        command = Command(verb=verb, words=happened["said"], written=verb)
        with self._database.write() as connection:
            self._office.life.order(connection, happened["escalation_id"], command, person, happened["at"])


def _decided(source: Connection) -> Iterator[dict[str, Any]]:
    query = (
        select(mail)
        .join(raw_mail, raw_mail.c.mail_id == mail.c.id)
        .where(mail.c.outcome != Outcome.PENDING)
        .order_by(mail.c.decided_at, mail.c.id)
    )
    for row in source.execute(query).all():
        yield dict(row._mapping)


def _as_it_came(row: dict[str, Any]) -> dict[str, Any]:
    came = ("id", "received_at", "way", "peer", "envelope_from", "envelope_to", "size")
    return {name: row[name] for name in (*came, "mailbox", "uidvalidity", "uid")}


def _orders_without_mail(source: Connection) -> list[dict[str, Any]]:
    query = (
        select(event)
        .where(event.c.mail_id.is_(None), event.c.by != "", event.c.kind.in_(_VERBS))
        .order_by(event.c.at, event.c.id)
    )
    return [dict(row._mapping) for row in source.execute(query)]


def _copy_tickets(source: Connection, scratch: Connection) -> None:
    rows = [dict(row._mapping) for row in source.execute(select(ticket))]
    if rows:
        scratch.execute(insert(ticket), rows)


def _number_alike(source: Connection, scratch: Connection, mail_id: int) -> None:
    """Gives an escalation the number it had: later answers name it in their signed address."""
    had = source.execute(select(escalation.c.id).where(escalation.c.mail_id == mail_id)).scalar()
    has = scratch.execute(select(escalation.c.id).where(escalation.c.mail_id == mail_id)).scalar()
    if had is None or has is None or had == has:
        return
    scratch.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    scratch.execute(update(escalation).where(escalation.c.id == has).values(id=had))
    for table in _POINT_TO_ESCALATIONS:
        scratch.execute(update(table).where(table.c.escalation_id == has).values(escalation_id=had))


def _result(connection: Connection, mail_id: int) -> Result:
    row = inbox.entry(connection, mail_id) or {}
    made = decisions.of_mail(connection, mail_id) or {}
    letters = (_words(sent) for sent in outbox.of_mail(connection, mail_id) if sent["content"])
    return Result(
        outcome=row.get("outcome", ""),
        code=row.get("code"),
        ticket=made.get("ticket"),
        level=made.get("level"),
        letters=tuple(sorted(letters, key=lambda words: (words.to, words.kind))),
    )


def _words(row: dict[str, Any]) -> Words:
    text = row["content"].decode("utf-8", "replace")
    if row["channel"] == "mail":
        body = message_from_bytes(row["content"], policy=default).get_body(("plain",))
        text = body.get_content() if body else ""
    return Words(kind=row["kind"], to=row["recipient"], subject=row["subject"], text=text)


def _difference(row: dict[str, Any], before: Result, after: Result) -> Difference | None:
    if before == after:
        return None
    return Difference(
        mail_id=row["id"],
        received_at=row["received_at"],
        sender=row["sender"],
        subject=row["subject"],
        before=before,
        after=after,
    )
