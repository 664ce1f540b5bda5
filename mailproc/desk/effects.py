"""What a decision brings about: the escalation and its timeline, the answers, the alerts, mail handed on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.audience import copied_in
from mailproc.desk.case import addressed, handed_over
from mailproc.desk.inside import Inside
from mailproc.desk.matter import matter_of
from mailproc.desk.post import is_return_path
from mailproc.desk.rungs import client_of, rung_shown, tier_of
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.policy.decision import Alert, Code, Outcome, Verdict
from mailproc.policy.handover import gathered_at_the_end
from mailproc.reading.notification import is_by_machine
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.case import Case
    from mailproc.desk.pager import Pager
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import Address
    from mailproc.settings import Settings
    from mailproc.store.outbox import Outgoing

TIMELINE = {
    "new escalation": Event.STARTED,
    "complete the earlier request": Event.STARTED,
    "second event after the cooldown": Event.ESCALATED_AGAIN,
    "raise to emergency": Event.RAISED,
    "join the open escalation": Event.JOINED,
}
"""What each route of the precedence table is called on the escalation's timeline."""

MOST_ANSWERS = 10
"""Letters about one escalation within an hour after which somebody who joins once more gets no answer."""

_NEVER_HANDED_ON = frozenset({Code.OWN_MAIL, Code.DUPLICATE})


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
        self._inside = Inside(settings, letters, post, pager, pursuit)
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
            *self._inside.alerts(connection, case, id_),
            *self._inside.word(connection, case, id_),
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
            kind = Event.JOINED if decision.outcome is Outcome.COMPLETED else kind
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
            connection,
            decision,
            escalation_id=id_,
            kind=kind,
            mail_id=case.stored.id,
            now=case.now,
            copied=self._copied(case),
        )
        self._tell_attendants(connection, case, id_, kind)
        return id_

    def _tell_attendants(self, connection: Connection, case: Case, escalation_id: int, kind: Event) -> None:
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

    def _replies(self, connection: Connection, case: Case, escalation_id: int | None) -> Iterator[Outgoing]:
        handed = handed_over(connection, case, escalation_id)
        for letter in self._taken(case, handed) if handed else self._answers(case):
            yield addressed(self._post, case, letter, case.key, escalation_id)

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
        return self._letters.reply(
            decision,
            case.mail,
            now=now,
            decides_at=case.facts.next_digest,
            copied=self._copied(case),
        )

    def _copied(self, case: Case) -> tuple[Address, ...]:
        """Those who hear with the requester (S2); a stranger cannot make the desk write to others."""
        is_heard = case.decision.verdict is Verdict.ACCEPTED and case.facts.known_sender
        return copied_in(case.mail, case.decision.request, self._settings) if is_heard else ()

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
