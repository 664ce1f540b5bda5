"""Who inside hears of a decided mail: those who are called for it, and those who have it already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.audience import concerned
from mailproc.desk.case import addressed, handed_over
from mailproc.desk.matter import matter_of
from mailproc.escalation.timeline import REQUESTS
from mailproc.letters.matter import Happening
from mailproc.policy.calling import called
from mailproc.policy.decision import Alert, AlertReason
from mailproc.store import escalations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from mailproc.desk.attendants.pursuit import Pursuit
    from mailproc.desk.case import Case
    from mailproc.desk.pager import Pager
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings
    from mailproc.store.outbox import Outgoing


class Inside:
    """Alerts, and words to staff."""

    def __init__(
        self, settings: Settings, letters: Letters, post: Post, pager: Pager, pursuit: Pursuit
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._pager = pager
        self._pursuit = pursuit

    def alerts(self, connection: Connection, case: Case, escalation_id: int | None) -> Iterator[Outgoing]:
        """Letters and short alerts to those who are called for it."""
        people = self._alerted(connection, case, escalation_id)
        is_stranger = case.decision.alert_because in (AlertReason.STRANGER, AlertReason.LAST_STRANGER)
        key = f"{'stranger' if is_stranger else 'alert'}:{case.key}"
        for letter in self._letters.alerts(case.decision, case.mail, people=people, now=case.now):
            yield addressed(self._post, case, letter, key, escalation_id)
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

    def _alerted(self, connection: Connection, case: Case, escalation_id: int | None) -> tuple[Person, ...]:
        """The people who are told now, each by a letter of their own."""
        alert = case.decision.alert
        row = escalations.entry(connection, escalation_id) if escalation_id is not None else None
        if alert is Alert.EVERYBODY and row is not None:
            return self._pursuit.alarm(connection, row, case.now)
        return called(alert, self._settings, case.now)

    def word(self, connection: Connection, case: Case, escalation_id: int | None) -> Iterator[Outgoing]:
        """Staff who have the escalation hear of another voice (S7), unless all are alerted anyway."""
        decision = case.decision
        continues = decision.escalation is not None and decision.escalation.is_open
        row = escalations.entry(connection, escalation_id) if escalation_id is not None else None
        if row is None or not continues or decision.alert is not Alert.NOBODY:
            return
        if handed_over(connection, case, escalation_id):
            return  # the tier has a letter about it
        by = decision.request.requester
        happening = Happening(
            kind=next(event["kind"] for event in reversed(row["events"]) if event["kind"] in REQUESTS),
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
                yield addressed(self._post, case, letter, f"inside:{case.key}", escalation_id)
