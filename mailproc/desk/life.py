"""The life of an escalation: commands are carried out, and everybody concerned hears of each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.attendants.restriction import is_restricted, misuses_of
from mailproc.desk.audience import concerned, everybody_knows, stakeholders, voices
from mailproc.desk.debriefing import Debriefing
from mailproc.desk.matter import happening_of, last_joined, matter_of
from mailproc.desk.prose import offered_words
from mailproc.desk.rungs import has_limits, marks
from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Command, Verb
from mailproc.escalation.conduct import ORDERS, UNDERSTOOD, Change, Giver, Refused, Standing, conduct
from mailproc.escalation.naming import named_person, named_ticket
from mailproc.escalation.status import Status, possible
from mailproc.escalation.tiers import is_paused
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.policy.calling import DUTY, PM
from mailproc.policy.decision import Code, Step
from mailproc.policy.organisations import is_member, same_house
from mailproc.reading.request import Level
from mailproc.reading.sightings import same_ticket
from mailproc.store import escalations, timers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.thread import Thread
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Person, Settings

TAKE_UP = "take up"
"""The promise to take a queued request up when its cooldown is over."""

STANDS_DOWN = (Status.ACKNOWLEDGED, Status.CLOSED, Status.CANCELED)
"""The statuses in which an emergency needs no further help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """The mail that brought a command; from the command line there is none."""

    now: datetime
    mail: IncomingMail | None = None
    mail_id: int | None = None


class Life:
    """Carries commands out on the connection it is given; the caller commits."""

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        mailing: Mailing,
        pursuit: Pursuit,
        attendance: Attendance,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._pursuit = pursuit
        self._attendance = attendance
        self._debriefing = Debriefing(settings, letters)

    def obey(
        self, connection: Connection, command: Command, thread: Thread, sender: Address, occasion: Occasion
    ) -> str | None:
        """Carries out a command that answers a letter about an escalation.

        What came of it, for the trace; None where the thread has no escalation.
        """
        if command.verb is Verb.QUEUE and thread.escalation_id is None:
            return self._queue(connection, thread, sender, occasion)
        row = escalations.locked_entry(connection, thread.escalation_id) if thread.escalation_id else None
        if row is None:
            return None
        takes_part = same_house(sender.email, row["requester"], self._settings) or is_member(
            sender.email, row["organisation"], self._settings
        )
        giver = Giver(
            email=sender.email,
            is_staff=self._settings.person(sender.email) is not None,
            takes_part=takes_part or sender.email in escalations.participants(connection, str(row["id"])),
            is_proven=thread.signed_for == sender.email,
            may_override=self._may_override(sender.email),
            may_restore=self._may_restore(sender.email),
        )
        if command.verb in NEEDS_WORDS and not command.words:
            command = replace(command, words=offered_words(connection, row, occasion.mail))
        return self.act(connection, row, command, giver, self._called(sender), occasion)

    def order(
        self, connection: Connection, escalation_id: int, command: Command, person: Person, now: datetime
    ) -> str | None:
        """Carries out a command of staff from the command line; None where there is no such escalation."""
        row = escalations.locked_entry(connection, escalation_id)
        if row is None:
            return None
        giver = Giver(
            email=person.email,
            is_staff=True,
            takes_part=False,
            is_proven=True,
            may_override=self._may_override(person.email),
            may_restore=self._may_restore(person.email),
        )
        by = Address(email=person.email, name=person.name)
        return self.act(connection, row, command, giver, by, Occasion(now=now))

    def _queue(
        self, connection: Connection, thread: Thread, sender: Address, occasion: Occasion
    ) -> str | None:
        """Keeps a request that met the cooldown until it is over (P5)."""
        made = escalations.decision_of(connection, thread.mail_id) if thread.mail_id else None
        if made is None or made["code"] != Code.COOLDOWN or thread.signed_for != sender.email:
            return None
        latest = escalations.latest(connection, made["ticket"])
        if latest is None:
            return None
        until = latest.accepted_at + self._settings.policy_of(made["procedure"]).cooldown
        timers.wind(connection, TAKE_UP, max(until, occasion.now), mail_id=made["mail_id"])
        letter = self._letters.queued(
            made["ticket"], until=until, to=sender, now=occasion.now, answers=occasion.mail
        )
        key = f"queue:{occasion.mail_id}"
        self._mailing.send(connection, [letter], key=key, now=occasion.now, mail_id=occasion.mail_id)
        return "queued"

    def act(
        self,
        connection: Connection,
        row: dict[str, Any],
        command: Command,
        giver: Giver,
        by: Address,
        occasion: Occasion,
    ) -> str:
        """Carries out a command on an escalation, or answers why not. What came of it, in words."""
        standing = Standing(
            status=Status(row["status"]),
            level=Level(row["level"]),
            acknowledged_by=row["acknowledged_by"],
            everybody_knows=everybody_knows(row),
            another_is_open=self._another_is_open(connection, row),
            somebody_joined=last_joined(row) is not None,
            named=self._named(command, row, by),
            is_restricted=is_restricted(connection, row, self._settings, occasion.now),
            is_paused=is_paused(marks(row)),
            has_limits=has_limits(row, self._settings),
        )
        result = conduct(command, standing, giver)
        if isinstance(result, Refused):
            letter = self._refusal(row, command, result, by, occasion)
            said = f"refused: {result.because}"
        elif result is None:
            letter = self._answer(connection, row, command, giver, by, occasion)
            said = "answered"
        else:
            self.change(connection, row, result, by, occasion)
            return result.order.happening
        self._reply(connection, letter, row, occasion)
        return said

    def _reply(self, connection: Connection, letter: Letter, row: dict[str, Any], occasion: Occasion) -> None:
        """The one answer to a command that changed nothing."""
        self._mailing.send(
            connection,
            [letter],
            key=f"command:{occasion.mail_id or occasion.now.isoformat()}",
            now=occasion.now,
            mail_id=occasion.mail_id,
            escalation_id=row["id"],
        )

    def change(
        self, connection: Connection, row: dict[str, Any], change: Change, by: Address, occasion: Occasion
    ) -> None:
        """Writes a change and tells everybody concerned, nobody twice (S2)."""
        now, order = occasion.now, change.order
        escalations.change(
            connection,
            row["id"],
            now=now,
            status=change.status,
            level=change.level,
            acknowledged_by=_owner(change.status, by),
            assigned_to=change.named if order is ORDERS[Verb.ASSIGN] else None,
        )
        event_id = escalations.add_event(
            connection,
            row["id"],
            kind=order.happening,
            by=by.email,
            words=change.words,
            mail_id=occasion.mail_id,
            now=now,
        )
        after = escalations.entry(connection, row["id"]) or row
        self._attendance.hear(
            connection,
            Heard(
                row=after,
                kind=order.happening,
                words=change.words,
                by=by,
                now=now,
                mail_id=occasion.mail_id,
            ),
        )
        happening = Happening(
            kind=order.happening,
            by=by.name or by.email,
            at=now,
            words=change.words,
            misuses=misuses_of(connection, after, self._settings, now),
        )
        letters = list(self._news(connection, after, happening, change, by, occasion))
        self._mailing.send(
            connection,
            letters,
            key=f"event:{event_id}",
            now=now,
            mail_id=occasion.mail_id,
            escalation_id=row["id"],
        )
        wakes = order.alerts or change.level is Level.EMERGENCY
        if wakes and not everybody_knows(after):
            self._pursuit.alert_everybody(connection, after, now)

    def _news(
        self,
        connection: Connection,
        row: dict[str, Any],
        happening: Happening,
        change: Change,
        by: Address,
        occasion: Occasion,
    ) -> Iterator[Letter]:
        matter, now, order = matter_of(row, self._settings), occasion.now, change.order
        told = {by.email}
        if change.status is Status.CLOSED and matter.level is Level.EMERGENCY:
            closer = self._settings.person(by.email)
            for letter in self._debriefing.write(
                connection, row, happening, closer=closer, now=now, answers=occasion.mail
            ):
                told.add(letter.to)
                yield letter
        elif not self._settings.is_own_address(by.email):  # what the clock did needs no receipt
            yield self._letters.done(matter, happening, to=by, now=now, answers=occasion.mail)
        if order.tells_requester:
            words_allowed = order.words_to_requester and self._is_staff(by)
            for voice in voices(connection, row, self._settings):
                if voice.email not in told:
                    told.add(voice.email)
                    yield self._letters.news(
                        matter, happening, to=voice, now=now, words_allowed=words_allowed
                    )
        # Whoever was called for an emergency hears, above all, that nobody need come any more (P9).
        stands_down = matter.level is Level.EMERGENCY and change.status in STANDS_DOWN
        tell = self._letters.over if stands_down else self._letters.staff_news
        if order.tells_staff:
            who = stakeholders if order.after_the_end else concerned
            for person in who(connection, row, self._settings):
                if person.email not in told:
                    told.add(person.email)
                    yield tell(matter, happening, person=person, now=now)

    def _refusal(
        self, row: dict[str, Any], command: Command, refused: Refused, by: Address, occasion: Occasion
    ) -> Letter:
        is_stranger = refused.because == "stranger"
        return self._letters.refused(
            refused.because,
            verb=command.verb,
            matter=None if is_stranger else matter_of(row, self._settings),
            possible=[] if is_stranger else [str(step) for step in possible(Status(row["status"]))],
            to=by,
            now=occasion.now,
            answers=occasion.mail,
            language=row["language"],
        )

    def _answer(
        self,
        connection: Connection,
        row: dict[str, Any],
        command: Command,
        giver: Giver,
        by: Address,
        occasion: Occasion,
    ) -> Letter:
        """STATUS, WHY and HELP change nothing."""
        now, mail = occasion.now, occasion.mail
        if command.verb is Verb.WHY:
            made = escalations.decision_of(connection, row["mail_id"])
            return self._letters.reasons(
                [Step(**step) for step in made["trace"]] if made else [],
                matter=matter_of(row, self._settings),
                to=by,
                now=now,
                answers=mail,
            )
        if command.verb is Verb.STATUS:
            until = row["accepted_at"] + self._settings.policy_of(row["procedure"]).cooldown
            return self._letters.standing(
                matter_of(row, self._settings),
                [happening_of(event, self._settings) for event in row["events"]] if giver.is_staff else [],
                to=by,
                is_staff=giver.is_staff,
                cooldown_until=until if until > now else None,
                now=now,
                answers=mail,
            )
        verbs = [str(verb) for verb in UNDERSTOOD if giver.is_staff or verb in FOR_REQUESTERS]
        return self._letters.help(
            verbs, is_staff=giver.is_staff, to=by, now=now, answers=mail, language=row["language"]
        )

    def _named(self, command: Command, row: dict[str, Any], by: Address) -> str:
        """What the words behind a command name: a member of staff, another ticket, or nothing (``""``)."""
        if command.verb is Verb.SPLIT:
            ticket = named_ticket(command.words, self._settings.tickets)
            return "" if same_ticket(ticket, row["ticket"]) else ticket
        if command.verb is not Verb.ASSIGN:
            return ""
        if command.words.strip(" .!").casefold() == "me":
            return by.email
        person = named_person(command.words, self._settings.people)
        return person.email if person else ""

    def _another_is_open(self, connection: Connection, row: dict[str, Any]) -> bool:
        latest = escalations.latest(connection, row["ticket"])
        return latest is not None and latest.is_open and latest.id != str(row["id"])

    def _may_override(self, email: str) -> bool:
        managers = self._settings.people_with(*self._settings.ladder.may_override)
        return any(person.email == email for person in managers)

    def _may_restore(self, email: str) -> bool:
        called = self._settings.people_with(PM, DUTY, *self._settings.emergency.ladder)
        return any(person.email == email for person in called)

    def _is_staff(self, by: Address) -> bool:
        return self._settings.person(by.email) is not None

    def _called(self, sender: Address) -> Address:
        """Staff are named as the configuration names them."""
        person = self._settings.person(sender.email)
        return Address(email=sender.email, name=person.name) if person else sender


def _owner(status: Status | None, by: Address) -> str | None:
    """Who has an escalation after a change; None where that stays as it is."""
    if status is Status.ACKNOWLEDGED:
        return by.email
    return "" if status is Status.STARTED else None
