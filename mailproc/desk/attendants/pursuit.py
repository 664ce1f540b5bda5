"""An emergency that nobody acknowledges is chased: again to all, up the list, and told at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import voices, waits_for_somebody
from mailproc.desk.gathering import TELL_TOGETHER
from mailproc.desk.matter import matter_of
from mailproc.escalation.timeline import Event
from mailproc.letters.operator import Notice
from mailproc.policy.calling import called, called_again, chase_at
from mailproc.policy.decision import Alert
from mailproc.store import calls, escalations, outbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.gathering import Gathering
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.notices import OperatorDesk
    from mailproc.desk.pager import Pager
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings
    from mailproc.store.outbox import Outgoing
    from mailproc.store.timers import Due

CHASE = "chase"

_CALMS = (Event.RESOLVED_BY_REQUESTER, Event.SOLUTION_ACCEPTED, Event.NO_LONGER_URGENT)
"""After these nobody is called any more."""


class Pursuit:
    """Alerts people about emergencies, and chases them until one has it (P3, P9)."""

    promises = frozenset({CHASE, TELL_TOGETHER})

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        mailing: Mailing,
        pager: Pager,
        gathering: Gathering,
        operator: OperatorDesk,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._pager = pager
        self._gathering = gathering
        self._operator = operator

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Stops the chase once it has no object, and takes it up again when it is still down.

        An SMS that could not be sent yet is not sent any more: nobody is called for what somebody has.
        """
        if not waits_for_somebody(heard.row) or heard.kind in _CALMS:
            timers.stop(connection, heard.row["id"], [CHASE])
            calls.let_go(connection, heard.row["id"])
            mails = [event["mail_id"] for event in heard.row["events"] if event["mail_id"]]
            outbox.drop_alerts(connection, f"chase:{heard.row['id']}:", mails)
        elif heard.kind == Event.STILL_DOWN:
            self._chase_later(connection, heard.row, heard.now)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Again to all; then up the list; and when the list ends, the requester hears it honestly (P9)."""
        if promise.kind == TELL_TOGETHER:
            self._gathering.tell(connection, promise, now)
        elif waits_for_somebody(row):
            self._chase(connection, promise, row, now)

    def alarm(self, connection: Connection, row: dict[str, Any], now: datetime) -> tuple[Person, ...]:
        """The people to be alerted about an emergency now, by all their ways; it is chased from here on.

        Nobody where it comes in a storm: then it waits, and is told together with others.
        """
        _note(connection, row, Event.EVERYBODY_ALERTED, now)
        people = called(Alert.EVERYBODY, self._settings, now)
        if not people:  # a desk without staff: the list ends before it began
            end = len(self._settings.emergency.ladder) + 1
            timers.wind(connection, CHASE, now, escalation_id=row["id"], round=end)
            return ()
        self._chase_later(connection, row, now)
        return () if self._gathering.takes(connection, row, round=0, now=now) else people

    def alert_everybody(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """Alerts for what only now became an emergency."""
        people = self.alarm(connection, row, now)
        key = f"chase:{row['id']}:{now:%Y%m%dT%H%M%S}:0"
        self._write(connection, row, people, round=0, key=key, now=now)
        short = self._pager.first(
            connection, people, ticket=row["ticket"], escalation_id=row["id"], key=key, now=now
        )
        self._put(connection, short, now)

    def without_escalation(
        self, connection: Connection, ticket: str, *, key: str, mail_id: int, now: datetime
    ) -> list[Outgoing]:
        """Short alerts for an emergency whose form is not complete yet. In a storm one each while."""
        if self._gathering.is_storm(connection, now):
            key = f"storm:{now.timestamp() // self._settings.emergency.group_update.total_seconds():.0f}"
        people = called(Alert.EVERYBODY, self._settings, now)
        return self._pager.first(
            connection, people, ticket=ticket, escalation_id=None, key=key, now=now, mail_id=mail_id
        )

    def _chase(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        round = promise.round
        if round > len(self._settings.emergency.ladder):
            self._exhausted(connection, promise, row, now)
            return
        _note(connection, row, Event.CHASED, now)
        self._chase_later(connection, row, now, round=round + 1)
        if self._gathering.takes(connection, row, round=round, now=now):
            return
        people = called_again(round, self._settings, now)
        key = f"chase:{row['id']}:{now:%Y%m%dT%H%M%S}:{round}"
        self._write(connection, row, people, round=round, key=key, now=now)
        matter = matter_of(row, self._settings)
        short = self._pager.again(connection, people, matter, escalation_id=row["id"], key=key, now=now)
        self._put(connection, short, now)

    def _chase_later(
        self, connection: Connection, row: dict[str, Any], now: datetime, round: int = 1
    ) -> None:
        if waits_for_somebody(row) and round <= len(self._settings.emergency.ladder) + 1:
            due_at = chase_at(now, self._settings)
            timers.wind(connection, CHASE, due_at, escalation_id=row["id"], round=round)

    def _write(
        self,
        connection: Connection,
        row: dict[str, Any],
        people: tuple[Person, ...],
        *,
        round: int,
        key: str,
        now: datetime,
    ) -> None:
        matter = matter_of(row, self._settings)
        letters = [
            self._letters.chase(matter, person=person, waiting_since=row["accepted_at"], round=round, now=now)
            for person in people
        ]
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=row["id"])

    def _put(self, connection: Connection, messages: list[Outgoing], now: datetime) -> None:
        outbox.put(connection, messages, now=now, held=self._settings.desk.holds_letters)

    def _exhausted(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Whoever asked hears the truth, and the operator that the list ended."""
        id_, matter = row["id"], matter_of(row, self._settings)
        _note(connection, row, Event.NOBODY_ANSWERED, now)
        letters = [
            self._letters.exhausted(matter, to=voice, now=now)
            for voice in voices(connection, row, self._settings)
        ]
        key = f"exhausted:{id_}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=id_)
        notice = Notice(kind="unanswered", subject=row["ticket"])
        since = now - self._settings.emergency.group_within
        many = calls.lately(connection, [Event.NOBODY_ANSWERED], since) > self._settings.emergency.group_above
        about = f"{now:%Y%m%dT%H}" if many else f"{id_}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._operator.tell(connection, notice, key=f"unanswered:{about}", now=now)


def _note(connection: Connection, row: dict[str, Any], kind: Event, now: datetime) -> None:
    escalations.add_event(connection, row["id"], kind=kind, by="", words="", mail_id=None, now=now)
