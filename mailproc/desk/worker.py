"""Brings every pending mail to its outcome. A mail that fails three times is set aside, not lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from mailproc.desk.consider import consider
from mailproc.desk.thread import answers_us, find_thread
from mailproc.letters.operator import Notice
from mailproc.policy.decision import Code
from mailproc.store import inbox
from mailproc.store.engine import is_out_of_service

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.desk.office import Office
    from mailproc.desk.thread import Thread
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision
    from mailproc.policy.tickets import Lookup
    from mailproc.store.engine import Database
    from mailproc.store.inbox import StoredMail

BATCH = 50
TRIES = 3
RETRY_AFTER = timedelta(seconds=5)
MOST_HOPS = 100
"""Received lines of a mail that is in no loop (RFC 5321 §6.3)."""

log = structlog.get_logger("mailproc.worker")


class Worker:
    """Claims mail, reads it, and lets the desk decide."""

    def __init__(
        self,
        database: Database,
        office: Office,
        clock: Callable[[], datetime],
        settled: Callable[[], None],
    ) -> None:
        self._database = database
        self._office = office
        self._clock = clock
        self._settled = settled

    def work(self) -> int:
        """Handles one batch of pending mail; how many mails were claimed."""
        with self._database.write() as connection:
            batch = inbox.claim(connection, self._clock(), BATCH)
        if not batch:
            return 0
        readable = [mail for mail in batch if not self._set_aside(mail)]
        read = [(mail, considered) for mail in readable if (considered := self._read(mail)) is not None]
        try:
            self._decide(read)
        except Exception as fault:  # one of them is at fault: each alone, so that no other is held up
            log.error("batch failed", mails=[mail.id for mail, _ in read], exc_info=fault)
            for one in read:
                self._decide_alone(one)
        self._settled()
        return len(batch)

    def _read(self, mail: StoredMail) -> Considered | None:
        try:
            considered = consider(
                mail.raw,
                self._office.settings,
                envelope_from=mail.envelope_from,
                thread_of=partial(self._thread, mail),
            )
            known = replace(considered, tickets=self._tickets(considered))
            return known.for_its_contact(self._office.settings)
        except Exception as fault:
            self._give_back(mail, fault)
            return None

    def _tickets(self, considered: Considered) -> dict[str, Lookup]:
        """The tickets that a mail may be about, looked up before the transaction that decides it."""
        if not considered.numbers:
            return {}
        with self._database.read() as connection:
            now = self._clock()
            look_up = self._office.directory.look_up
            return {number: look_up(connection, number, now) for number in considered.numbers}

    def _thread(self, stored: StoredMail, mail: IncomingMail) -> Thread | None:
        office = self._office
        if not answers_us(mail, stored, office.settings):
            return None
        with self._database.read() as connection:
            today = self._clock().date()
            return find_thread(connection, mail, stored, office.settings, office.post.addresses, today)

    def _decide(self, batch: Sequence[tuple[StoredMail, Considered]]) -> None:
        with self._database.write() as connection:
            now = self._clock()
            decided = [
                (mail, self._office.desk.handle(connection, mail, considered, now))
                for mail, considered in batch
            ]
        for mail, decision in decided:
            _log(mail, decision)

    def _decide_alone(self, one: tuple[StoredMail, Considered]) -> None:
        try:
            self._decide([one])
        except Exception as fault:
            self._give_back(one[0], fault)

    def _give_back(self, mail: StoredMail, fault: Exception) -> None:
        """The mail is tried again later, or set aside after the last try."""
        log.error("mail failed", mail=mail.id, attempt=mail.attempts, exc_info=fault)
        # A database's fault goes on, in further lines, with the values of the statement: mail and letters.
        first_line = str(fault).partition("\n")[0]
        trouble = f"{type(fault).__name__}: {first_line}"[:500]
        with self._database.write() as connection:
            now = self._clock()
            is_innocent = is_out_of_service(fault)  # a full disk is no fault of the mail's
            if is_innocent or mail.attempts < TRIES:
                retry_at = now + RETRY_AFTER * mail.attempts
                inbox.release(connection, mail.id, trouble, retry_at, tried=not is_innocent)
                return
            self._quarantine(connection, mail, Code.POISON, trouble, now)

    def _set_aside(self, mail: StoredMail) -> bool:
        """Mail that is not handled at all: too large, or it ended the process each time it was tried."""
        if mail.is_oversize:
            code, trouble = Code.OVERSIZE, f"{mail.size:,} octets are more than the desk takes"
        elif mail.hops > MOST_HOPS:
            code, trouble = Code.MALFORMED, f"{mail.hops} Received lines: the mail goes in circles"
        elif mail.attempts > TRIES:
            code, trouble = Code.POISON, f"the desk stopped {TRIES} times while it handled this mail"
        else:
            return False
        with self._database.write() as connection:
            self._quarantine(connection, mail, code, trouble, self._clock())
        return True

    def _quarantine(
        self, connection: Connection, mail: StoredMail, code: Code, trouble: str, now: datetime
    ) -> None:
        inbox.quarantine(connection, mail.id, code=code, trouble=trouble, now=now)
        notice = Notice(kind="quarantined", mail_id=mail.id, detail=trouble)
        key = f"quarantine:{mail.id}:{now.isoformat()}"  # a mail that is replayed may fail again
        self._office.operator.tell(connection, notice, key=key, now=now)


def _log(mail: StoredMail, decision: Decision) -> None:
    log.info(
        "mail decided",
        mail=mail.id,
        way=mail.way,
        outcome=str(decision.outcome),
        code=str(decision.code) if decision.code else None,
        ticket=decision.request.ticket,
    )
