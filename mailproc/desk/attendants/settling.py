"""What nobody answers settles itself: a proposal is recalled and closed, what is resolved is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.matter import matter_of
from mailproc.desk.occasion import Occasion
from mailproc.escalation.command import Verb
from mailproc.escalation.conduct import ORDERS, Change
from mailproc.escalation.status import Status
from mailproc.escalation.timeline import Event
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.store import timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.life import Life
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.settings import Settings
    from mailproc.store.timers import Due

REMIND_OF_PROPOSAL = "remind of proposal"
CLOSE_PROPOSED = "close proposed"
CLOSE_RESOLVED = "close resolved"

PROPOSAL_REMINDER = timedelta(days=2)
PROPOSAL_CLOSES = timedelta(days=5)
RESOLVED_CLOSES = timedelta(hours=24)

SETTLED = (Event.RESOLVED_BY_REQUESTER, Event.SOLUTION_ACCEPTED)
"""After these an escalation closes by itself, unless somebody objects."""

_NOTHING_NEW = (
    *(Event.NOTE, Event.UPDATE, Event.ASSIGNED, Event.JOINED),
    *(Event.HANDED_OVER, Event.PLANNED, Event.PAUSED, Event.RESUMED, Event.OVERRIDDEN),
)


class Settling:
    """Reminds the requester of a proposal, and closes what is settled."""

    promises = frozenset({REMIND_OF_PROPOSAL, CLOSE_PROPOSED, CLOSE_RESOLVED})

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing, life: Life) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._life = life

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Brings the promises in line with what just happened."""
        id_, now = heard.row["id"], heard.now
        keep = _may_live(Status(heard.row["status"]), heard.kind)
        timers.stop(connection, id_, [kind for kind in self.promises if kind not in keep])
        if heard.kind == Event.SOLUTION_PROPOSED:
            timers.wind(connection, REMIND_OF_PROPOSAL, now + PROPOSAL_REMINDER, escalation_id=id_)
            timers.wind(connection, CLOSE_PROPOSED, now + PROPOSAL_CLOSES, escalation_id=id_)
        elif heard.kind in SETTLED:
            timers.wind(connection, CLOSE_RESOLVED, now + RESOLVED_CLOSES, escalation_id=id_)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Writes the reminder, or closes."""
        if Status(row["status"]).is_over:
            return
        if promise.kind == REMIND_OF_PROPOSAL:
            self._remind(connection, promise, row, now)
            return
        change = Change(order=ORDERS[Verb.CLOSE], status=Status.CLOSED, level=None, words="")
        desk = Address(email=self._settings.desk.address, name=self._settings.desk.name)
        self._life.change(connection, row, change, desk, Occasion(now=now))

    def _remind(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        matter = matter_of(row, self._settings)
        happening = Happening(kind="proposal waits", by=self._settings.desk.name, at=now)
        letter = self._letters.news(matter, happening, to=matter.requester, now=now, words_allowed=False)
        key = f"proposal waits:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, [letter], key=key, now=now, escalation_id=row["id"])


def _may_live(status: Status, happening: str) -> frozenset[str]:
    """Which promises may go on after something happened; all others are stopped."""
    if status.is_over:
        return frozenset()
    alive = set()
    if status is Status.SOLUTION_PROPOSED and happening != Event.STILL_DOWN:
        alive |= {REMIND_OF_PROPOSAL, CLOSE_PROPOSED}
    if happening in (*SETTLED, *_NOTHING_NEW):
        alive.add(CLOSE_RESOLVED)
    return frozenset(alive)
