"""The daemon stops within one deadline, sees the threads that hang, and tells of a mailbox once."""

from __future__ import annotations

import contextlib
import os
import smtplib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from mailproc.daemon import Daemon
from mailproc.secrets import SecretError
from mailproc.settings import Delivery, Mailbox, Secret, Security, SmtpListener, Store
from mailproc.stop_sign import StopSign
from mailproc.store import outbox
from mailproc.store.migrate import migrate
from tests.daemon.running import eventually, mail
from tests.delivery.scripted import SILENCE, Scripted
from tests.desk.conftest import settings
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mailproc.settings import Settings

PASSWORD = "hunter2"


def now() -> datetime:
    return datetime.now(UTC)


def mailbox(name: str, port: int) -> Mailbox:
    return Mailbox(
        name=name,
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        username="support",
        password=Secret(env=f"PASSWORD_OF_{name.upper()}"),
    )


def desk_in(folder: Path, **changes: Any) -> Settings:
    given = {
        "smtp": SmtpListener(listen=f"127.0.0.1:{free_port()}"),
        "store": Store(url="sqlite:///desk.db"),
        "delivery": Delivery(transport="maildir", path=folder / "letters"),
    }
    return settings(folder, **(given | changes))


@contextlib.contextmanager
def serving(settings: Settings, **given: Any) -> Iterator[tuple[Daemon, threading.Thread]]:
    """A daemon in a thread of this process."""
    values: dict[str, Any] = {"clock": now, "secret": lambda _: PASSWORD, "key": b"k" * 32, "grace": 5.0}
    daemon = Daemon(settings, **(values | given))
    migrate(daemon.database)
    ready = threading.Event()
    thread = threading.Thread(target=daemon.run, args=(lambda _: ready.set(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield daemon, thread
    finally:
        daemon.stop()
        thread.join(20)
        assert not thread.is_alive()


def test_stopping_keeps_its_deadline_with_a_client_inside_data_and_a_next_hop_that_hangs(
    tmp_path: Path,
) -> None:
    grace = 2.0
    before = set(threading.enumerate())
    with Scripted(script={"MAIL": SILENCE}) as hung:
        delivery = Delivery(
            transport="smtp",
            host="127.0.0.1",
            port=hung.port,
            security=Security.NONE,
            timeout=timedelta(seconds=60),
        )
        desk = desk_in(tmp_path, delivery=delivery)
        with serving(desk, grace=grace) as (daemon, thread):
            client = smtplib.SMTP(*daemon.addresses["smtp"], timeout=20)
            client.sendmail("kim@norda.example", "support@helpdesk.example", mail(1))
            eventually(lambda: "MAIL" in hung.verbs())
            client.mail("kim@norda.example")
            client.rcpt("support@helpdesk.example")
            client.docmd("DATA")
            client.send(b"From: kim@norda.example\r\n")
            began = time.monotonic()
            daemon.stop()
            thread.join(20)
            took = time.monotonic() - began
            assert client.getreply()[0] == 421
            client.close()
        assert took < grace + 0.6
        # What the interpreter would wait for at its end:
        left = [one.name for one in set(threading.enumerate()) - before if not one.daemon]
        assert left == []


def test_a_desk_with_nothing_under_way_stops_at_once(tmp_path: Path) -> None:
    with serving(desk_in(tmp_path), grace=20.0) as (daemon, thread):
        began = time.monotonic()
        daemon.stop()
        thread.join(20)
        assert time.monotonic() - began < 3


@pytest.fixture
def watchdog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd hears of the service."""
    place = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(place)
        heard.settimeout(20)
        yield heard


def stalled(logs: list[Any]) -> set[str]:
    return {name for line in logs if line["event"] == "no progress" for name in line["threads"]}


def hear(watchdog: socket.socket, until: Callable[[], object]) -> None:
    """Empties the socket, which would else be full, until something is true."""
    watchdog.setblocking(False)

    def is_true() -> object:
        with contextlib.suppress(BlockingIOError):
            while watchdog.recv(100):
                pass
        return until()

    eventually(is_true)


def test_a_mailbox_that_hangs_is_seen_and_one_that_waits_is_not(
    tmp_path: Path, watchdog: socket.socket
) -> None:
    go_on = threading.Event()

    def secret(secret: Secret) -> str:
        if secret.env == "PASSWORD_OF_HUNG":  # as from a disk that does not answer
            go_on.wait(30)
        raise SecretError("no variable", "a variable")

    desk = desk_in(tmp_path, mailbox=(mailbox("hung", 9), mailbox("away", free_port())))
    with capture_logs() as logs, serving(desk, secret=secret, stalled_after=0.3):
        hear(watchdog, lambda: "mailbox hung" in stalled(logs))
        go_on.set()
    assert "mailbox away" not in stalled(logs)


@pytest.mark.parametrize("name", ["letters", "alerts"])
def test_a_dispatcher_that_hangs_is_seen(tmp_path: Path, watchdog: socket.socket, name: str) -> None:
    go_on, hangs = threading.Event(), threading.Event()

    def clock() -> datetime:
        if threading.current_thread().name == name and hangs.is_set():
            go_on.wait(30)
        return now()

    with capture_logs() as logs, serving(desk_in(tmp_path), clock=clock, stalled_after=6.0):
        assert watchdog.recv(100) == b"READY=1"
        assert watchdog.recv(100) == b"WATCHDOG=1"
        hangs.set()
        assert stalled(logs) == set()
        hear(watchdog, lambda: name in stalled(logs))
        go_on.set()


def test_a_loop_that_rests_is_expected_when_its_rest_is_over() -> None:
    sign = StopSign(patience=10)
    start = time.monotonic()
    sign.is_set()
    assert [sign.is_overdue(start + seconds) for seconds in (9, 12)] == [False, True]
    sign.set()
    sign.wait(900)  # returns at once
    assert [sign.is_overdue(start + seconds) for seconds in (905, 915)] == [False, True]


class Refusing:
    """An IMAP server that refuses every login, each time in other words, and quotes the command."""

    def __init__(self) -> None:
        self.logins = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"* OK ready\r\n")
        for line in connection.makefile("rb"):
            tag, command = line.split(b" ", 1)
            if command.upper().startswith(b"CAPABILITY"):
                connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            elif command.upper().startswith(b"LOGIN"):
                self.logins += 1
                connection.sendall(tag + b" NO not so (%d): %s\r\n" % (self.logins, command.strip()))
            else:
                connection.sendall(tag + b" OK done\r\n")

    def close(self) -> None:
        self._listener.close()


def test_a_mailbox_in_trouble_is_told_once_a_day_however_it_is_worded_and_without_its_password(
    tmp_path: Path,
) -> None:
    server = Refusing()
    desk = desk_in(tmp_path, mailbox=(mailbox("support", server.port),))
    for times in (1, 2):
        with capture_logs() as logs, serving(desk) as (daemon, _):
            eventually(lambda: [line for line in logs if line["event"] == "mailbox trouble"])
        assert server.logins == times
    server.close()
    with daemon.database.read() as connection:
        [notice] = outbox.listing(connection)
        content = (outbox.entry(connection, notice["id"]) or {})["content"].decode()
    assert "not so (1)" in content
    assert PASSWORD not in content
