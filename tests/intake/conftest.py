"""A listener and a mailbox reader as the daemon runs them, and a ledger that keeps its books in memory."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from mailproc.intake.imap import ImapIntake
from mailproc.intake.limits import Limits
from mailproc.intake.smtp import SmtpIntake
from mailproc.settings import ListenerTls, Mailbox, SmtpListener
from tests.servers import HOST, PASSWORD, ImapServer, dovecot, free_port, pymap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from mailproc.message.arrival import Arrival, Position
    from mailproc.oauth2.credentials import Credential

DEADLINE = 10.0
OURS = ("support@desk.example", "help@desk.example", "postmaster@desk.example")


def is_ours(address: str) -> bool:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.split('+')[0]}@{domain}" in OURS


class RunningListener:
    """An SmtpIntake in an event loop of its own thread, and a store that a test can make slow or broken."""

    def __init__(self, max_size: int = 100_000, tls: ListenerTls | None = None, **options: Any) -> None:
        self.stored: list[Arrival] = []
        self.before_store: Callable[[Arrival], Awaitable[None]] | None = None
        self._news = threading.Condition()
        self._loop = uvloop.new_event_loop()  # as the daemon runs it
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        options.setdefault("is_ours", is_ours)
        self.intake = SmtpIntake(
            SmtpListener(listen=f"{HOST}:{free_port()}", max_size=max_size, tls=tls),
            hostname="desk.example",
            store=self._store,
            **options,
        )
        self.run(self.intake.start())

    async def _store(self, arrival: Arrival) -> None:
        if self.before_store:
            await self.before_store(arrival)
        with self._news:
            self.stored.append(arrival)
            self._news.notify_all()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    def wait_for(self, count: int) -> list[Arrival]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.stored) >= count, DEADLINE), "nothing came"
        return self.stored

    def connect(self) -> RawClient:
        return RawClient(self.intake.address)

    def close(self) -> None:
        self.run(self.intake.stop(0.2))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()


class RawClient:
    """A peer that sends exactly these octets."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=DEADLINE)
        self._lines = self.socket.makefile("rb")

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def reply(self) -> str:
        """The next whole reply, its lines joined; "" when the connection is closed."""
        lines = []
        while True:
            try:
                line = self._lines.readline().decode()
            except ConnectionError:
                line = ""
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def start_mail(
        self, recipient: str = "support@desk.example", greeting: str = "EHLO client.example"
    ) -> None:
        if greeting:
            assert self.reply().startswith("220 ")
            assert self.say(greeting).startswith("250")
        assert self.say("MAIL FROM:<ann@norda.example>").startswith("250 ")
        assert self.say(f"RCPT TO:<{recipient}>").startswith("250 ")
        assert self.say("DATA").startswith("354 ")

    def close(self) -> None:
        self._lines.close()
        self.socket.close()


@pytest.fixture
def listen() -> Iterator[Callable[..., RunningListener]]:
    """Starts listeners, and stops them after the test."""
    running: list[RunningListener] = []

    def start(**options: Any) -> RunningListener:
        running.append(RunningListener(**options))
        return running[-1]

    yield start
    for listener in running:
        listener.close()


@pytest.fixture
def listener(listen: Callable[..., RunningListener]) -> RunningListener:
    return listen()


STRICT = Limits(trusted=())


@dataclass
class MemoryLedger:
    """The books of one mailbox. ``fail`` makes the next commit fail."""

    at: Position | None = None
    taken: list[Arrival] = field(default_factory=list)
    to_be_moved: list[int] = field(default_factory=list)
    was_moved: list[int] = field(default_factory=list)
    fail: Exception | None = None
    news: threading.Condition = field(default_factory=threading.Condition)

    def position(self, mailbox: str) -> Position | None:
        return self.at

    def start_at(self, mailbox: str, position: Position) -> None:
        with self.news:
            self.at = position
            self.news.notify_all()

    def take(self, mailbox: str, arrivals: Sequence[Arrival], position: Position) -> None:
        with self.news:
            if self.fail:
                error, self.fail = self.fail, None
                raise error
            self.taken.extend(arrivals)
            self.at = position
            self.news.notify_all()

    def to_move(self, mailbox: str, uidvalidity: int) -> Sequence[int]:
        return list(self.to_be_moved)

    def moved(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        with self.news:
            self.was_moved.extend(uids)
            self.to_be_moved = [uid for uid in self.to_be_moved if uid not in uids]
            self.news.notify_all()

    def wait_until(self, condition: Callable[[], bool], deadline: float = DEADLINE) -> None:
        with self.news:
            assert self.news.wait_for(condition, deadline), f"not in {deadline} s: {self}"

    @property
    def subjects(self) -> list[str]:
        return [
            line[9:]
            for a in self.taken
            for line in a.raw.decode().splitlines()
            if line.startswith("Subject: ")
        ]


class Reader:
    """An ImapIntake in its thread."""

    def __init__(self, server: ImapServer, ledger: MemoryLedger, **options: Any) -> None:
        self.ledger = ledger
        self.troubles: list[tuple[str, str]] = []
        self.trouble = threading.Event()
        self.stopping = threading.Event()
        self.intake = make_intake(server, ledger, self._troubled, **options)
        self._thread = threading.Thread(target=self.intake.run, args=(self.stopping,), daemon=True)

    def _troubled(self, mailbox: str, what: str) -> None:
        self.troubles.append((mailbox, what))
        self.trouble.set()

    def start(self) -> Reader:
        """Returns when the mailbox was read once."""
        self._thread.start()
        self.ledger.wait_until(lambda: self.ledger.at is not None)
        return self

    def start_only(self) -> Reader:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self.intake.nudge()
        if self._thread.ident is not None:
            self._thread.join(DEADLINE)
            assert not self._thread.is_alive(), "the reader did not end"


def mailbox(server: ImapServer, **changes: Any) -> Mailbox:
    values = {
        "name": "support",
        "host": HOST,
        "port": server.port,
        "security": "none",
        "username": server.username,
        "password": {"env": "UNUSED"},
        "poll": "30s",
    }
    return Mailbox.model_validate({**values, **changes})


def make_intake(
    server: ImapServer,
    ledger: MemoryLedger,
    on_trouble: Callable[[str, str], None] = lambda _mailbox, _what: None,
    *,
    credential: Callable[[], Credential] = lambda: PASSWORD,
    max_size: int = 1_000_000,
    wake: Callable[[], None] = lambda: None,
    tls: Any = None,
    **changes: Any,
) -> ImapIntake:
    return ImapIntake(
        mailbox(server, **changes),
        credential=credential,
        ledger=ledger,
        max_size=max_size,
        on_trouble=on_trouble,
        wake=wake,
        tls=tls,
    )


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def read() -> Iterator[Callable[..., Reader]]:
    """Makes readers, and ends them after the test."""
    readers: list[Reader] = []

    def make(server: ImapServer, ledger: MemoryLedger, **options: Any) -> Reader:
        readers.append(Reader(server, ledger, **options))
        return readers[-1]

    yield make
    for reader in readers:
        reader.stop()


class Dovecots:
    """One running Dovecot for each set of capabilities, and a new mailbox on it for each test."""

    def __init__(self) -> None:
        self._running: dict[str, ImapServer] = {}
        self._stack = contextlib.ExitStack()
        self._users = itertools.count(1)

    def __call__(self, capability: str = "") -> ImapServer:
        if capability not in self._running:
            self._running[capability] = self._stack.enter_context(dovecot(capability=capability))
        return self._running[capability].mailbox_of(f"support{next(self._users)}")

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="session")
def a_dovecot() -> Iterator[Dovecots]:
    """Gives empty mailboxes on a real Dovecot."""
    dovecots = Dovecots()
    yield dovecots
    dovecots.close()


@pytest.fixture(params=["pymap", "dovecot"])
def server(request: pytest.FixtureRequest, a_dovecot: Dovecots) -> Iterator[ImapServer]:
    """An empty mailbox on each kind of server."""
    if request.param == "dovecot":
        yield a_dovecot()
        return
    with pymap() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    subprocess.run(
        [*request.split(), "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key
