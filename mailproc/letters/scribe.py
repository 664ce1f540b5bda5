"""Puts drafts on paper: one reader, in their language, by their clock, in the thread they wrote in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailproc.letters.letter import Letter
from mailproc.letters.pen import Pen
from mailproc.letters.quoting import answer_subject, greeting_name, one_line
from mailproc.letters.words import Words
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from mailproc.letters.draft import Draft
    from mailproc.letters.stationery import Stationery
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Person, Settings


class Scribe:
    """What all letters of a desk are written with."""

    def __init__(self, settings: Settings, stationery: Stationery) -> None:
        self._settings = settings
        self.stationery = stationery

    @property
    def desk_name(self) -> str:
        """Who the desk is, as it signs."""
        return self._settings.desk.name

    def _write(
        self,
        draft: Callable[[Pen], Draft],
        to: Address | Person,
        now: datetime,
        *,
        ticket: str = "",
        language: str | None = None,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """A letter to anybody: staff read theirs in their own language, whoever it is about.

        An answer keeps the subject of the mail it answers; the links of any other letter name the ticket.
        """
        subject = answer_subject(answers.subject) if answers else ""
        about = subject or answer_subject(one_line(ticket, 60))
        person = self._settings.person(to.email)
        if person:
            pen = self._pen_for(person, now, about)
        else:
            zone = self._zone_of(to.email, answers)
            pen = self._pen(self.stationery.language(language), zone, now, about)
        made = draft(pen)
        made = replace(made, data={"subject": subject, **made.data})
        return self._letter(made, Address(email=to.email, name=to.name), pen.language, answers=answers)

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

    def _zone_of(self, email: str, mail: IncomingMail | None) -> tzinfo:
        """A customer's clock: their organisation's, the one their mail was written by, or the desk's."""
        organisation = self._settings.organisation_of(email)
        if organisation and organisation.time_zone:
            return organisation.time_zone
        written_by = mail.date.tzinfo if mail and mail.date else None
        return written_by or self._settings.desk.time_zone


def _thread(mail: IncomingMail) -> tuple[str, ...]:
    """The References of an answer: its parent's, then its parent (RFC 5322 §3.6.4)."""
    earlier = mail.references or mail.in_reply_to[:1]
    return (*earlier, mail.message_id) if mail.message_id else earlier
