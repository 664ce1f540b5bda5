"""A desk of its own for a few seconds: an IMAP server, a daemon, and a folder that holds everything."""

from __future__ import annotations

import contextlib
import imaplib
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailproc.cli.app import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 15.0
"""Seconds that a server has to answer, and the desk to decide."""

CONFIGURATION = """\
[desk]
name = "Support"
address = "support@helpdesk.example"
time_zone = "America/Chicago"
mode = "answer"
phone = "+1 312 555 0100"
[operator]
email = "ops@helpdesk.example"
[store]
url = "sqlite:///desk.db"
[[mailbox]]
name = "support"
host = "127.0.0.1"
port = {imap}
security = "none"
username = "support"
password = {{ file = "imap-password" }}
poll = "2s"
[smtp]
listen = "127.0.0.1:{smtp}"
ordinary_mail = {{ maildir = "ordinary" }}
[delivery]
transport = "maildir"
path = "letters"
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
roles = ["pm"]
[[organisation]]
name = "Norda"
domains = ["norda.example"]
[tickets]
url = "https://tickets.helpdesk.example/{{ticket}}"
[digest]
time = "07:30"
time_zone = "America/Chicago"
to = ["pm"]
"""


class StageError(RefusedError):
    """The demonstration could not be set up; the text says what is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A desk that runs. Ports are on loopback; ``configuration`` is its file."""

    configuration: Path
    smtp: int
    imap: int

    def mail(self, raw: bytes, sender: str) -> None:
        """Mails the desk by SMTP."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=PATIENCE) as client:
            client.sendmail(sender, ["support@helpdesk.example"], raw)

    def put(self, raw: bytes) -> None:
        """Lays a mail into the IMAP mailbox, as a mail server does."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=PATIENCE) as client:
            client.login("support", _PASSWORD)
            client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), raw)

    def subjects_in(self, folder: str) -> list[str]:
        """The subjects of the mails in a folder of the mailbox; unread ones stay unread."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=PATIENCE) as client:
            client.login("support", _PASSWORD)
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return [part[1].decode().partition(":")[2].strip() for part in found if isinstance(part, tuple)]


_PASSWORD = "only-for-this-demonstration"


@contextlib.contextmanager
def set_up(folder: Path) -> Iterator[Stage]:
    """Starts both servers in a folder; ends them however the block ends. Raises StageError."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(configuration=folder / "mailproc.toml", smtp=_free_port(), imap=_free_port())
    stage.configuration.write_text(CONFIGURATION.format(smtp=stage.smtp, imap=stage.imap))
    secret = folder / "imap-password"
    secret.touch(mode=0o600)
    secret.write_text(_PASSWORD)
    with (
        _process(_imap_server(stage.imap), folder / "imap.log", lambda: _answers(stage.imap)),
        _process(_daemon(stage.configuration), folder / "mailproc.log", lambda: _is_ready(stage)),
    ):
        yield stage


def _imap_server(port: int) -> list[str]:
    return [
        *(_program("pymap"), "--host", "127.0.0.1", "--port", str(port), "--no-tls"),
        *("dict", "--demo-user", "support", "--demo-password", _PASSWORD),
    ]


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise StageError(f"the demonstration needs an IMAP server from pip: pip install {name}")
    return found


def _daemon(configuration: Path) -> list[str]:
    return [sys.executable, "-m", "mailproc", "run", "--config", str(configuration)]


@contextlib.contextmanager
def _process(command: list[str], log: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
        )
        try:
            _wait_until(is_ready, process, log)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if is_ready():
            return
        time.sleep(0.05)
    said = log.read_text(errors="replace").strip().splitlines()[-3:]
    raise StageError("a server did not start: " + " / ".join(said or ["it said nothing"]))


def _is_ready(stage: Stage) -> bool:
    """The listener answers, and the mailbox has been opened once: mail before that is left alone."""
    log = stage.configuration.with_name("mailproc.log")
    return _answers(stage.smtp) and b"connected" in log.read_bytes()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
