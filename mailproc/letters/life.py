"""The letters of an escalation's life: what happened, what was ordered, what is still waited for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailproc.letters import answers as replies_to
from mailproc.letters import news, pursuit, record, storm
from mailproc.letters.scribe import Scribe
from mailproc.letters.words import Words
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailproc.escalation.command import Verb
    from mailproc.letters.letter import Letter
    from mailproc.letters.matter import Happening, Matter
    from mailproc.letters.storm import Waiting
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Step
    from mailproc.reading.request import Evidence
    from mailproc.settings import Person


class LifeLetters(Scribe):
    """One letter to one reader each. ``answers`` is the mail that is answered, if one is."""

    def news(
        self,
        matter: Matter,
        happening: Happening,
        *,
        to: Address,
        now: datetime,
        words_allowed: bool,
        answers: IncomingMail | None = None,
        is_copy: bool = False,
    ) -> Letter:
        """To the requester and to each other customer who takes part: what happened, and what comes next.

        Staff's words stand in it only where ``words_allowed`` and the table of orders means them for
        customers. Whoever was copied in the request reads, ``is_copy``, what its requester reads. Raises
        ValueError for notes and assignments, which no customer is told.
        """
        draft = partial(news.news, matter, happening, settings=self._settings, words_allowed=words_allowed)
        if is_copy:
            draft = partial(news.copied, draft, matter.requester)
        return self._of(matter, draft, to, now, answers)

    def staff_news(self, matter: Matter, happening: Happening, *, person: Person, now: datetime) -> Letter:
        """To one member of staff: what somebody did, in their words, and what can be answered."""
        draft = partial(news.staff_news, matter, happening, settings=self._settings)
        return self._of(matter, draft, person, now)

    def over(self, matter: Matter, happening: Happening, *, person: Person, now: datetime) -> Letter:
        """To one of those who were alerted: it is acknowledged, or over (P9)."""
        draft = partial(news.over, matter, happening, settings=self._settings)
        return self._of(matter, draft, person, now)

    def done(
        self,
        matter: Matter,
        happening: Happening,
        *,
        to: Address | Person,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """To the one who gave the command: what was done, and who was told."""
        draft = partial(
            replies_to.done, matter, happening, settings=self._settings, is_staff=self._is_staff(to)
        )
        return self._of(matter, draft, to, now, answers)

    def refused(
        self,
        because: str,
        *,
        verb: Verb,
        matter: Matter | None,
        possible: Sequence[str],
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
        language: str | None = None,
    ) -> Letter:
        """Why a command was not carried out. ``because`` is that of ``Refused``, or ``expired``.

        ``possible`` are the steps that the status allows. Without a ``matter`` nothing is told about one.
        """
        draft = partial(
            replies_to.refused,
            because,
            settings=self._settings,
            verb=verb,
            matter=matter,
            possible=possible,
            is_staff=self._is_staff(to),
            is_owner=matter is not None and matter.acknowledged_by in (to.email, to.name),
        )
        if matter is None or because == "stranger":
            return self._write(draft, to, now, language=language, answers=answers)
        return self._of(matter, draft, to, now, answers)

    def standing(
        self,
        matter: Matter,
        events: Sequence[Happening],
        *,
        to: Address,
        is_staff: bool,
        cooldown_until: datetime | None,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """The answer to STATUS. ``events`` are the timeline, oldest first; customers never see it."""
        draft = partial(
            replies_to.standing,
            matter,
            events,
            settings=self._settings,
            is_staff=is_staff,
            cooldown_until=cooldown_until,
        )
        return self._of(matter, draft, to, now, answers)

    def reasons(
        self,
        trace: Sequence[Step],
        *,
        matter: Matter,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """The answer to WHY, for staff alone: the ordered trace of the decision (B2)."""
        return self._of(matter, partial(replies_to.reasons, trace, matter.ticket), to, now, answers)

    def help(
        self,
        verbs: Sequence[str],
        *,
        is_staff: bool,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
        language: str | None = None,
    ) -> Letter:
        """The answer to HELP: each of the verbs with what it does."""
        draft = partial(replies_to.help_, verbs, is_staff=is_staff)
        return self._write(draft, to, now, language=language, answers=answers)

    def queued(
        self,
        ticket: str,
        *,
        until: datetime,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
        language: str | None = None,
    ) -> Letter:
        """QUEUE is taken: the request will be taken up by itself at ``until`` (P5)."""
        draft = partial(replies_to.queued, ticket, until=until)
        return self._write(draft, to, now, ticket=ticket, language=language, answers=answers)

    def handed_over(
        self,
        *,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
        language: str | None = None,
    ) -> Letter:
        """A second gap in a completion: a colleague reads it, and nothing more is asked."""
        return self._write(lambda _: replies_to.handed_over(), to, now, language=language, answers=answers)

    def chase(
        self, matter: Matter, *, person: Person, waiting_since: datetime, round: int, now: datetime
    ) -> Letter:
        """To one of those who are to take an emergency on: round 0 alerts, 1 reminds, 2 is up the list."""
        draft = partial(
            pursuit.chase, matter, settings=self._settings, waiting_since=waiting_since, round=round
        )
        return self._of(matter, draft, person, now)

    def short_chase(self, matter: Matter, code: str = "") -> tuple[str, str]:
        """Title and body of the same by SMS or chat: ticket, level and code, no names."""
        say = Words(self.stationery.catalogue(self.stationery.default), "short_chase", {})
        return pursuit.short_chase(matter, code, say, self._settings.desk.name)

    def storm(self, waiting: Sequence[Waiting], *, person: Person, is_update: bool, now: datetime) -> Letter:
        """To one member of staff: many emergencies at once that nobody has taken on."""
        draft = partial(storm.storm, waiting, settings=self._settings, is_update=is_update)
        return self._write(draft, person, now)

    def short_storm(self, emergencies: Sequence[tuple[str, str]]) -> tuple[str, str]:
        """Title and body of the same by SMS or chat: tickets and codes."""
        say = Words(self.stationery.catalogue(self.stationery.default), "short_storm", {})
        return storm.short_storm(emergencies, say, self._settings.desk.name)

    def exhausted(self, matter: Matter, *, to: Address, now: datetime) -> Letter:
        """To the requester: everybody has been asked, and nobody has confirmed yet."""
        return self._of(matter, partial(pursuit.exhausted, matter, settings=self._settings), to, now)

    def record(
        self,
        matter: Matter,
        happening: Happening,
        evidence: tuple[Evidence, ...],
        *,
        to: str,
        now: datetime,
    ) -> Letter:
        """To the ticket system's own address: the request and its motivation, for the ticket (E6)."""
        draft = partial(record.record, matter, happening, evidence, settings=self._settings)
        return self._write(draft, Address(email=to), now, ticket=matter.ticket)
