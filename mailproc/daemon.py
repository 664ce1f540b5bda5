"""Wires the rooms together, starts them, watches them, and stops them without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

import structlog

from mailproc import systemd
from mailproc.desk.couriers import Couriers
from mailproc.desk.dispatch import Dispatcher
from mailproc.desk.office import Office
from mailproc.desk.undelivered import Undelivered
from mailproc.intake.imap import ImapIntake
from mailproc.intake.smtp import SmtpIntake, our_addresses
from mailproc.letters.operator import Notice
from mailproc.oauth2.credentials import Credentials
from mailproc.policy.editions import next_edition
from mailproc.resources import folder
from mailproc.secrets import SecretError
from mailproc.stop_sign import StopSign
from mailproc.store import timers
from mailproc.store.engine import Database
from mailproc.store.group_commit import GroupCommit
from mailproc.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailproc.message.arrival import Arrival
    from mailproc.settings import Mailbox, Secret, Settings

GRACE = 25.0
"""Seconds after SIGTERM for all that is under way: with the end of the process it stays below 30."""

STEPS_OF_AN_ATTEMPT = 10
"""Waits that one attempt can add up to at the most, each as long as ``[delivery] timeout``."""

TEAM_POSTS_LAST = timedelta(hours=1)
"""How long a post for the team's channel is tried: later it is no news any more."""

STALLED_AFTER = 120.0
"""Seconds without a sign of life of a loop after which the watchdog is no longer fed."""

LOOK_AT_GRANTS = 30.0
"""Seconds between looks at whether an access token is due."""

SLOW_LINE = 8
"""How many times as long a mailbox may give no sign: a large mail may come over a slow line."""

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
        grace: float = GRACE,
        stalled_after: float = STALLED_AFTER,
    ) -> None:
        """``grace`` and ``stalled_after`` in seconds."""
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._grace = grace
        self._stalled_after = stalled_after
        self._hostname = settings.desk.address.rpartition("@")[2]
        self._stopping = threading.Event()
        self._work_waits = threading.Event()
        self._signs: dict[str, StopSign] = {}
        self._threads: list[threading.Thread] = []
        self.database = Database(settings.store.url, settings.base)
        self._office = Office(settings, templates=folder("templates"), key=key)
        self._intake = GroupCommit(self.database, clock=clock, stored=self._work_waits.set)
        self._credentials = Credentials(settings, secret=secret, clock=clock)
        self._couriers = Couriers(
            settings,
            self.database,
            hostname=self._hostname,
            secret=secret,
            clock=clock,
            credentials=self._credentials,
            shut_out=self._shut_out,
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
        if settings.team.alerts:
            self._dispatchers["team"] = Dispatcher(
                self.database,
                channels=("team",),
                carry=self._couriers.alert,
                undelivered=undelivered,
                clock=clock,
                threads=1,
                give_up_after=min(give_up_after, TEAM_POSTS_LAST),
                hold=hold,
            )
        self._mailboxes = {mailbox: self._make_mailbox(mailbox) for mailbox in settings.mailbox}
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
                base=settings.base,
                logins=partial(self._secret, listener.logins) if listener.logins else None,
                relays=settings.trust.relays,
            )
            for way, listener in (("smtp", settings.smtp), ("lmtp", settings.lmtp))
            if listener is not None
        }

    def _make_mailbox(self, mailbox: Mailbox) -> ImapIntake:
        credential = self._credentials.of(mailbox)
        assert credential is not None, "the configuration was checked"
        return ImapIntake(
            mailbox,
            credential=credential,
            ledger=Ledger(self.database, self._clock),
            max_size=self._settings.max_mail_size,
            on_trouble=partial(self._mailbox_trouble, mailbox),
            wake=partial(self._mail_taken, mailbox),
        )

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
        await self._end()
        log.info("stopped")

    async def _watch(self) -> None:
        """Feeds the watchdog as long as every thread gets on with its work."""
        interval = systemd.watchdog_interval()
        looked = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            if interval and now - looked >= interval:
                looked = now
                if not self._stalled(now):
                    systemd.notify("WATCHDOG=1")
            await asyncio.sleep(0.1)

    def _stalled(self, now: float) -> list[str]:
        stalled = [name for name, sign in self._signs.items() if sign.is_overdue(now)]
        dead = [thread.name for thread in (*self._threads, self._intake.thread) if not thread.is_alive()]
        if stalled or dead:
            log.error("no progress", threads=stalled + dead)
        return stalled + dead

    def _start_threads(self) -> None:
        self._start("worker", partial(self._repeat, self._work_once))
        self._start("morning", partial(self._repeat, self._morning_once))
        for name, dispatcher in self._dispatchers.items():
            self._start(name, partial(self._insist, dispatcher.run))
        if self._settings.oauth2:
            self._start("grants", partial(self._repeat, self._tend_once), slow=SLOW_LINE)
        for mailbox, intake in self._mailboxes.items():
            self._start(_loop_of(mailbox), partial(self._insist, intake.run), slow=SLOW_LINE)

    def _start(self, name: str, loop: Callable[[StopSign], None], *, slow: int = 1) -> None:
        sign = self._signs[name] = StopSign(slow * self._stalled_after)
        thread = threading.Thread(target=loop, args=(sign,), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    async def _end(self) -> None:
        """Ends everything at once, within the grace. What is cut off is on disk, and is done later."""
        end = time.monotonic() + self._grace
        threads = asyncio.to_thread(self._end_threads, end)
        # Half of it for the mails that come in at this moment, and half for storing them.
        await asyncio.gather(threads, *(one.stop(self._grace / 2) for one in self._listeners.values()))
        await asyncio.to_thread(self._close, end)

    def _end_threads(self, end: float) -> None:
        for sign in self._signs.values():
            sign.set()
        self._work_waits.set()
        self._settled()
        for thread in self._threads:
            thread.join(_left(end))

    def _close(self, end: float) -> None:
        self._intake.close(_left(end))
        farewell = threading.Thread(target=self._couriers.close, daemon=True)  # a server may be silent
        farewell.start()
        farewell.join(_left(end))
        self.database.close()

    def _insist(self, run: Callable[[threading.Event], None], sign: StopSign) -> None:
        """Runs a loop again when it ends by a fault, until the daemon stops."""
        while not sign.is_set():
            try:
                run(sign)
            except Exception:
                log.exception("a loop failed and is started again", loop=threading.current_thread().name)
                sign.wait(5)

    def _repeat(self, step: Callable[[], float], sign: StopSign) -> None:
        """Repeats a step, which says how many seconds to wait; a fault is logged and waited out."""
        while not sign.is_set():
            try:
                sign.wait(step())
            except Exception:
                log.exception("a step failed and is tried again", loop=threading.current_thread().name)
                sign.wait(5)

    def _work_once(self) -> float:
        """Handles what is there, or waits until something comes."""
        self._work_waits.clear()
        if not self._worker.work():
            self._work_waits.wait(2.0)
        return 0.0

    def _morning_once(self) -> float:
        """Makes the digest and keeps the promises that are due; the seconds until the next look."""
        now = self._clock()
        with self.database.read() as connection:
            open_tickets = self._office.morning.open_tickets(connection, now)
        with self.database.write() as connection:
            made = self._office.morning.make_due(connection, now, open_tickets)
        with self.database.write() as connection:  # of its own: a promise takes no digest along
            kept = self._office.clockwork.strike(connection, now)
            promised = timers.next_due(connection)
        if made or kept:
            self._settled()
        next_moment = min(filter(None, (promised, next_edition(now, self._settings))))
        return min(30.0, max(0.5, (next_moment - now).total_seconds()))

    def _settled(self) -> None:
        """Something was decided: letters may wait, and mail may have to be moved."""
        for dispatcher in self._dispatchers.values():
            dispatcher.ring()
        for mailbox in self._mailboxes.values():
            mailbox.nudge()

    def _mail_taken(self, mailbox: Mailbox) -> None:
        self._signs[_loop_of(mailbox)].beat()
        self._work_waits.set()

    def _mailbox_trouble(self, mailbox: Mailbox, _name: str, what: str) -> None:
        """Told once a day and kind of trouble: a mailbox that cannot be read must not stay unnoticed.

        The kind is what stands before the first colon; servers word the rest differently each time.
        """
        what = self._without_password(what, mailbox)
        log.error("mailbox trouble", mailbox=mailbox.name, trouble=what)
        now = self._clock()
        notice = Notice(kind="mailbox", subject=mailbox.name, detail=what)
        key = f"mailbox:{mailbox.name}:{now.date()}:{what.partition(':')[0]}"
        with self.database.write() as connection:
            self._office.operator.tell(connection, notice, key=key, now=now)
        self._settled()

    def _shut_out(self, where: str, what: str) -> None:
        """A server or a grant that does not let us in: told once a day, and not by mail alone."""
        self._tell_of_access("login", where, what)

    def _tend_once(self) -> float:
        """Renews what is due before anybody needs it; the seconds until the next look."""
        for concern in self._credentials.tend():
            self._tell_of_access("login" if concern.is_refused else "expiring", concern.grant, concern.what)
        return LOOK_AT_GRANTS

    def _tell_of_access(self, kind: Literal["login", "expiring"], where: str, what: str) -> None:
        log.error("access refused" if kind == "login" else "access ends soon", where=where, trouble=what)
        now = self._clock()
        notice = Notice(kind=kind, subject=where, detail=what)
        with self.database.write() as connection:
            self._office.operator.tell(connection, notice, key=f"{kind}:{where}:{now.date()}", now=now)
        self._settled()

    def _without_password(self, what: str, mailbox: Mailbox) -> str:
        """Some servers quote the command they refuse."""
        with contextlib.suppress(SecretError):
            if mailbox.password and (password := self._secret(mailbox.password)):
                return what.replace(password, "…")
        return what


def _loop_of(mailbox: Mailbox) -> str:
    return f"mailbox {mailbox.name}"


def _left(end: float) -> float:
    """Seconds until ``end`` of the monotonic clock; not less than what a thread needs to look up."""
    return max(0.05, end - time.monotonic())
