"""What the desk owes after each event: alerts at once, and timers for what comes later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import EVERYBODY_ALERTED
from mailproc.desk.matter import matter_of
from mailproc.escalation.status import Status
from mailproc.reading.request import Level
from mailproc.store import escalations, outbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.mailing import Mailing
    from mailproc.desk.post import Post
    from mailproc.letters import Letters
    from mailproc.settings import Person, Settings

CHASE = "chase"
REMIND_OF_PROPOSAL = "remind of proposal"
CLOSE_PROPOSED = "close proposed"
CLOSE_RESOLVED = "close resolved"
TAKE_UP = "take up"

PROPOSAL_REMINDER = timedelta(days=2)
PROPOSAL_CLOSES = timedelta(days=5)
RESOLVED_CLOSES = timedelta(hours=24)

OF_AN_ESCALATION = (CHASE, REMIND_OF_PROPOSAL, CLOSE_PROPOSED, CLOSE_RESOLVED)

SETTLED = ("resolved by requester", "solution accepted")
"""After these an escalation closes by itself, unless somebody objects."""

_NOTHING_NEW = ("note", "update", "assigned", "joined")


def may_live(status: Status, level: Level, happening: str) -> frozenset[str]:
    """Which timers may go on after something happened; all others are stopped."""
    if status.is_over:
        return frozenset()
    alive = set()
    waits = status is Status.STARTED and level is Level.EMERGENCY
    if waits and happening not in (*SETTLED, "no longer urgent"):
        alive.add(CHASE)
    if status is Status.SOLUTION_PROPOSED and happening != "still down":
        alive |= {REMIND_OF_PROPOSAL, CLOSE_PROPOSED}
    if happening in (*SETTLED, *_NOTHING_NEW):
        alive.add(CLOSE_RESOLVED)
    return frozenset(alive)


class Promises:
    """Winds and stops the timers of an escalation, and alerts people about it."""

    def __init__(self, settings: Settings, letters: Letters, post: Post, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._mailing = mailing

    def keep_up(self, connection: Connection, row: dict[str, Any], happening: str, now: datetime) -> None:
        """Brings the timers of an escalation in line with what just happened to it."""
        id_, keep = row["id"], may_live(Status(row["status"]), Level(row["level"]), happening)
        timers.stop(connection, id_, [kind for kind in OF_AN_ESCALATION if kind not in keep])
        if happening == "solution proposed":
            timers.wind(connection, REMIND_OF_PROPOSAL, now + PROPOSAL_REMINDER, escalation_id=id_)
            timers.wind(connection, CLOSE_PROPOSED, now + PROPOSAL_CLOSES, escalation_id=id_)
        elif happening in SETTLED:
            timers.wind(connection, CLOSE_RESOLVED, now + RESOLVED_CLOSES, escalation_id=id_)
        elif happening == "still down":
            self.chase_later(connection, row, now)

    def chase_later(self, connection: Connection, row: dict[str, Any], now: datetime, round: int = 1) -> None:
        """Promises to ask again when nobody acknowledges an emergency in time (P9)."""
        is_waiting = Status(row["status"]) is Status.STARTED and Level(row["level"]) is Level.EMERGENCY
        if is_waiting and round <= len(self._settings.emergency.ladder) + 1:
            due_at = now + self._settings.emergency.chase_after
            timers.wind(connection, CHASE, due_at, escalation_id=row["id"], round=round)

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
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=id_)
        title, body = self._letters.short_chase(matter)
        alerts = self._post.alerts(people, title, body, key=key)
        outbox.put(connection, alerts, now=now, held=self._settings.desk.holds_letters)
