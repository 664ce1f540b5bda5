"""The life of an escalation: commands are carried out, and everybody concerned hears of each once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailproc.desk.answering import Answering
from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.attendants.restriction import is_restricted, misuses_of
from mailproc.desk.audience import everybody_knows
from mailproc.desk.facts import takes_part
from mailproc.desk.matter import last_joined
from mailproc.desk.news import News
from mailproc.desk.occasion import Occasion
from mailproc.desk.prose import offered_words
from mailproc.desk.queueing import Queueing
from mailproc.desk.rungs import has_limits, marks
from mailproc.escalation.command import NEEDS_WORDS, Command, Verb
from mailproc.escalation.conduct import ORDERS, Change, Giver, Refused, Standing, conduct
from mailproc.escalation.naming import named_person, named_ticket
from mailproc.escalation.status import Status
from mailproc.escalation.tiers import is_paused
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.policy.calling import DUTY, PM
from mailproc.reading.request import Level
from mailproc.reading.sightings import same_ticket
from mailproc.store import escalations

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.thread import Thread
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.settings import Person, Settings


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
        self._mailing = mailing
        self._pursuit = pursuit
        self._attendance = attendance
        self._news = News(settings, letters)
        self._answering = Answering(settings, letters)
        self._queueing = Queueing(settings, letters, mailing)

    def obey(
        self, connection: Connection, command: Command, thread: Thread, sender: Address, occasion: Occasion
    ) -> str | None:
        """Carries out a command that answers a letter about an escalation.

        What came of it, for the trace; None where the thread has no escalation.
        """
        if command.verb is Verb.QUEUE and thread.escalation_id is None:
            return self._queueing.obey(connection, thread, sender, occasion)
        row = escalations.locked_entry(connection, thread.escalation_id) if thread.escalation_id else None
        if row is None:
            return None
        giver = self._giver(
            sender.email,
            takes_part=takes_part(connection, escalations.known(row), sender.email, self._settings),
            is_proven=thread.signed_for == sender.email,
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
        giver = self._giver(person.email, takes_part=False, is_proven=True)
        by = Address(email=person.email, name=person.name)
        return self.act(connection, row, command, giver, by, Occasion(now=now))

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
            letter = self._answering.refusal(row, command, result, by, occasion)
            said = f"refused: {result.because}"
        elif result is None:
            letter = self._answering.answer(connection, row, command, giver, by, occasion)
            said = "answered"
        else:
            self.change(connection, row, result, by, occasion)
            return result.order.happening
        key = f"command:{occasion.mail_id or occasion.now.isoformat()}"
        self._send(connection, [letter], row, occasion, key=key)
        return said

    def change(
        self, connection: Connection, row: dict[str, Any], change: Change, by: Address, occasion: Occasion
    ) -> None:
        """Writes a change and tells everybody concerned, nobody twice (S2)."""
        now, kind = occasion.now, change.order.happening
        event_id = self._write(connection, row, change, by, occasion)
        after = escalations.entry(connection, row["id"]) or row
        heard = Heard(row=after, kind=kind, words=change.words, by=by, now=now, mail_id=occasion.mail_id)
        self._attendance.hear(connection, heard)
        happening = Happening(
            kind=kind,
            by=by.name or by.email,
            at=now,
            words=change.words,
            misuses=misuses_of(connection, after, self._settings, now),
        )
        letters = list(self._news.letters(connection, after, happening, change, by, occasion))
        self._send(connection, letters, after, occasion, key=f"event:{event_id}")
        wakes = change.order.alerts or change.level is Level.EMERGENCY
        if wakes and not everybody_knows(after):
            self._pursuit.alert_everybody(connection, after, now)

    def _write(
        self, connection: Connection, row: dict[str, Any], change: Change, by: Address, occasion: Occasion
    ) -> int:
        """The escalation as it is from now on, and the line on its timeline; the id of that."""
        escalations.change(
            connection,
            row["id"],
            now=occasion.now,
            status=change.status,
            level=change.level,
            acknowledged_by=_owner(change.status, by),
            assigned_to=change.named if change.order is ORDERS[Verb.ASSIGN] else None,
        )
        return escalations.add_event(
            connection,
            row["id"],
            kind=change.order.happening,
            by=by.email,
            words=change.words,
            mail_id=occasion.mail_id,
            now=occasion.now,
        )

    def _send(
        self,
        connection: Connection,
        letters: list[Letter],
        row: dict[str, Any],
        occasion: Occasion,
        *,
        key: str,
    ) -> None:
        self._mailing.send(
            connection,
            letters,
            key=key,
            now=occasion.now,
            mail_id=occasion.mail_id,
            escalation_id=row["id"],
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

    def _giver(self, email: str, *, takes_part: bool, is_proven: bool) -> Giver:
        """Somebody with all that their roles allow."""
        settings = self._settings
        person = settings.person(email)
        return Giver(
            email=email,
            is_staff=person is not None,
            takes_part=takes_part,
            is_proven=is_proven,
            may_override=person in settings.people_with(*settings.ladder.may_override),
            may_restore=person in settings.people_with(PM, DUTY, *settings.emergency.ladder),
        )

    def _called(self, sender: Address) -> Address:
        """Staff are named as the configuration names them."""
        person = self._settings.person(sender.email)
        return Address(email=sender.email, name=person.name) if person else sender


def _owner(status: Status | None, by: Address) -> str | None:
    """Who has an escalation after a change; None where that stays as it is."""
    if status is Status.ACKNOWLEDGED:
        return by.email
    return "" if status is Status.STARTED else None
