"""Keeps the desk's promises when their time has come, each exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from mailproc.desk.life import Occasion
from mailproc.desk.matter import matter_of
from mailproc.desk.promises import (
    CHASE,
    CLOSE_PROPOSED,
    CLOSE_RESOLVED,
    REMIND_OF_PROPOSAL,
    TAKE_UP,
    may_live,
)
from mailproc.escalation.command import Verb
from mailproc.escalation.conduct import ORDERS, Change
from mailproc.escalation.status import Status
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.reading.request import Level
from mailproc.store import escalations, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.handle import Desk
    from mailproc.desk.life import Life
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.promises import Promises
    from mailproc.letters import Letters
    from mailproc.settings import Settings
    from mailproc.store.timers import Due

TRY_AGAIN = timedelta(minutes=10)

log = structlog.get_logger("mailproc.clockwork")


class Clockwork:
    """What happens by itself. The caller commits: a promise is gone only together with its effects."""

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        mailing: Mailing,
        promises: Promises,
        life: Life,
        desk: Desk,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._promises = promises
        self._life = life
        self._desk = desk

    def strike(self, connection: Connection, now: datetime) -> int:
        """Keeps every promise that is due; how many there were."""
        due = timers.take_due(connection, now)
        for promise in due:
            try:
                with connection.begin_nested():
                    self._strike_one(connection, promise, now)
            except Exception:  # one that cannot be kept holds up no other, and is tried again
                log.exception("a promise could not be kept", kind=promise.kind, mail=promise.mail_id)
                timers.wind(
                    connection,
                    promise.kind,
                    now + TRY_AGAIN,
                    escalation_id=promise.escalation_id,
                    mail_id=promise.mail_id,
                    round=promise.round,
                )
        return len(due)

    def _strike_one(self, connection: Connection, promise: Due, now: datetime) -> None:
        if promise.kind == TAKE_UP and promise.mail_id is not None:
            self._desk.take_up(connection, promise.mail_id, now)
            return
        row = escalations.locked_entry(connection, promise.escalation_id) if promise.escalation_id else None
        if row is not None and not Status(row["status"]).is_over:
            self._keep(connection, promise, row, now)

    def _keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        if promise.kind == CHASE:
            self._chase(connection, promise, row, now)
        elif promise.kind == REMIND_OF_PROPOSAL:
            self._tell_requester(connection, promise, row, "proposal waits", now)
        elif promise.kind in (CLOSE_PROPOSED, CLOSE_RESOLVED):
            change = Change(order=ORDERS[Verb.CLOSE], status=Status.CLOSED, level=None, words="")
            self._life.change(connection, row, change, self._name, Occasion(now=now))

    def _chase(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Again to all; then up the list; and when the list ends, the requester hears it honestly (P9)."""
        if CHASE not in may_live(Status(row["status"]), Level(row["level"]), CHASE):
            return
        ladder = self._settings.emergency.ladder
        if promise.round > len(ladder):
            self._exhausted(connection, promise, row, now)
            return
        people = self._settings.people_with("pm", *ladder[: promise.round])
        self._promises.chase(connection, row, people, round=promise.round, now=now)
        self._promises.chase_later(connection, row, now, round=promise.round + 1)

    def _exhausted(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        matter = matter_of(row, self._settings)
        letter = self._letters.exhausted(matter, to=matter.requester, now=now)
        key = f"exhausted:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, [letter], key=key, now=now, escalation_id=row["id"])

    def _tell_requester(
        self, connection: Connection, promise: Due, row: dict[str, Any], kind: str, now: datetime
    ) -> None:
        matter = matter_of(row, self._settings)
        happening = Happening(kind=kind, by=self._settings.desk.name, at=now)
        letter = self._letters.news(matter, happening, to=matter.requester, now=now, words_allowed=False)
        key = f"{kind}:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, [letter], key=key, now=now, escalation_id=row["id"])

    @property
    def _name(self) -> Address:
        return Address(email=self._settings.desk.address, name=self._settings.desk.name)
