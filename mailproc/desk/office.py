"""What a desk works with, prepared once: its letters, its post, its keys. No wires yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.attendants.attendant import Attendance
from mailproc.desk.attendants.channel import Channel
from mailproc.desk.attendants.courtesy import Courtesy
from mailproc.desk.attendants.debrief import Debrief
from mailproc.desk.attendants.ladder import Ladder
from mailproc.desk.attendants.pursuit import Pursuit
from mailproc.desk.attendants.recording import Recording
from mailproc.desk.attendants.restriction import Restriction
from mailproc.desk.attendants.settling import Settling
from mailproc.desk.attendants.splitting import Splitting
from mailproc.desk.attendants.updates import Updates
from mailproc.desk.clockwork import Clockwork
from mailproc.desk.directory import Directory
from mailproc.desk.each_alone import EachAlone
from mailproc.desk.effects import Effects
from mailproc.desk.gathering import Gathering
from mailproc.desk.handle import Desk
from mailproc.desk.life import Life
from mailproc.desk.mailing import Mailing
from mailproc.desk.mending import Mending
from mailproc.desk.morning import Morning
from mailproc.desk.notices import OperatorDesk
from mailproc.desk.pager import Pager
from mailproc.desk.post import Post
from mailproc.desk.prose import Prose
from mailproc.desk.receipts import Receipts
from mailproc.desk.returned import Returned
from mailproc.desk.worker import Worker
from mailproc.escalation.command import Verb
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
        pager = Pager(settings, self.letters, self.post, key)
        gathering = Gathering(settings, self.letters, self.post, mailing, pager)
        pursuit = Pursuit(settings, self.letters, mailing, pager, gathering, self.operator)
        self.life = Life(settings, self.letters, mailing, pursuit, attendance)
        self.effects = Effects(settings, self.letters, self.post, pager, pursuit, attendance)
        attendance.admit(Restriction(settings), pursuit, Settling(settings, self.letters, mailing, self.life))
        attendance.admit(
            Updates(settings, self.letters, mailing),
            Debrief(settings, self.letters, mailing),
            Channel(settings, self.letters, self.post),
        )
        attendance.admit(
            Ladder(settings, self.letters, mailing, attendance), Courtesy(settings, self.letters, mailing)
        )
        self.returned = Returned(self.operator)
        attendance.admit(Recording(settings, self.letters, self.post))
        self.directory = Directory(settings, self.operator)
        self.receipts = Receipts(settings, self.letters, mailing, self.life, self.operator)
        self.mending = Mending(settings, self.letters, mailing, self.effects, self.directory)
        each_alone = EachAlone(settings, self.letters, mailing, self.effects, self.directory)
        attendance.admit(Splitting(settings, self.effects, self.directory))
        self.desk = Desk(
            settings,
            self.effects,
            self.life,
            self.receipts,
            self.returned,
            self.directory,
            {Verb.TAKE: self.mending, Verb.BOTH: each_alone},
            Prose(settings, self.letters, mailing),
        )
        self.clockwork = Clockwork(attendance, self.desk)
        self.morning = Morning(settings, self.letters, self.post, self.operator, self.directory)

    def worker(
        self,
        database: Database,
        clock: Callable[[], datetime],
        settled: Callable[[], None] = lambda: None,
    ) -> Worker:
        """A worker for this office. ``settled`` is called after each batch of decided mail."""
        return Worker(database, self, clock, settled)
