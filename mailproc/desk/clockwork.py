"""Keeps the desk's promises when their time has come, each exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from mailproc.desk.queueing import TAKE_UP
from mailproc.store import escalations, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.handle import Desk
    from mailproc.store.timers import Due

TRY_AGAIN = timedelta(minutes=10)

log = structlog.get_logger("mailproc.clockwork")


class Clockwork:
    """What happens by itself. The caller commits: a promise is gone only together with its effects."""

    def __init__(self, attendance: Attendance, desk: Desk) -> None:
        self._attendance = attendance
        self._desk = desk

    def strike(self, connection: Connection, now: datetime) -> int:
        """Keeps every promise that is due; how many there were."""
        due = timers.due(connection, now)
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
            if timers.take(connection, promise):
                self._desk.take_up(connection, promise.mail_id, now)
            return
        # First the escalation, then the promise, as whoever stops one does: the other way round, two wait
        # for each other on PostgreSQL.
        row = escalations.locked_entry(connection, promise.escalation_id) if promise.escalation_id else None
        if timers.take(connection, promise) and row is not None:
            self._attendance.keep(connection, promise, row, now)
