"""A real `mailproc run` in a process of its own, as an operator starts it."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mailproc.store.engine import Database
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REASON = "We lose 4,000 euros an hour because the web shop takes no orders."


def eventually(what: Callable[[], object], deadline: float = 20.0) -> None:
    """Waits until something is true; fails when it does not become so in time."""
    end = time.monotonic() + deadline
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def ticket(number: int) -> str:
    """The ticket that mail ``number`` is about."""
    return f"SBM-{48_000 + number}"


def mail(number: int, body: str = "", **headers: str) -> bytes:
    """A request for a ticket of its own, with CRLF line ends as on the wire."""
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Kim Norda <kim@norda.example>")
    message["To"] = "support@helpdesk.example"
    message["Subject"] = headers.pop("subject", f"Escalate ticket {ticket(number)}")
    message["Message-ID"] = f"<{number}@norda.example>"
    message["Date"] = format_datetime(datetime.now(UTC))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body or f"Please escalate ticket {ticket(number)}. {REASON}")
    return message.as_bytes(policy=SMTP)


@dataclass
class Running:
    """A daemon that was started on a folder. ``more`` is added to its settings, ``smtp_more`` to [smtp]."""

    folder: Path
    more: str = ""
    smtp_more: str = ""
    delivery: str = 'transport = "maildir"\npath = "letters"'
    smtp: int = field(default_factory=free_port)
    ready_within: float = 30.0

    def __post_init__(self) -> None:
        self.config = self.folder / "mailproc.toml"
        self.config.write_text(f"""
[desk]
name = "Support"
address = "support@helpdesk.example"
time_zone = "America/Chicago"
[operator]
email = "ops@helpdesk.example"
[store]
url = "sqlite:///desk.db"
[smtp]
listen = "127.0.0.1:{self.smtp}"
ordinary_mail = {{ maildir = "ordinary" }}
{self.smtp_more}
[delivery]
{self.delivery}
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
roles = ["pm"]
[[organisation]]
name = "Norda"
domains = ["norda.example"]
{self.more}
""")

    def start(self) -> None:
        """Starts the daemon and waits for its READY=1, as systemd does."""
        place = self.folder / "notify"
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(str(place))
            notified.settimeout(self.ready_within)
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "mailproc", "run", "--config", str(self.config)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, "NOTIFY_SOCKET": str(place)},
                )
            assert notified.recv(100) == b"READY=1"

    def stop(self) -> int:
        """Asks it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def send(
        self, raw: bytes, sender: str = "kim@norda.example", to: str = "support@helpdesk.example"
    ) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as client:
            client.sendmail(sender, [to], raw)

    def database(self) -> Database:
        return Database("sqlite:///desk.db", self.folder)

    def letters(self, place: str = "letters") -> list[bytes]:
        return [file.read_bytes() for file in (self.folder / place / "new").glob("*")]

    def answers(self) -> list[bytes]:
        """The letters to those who wrote; what staff are told is not among them."""
        return [letter for letter in self.letters() if b"\nAuto-Submitted: auto-replied" in letter]

    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextlib.contextmanager
def running(folder: Path, **given: str) -> Iterator[Running]:
    daemon = Running(folder, **given)
    daemon.start()
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.kill()
