"""What a decision brings about: the escalation and its timeline, the answers, the alerts, mail handed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.audience import concerned
from mailproc.desk.matter import matter_of
from mailproc.desk.post import is_return_path
from mailproc.desk.rungs import client_of, rung_shown, tier_of
from mailproc.escalation.status import Status
from mailproc.letters.matter import Happening
from mailproc.policy.calling import called
from mailproc.policy.decision import Alert, AlertReason, Code, Outcome, Verdict
from mailproc.policy.handover import gathered_at_the_end
from mailproc.reading.notification import is_by_machine
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.pager import Pager
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

MOST_ANSWERS = 10
"""Letters about one escalation within an hour after which somebody who joins once more gets no answer."""

_TOLD_INSIDE = frozenset(TIMELINE.values())

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
        self,
        settings: Settings,
        letters: Letters,
        post: Post,
        pager: Pager,
        pursuit: Pursuit,
        attendance: Attendance,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._pager = pager
        self._pursuit = pursuit
        self._attendance = attendance

    def carry_out(self, connection: Connection, case: Case) -> int | None:
        """Everything a decision brings about. The id of the escalation it belongs to, if there is one."""
        return self._carry_out(connection, case, self._replies)

    def carry_out_unanswered(self, connection: Connection, case: Case) -> int | None:
        """The same without the answer to whoever asked: they hear of it in another letter."""
        return self._carry_out(connection, case, lambda connection, case, escalation_id: iter(()))

    def _carry_out(
        self,
        connection: Connection,
        case: Case,
        replies: Callable[[Connection, Case, int | None], Iterator[Outgoing]],
    ) -> int | None:
        id_ = self._keep_escalation(connection, case)
        messages = [
            *(() if self._goes_on(connection, case, id_) else replies(connection, case, id_)),
            *self._alerts(connection, case, id_),
            *self._word_inside(connection, case, id_),
        ]
        held = self._settings.desk.holds_letters
        outbox.put(connection, messages, now=case.now, held=held)
        outbox.put(connection, self._hand_on(case), now=case.now, held=False)
        return id_

    def _goes_on(self, connection: Connection, case: Case, escalation_id: int | None) -> bool:
        """True for one more mail of somebody who joins again and again: two machines may talk together."""
        to = case.decision.request.requester
        if case.decision.outcome is not Outcome.JOINED or escalation_id is None or to is None:
            return False
        since = case.now - timedelta(hours=1)
        return outbox.lately(connection, escalation_id, to.email, since) >= MOST_ANSWERS

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
            escalations.change(
                connection,
                id_,
                now=case.now,
                status=Status.STARTED,
                level=Level.EMERGENCY,
                acknowledged_by="",
            )
        if decision.known_ticket is not None:
            escalations.know_ticket(connection, id_, decision.known_ticket)
        escalations.record_event(
            connection, decision, escalation_id=id_, kind=kind, mail_id=case.stored.id, now=case.now
        )
        self._tell_attendants(connection, case, id_, kind)
        return id_

    def _tell_attendants(self, connection: Connection, case: Case, escalation_id: int, kind: str) -> None:
        row, by = escalations.entry(connection, escalation_id), case.decision.request.requester
        if row is not None and by is not None:
            words = case.decision.request.motivation or ""
            heard = Heard(
                row=row,
                kind=kind,
                words=words,
                by=by,
                now=case.now,
                mail_id=case.stored.id,
                by_machine=is_by_machine(case.mail, self._settings),
                form=case.decision.request.form,
            )
            self._attendance.hear(connection, heard)

    def _replies(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> Iterator[Outgoing]:
        handed_over = self._handed_over(connection, case, escalation_id)
        for letter in self._taken(case, handed_over) if handed_over else self._answers(case):
            yield self._letter(case, letter, case.key, escalation_id)

    def _handed_over(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> dict[str, Any] | None:
        """The escalation, where this mail has just handed it to a tier."""
        if case.decision.request.form is None or escalation_id is None:
            return None
        row = escalations.entry(connection, escalation_id)
        handed = any(
            event["kind"] == escalations.HANDED_OVER and event["mail_id"] == case.stored.id
            for event in (row["events"] if row else ())
        )
        return row if handed and row is not None and row["tier"] is not None else None

    def _taken(self, case: Case, row: dict[str, Any]) -> tuple[Letter, ...]:
        to = case.decision.request.requester
        if to is None or case.decision.alert is Alert.EVERYBODY:
            return self._answers(case)
        gathered = gathered_at_the_end(self._settings, client_of(row, self._settings))
        if tier_of(row, self._settings) is None and self._settings.person(to.email) in gathered:
            return ()  # they are asked for a new plan, with the others
        rung, matter = rung_shown(row, self._settings), matter_of(row, self._settings)
        return (self._letters.taken(matter, rung, to=to, now=case.now, answers=case.mail),)

    def _answers(self, case: Case) -> tuple[Letter, ...]:
        decision, now = case.decision, case.now
        to = decision.request.requester
        author = case.mail.reply_author
        by_machine = is_by_machine(case.mail, self._settings)
        if by_machine and to is not None and author is not None and to.email == author.email:
            return ()  # a notification that names nobody: machines are not answered (RFC 3834 §2)
        if decision.handed_over and to is not None:
            language = decision.request.language
            return (self._letters.handed_over(to=to, now=now, answers=case.mail, language=language),)
        return self._letters.reply(decision, case.mail, now=now, decides_at=case.facts.next_digest)

    def _alerts(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> Iterator[Outgoing]:
        people = self._alerted(connection, case, escalation_id)
        is_stranger = case.decision.alert_because in (AlertReason.STRANGER, AlertReason.LAST_STRANGER)
        key = f"{'stranger' if is_stranger else 'alert'}:{case.key}"
        for letter in self._letters.alerts(case.decision, case.mail, people=people, now=case.now):
            yield self._letter(case, letter, key, escalation_id)
        if case.decision.alert is not Alert.EVERYBODY:
            return
        ticket, mail_id = case.decision.request.ticket or "", case.stored.id
        if escalation_id is None:
            yield from self._pursuit.without_escalation(
                connection, ticket, key=key, mail_id=mail_id, now=case.now
            )
        else:
            yield from self._pager.first(
                connection,
                people,
                ticket=ticket,
                escalation_id=escalation_id,
                key=key,
                now=case.now,
                mail_id=mail_id,
            )

    def _alerted(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> tuple[Person, ...]:
        """The people who are told now, each by a letter of their own."""
        alert = case.decision.alert
        row = escalations.entry(connection, escalation_id) if escalation_id is not None else None
        if alert is Alert.EVERYBODY and row is not None:
            return self._pursuit.alarm(connection, row, case.now)
        return called(alert, self._settings, case.now)

    def _word_inside(
        self, connection: Connection, case: Case, escalation_id: int | None
    ) -> Iterator[Outgoing]:
        """Staff who have the escalation hear of another voice (S7), unless all are alerted anyway."""
        decision = case.decision
        continues = decision.escalation is not None and decision.escalation.is_open
        row = escalations.entry(connection, escalation_id) if escalation_id is not None else None
        if row is None or not continues or decision.alert is not Alert.NOBODY:
            return
        if self._handed_over(connection, case, escalation_id):
            return  # the tier has a letter about it
        by = decision.request.requester
        happening = Happening(
            kind=next(event["kind"] for event in reversed(row["events"]) if event["kind"] in _TOLD_INSIDE),
            by=(by.name or by.email) if by else "",
            at=case.now,
            words=decision.request.motivation or "",
        )
        told = concerned(connection, row, self._settings)
        if decision.restricted:  # it reaches the person on duty all the same
            told += [one for one in called(Alert.DUTY, self._settings, case.now) if one not in told]
        for person in told:
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
