"""What a decision brings about: the escalation and its timeline, the answers, the alerts, mail handed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.audience import concerned
from mailproc.desk.matter import matter_of
from mailproc.desk.post import is_return_path
from mailproc.letters.matter import Happening
from mailproc.policy.decision import Alert, Code, Outcome, Verdict
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision, Facts
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A decided mail.

    ``requested_at`` is when it was first asked for; ``key`` begins the keys of its letters.
    """

    stored: StoredMail
    mail: IncomingMail
    decision: Decision
    facts: Facts
    requested_at: datetime
    key: str

    @property
    def now(self) -> datetime:
        """The moment of the decision."""
        return self.facts.now


class Effects:
    """Writes what follows from decisions, on the connection it is given."""

    def __init__(
        self, settings: Settings, letters: Letters, post: Post, pursuit: Pursuit, attendance: Attendance
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._pursuit = pursuit
        self._attendance = attendance

    def carry_out(self, connection: Connection, case: Case) -> int | None:
        """Everything a decision brings about. The id of the escalation it belongs to, if there is one."""
        id_ = self._keep_escalation(connection, case)
        if case.decision.alert is Alert.EVERYBODY and id_ is not None:
            self._pursuit.after_alert(connection, escalations.entry(connection, id_) or {}, case.now)
        messages = [
            *self._replies(case, id_),
            *self._alerts(case, id_),
            *self._word_inside(connection, case, id_),
        ]
        held = self._settings.desk.holds_letters
        outbox.put(connection, messages, now=case.now, held=held)
        outbox.put(connection, self._hand_on(case), now=case.now, held=False)
        return id_

    def _keep_escalation(self, connection: Connection, case: Case) -> int | None:
        """Opens the escalation, or continues the open one; its id."""
        decision = case.decision
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
                mail_id=case.stored.id,
                organisation=case.facts.organisation,
                requested_at=case.requested_at,
                now=case.now,
            )
        if decision.outcome is Outcome.RAISED:
            escalations.change(connection, id_, level=Level.EMERGENCY, now=case.now)
        escalations.record_event(
            connection, decision, escalation_id=id_, kind=kind, mail_id=case.stored.id, now=case.now
        )
        self._tell_attendants(connection, case, id_, kind)
        return id_

    def _tell_attendants(self, connection: Connection, case: Case, escalation_id: int, kind: str) -> None:
        row, by = escalations.entry(connection, escalation_id), case.decision.request.requester
        if row is not None and by is not None:
            words = case.decision.request.motivation or ""
            heard = Heard(row=row, kind=kind, words=words, by=by, now=case.now, mail_id=case.stored.id)
            self._attendance.hear(connection, heard)

    def _replies(self, case: Case, escalation_id: int | None) -> Iterator[Outgoing]:
        for letter in self._answers(case):
            yield self._letter(case, letter, case.key, escalation_id)

    def _answers(self, case: Case) -> tuple[Letter, ...]:
        decision, now = case.decision, case.now
        to = decision.request.requester
        if decision.handed_over and to is not None:
            language = decision.request.language
            return (self._letters.handed_over(to=to, now=now, answers=case.mail, language=language),)
        return self._letters.reply(decision, case.mail, now=now, decides_at=case.facts.next_digest)

    def _alerts(self, case: Case, escalation_id: int | None) -> Iterator[Outgoing]:
        people = alerted(case.decision.alert, self._settings)
        key = f"alert:{case.key}"
        for letter in self._letters.alerts(case.decision, case.mail, people=people, now=case.now):
            yield self._letter(case, letter, key, escalation_id)
        if case.decision.alert is Alert.EVERYBODY:
            title, body = self._letters.short_alert(case.decision)
            yield from self._post.alerts(people, title, body, key=key, mail_id=case.stored.id)

    def _word_inside(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> Iterator[Outgoing]:
        """Staff who have the escalation hear of another voice (S7), unless all are alerted anyway."""
        decision = case.decision
        continues = decision.escalation is not None and decision.escalation.is_open
        row = escalations.entry(connection, escalation_id) if escalation_id is not None else None
        if row is None or not continues or decision.alert is not Alert.NOBODY:
            return
        by = decision.request.requester
        happening = Happening(
            kind=row["events"][-1]["kind"],
            by=(by.name or by.email) if by else "",
            at=case.now,
            words=decision.request.motivation or "",
        )
        for person in concerned(connection, row, self._settings):
            if by is None or person.email != by.email:
                matter = matter_of(row, self._settings)
                letter = self._letters.staff_news(matter, happening, person=person, now=case.now)
                yield self._letter(case, letter, f"inside:{case.key}", escalation_id)

    def _letter(self, case: Case, letter: Letter, key: str, escalation_id: int | None) -> Outgoing:
        return self._post.letter(
            letter,
            key=f"{key}:{letter.to}",
            now=case.now,
            mail_id=case.stored.id,
            escalation_id=escalation_id,
        )

    def _hand_on(self, case: Case) -> list[Outgoing]:
        """Mail for people that came by SMTP goes on to them; by IMAP it is with them already."""
        stored, decision = case.stored, case.decision
        listener = self._settings.lmtp if stored.way == "lmtp" else self._settings.smtp
        ordinary_mail = listener.ordinary_mail if listener else None
        is_for_people = (
            decision.verdict is Verdict.IGNORED
            and decision.code not in _NEVER_HANDED_ON
            and not stored.by_imap
            and not any(is_return_path(recipient) for recipient in stored.envelope_to)
        )
        if ordinary_mail is None or not is_for_people:
            return []
        recipients = stored.envelope_to or (self._settings.desk.address,)
        if ordinary_mail.maildir:
            recipients = recipients[:1]  # one folder, one copy
        return self._post.hand_on(
            mail_id=stored.id, envelope_from=stored.envelope_from, recipients=recipients
        )


def alerted(alert: Alert, settings: Settings) -> tuple[Person, ...]:
    """The people an alert goes to: every PM, or the person on duty (the first PM where none is named)."""
    if alert is Alert.EVERYBODY:
        return settings.people_with("pm")
    if alert is Alert.DUTY:
        return (settings.people_with("duty") or settings.people_with("pm"))[:1]
    return ()
