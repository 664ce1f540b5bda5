"""What a desk works with, prepared once: its letters, its post, its keys. No wires yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Attendance
from mailproc.desk.attendants.pursuit import Pursuit
from mailproc.desk.attendants.settling import Settling
from mailproc.desk.clockwork import Clockwork
from mailproc.desk.effects import Effects
from mailproc.desk.handle import Desk
from mailproc.desk.life import Life
from mailproc.desk.mailing import Mailing
from mailproc.desk.morning import Morning
from mailproc.desk.notices import OperatorDesk
from mailproc.desk.post import Post
from mailproc.desk.returned import Returned
from mailproc.desk.worker import Worker
from mailproc.escalation.reply_address import ReplyAddresses
from mailproc.letters import Letters

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mailproc.settings import Settings
    from mailproc.store.engine import Database


class Office:
    """The parts of a desk, wired to each other.

    ``templates`` is the folder of the shipped templates; ``key`` signs reply addresses. Raises
    BrokenTemplate when a template cannot be used.
    """

    def __init__(self, settings: Settings, *, templates: Path, key: bytes) -> None:
        self.settings = settings
        self.letters = Letters(settings, templates)
        self.post = Post(settings, ReplyAddresses(key=key))
        self.operator = OperatorDesk(self.letters, self.post)
        mailing = Mailing(settings, self.post)
        attendance = Attendance()
        pursuit = Pursuit(settings, self.letters, self.post, mailing)
        self.life = Life(settings, self.letters, mailing, pursuit, attendance)
        self.effects = Effects(settings, self.letters, self.post, pursuit, attendance)
        attendance.admit(pursuit, Settling(settings, self.letters, mailing, self.life))
        self.returned = Returned(self.operator)
        self.desk = Desk(settings, self.effects, self.life, self.returned)
        self.clockwork = Clockwork(attendance, self.desk)
        self.morning = Morning(settings, self.letters, self.post)

    def worker(
        self,
        database: Database,
        clock: Callable[[], datetime],
        settled: Callable[[], None] = lambda: None,
    ) -> Worker:
        """A worker for this office. ``settled`` is called after each batch of decided mail."""
        return Worker(database, self, clock, settled)
