"""The digests of each local day, each once, whatever restarts or clock changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from mailproc.desk.digests.decisions import decisions
from mailproc.desk.digests.operator_day import operator_day
from mailproc.desk.digests.period import Period
from mailproc.desk.digests.week import week
from mailproc.letters.digest import DigestContent
from mailproc.letters.operator import Notice
from mailproc.letters.operator_day import OperatorDay
from mailproc.letters.week import Week
from mailproc.policy.digest_day import digest_before, digest_moment, due_digest, local_day, next_digest
from mailproc.policy.editions import editions
from mailproc.store import digests, escalations, inbox, outbox

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from mailproc.desk.directory import Directory
    from mailproc.desk.notices import OperatorDesk
    from mailproc.desk.post import Post
    from mailproc.escalation.reply_address import Subject
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.policy.editions import Edition, Kind
    from mailproc.settings import Person, Settings

Content = DigestContent | OperatorDay | Week

log = structlog.get_logger("mailproc.morning")


class Morning:
    """Makes each digest when it is due, from what happened since the last one."""

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        post: Post,
        operator: OperatorDesk,
        directory: Directory,
    ) -> None:
        self._settings = settings
        self._directory = directory
        self._letters = letters
        self._post = post
        self._operator = operator
        self._editions = editions(settings)

    def open_tickets(self, connection: Connection, now: datetime) -> int | None:
        """How many tickets are open, for the digest that is due; None while none is, or nobody knows.

        Asked before the transaction that makes it: that must not wait for somebody else's database.
        """
        due = (edition for edition in self._editions if edition.kind == "decisions")
        if not any(self._is_due(connection, edition, now) for edition in due):
            return None
        return self._directory.open_count(connection, now)

    def make_due(self, connection: Connection, now: datetime, open_tickets: int | None = None) -> bool:
        """Puts the digests whose time has come, and that were not made yet, into the outbox.

        After days of silence there is one of each, for its last day, that tells all since the one before.
        The very first day of a desk that starts after its hour has none. A digest that cannot be made keeps
        no other back, and is tried again at the next look.
        """
        due = [edition for edition in self._editions if self._is_due(connection, edition, now)]
        if not due:
            return False
        escalations.lock_timeline(connection)
        is_new_desk = digests.is_empty(connection)
        made = False
        for edition in due:
            try:
                with connection.begin_nested():
                    if self._begins(connection, edition, now, is_new_desk=is_new_desk):
                        continue
                    made |= self._make(connection, edition, now, open_tickets)
            except Exception:
                log.exception("a digest could not be made", digest=edition.name)
        return made

    def preview(
        self,
        connection: Connection,
        *,
        now: datetime,
        kind: Kind = "decisions",
        person: str | None = None,
        day: date | None = None,
    ) -> Letter:
        """A digest of a day as somebody gets it, its first reader where no address is named; of the next day.

        A digest that was made tells what it told then; one to come tells what is known ``now``. Raises
        LookupError where nobody, or not that person, gets such a digest.
        """
        edition, reader = self._reader(kind, person)
        schedule = edition.schedule
        wanted = day or local_day(next_digest(now, schedule), schedule)
        made = digests.of_day(connection, edition.name, wanted)
        due_at = digest_moment(wanted, schedule)
        if made:
            since, until = made.since, made.until
        else:
            last = digests.last(connection, edition.name)
            since = last.until if last and last.until < due_at else digest_before(wanted, schedule)
            until = due_at
        period = Period(day=wanted, due_at=due_at, since=since, until=until, schedule=schedule)
        open_tickets = self._directory.open_count(connection, now) if kind == "decisions" else None
        return self._write(self._content(connection, kind, period, open_tickets), reader)

    def _reader(self, kind: Kind, person: str | None) -> tuple[Edition, Person]:
        for edition in self._editions:
            for reader in edition.readers:
                if edition.kind == kind and person in (None, reader.email):
                    return edition, reader
        readers = [f"{reader.email} ({one.kind})" for one in self._editions for reader in one.readers]
        raise LookupError(f"no such digest; there are: {', '.join(readers)}")

    def _is_due(self, connection: Connection, edition: Edition, now: datetime) -> bool:
        last = digests.last(connection, edition.name)
        return last is None or last.day < due_digest(now, edition.schedule)

    def _begins(self, connection: Connection, edition: Edition, now: datetime, *, is_new_desk: bool) -> bool:
        """True for a digest that is new in the configuration: like a new desk it begins with its next day.

        A desk that had mail to tell of, and never a digest, has its first one at once.
        """
        day = due_digest(now, edition.schedule)
        due_at = digest_moment(day, edition.schedule)
        if digests.last(connection, edition.name) is not None:
            return False
        if is_new_desk and inbox.has_mail_before(connection, due_at):
            return False
        digests.begin(connection, edition.name, day=day, since=due_at, until=due_at)
        return True

    def _make(
        self, connection: Connection, edition: Edition, now: datetime, open_tickets: int | None
    ) -> bool:
        """Claims the day and writes to all readers; False where it was made already."""
        schedule = edition.schedule
        day = due_digest(now, schedule)
        due_at = digest_moment(day, schedule)
        last = digests.last(connection, edition.name)
        since = last.until if last else digest_before(day, schedule)
        if not digests.begin(connection, edition.name, day=day, since=since, until=now):
            return False
        period = Period(day=day, due_at=due_at, since=since, until=now, schedule=schedule)
        content = self._content(connection, edition.kind, period, open_tickets)
        key = f"digest:{edition.name}:{day}"
        messages = [
            self._post.letter(self._write(content, reader), key=f"{key}:{reader.email}", now=now)
            for reader in edition.readers
        ]
        held = self._settings.desk.holds_letters and edition.kind != "operator"  # who must hear of trouble
        outbox.put(connection, messages, now=now, held=held)
        if isinstance(content, OperatorDay) and content.difference:
            self._alarm(connection, content, now)
        return True

    def _content(
        self, connection: Connection, kind: Kind, period: Period, open_tickets: int | None
    ) -> Content:
        """What an edition tells all its readers."""
        match kind:
            case "operator":
                return operator_day(connection, self._settings, period)
            case "weekly":
                return week(connection, period)
            case "decisions":
                return decisions(connection, self._settings, period, open_tickets)

    def _write(self, content: Content, reader: Person) -> Letter:
        """An edition as one of its readers gets it."""
        match content:
            case OperatorDay():
                return self._letters.operator_day(content, reader)
            case Week():
                return self._letters.week(content, reader)
            case DigestContent():
                sign = partial(self._sign, reader, content.written_at.date())
                return self._letters.digest(content, reader, sign)

    def _alarm(self, connection: Connection, content: OperatorDay, now: datetime) -> None:
        """Mail that nobody can account for is told at once, and on every way to the operator (B5)."""
        counted = content.received - content.difference
        detail = f"{content.received} mails came in, {counted} are accounted for by a decision"
        notice = Notice(kind="unaccounted", detail=detail)
        self._operator.tell(connection, notice, key=f"unaccounted:{content.day}", now=now)

    def _sign(self, reader: Person, today: date, subject: Subject, number: int) -> str:
        """The address with which this reader, and nobody else, answers about a matter."""
        desk = self._settings.desk.address
        return self._post.addresses.sign(desk, subject, number, reader.email, today)
