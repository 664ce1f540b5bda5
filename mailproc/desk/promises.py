"""What the desk owes after each event: alerts at once, and timers for what comes later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.matter import matter_of
from mailproc.escalation.status import Status
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings

EVERYBODY_ALERTED = "everybody alerted"
"""The line on the timeline that tells that every PM was alerted."""

CHASE = "chase"
REMIND_OF_PROPOSAL = "remind of proposal"
CLOSE_PROPOSED = "close proposed"
CLOSE_RESOLVED = "close resolved"
TAKE_UP = "take up"

PROPOSAL_REMINDER = timedelta(days=2)
PROPOSAL_CLOSES = timedelta(days=5)
RESOLVED_CLOSES = timedelta(hours=24)


class Promises:
    """Winds and stops the timers of an escalation, and alerts people about it."""

    def __init__(self, settings: Settings, letters: Letters, post: Post) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post

    def keep_up(self, connection: Connection, row: dict[str, Any], happening: str, now: datetime) -> None:
        """Brings the timers of an escalation in line with what just happened to it."""
        id_, status = row["id"], Status(row["status"])
        if status.is_over:
            timers.stop(connection, id_)
            return
        if status is not Status.STARTED:
            timers.stop(connection, id_, [CHASE])
        if status is not Status.SOLUTION_PROPOSED:
            timers.stop(connection, id_, [REMIND_OF_PROPOSAL, CLOSE_PROPOSED])
        if happening == "solution proposed":
            timers.wind(connection, REMIND_OF_PROPOSAL, now + PROPOSAL_REMINDER, escalation_id=id_)
            timers.wind(connection, CLOSE_PROPOSED, now + PROPOSAL_CLOSES, escalation_id=id_)
        elif happening in ("resolved by requester", "solution accepted"):
            timers.stop(connection, id_, [CHASE])
            timers.wind(connection, CLOSE_RESOLVED, now + RESOLVED_CLOSES, escalation_id=id_)
        elif happening == "still down":
            timers.stop(connection, id_, [CLOSE_RESOLVED])
            self.chase_later(connection, row, now)

    def chase_later(self, connection: Connection, row: dict[str, Any], now: datetime, round: int = 1) -> None:
        """Promises to ask again when nobody acknowledges an emergency in time (P9)."""
        is_waiting = Status(row["status"]) is Status.STARTED and Level(row["level"]) is Level.EMERGENCY
        if is_waiting and round <= len(self._settings.emergency.ladder) + 1:
            due_at = now + self._settings.emergency.chase_after
            timers.wind(connection, CHASE, due_at, escalation_id=row["id"], round=round)

    def everybody_knows(self, row: dict[str, Any]) -> bool:
        """True once every PM was alerted about an escalation."""
        return any(event["kind"] == EVERYBODY_ALERTED for event in row["events"])

    def alert_everybody(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """Alerts every PM by all their ways, and promises to chase."""
        self.chase(connection, row, self._settings.people_with("pm"), round=0, now=now)
        self.after_alert(connection, row, now)

    def after_alert(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """Notes that everybody was alerted, and promises to chase."""
        escalations.add_event(
            connection, row["id"], kind=EVERYBODY_ALERTED, by="", words="", mail_id=None, now=now
        )
        self.chase_later(connection, row, now)

    def chase(
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
        title, body = self._letters.short_chase(matter)
        messages = [
            *(
                self._post.letter(letter, key=f"{key}:{letter.to}", now=now, escalation_id=id_)
                for letter in letters
            ),
            *self._post.alerts(people, title, body, key=key),
        ]
        outbox.put(connection, messages, now=now, held=self._settings.desk.holds_letters)
