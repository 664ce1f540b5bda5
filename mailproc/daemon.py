"""Wires the rooms together, starts them, watches them, and stops them without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import structlog

from mailproc import systemd
from mailproc.desk.couriers import Couriers
from mailproc.desk.dispatch import Dispatcher
from mailproc.desk.office import Office
from mailproc.desk.undelivered import Undelivered
from mailproc.intake.imap import ImapIntake
from mailproc.intake.smtp import SmtpIntake, our_addresses
from mailproc.letters.operator import Notice
from mailproc.policy.digest_day import next_digest
from mailproc.resources import folder
from mailproc.store import timers
from mailproc.store.engine import Database
from mailproc.store.group_commit import GroupCommit
from mailproc.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailproc.message.arrival import Arrival
    from mailproc.settings import Secret, Settings

GRACE = 20.0
"""Seconds that connections and attempts under way have to end after SIGTERM."""

STEPS_OF_AN_ATTEMPT = 10
"""Waits that one attempt can add up to at the most, each as long as ``[delivery] timeout``."""

STALLED_AFTER = 120.0
"""Seconds without progress of a thread after which the watchdog is no longer fed."""

log = structlog.get_logger("mailproc.daemon")


class Daemon:
    """One process: listeners in the event loop, a thread each for what waits or works."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        secret: Callable[[Secret], str],
        key: bytes,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._hostname = settings.desk.address.rpartition("@")[2]
        self._stopping = threading.Event()
        self._work_waits = threading.Event()
        self._beats: dict[str, float] = {}
        self._threads: list[threading.Thread] = []
        self.database = Database(settings.store.url, settings.base)
        self._office = Office(settings, templates=folder("templates"), key=key)
        self._intake = GroupCommit(self.database, clock=clock, stored=self._work_waits.set)
        self._couriers = Couriers(
            settings, self.database, hostname=self._hostname, secret=secret, clock=clock
        )
        undelivered = Undelivered(settings, self._office.operator, self._hostname)
        give_up_after = settings.delivery.give_up_after
        hold = STEPS_OF_AN_ATTEMPT * settings.delivery.timeout
        self._dispatchers = {
            "letters": Dispatcher(
                self.database,
                channels=("mail", "ordinary"),
                carry=self._couriers.mail,
                undelivered=undelivered,
                clock=clock,
                threads=settings.delivery.connections,
                give_up_after=give_up_after,
                hold=hold,
            ),
            "alerts": Dispatcher(
                self.database,
                channels=("alert",),
                carry=self._couriers.alert,
                undelivered=undelivered,
                clock=clock,
                threads=4,
                give_up_after=give_up_after,
                hold=hold,
            ),
        }
        self._mailboxes = [
            ImapIntake(
                mailbox,
                password=partial(secret, mailbox.password),
                ledger=Ledger(self.database, clock),
                max_size=settings.max_mail_size,
                on_trouble=self._mailbox_trouble,
                wake=self._work_waits.set,
            )
            for mailbox in settings.mailbox
        ]
        self._worker = self._office.worker(self.database, clock, self._settled)
        self._listeners = self._make_listeners()

    def run(self, ready: Callable[[Daemon], None] | None = None) -> None:
        """Serves until SIGTERM or SIGINT. ``ready`` is called once everything listens."""
        try:
            import uvloop

            runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        except ImportError:
            runner = asyncio.Runner()
        with runner:
            runner.run(self._serve(ready))

    def stop(self) -> None:
        """Asks the daemon to end; ``run`` returns when everything under way is finished."""
        self._stopping.set()

    @property
    def addresses(self) -> dict[str, tuple[str, int]]:
        """Where the listeners listen, by ``smtp`` and ``lmtp``."""
        return {way: listener.address for way, listener in self._listeners.items()}

    def _make_listeners(self) -> dict[str, SmtpIntake]:
        settings = self._settings
        return {
            way: SmtpIntake(
                listener,
                hostname=self._hostname,
                is_ours=our_addresses(settings),
                store=self._store,
                lmtp=way == "lmtp",
            )
            for way, listener in (("smtp", settings.smtp), ("lmtp", settings.lmtp))
            if listener is not None
        }

    async def _store(self, arrival: Arrival) -> None:
        await asyncio.wrap_future(self._intake.submit(arrival))

    async def _serve(self, ready: Callable[[Daemon], None] | None) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):  # not the main thread
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stop)
        for listener in self._listeners.values():
            await listener.start()
        self._start_threads()
        log.info("serving", **{way: f"{host}:{port}" for way, (host, port) in self.addresses.items()})
        systemd.notify("READY=1")
        if ready:
            ready(self)
        await self._watch()
        systemd.notify("STOPPING=1")
        log.info("stopping")
        await asyncio.gather(*(listener.stop(GRACE) for listener in self._listeners.values()))
        await asyncio.to_thread(self._end_threads)
        log.info("stopped")

    async def _watch(self) -> None:
        """Feeds the watchdog as long as every thread gets on with its work."""
        interval = systemd.watchdog_interval()
        fed = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            if interval and now - fed >= interval and not self._stalled(now):
                systemd.notify("WATCHDOG=1")
                fed = now
            await asyncio.sleep(0.1)

    def _stalled(self, now: float) -> list[str]:
        stalled = [name for name, beat in self._beats.items() if now - beat > STALLED_AFTER]
        dead = [thread.name for thread in self._threads if not thread.is_alive()]
        if stalled or dead:
            log.error("no progress", threads=stalled + dead)
        return stalled + dead

    def _start_threads(self) -> None:
        self._start("worker", partial(self._repeat, "worker", self._work_once))
        self._start("morning", partial(self._repeat, "morning", self._morning_once))
        for name, dispatcher in self._dispatchers.items():
            self._start(name, partial(self._insist, dispatcher.run))
        for mailbox in self._mailboxes:
            self._start("imap", partial(self._insist, mailbox.run))

    def _start(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _end_threads(self) -> None:
        self._work_waits.set()
        for dispatcher in self._dispatchers.values():
            dispatcher.ring()
        for mailbox in self._mailboxes:
            mailbox.nudge()
        end = time.monotonic() + GRACE
        for thread in self._threads:
            thread.join(max(0.1, end - time.monotonic()))
        self._intake.close()
        self._couriers.close()
        self.database.close()

    def _insist(self, run: Callable[[threading.Event], None]) -> None:
        """Runs a loop again when it ends by a fault, until the daemon stops."""
        while not self._stopping.is_set():
            try:
                run(self._stopping)
            except Exception:
                log.exception("a loop failed and is started again")
                self._stopping.wait(5)

    def _repeat(self, name: str, step: Callable[[], float]) -> None:
        """Repeats a step, which says how many seconds to wait; a fault is logged and waited out."""
        while not self._stopping.is_set():
            self._beats[name] = time.monotonic()
            try:
                wait = step()
            except Exception:
                log.exception("a step failed and is tried again", step=name)
                wait = 5.0
            if wait and name == "worker":
                self._work_waits.wait(wait)
            elif wait:
                self._stopping.wait(wait)

    def _work_once(self) -> float:
        self._work_waits.clear()
        return 0.0 if self._worker.work() else 2.0

    def _morning_once(self) -> float:
        """Makes the digest and keeps the promises that are due; the seconds until the next look."""
        now = self._clock()
        with self.database.write() as connection:
            made = self._office.morning.make_due(connection, now)
            kept = self._office.clockwork.strike(connection, now)
            promised = timers.next_due(connection)
        if made or kept:
            self._settled()
        next_moment = min(filter(None, (promised, next_digest(now, self._settings.digest))))
        return min(30.0, max(0.5, (next_moment - now).total_seconds()))

    def _settled(self) -> None:
        """Something was decided: letters may wait, and mail may have to be moved."""
        for dispatcher in self._dispatchers.values():
            dispatcher.ring()
        for mailbox in self._mailboxes:
            mailbox.nudge()

    def _mailbox_trouble(self, mailbox: str, what: str) -> None:
        """Told once a day and kind of trouble: a mailbox that cannot be read must not stay unnoticed."""
        log.error("mailbox trouble", mailbox=mailbox, trouble=what)
        now = self._clock()
        notice = Notice(kind="mailbox", subject=mailbox, detail=what)
        with self.database.write() as connection:
            self._office.operator.tell(
                connection, notice, key=f"mailbox:{mailbox}:{now.date()}:{what}", now=now
            )
        self._settled()
