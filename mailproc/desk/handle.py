"""Handles one stored mail: facts, decision, effects and outcome in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from mailproc.desk.case import Case
from mailproc.desk.completion import find_completion
from mailproc.desk.consider import Considered, opened
from mailproc.desk.facts import gather, takes_part
from mailproc.desk.occasion import Occasion
from mailproc.desk.thread import Thread
from mailproc.escalation.command import Command, Verb, read_command
from mailproc.policy.decide import decide
from mailproc.policy.decision import Decision, Outcome, Step, Verdict
from mailproc.reading.record import from_record
from mailproc.store import decisions, escalations, inbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.directory import Directory
    from mailproc.desk.effects import Effects
    from mailproc.desk.life import Life
    from mailproc.desk.prose import Prose
    from mailproc.desk.receipts import Receipts
    from mailproc.desk.returned import Returned
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail

WITHOUT_A_THREAD = frozenset({Verb.STATUS, Verb.RESOLVED, Verb.STILL_DOWN, Verb.NO_LONGER_URGENT})
"""What is understood in a mail of its own too, when it names the ticket."""


class Mends(Protocol):
    """Carries out a command about a mail that was sent back, or left alone."""

    def obey(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """The decision about the mail that brought the command; None where it brought none."""
        ...


class Desk:
    """Decides mail and writes what follows from it. Nothing leaves here: only the outbox speaks."""

    def __init__(
        self,
        settings: Settings,
        effects: Effects,
        life: Life,
        receipts: Receipts,
        returned: Returned,
        directory: Directory,
        mends: Mapping[Verb, Mends],
        prose: Prose,
    ) -> None:
        """``mends`` are the commands about a mail that has no escalation yet."""
        self._settings = settings
        self._mends = mends
        self._prose = prose
        self._receipts = receipts
        self._directory = directory
        self._effects = effects
        self._life = life
        self._returned = returned

    def handle(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision:
        """Decides a mail and writes all its effects on the given connection.

        The caller commits: everything, or nothing. Raises LookupError when the mail has an outcome.
        """
        decision = self._take_code(connection, stored, considered, now)
        if decision is None:
            decision = self._mend(connection, stored, considered, now)
        if decision is None:
            decision = self._obey(connection, stored, considered, now)
        if decision is None:
            decision = self._decide(connection, stored, considered, now)
        mail = considered.mail
        self._returned.note(connection, stored, mail, now)
        inbox.settle(
            connection,
            stored.id,
            outcome=decision.outcome,
            code=decision.code,
            now=now,
            sender=mail.sender.email if mail.sender else "",
            subject=mail.subject,
            message_id=mail.message_id,
            move=self._leaves_the_mailbox(connection, stored, decision),
        )
        if stored.by_imap and decision.verdict is Verdict.IGNORED:
            inbox.forget_raw(connection, stored.id)  # it stays in the mailbox, which people read
        return decision

    def _leaves_the_mailbox(self, connection: Connection, stored: StoredMail, decision: Decision) -> bool:
        """Handled mail is moved out of the people's way; not while letters are held: then they answer it."""
        if not stored.by_imap or self._settings.desk.holds_letters:
            return False
        if decision.outcome is Outcome.DUPLICATE:
            return inbox.was_handled(connection, stored.raw)
        return decision.verdict is not Verdict.IGNORED

    def take_up(self, connection: Connection, mail_id: int, now: datetime) -> Decision | None:
        """Decides a request that was queued for the end of its cooldown (P5), as if it came now.

        None when its mail is not stored any more.
        """
        made = decisions.of_mail(connection, mail_id)
        stored = inbox.stored(connection, mail_id)
        if made is None or stored is None:
            return None
        considered = Considered(
            mail=opened(stored.raw, self._settings), thread=None, request=from_record(made["understood"])
        )
        known = gather(connection, stored, considered, self._settings, now, directory=self._directory)
        facts = replace(known, stale=False)
        decision = decide(considered.request, facts, self._settings.policy_of(facts.procedure))
        case = Case(
            stored=stored,
            mail=considered.mail,
            decision=decision,
            facts=facts,
            requested_at=stored.received_at,
            key=f"queued:{mail_id}",
        )
        escalation_id = self._effects.carry_out(connection, case)
        decisions.record_anew(connection, decision, mail_id=mail_id, escalation_id=escalation_id, now=now)
        return decision

    def _decide(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision:
        completion = find_completion(connection, considered, self._settings)
        if completion is not None:
            considered = replace(considered, request=completion.request)
        gaps = completion.gaps if completion else 0
        facts = gather(
            connection, stored, considered, self._settings, now, gaps=gaps, directory=self._directory
        )
        self._directory.report(connection, facts.lookup, now)
        case = Case(
            stored=stored,
            mail=considered.mail,
            decision=decide(considered.request, facts, self._settings.policy_of(facts.procedure)),
            facts=facts,
            requested_at=completion.requested_at if completion else stored.received_at,
            key=f"reply:{stored.id}",
        )
        decisions.record(
            connection,
            case.decision,
            mail_id=stored.id,
            escalation_id=self._effects.carry_out(connection, case),
            completes=completion.first if completion else None,
            now=now,
        )
        return case.decision

    def _command(self, mail: IncomingMail) -> Command | None:
        """The command of a mail. ``Level: Emergency`` in a customer's request is a part of that request."""
        command = read_command(mail.words.text)
        is_staff = mail.sender is not None and self._settings.person(mail.sender.email) is not None
        return None if command and command.verb is Verb.LEVEL and not is_staff else command

    def _by_ticket(self, connection: Connection, considered: Considered) -> Thread | None:
        """A command outside of any thread is about the ticket it names, if its sender belongs to that."""
        ticket, sender = considered.request.ticket, considered.mail.sender
        latest = escalations.latest(connection, ticket) if ticket else None
        if latest is None or sender is None:
            return None
        belongs = self._settings.person(sender.email) or takes_part(
            connection, latest, sender.email, self._settings
        )
        return Thread(escalation_id=int(latest.id), ticket=ticket) if belongs else None

    def _take_code(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """Takes the code of an alert, or an ACK that does not say of what; None for any other mail."""
        if not self._receipts.may_take(considered):
            return None
        if inbox.recognise(connection, stored.raw, stored.id) is not None:
            return None
        receipt = self._receipts.take(connection, considered, stored.id, now)
        if receipt is None:
            return None
        decision = Decision(
            outcome=Outcome.COMMAND,
            route=receipt.route,
            request=replace(considered.request, requester=receipt.by),
            trace=(Step(rule="alert code", said=receipt.said),),
        )
        decisions.record(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=receipt.escalation_id,
            now=now,
        )
        return decision

    def _mend(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """TAKE and BOTH: what was sent back becomes a request after all; None for any other mail."""
        command = read_command(considered.mail.words.text)
        room = self._mends.get(command.verb) if command else None
        if room is None or considered.mail.is_automatic:
            return None
        if inbox.recognise(connection, stored.raw, stored.id) is not None:
            return None
        return room.obey(connection, stored, considered, now)

    def _obey(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """Carries out a command of a person's answer to a letter of ours; None for any other mail."""
        mail = considered.mail
        command = self._command(mail)
        thread = considered.thread
        if thread is None and command is not None and command.verb in WITHOUT_A_THREAD:
            thread = self._by_ticket(connection, considered)
        if thread is None or mail.sender is None or mail.is_automatic:
            return None
        if inbox.recognise(connection, stored.raw, stored.id) is not None:
            return None
        occasion = Occasion(now=now, mail=mail, mail_id=stored.id)
        if command is None and _asks_for_another(considered, thread):
            return None
        if command is None:
            obeyed = self._prose.ask_back(connection, thread, mail.sender, occasion)
        else:
            obeyed = self._life.obey(connection, command, thread, mail.sender, occasion)
        if obeyed is None:
            return None
        decision = Decision(
            outcome=Outcome.QUEUED if obeyed == "queued" else Outcome.COMMAND,
            route="command",
            request=considered.request,
            trace=(Step(rule="command", said=obeyed, words=command.written if command else ""),),
        )
        decisions.record(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=thread.escalation_id,
            now=now,
        )
        return decision


def _asks_for_another(considered: Considered, thread: Thread) -> bool:
    """True for an answer whose own words ask for another ticket: they win over the thread."""
    request = considered.request
    return request.is_request and request.ticket is not None and request.ticket != thread.ticket
