"""The digest of each local day, once, whatever restarts or clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailproc.letters.digest import DigestContent, DigestEntry
from mailproc.message.mail import Address
from mailproc.policy.decision import Code, Outcome
from mailproc.policy.digest_day import digest_moment, due_digest, next_digest
from mailproc.reading.request import Evidence, EvidenceKind, Level
from mailproc.settings import Person
from mailproc.store import digests, escalations, inbox, outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.settings import Settings

NAME = "daily"
"""The digest of the project managers, among the digests a desk may have."""


class Morning:
    """Makes the digest when it is due, from what happened since the last one."""

    def __init__(self, settings: Settings, letters: Letters, post: Post) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post

    def make_due(self, connection: Connection, now: datetime) -> bool:
        """Puts the digest of the day into the outbox if its time has come and it was not made yet.

        After days of silence there is one digest, for the last day, that tells all since the one before.
        The very first day of a desk that starts after its hour has none.
        """
        day = due_digest(now, self._settings.digest)
        escalations.lock_timeline(connection)
        last = digests.last(connection, NAME)
        if last and last.day >= day:
            return False
        moment = digest_moment(day, self._settings.digest)
        if last is None and not inbox.has_mail_before(connection, moment):
            digests.begin(connection, NAME, day=day, since=moment, until=moment)
            return False
        since = last.until if last else moment - timedelta(days=1)
        if not digests.begin(connection, NAME, day=day, since=since, until=now):
            return False
        content = self._content(connection, day=day, since=since, until=now)
        messages = [
            self._post.letter(
                self._letters.digest(content, person), key=f"digest:{day}:{person.email}", now=now
            )
            for person in self._readers()
        ]
        outbox.put(connection, messages, now=now, held=self._settings.desk.holds_letters)
        return True

    def preview(self, connection: Connection, *, day: date | None, now: datetime) -> Letter:
        """The digest of a day as its first reader would get it; of the next one where none is named.

        A digest that was made tells what it told then; one to come tells what is known ``now``.
        """
        settings = self._settings.digest
        wanted = day or next_digest(now, settings).astimezone(settings.time_zone).date()
        made = digests.of_day(connection, NAME, wanted)
        if made:
            since, until = made.since, made.until
        else:
            until = digest_moment(wanted, settings)
            last = digests.last(connection, NAME)
            since = last.until if last and last.until < until else until - timedelta(days=1)
        content = self._content(connection, day=wanted, since=since, until=until)
        return self._letters.digest(content, self._readers()[0])

    def _readers(self) -> tuple[Person, ...]:
        desk = self._settings.desk
        nobody = Person(name=desk.name, email=self._settings.operator.email)
        return self._settings.people_with(*self._settings.digest.to) or (nobody,)

    def _content(
        self, connection: Connection, *, day: date, since: datetime, until: datetime
    ) -> DigestContent:
        events = escalations.requests_between(connection, since, until)
        new = tuple(_entry(event) for event in _told(events))
        known = {entry.escalation_id for entry in new}
        outcomes = inbox.outcomes(connection, since, until)
        codes = inbox.codes(connection, since, until, Outcome.REJECTED)
        return DigestContent(
            day=day,
            due_at=digest_moment(day, self._settings.digest),
            written_at=until,
            new=new,
            still_open=tuple(
                _entry(row)
                for row in escalations.open_before(connection, since)
                if str(row["escalation_id"]) not in known
            ),
            received=inbox.received(connection, since, until),
            outcomes=tuple((outcome, outcomes[outcome]) for outcome in Outcome if outcome in outcomes),
            rejected=tuple((code, codes[code]) for code in Code if code in codes),
        )


def _told(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry an escalation: the last thing that happened to it tells the most."""
    latest: dict[int, dict[str, Any]] = {}
    for event in events:
        latest[event["escalation_id"]] = event
    return list(latest.values())


def _entry(row: dict[str, Any]) -> DigestEntry:
    return DigestEntry(
        escalation_id=str(row["escalation_id"]),
        ticket=row["ticket"],
        level=Level(row["escalation_level"]),
        status=row["status"],
        requester=Address(email=row["requester"], name=row["requester_name"]),
        accepted_at=row["accepted_at"],
        organisation=row["organisation"],
        motivation=row["said"],
        evidence=tuple(_evidence(item) for item in row["evidence"]),
        questioned=row["questioned"],
        repeated=row["kind"] != "started",
    )


def _evidence(item: dict[str, Any]) -> Evidence:
    return Evidence(
        kind=EvidenceKind(item["kind"]),
        sentence=item["sentence"],
        words=item["words"],
        due=date.fromisoformat(item["due"]) if item["due"] else None,
    )
