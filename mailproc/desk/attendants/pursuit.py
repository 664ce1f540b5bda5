"""An emergency that nobody acknowledges is chased: again to all, up the list, and told at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import EVERYBODY_ALERTED
from mailproc.desk.matter import matter_of
from mailproc.escalation.status import Status
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings
    from mailproc.store.timers import Due

CHASE = "chase"

_CALMS = ("resolved by requester", "solution accepted", "no longer urgent")
"""After these nobody is called any more."""


class Pursuit:
    """Alerts people about emergencies, and chases them until one has it (P3, P9)."""

    promises = frozenset({CHASE})

    def __init__(self, settings: Settings, letters: Letters, post: Post, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._mailing = mailing

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Stops the chase once it has no object, and takes it up again when it is still down."""
        if not _waits_for_somebody(heard.row) or heard.kind in _CALMS:
            timers.stop(connection, heard.row["id"], [CHASE])
        elif heard.kind == "still down":
            self._chase_later(connection, heard.row, heard.now)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Again to all; then up the list; and when the list ends, the requester hears it honestly (P9)."""
        if not _waits_for_somebody(row):
            return
        ladder = self._settings.emergency.ladder
        if promise.round > len(ladder):
            self._exhausted(connection, promise, row, now)
            return
        people = self._settings.people_with("pm", *ladder[: promise.round])
        self._chase(connection, row, people, round=promise.round, now=now)
        self._chase_later(connection, row, now, round=promise.round + 1)

    def alert_everybody(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """Alerts every PM by all their ways, and promises to chase."""
        self._chase(connection, row, self._settings.people_with("pm"), round=0, now=now)
        self.after_alert(connection, row, now)

    def after_alert(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """Notes that everybody was alerted, and promises to chase."""
        escalations.add_event(
            connection, row["id"], kind=EVERYBODY_ALERTED, by="", words="", mail_id=None, now=now
        )
        self._chase_later(connection, row, now)

    def _chase_later(
        self, connection: Connection, row: dict[str, Any], now: datetime, round: int = 1
    ) -> None:
        if _waits_for_somebody(row) and round <= len(self._settings.emergency.ladder) + 1:
            due_at = now + self._settings.emergency.chase_after
            timers.wind(connection, CHASE, due_at, escalation_id=row["id"], round=round)

    def _chase(
        self,
        connection: Connection,
        row: dict[str, Any],
        people: tuple[Person, ...],
        *,
        round: int,
        now: datetime,
    ) -> None:
        """Tells people, by mail and all their alert addresses, that nobody has acknowledged it yet."""
        matter, id_ = matter_of(row, self._settings), row["id"]
        key = f"chase:{id_}:{now:%Y%m%dT%H%M%S}:{round}"
        letters = [
            self._letters.chase(matter, person=person, waiting_since=row["accepted_at"], round=round, now=now)
            for person in people
        ]
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=id_)
        title, body = self._letters.short_chase(matter)
        alerts = self._post.alerts(people, title, body, key=key)
        outbox.put(connection, alerts, now=now, held=self._settings.desk.holds_letters)

    def _exhausted(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        matter = matter_of(row, self._settings)
        letter = self._letters.exhausted(matter, to=matter.requester, now=now)
        key = f"exhausted:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, [letter], key=key, now=now, escalation_id=row["id"])


def _waits_for_somebody(row: dict[str, Any]) -> bool:
    return Status(row["status"]) is Status.STARTED and Level(row["level"]) is Level.EMERGENCY
