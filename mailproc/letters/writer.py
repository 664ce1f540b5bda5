"""Turns decisions and events into letters: each to one person, in their language, by their clock."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from mailproc.letters import alerts, digest, operator, replies
from mailproc.letters.cases import sample_settings
from mailproc.letters.letter import Letter
from mailproc.letters.pen import Pen
from mailproc.letters.quoting import answer_subject, greeting_name
from mailproc.letters.samples import samples
from mailproc.letters.stationery import Stationery
from mailproc.letters.words import BrokenTemplateError, Words
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from mailproc.letters.digest import DigestContent
    from mailproc.letters.draft import Draft
    from mailproc.letters.operator import Notice
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision
    from mailproc.settings import Person, Settings


class Letters:
    """All letters of a desk. Everything slow is done once, here.

    ``shipped`` is the folder of the shipped templates; files of ``[templates] path`` come before them.
    Raises BrokenTemplateError when a template cannot be used.
    """

    def __init__(self, settings: Settings, shipped: Path) -> None:
        own = settings.templates.path
        folders = (settings.base / own, shipped) if own else (shipped,)
        self._settings = settings
        self.stationery = Stationery(folders, settings.desk.language)
        if own:
            self._refuse_broken_templates()

    def reply(
        self, decision: Decision, mail: IncomingMail, *, now: datetime, decides_at: datetime
    ) -> tuple[Letter, ...]:
        """The answers to a mail: to the requester, and a copy to the colleague who forwarded it (E4).

        ``decides_at`` is the moment of the next digest. Empty for mail that is left alone.
        """
        requester = decision.request.requester
        if requester is None:
            return ()
        language = self.stationery.language(decision.request.language)
        subject = answer_subject(mail.subject)
        pen = self._pen(language, self._zone_of(requester, mail), now, subject)
        draft = replies.reply_to_requester(
            decision, pen, self._settings, decides_at=decides_at, unreadable=mail.unreadable is not None
        )
        if draft is None:
            return ()
        forwarder = decision.request.forwarder
        about = draft.data | {"subject": subject, "forwarder": _called(forwarder) if forwarder else ""}
        first = self._letter(replace(draft, data=about), requester, language, answers=mail)
        if forwarder is None or forwarder.email == requester.email:
            return (first,)
        about |= {"copy_of": _called(requester), "name": greeting_name(requester.name)}
        return (first, self._letter(replace(draft, data=about), forwarder, language, answers=mail))

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

    def short_alert(self, decision: Decision) -> tuple[str, str]:
        """Title and body of an alert by SMS or chat: ticket, level and desk, no names, no quotes."""
        say = Words(self.stationery.catalogue(self.stationery.default), "short_alert", {})
        return alerts.short_alert(decision, say, self._settings.desk.name)

    def digest(self, content: DigestContent, person: Person) -> Letter:
        """The morning's digest for one person."""
        pen = self._pen_for(person, content.written_at)
        return self._to_person(digest.digest(content, pen, self._settings), person, pen)

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
        sampled = copy(self)
        sampled._settings = sample_settings(self._settings)
        return samples(sampled, language)

    def _to_person(self, draft: Draft, person: Person, pen: Pen) -> Letter:
        return self._letter(draft, Address(email=person.email, name=person.name), pen.language)

    def _letter(
        self,
        draft: Draft,
        to: Address,
        language: str,
        *,
        answers: IncomingMail | None = None,
    ) -> Letter:
        desk = self._settings.desk
        data: dict[str, Any] = {
            "subject": "",
            "forwarder": "",
            "copy_of": "",
            "name": greeting_name(to.name),
            **draft.data,
            "desk_name": desk.name,
            "desk_address": desk.address,
            "phone": "\u00a0".join(desk.phone.split()),  # a number stays on one line
        }
        sheet = self.stationery.write(draft.name, language, data)
        return Letter(
            kind=draft.kind,
            to=to.email,
            to_name=to.name,
            subject=sheet.subject,
            text=sheet.text,
            html=sheet.html,
            language=language,
            reply=answers is not None,
            in_reply_to=answers.message_id if answers else None,
            references=_thread(answers) if answers else (),
        )

    def _pen_for(self, person: Person, now: datetime, subject: str = "") -> Pen:
        zone = person.time_zone or self._settings.desk.time_zone
        return self._pen(self.stationery.language(person.language), zone, now, subject)

    def _pen(self, language: str, zone: tzinfo, now: datetime, subject: str = "") -> Pen:
        return Pen(
            zone=zone,
            now=now,
            language=language,
            calendar=self.stationery.calendar(language),
            say=Words(self.stationery.catalogue(language), "common", {}),
            desk_address=self._settings.desk.address,
            subject=subject,
        )

    def _zone_of(self, requester: Address, mail: IncomingMail) -> tzinfo:
        """The requester's clock: their organisation's, the one their mail was written by, or the desk's."""
        organisation = self._settings.organisation_of(requester.email)
        if organisation and organisation.time_zone:
            return organisation.time_zone
        written_by = mail.date.tzinfo if mail.date else None
        return written_by or self._settings.desk.time_zone


def _called(person: Address) -> str:
    return greeting_name(person.name) or person.email


def _thread(mail: IncomingMail) -> tuple[str, ...]:
    """The References of an answer: its parent's, then its parent (RFC 5322 §3.6.4)."""
    earlier = mail.references or mail.in_reply_to[:1]
    return (*earlier, mail.message_id) if mail.message_id else earlier
