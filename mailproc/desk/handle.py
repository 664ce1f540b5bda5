"""Handles one stored mail: facts, decision, effects and outcome in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.desk.completion import find_completion
from mailproc.desk.consider import Considered
from mailproc.desk.effects import Case
from mailproc.desk.facts import gather
from mailproc.desk.life import Occasion
from mailproc.escalation.command import read_command
from mailproc.message.parse import parse
from mailproc.policy.decide import decide
from mailproc.policy.decision import Decision, Outcome, Step, Verdict
from mailproc.reading.record import from_record
from mailproc.store import escalations, inbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.effects import Effects
    from mailproc.desk.life import Life
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail


class Desk:
    """Decides mail and writes what follows from it. Nothing leaves here: only the outbox speaks."""

    def __init__(self, settings: Settings, effects: Effects, life: Life) -> None:
        self._settings = settings
        self._effects = effects
        self._life = life

    def handle(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision:
        """Decides a mail and writes all its effects on the given connection.

        The caller commits: everything, or nothing. Raises LookupError when the mail has an outcome.
        """
        decision = self._obey(connection, stored, considered, now)
        if decision is None:
            decision = self._decide(connection, stored, considered, now)
        mail = considered.mail
        inbox.settle(
            connection,
            stored.id,
            outcome=decision.outcome,
            code=decision.code,
            now=now,
            sender=mail.sender.email if mail.sender else "",
            subject=mail.subject,
            message_id=mail.message_id,
            move=stored.by_imap and decision.verdict is not Verdict.IGNORED,
        )
        if stored.by_imap and decision.verdict is Verdict.IGNORED:
            inbox.forget_raw(connection, stored.id)  # it stays in the mailbox, which people read
        return decision

    def take_up(self, connection: Connection, mail_id: int, now: datetime) -> Decision | None:
        """Decides a request that was queued for the end of its cooldown (P5), as if it came now.

        None when its mail is not stored any more.
        """
        made = escalations.decision_of(connection, mail_id)
        stored = inbox.stored(connection, mail_id)
        if made is None or stored is None:
            return None
        considered = Considered(mail=parse(stored.raw), thread=None, request=from_record(made["understood"]))
        facts = replace(gather(connection, stored, considered, self._settings, now), stale=False)
        decision = decide(considered.request, facts, self._settings.policy)
        case = Case(
            stored=stored,
            mail=considered.mail,
            decision=decision,
            facts=facts,
            requested_at=stored.received_at,
            key=f"queued:{mail_id}",
        )
        self._effects.carry_out(connection, case)
        return decision

    def _decide(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision:
        completion = find_completion(connection, considered, self._settings)
        if completion is not None:
            considered = replace(considered, request=completion.request)
        gaps = completion.gaps if completion else 0
        facts = gather(connection, stored, considered, self._settings, now, gaps=gaps)
        case = Case(
            stored=stored,
            mail=considered.mail,
            decision=decide(considered.request, facts, self._settings.policy),
            facts=facts,
            requested_at=completion.requested_at if completion else stored.received_at,
            key=f"reply:{stored.id}",
        )
        escalations.record_decision(
            connection,
            case.decision,
            mail_id=stored.id,
            escalation_id=self._effects.carry_out(connection, case),
            completes=completion.first if completion else None,
            now=now,
        )
        return case.decision

    def _obey(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """Carries out a command of a person's answer to a letter of ours; None for any other mail."""
        mail, thread = considered.mail, considered.thread
        if thread is None or mail.sender is None or mail.is_automatic:
            return None
        command = read_command(mail.words.text)
        if command is None or inbox.recognise(connection, stored.raw, stored.id) is not None:
            return None
        occasion = Occasion(now=now, mail=mail, mail_id=stored.id)
        obeyed = self._life.obey(connection, command, thread, mail.sender, occasion)
        if obeyed is None:
            return None
        decision = Decision(
            outcome=Outcome.QUEUED if obeyed == "queued" else Outcome.COMMAND,
            route="command",
            request=considered.request,
            trace=(Step(rule="command", said=f"{command.verb}: {obeyed}", words=command.written),),
        )
        escalations.record_decision(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=thread.escalation_id,
            completes=None,
            now=now,
        )
        return decision
