"""A voice that joined the wrong escalation leaves it, and becomes a request of its own, from when it came."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Listener
from mailproc.desk.case import Case
from mailproc.desk.consider import Considered, opened
from mailproc.desk.facts import gather
from mailproc.desk.matter import last_joined
from mailproc.escalation.naming import named_ticket
from mailproc.escalation.timeline import Event
from mailproc.policy.decide import accept
from mailproc.reading.record import from_record
from mailproc.store import decisions, escalations, inbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.directory import Directory
    from mailproc.desk.effects import Effects
    from mailproc.settings import Settings


class Splitting(Listener):
    """Carries SPLIT out: its event is on the timeline, and everybody there is told already."""

    def __init__(self, settings: Settings, effects: Effects, directory: Directory) -> None:
        self._settings = settings
        self._effects = effects
        self._directory = directory

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Lets the voice that joined last leave; it is answered as a request for the ticket named."""
        voice = last_joined(heard.row) if heard.kind == Event.SPLIT_OFF else None
        if voice is None:
            return
        escalations.split_off(connection, voice["id"])
        stored = inbox.stored(connection, voice["mail_id"], bare=True)
        made = decisions.of_mail(connection, voice["mail_id"])
        if stored is None or made is None:
            return
        ticket = named_ticket(heard.words, self._settings.tickets)
        request = replace(from_record(made["understood"]), ticket=ticket, several=())
        considered = Considered(mail=opened(stored.raw, self._settings), thread=None, request=request)
        facts = gather(connection, stored, considered, self._settings, heard.now, directory=self._directory)
        person = self._settings.person(heard.by.email)
        decision = accept(
            request,
            facts,
            self._settings.policy_of(facts.procedure),
            mended="split_off",
            by=person.name if person else heard.by.email,
        )
        case = Case(
            stored=stored,
            mail=considered.mail,
            decision=decision,
            facts=facts,
            requested_at=stored.received_at,
            key=f"split:{voice['id']}",
        )
        escalation_id = self._effects.carry_out(connection, case)
        decisions.record_anew(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=escalation_id,
            completes=made["completes"],
            now=heard.now,
        )
        inbox.correct(connection, stored.id, decision.outcome, heard.now)
