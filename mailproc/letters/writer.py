"""Turns decisions and events into letters: each to one person, in their language, by their clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from mailproc.letters import alerts, digest, operator, operator_day, replies, week
from mailproc.letters.cases import sample_settings
from mailproc.letters.closing import ClosingLetters
from mailproc.letters.news import copied_from
from mailproc.letters.quoting import answer_subject, greeting_name
from mailproc.letters.samples import samples
from mailproc.letters.tiers import TierLetters
from mailproc.letters.words import BrokenTemplateError, Words
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mailproc.letters.digest import AnswerTo, DigestContent
    from mailproc.letters.letter import Letter
    from mailproc.letters.operator import Notice
    from mailproc.letters.operator_day import OperatorDay
    from mailproc.letters.week import Week
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision
    from mailproc.settings import Person, Settings


class Letters(ClosingLetters, TierLetters):
    """All letters of a desk. Everything slow is done once, here.

    ``shipped`` is the folder of the shipped templates; files of ``[templates] path`` come before them.
    Raises BrokenTemplateError when a template cannot be used.
    """

    def __init__(self, settings: Settings, shipped: Path) -> None:
        own = settings.templates.path
        folders = (settings.base / own, shipped) if own else (shipped,)
        super().__init__(settings, folders)
        if own:
            self._refuse_broken_templates()
        for procedure in settings.procedure:  # a brand's faults show at the start too
            if procedure.brand and procedure.brand.templates:
                self._under(procedure.name)._refuse_broken_templates()

    def reply(
        self,
        decision: Decision,
        mail: IncomingMail,
        *,
        now: datetime,
        decides_at: datetime,
        copied: Sequence[Address] = (),
    ) -> tuple[Letter, ...]:
        """The answers to a mail: to the requester, a copy to the colleague who forwarded it (E4), and one
        to each of those who were ``copied`` in it (S2).

        ``decides_at`` is the moment of the next digest. Empty for mail that is left alone.
        """
        house = self._under(decision.procedure)
        return house._reply(decision, mail, now=now, decides_at=decides_at, copied=copied)

    def _reply(
        self,
        decision: Decision,
        mail: IncomingMail,
        *,
        now: datetime,
        decides_at: datetime,
        copied: Sequence[Address],
    ) -> tuple[Letter, ...]:
        requester = decision.request.requester
        if requester is None:
            return ()
        language = self.stationery.language(decision.request.language)
        subject = answer_subject(mail.subject)
        pen = self._pen(language, self._zone_of(requester.email, mail), now, subject)
        draft = replies.reply_to_requester(
            decision, pen, self._settings, decides_at=decides_at, unreadable=mail.unreadable is not None
        )
        if draft is None:
            return ()
        forwarder = decision.request.forwarder
        about = draft.data | {"subject": subject, "forwarder": _called(forwarder) if forwarder else ""}
        made = [self._letter(replace(draft, data=about), requester, language, answers=mail)]
        if forwarder is not None and forwarder.email != requester.email:
            passed_on = about | {"copy_of": _called(requester), "name": greeting_name(requester.name)}
            made.append(self._letter(replace(draft, data=passed_on), forwarder, language, answers=mail))
        for reader in copied:
            shared = about | copied_from(requester)
            made.append(self._letter(replace(draft, data=shared), reader, language, answers=mail))
        return tuple(made)

    def alerts(
        self, decision: Decision, mail: IncomingMail, *, people: Sequence[Person], now: datetime
    ) -> tuple[Letter, ...]:
        """One alert for each of the people (P3)."""
        subject = answer_subject(mail.subject)
        return tuple(
            self._to_person(alerts.alert(decision, mail, pen, self._settings), person, pen)
            for person in people
            for pen in (self._pen_for(person, now, subject),)
        )

    def short_alert(self, ticket: str, code: str = "") -> tuple[str, str]:
        """Title and body of an alert by SMS or chat: ticket, level, code and desk, no names, no quotes."""
        say = Words(self.stationery.catalogue(self.stationery.default), "short_alert", {})
        return alerts.short_alert(ticket, code, say, self._settings.desk.name)

    def digest(self, content: DigestContent, person: Person, answer_to: AnswerTo) -> Letter:
        """The morning's digest for one person; ``answer_to`` gives the addresses signed for them."""
        pen = self._pen_for(person, content.written_at)
        return self._to_person(digest.digest(content, pen, self._settings, answer_to), person, pen)

    def operator_day(self, content: OperatorDay, person: Person) -> Letter:
        """The operator's letter of a day."""
        pen = self._pen_for(person, content.written_at)
        return self._to_person(operator_day.operator_day(content, pen), person, pen)

    def week(self, content: Week, person: Person) -> Letter:
        """The service desk manager's letter of a week."""
        pen = self._pen_for(person, content.written_at)
        return self._to_person(week.week(content, pen), person, pen)

    def operator(self, trouble: Notice, *, now: datetime) -> Letter:
        """The desk's call for help to its operator."""
        language = self.stationery.default
        pen = self._pen(language, self._settings.desk.time_zone, now)
        return self._letter(
            operator.notice(trouble, pen), Address(email=self._settings.operator.email), language
        )

    def preview(self, name: str, language: str) -> Letter:
        """A sample letter by its name. Raises LookupError with all names for an unknown one."""
        samples = self._samples(language)
        if name not in samples:
            raise LookupError(f"no letter is called {name!r}; there are: {', '.join(samples)}")
        return samples[name]()

    def previews(self) -> tuple[str, ...]:
        """The names of all sample letters."""
        return tuple(self._samples(self.stationery.default))

    def check(self) -> list[str]:
        """What is wrong with the templates, a line each: every sample letter is written in every language."""
        faults = []
        for language in self.stationery.languages:
            faults += self.stationery.differences(language)
            faults += self._unwritable(language)
        return faults

    def _refuse_broken_templates(self) -> None:
        """A fault in the operator's templates shows at the start, and not with the first mail."""
        for fault in self._unwritable(self.stationery.default):
            raise BrokenTemplateError(fault)

    def _unwritable(self, language: str) -> Iterator[str]:
        for name, write in self._samples(language).items():
            try:
                write()
            except (LookupError, TypeError, ValueError, ArithmeticError, TemplateError) as fault:
                yield f"{language}: {name}: {fault}"

    def _samples(self, language: str) -> dict[str, Callable[[], Letter]]:
        return samples(self._with(sample_settings(self._settings, language)), language)


def _called(person: Address) -> str:
    return greeting_name(person.name) or person.email
