"""Handles one stored mail: facts, decision, escalation, letters and outcome in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.desk.completion import find_completion
from mailproc.desk.facts import gather
from mailproc.desk.life import Occasion
from mailproc.desk.post import is_return_path
from mailproc.escalation.command import read_command
from mailproc.policy.decide import decide
from mailproc.policy.decision import Alert, Code, Decision, Outcome, Step, Verdict
from mailproc.reading.request import Level
from mailproc.store import escalations, inbox, outbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.desk.life import Life
    from mailproc.desk.post import Post
    from mailproc.desk.promises import Promises
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.settings import Person, Settings
    from mailproc.store.inbox import StoredMail
    from mailproc.store.outbox import Outgoing

TIMELINE = {
    "new escalation": "started",
    "complete the earlier request": "started",
    "second event after the cooldown": "escalated again",
    "raise to emergency": "raised",
    "join the open escalation": "joined",
}
"""What each route of the precedence table is called on the escalation's timeline."""

_NEVER_HANDED_ON = frozenset({Code.OWN_MAIL, Code.DUPLICATE})


class Desk:
    """Decides mail and writes what follows from it. Nothing leaves here: only the outbox speaks."""

    def __init__(
        self, settings: Settings, letters: Letters, post: Post, promises: Promises, life: Life
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._promises = promises
        self._life = life

    def handle(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision:
        """Decides a mail and writes all its effects on the given connection.

        The caller commits: everything, or nothing. Raises LookupError when the mail has an outcome.
        """
        obeyed = self._obey(connection, stored, considered, now)
        if obeyed is not None:
            return obeyed
        completion = find_completion(connection, considered, self._settings)
        if completion is not None:
            considered = replace(considered, request=completion.request)
        gaps = completion.gaps if completion else 0
        facts = gather(connection, stored, considered, self._settings, now, gaps=gaps)
        decision = decide(considered.request, facts, self._settings.policy)
        requested_at = completion.requested_at if completion else stored.received_at
        escalation_id = self._keep_escalation(
            connection, decision, stored, facts.organisation, requested_at, now
        )
        escalations.record_decision(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=escalation_id,
            completes=completion.first if completion else None,
            now=now,
        )
        if decision.alert is Alert.EVERYBODY and escalation_id is not None:
            row = escalations.entry(connection, escalation_id)
            self._promises.after_alert(connection, row or {}, now)
        messages = [
            *self._replies(decision, stored, considered, facts.next_digest, now, escalation_id),
            *self._alerts(decision, stored, considered, now, escalation_id),
        ]
        held = self._settings.desk.mode == "observe"
        outbox.put(connection, messages, now=now, held=held)
        handed_on = self._hand_on(decision, stored)
        outbox.put(connection, handed_on, now=now, held=False)
        if decision.verdict is Verdict.IGNORED and stored.by_imap:
            inbox.forget_raw(connection, stored.id)  # it stays in the mailbox, which people read
        self._settle(connection, decision, stored, considered, now)
        return decision

    def _obey(
        self,
        connection: Connection,
        stored: StoredMail,
        considered: Considered,
        now: datetime,
    ) -> Decision | None:
        """Carries out a command of a person's answer to a letter of ours; None for any other mail."""
        mail, thread = considered.mail, considered.thread
        if thread is None or mail.sender is None or mail.is_automatic:
            return None
        command = read_command(mail.words.text)
        if command is None or inbox.recognise(connection, stored.raw, stored.id) is not None:
            return None
        occasion = Occasion(now=now, mail=mail, mail_id=stored.id)
        said = self._life.obey(connection, command, thread, mail.sender, occasion)
        if said is None:
            return None
        step = Step(rule="command", said=f"{command.verb}: {said}", words=command.written)
        decision = Decision(
            outcome=Outcome.COMMAND, route="command", request=considered.request, trace=(step,)
        )
        escalations.record_decision(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=thread.escalation_id,
            completes=None,
            now=now,
        )
        self._settle(connection, decision, stored, considered, now)
        return decision

    def _keep_escalation(
        self,
        connection: Connection,
        decision: Decision,
        stored: StoredMail,
        organisation: str | None,
        requested_at: datetime,
        now: datetime,
    ) -> int | None:
        """Opens the escalation, or continues the open one; its id."""
        if decision.verdict is not Verdict.ACCEPTED:
            return None
        kind = TIMELINE[decision.route]
        if decision.escalation is not None and decision.escalation.is_open:
            id_ = int(decision.escalation.id)
            kind = "joined" if decision.outcome is Outcome.COMPLETED else kind
        else:
            id_ = escalations.start(
                connection,
                decision,
                mail_id=stored.id,
                organisation=organisation,
                requested_at=requested_at,
                now=now,
            )
        if decision.outcome is Outcome.RAISED:
            escalations.change(connection, id_, level=Level.EMERGENCY, now=now)
        escalations.record_event(
            connection, decision, escalation_id=id_, kind=kind, mail_id=stored.id, now=now
        )
        return id_

    def _replies(
        self,
        decision: Decision,
        stored: StoredMail,
        considered: Considered,
        decides_at: datetime,
        now: datetime,
        escalation_id: int | None,
    ) -> Iterable[Outgoing]:
        for letter in self._answers(decision, considered, decides_at, now):
            yield self._post.letter(
                letter,
                key=f"reply:{stored.id}:{letter.to}",
                now=now,
                mail_id=stored.id,
                escalation_id=escalation_id,
            )

    def _answers(
        self, decision: Decision, considered: Considered, decides_at: datetime, now: datetime
    ) -> tuple[Letter, ...]:
        request, mail = decision.request, considered.mail
        if decision.handed_over and request.requester is not None:
            to, language = request.requester, request.language
            return (self._letters.handed_over(to=to, now=now, answers=mail, language=language),)
        return self._letters.reply(decision, mail, now=now, decides_at=decides_at)

    def _alerts(
        self,
        decision: Decision,
        stored: StoredMail,
        considered: Considered,
        now: datetime,
        escalation_id: int | None,
    ) -> Iterable[Outgoing]:
        people = alerted(decision.alert, self._settings)
        for letter in self._letters.alerts(decision, considered.mail, people=people, now=now):
            yield self._post.letter(
                letter,
                key=f"alert:{stored.id}:{letter.to}",
                now=now,
                mail_id=stored.id,
                escalation_id=escalation_id,
            )
        if decision.alert is Alert.EVERYBODY:
            title, body = self._letters.short_alert(decision)
            yield from self._post.alerts(people, title, body, key=f"alert:{stored.id}", mail_id=stored.id)

    def _hand_on(self, decision: Decision, stored: StoredMail) -> list[Outgoing]:
        """Mail for people that came by SMTP goes on to them; by IMAP it is with them already."""
        listener = self._settings.lmtp if stored.way == "lmtp" else self._settings.smtp
        wanted = (
            decision.verdict is Verdict.IGNORED
            and decision.code not in _NEVER_HANDED_ON
            and not stored.by_imap
            and not any(is_return_path(recipient) for recipient in stored.envelope_to)
            and listener is not None
            and listener.ordinary_mail is not None
        )
        if not wanted:
            return []
        recipients = stored.envelope_to or (self._settings.desk.address,)
        if listener and listener.ordinary_mail and listener.ordinary_mail.maildir:
            recipients = recipients[:1]  # one folder, one copy
        return self._post.hand_on(
            mail_id=stored.id, envelope_from=stored.envelope_from, recipients=recipients
        )

    def _settle(
        self,
        connection: Connection,
        decision: Decision,
        stored: StoredMail,
        considered: Considered,
        now: datetime,
    ) -> None:
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


def alerted(alert: Alert, settings: Settings) -> tuple[Person, ...]:
    """The people an alert goes to: every PM, or the person on duty (the first PM where none is named)."""
    if alert is Alert.EVERYBODY:
        return settings.people_with("pm")
    if alert is Alert.DUTY:
        return (settings.people_with("duty") or settings.people_with("pm"))[:1]
    return ()
