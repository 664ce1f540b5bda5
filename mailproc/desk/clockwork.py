"""Keeps the desk's promises when their time has come, each exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.life import Occasion
from mailproc.desk.matter import matter_of
from mailproc.desk.promises import CHASE, CLOSE_PROPOSED, CLOSE_RESOLVED, REMIND_OF_PROPOSAL, TAKE_UP
from mailproc.escalation.command import Verb
from mailproc.escalation.conduct import ORDERS, Change
from mailproc.escalation.status import Status
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.store import escalations, outbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.handle import Desk
    from mailproc.desk.life import Life
    from mailproc.desk.post import Post
    from mailproc.desk.promises import Promises
    from mailproc.letters import Letters
    from mailproc.settings import Settings
    from mailproc.store.timers import Due


class Clockwork:
    """What happens by itself. The caller commits: a promise is gone only together with its effects."""

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        post: Post,
        promises: Promises,
        life: Life,
        desk: Desk,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._post = post
        self._promises = promises
        self._life = life
        self._desk = desk

    def strike(self, connection: Connection, now: datetime) -> int:
        """Keeps every promise that is due; how many there were."""
        due = timers.take_due(connection, now)
        for promise in due:
            if promise.kind == TAKE_UP and promise.mail_id is not None:
                self._desk.take_up(connection, promise.mail_id, now)
                continue
            row = escalations.entry(connection, promise.escalation_id) if promise.escalation_id else None
            if row is not None and not Status(row["status"]).is_over:
                self._keep(connection, promise, row, now)
        return len(due)

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
        message = self._post.letter(letter, key=key, now=now, escalation_id=row["id"])
        outbox.put(connection, [message], now=now, held=self._held)

    def _tell_requester(
        self, connection: Connection, promise: Due, row: dict[str, Any], kind: str, now: datetime
    ) -> None:
        matter = matter_of(row, self._settings)
        happening = Happening(kind=kind, by=self._settings.desk.name, at=now)
        letter = self._letters.news(matter, happening, to=matter.requester, now=now, words_allowed=False)
        key = f"{kind}:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        message = self._post.letter(letter, key=key, now=now, escalation_id=row["id"])
        outbox.put(connection, [message], now=now, held=self._held)

    @property
    def _name(self) -> Address:
        return Address(email=self._settings.desk.address, name=self._settings.desk.name)

    @property
    def _held(self) -> bool:
        return self._settings.desk.holds_letters
