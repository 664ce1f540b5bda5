"""Puts drafts on paper: one reader, in their language, by their clock, in the thread they wrote in."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from mailproc.letters.letter import Letter
from mailproc.letters.pen import Pen
from mailproc.letters.quoting import answer_subject, greeting_name, one_line
from mailproc.letters.stationery import Stationery
from mailproc.letters.words import Words
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from mailproc.letters.draft import Draft
    from mailproc.letters.matter import Matter
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Brand, Person, Settings


class Scribe:
    """What all letters of a desk are written with. ``folders`` of templates are searched in their order."""

    def __init__(self, settings: Settings, folders: Sequence[Path]) -> None:
        self._settings = settings
        self._folders = tuple(folders)
        self.stationery = Stationery(self._folders, settings.desk.language)
        self._brands: dict[str, Self] = {}

    @property
    def desk_name(self) -> str:
        """Who the desk is, as it signs."""
        return self._settings.desk.name

    def _under(self, procedure: str) -> Self:
        """The same desk as the customers of a procedure know it: its own name, phone and words (M11)."""
        if procedure not in self._brands:
            found = self._settings.procedure_called(procedure)
            self._brands[procedure] = self._branded(found.brand) if found and found.brand else self
        return self._brands[procedure]

    def _with(self, settings: Settings) -> Self:
        """The same letters under other settings; neither remembers a brand of the other."""
        other = copy(self)
        other._settings, other._brands = settings, {}
        return other

    def _branded(self, brand: Brand) -> Self:
        own = brand.model_dump(include={"name", "phone"}, exclude_none=True)
        desk = self._settings.desk.model_copy(update=own)
        branded = self._with(self._settings.model_copy(update={"desk": desk}))
        if brand.templates:
            branded._folders = (self._settings.base / brand.templates, *self._folders)
            branded.stationery = Stationery(branded._folders, desk.language)
        return branded

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

    def _of(
        self,
        matter: Matter,
        draft: Callable[[Pen], Draft],
        to: Address | Person,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """A letter about an escalation: customers read it under the brand of its procedure."""
        house = self if self._is_staff(to) else self._under(matter.procedure)
        return house._write(draft, to, now, ticket=matter.ticket, language=matter.language, answers=answers)

    def _is_staff(self, to: Address | Person) -> bool:
        return self._settings.person(to.email) is not None

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
            "copied_by": "",
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
            pictures=draft.pictures,
            sender_name=desk.name,
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
