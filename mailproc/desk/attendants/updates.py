"""News at the promised time: whoever has it is reminded, and the requester never waits in silence (S5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import concerned, representative, voices
from mailproc.desk.matter import matter_of
from mailproc.escalation.progress import COUNTS_FROM, next_promise, update_time, updates_every
from mailproc.letters.matter import Happening
from mailproc.store import timers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Heard
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.settings import Settings
    from mailproc.store.timers import Due

UPDATE_DUE = "update due"
REMIND_OF_UPDATE = "remind of update"


class Updates:
    """Promises the requester news for as long as somebody works on it, and keeps that promise."""

    promises = frozenset({UPDATE_DUE, REMIND_OF_UPDATE})

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Begins the interval anew with each piece of news, and ends it with the work."""
        if self._next(heard.row, heard.now) is None:
            timers.stop(connection, heard.row["id"], sorted(self.promises))
        elif heard.kind in COUNTS_FROM:
            self._promise(connection, heard.row, heard.now)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Reminds, or tells the requester that it is still being worked on and promises the next news."""
        promised = self._next(row, promise.due_at)
        if promised is None:
            return
        if promise.kind == REMIND_OF_UPDATE:
            letters = list(self._reminders(connection, row, now)) if now < promised else []
        else:
            letters = list(self._still_worked_on(connection, row, now))
        key = f"{promise.kind}:{row['id']}:{promise.due_at:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=row["id"])
        if promise.kind == UPDATE_DUE:
            self._promise(connection, row, now)

    def _next(self, row: dict[str, Any], now: datetime) -> datetime | None:
        """The next promised moment after ``now``; None where no news is promised."""
        matter = matter_of(row, self._settings)
        every = updates_every(matter.level, self._settings)
        if matter.counted_from is None or every is None:
            return None
        return next_promise(matter.counted_from, every, now, update_time(matter.level, self._settings))

    def _promise(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        promised = self._next(row, now)
        if promised is None:
            return
        remind_at = promised - self._settings.updates.remind_before
        timers.wind(connection, UPDATE_DUE, promised, escalation_id=row["id"])
        timers.wind(connection, REMIND_OF_UPDATE, max(remind_at, now), escalation_id=row["id"])

    def _reminders(self, connection: Connection, row: dict[str, Any], now: datetime) -> Iterator[Letter]:
        if not voices(connection, row, self._settings):
            return  # nobody outside waits for news
        matter, happening = matter_of(row, self._settings), self._due(now)
        has_it = representative(row, self._settings)
        for person in [has_it] if has_it else concerned(connection, row, self._settings):
            yield self._letters.staff_news(matter, happening, person=person, now=now)

    def _still_worked_on(
        self, connection: Connection, row: dict[str, Any], now: datetime
    ) -> Iterator[Letter]:
        matter, happening = matter_of(row, self._settings), self._due(now)
        for voice in voices(connection, row, self._settings):
            yield self._letters.news(matter, happening, to=voice, now=now, words_allowed=False)

    def _due(self, now: datetime) -> Happening:
        return Happening(kind=UPDATE_DUE, by=self._settings.desk.name, at=now)
