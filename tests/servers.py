"""Real servers for tests, on free loopback ports: pymap from pip, and Dovecot where it is installed."""

from __future__ import annotations

import contextlib
import getpass
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HOST = "127.0.0.1"
USER, PASSWORD = "support", "correct-horse"
WITHOUT_MOVE = "IMAP4rev1 LITERAL+ IDLE UIDPLUS NAMESPACE"
WITHOUT_UIDPLUS = "IMAP4rev1 LITERAL+ IDLE NAMESPACE"
WITHOUT_IDLE = "IMAP4rev1 LITERAL+ MOVE UIDPLUS NAMESPACE"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


def wait_for_port(port: int, deadline: float = 15.0) -> None:
    """Returns when somebody listens on the port."""
    end = time.monotonic() + deadline
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@dataclass
class ImapServer:
    """A running IMAP server, and what a person with a mail program does to the mailbox."""

    command: list[str]
    port: int
    log: Path
    username: str = USER
    password: str = PASSWORD
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def mailbox_of(self, username: str) -> ImapServer:
        """The same server, seen by another user; only Dovecot knows more than one."""
        return replace(self, username=username)

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        wait_for_port(self.port)

    def stop(self) -> None:
        """Ends the server in order, and with it all connections; it can be started again."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(15)
        self._process = None

    def kill(self) -> None:
        """Ends the server and its children for good, locks and all."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A second client, logged in, with the folder selected."""
        client = imaplib.IMAP4(HOST, self.port, timeout=10)
        try:
            client.login(self.username, self.password)
            client.select(folder)
            yield client
        finally:
            client.shutdown()

    def put(self, raw: bytes, *, folder: str = "INBOX", when: datetime | None = None) -> int:
        """A mail comes in; returns its UID."""
        with self.client(folder) as client:
            date = imaplib.Time2Internaldate(when) if when else ""
            _, answer = client.append(folder, "", date, raw)
            client.noop()
            return int(answer[0].split(b"APPENDUID")[1].split(b"]")[0].split()[1])

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """The subjects in a folder; empty where there is no such folder."""
        with self.client(folder) as client:
            if client.state != "SELECTED":
                return []
            if client.search(None, "ALL")[1] == [b""]:
                return []
            _, answer = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            return [
                part[1].decode().strip().removeprefix("Subject: ") for part in answer if part and part[1:]
            ]

    def flags(self, uid: int, folder: str = "INBOX") -> str:
        """The flags of a mail, as the server writes them."""
        with self.client(folder) as client:
            _, answer = client.uid("FETCH", str(uid), "(FLAGS)")
            return str(answer[0])

    def delete(self, uid: int) -> None:
        """A person deletes a mail for good."""
        with self.client() as client:
            client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()


@contextlib.contextmanager
def pymap() -> Iterator[ImapServer]:
    """An IMAP server from pip, with IDLE, MOVE and UIDPLUS; its mailbox lives as long as it runs."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pymap-") as folder:
        server = ImapServer(
            [
                str(Path(sys.executable).with_name("pymap")),
                *("--host", HOST, "--port", str(port), "--no-tls"),
                *("dict", "--demo-user", USER, "--demo-password", PASSWORD),
            ],
            port,
            Path(folder, "pymap.log"),
        )
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def dovecot(
    *, capability: str = "", tls: tuple[Path, Path] | None = None, introspection: str = ""
) -> Iterator[ImapServer]:
    """A Dovecot of its own; ``capability`` hides what it can do beyond. Skips where it is not installed.

    ``introspection`` is the address of a token server that it asks about access tokens (RFC 7662).
    """
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        if os.environ.get("MAILPROC_REQUIRE_SERVERS") == "1":
            pytest.fail("Dovecot is not installed, and MAILPROC_REQUIRE_SERVERS=1 demands it")
        pytest.skip("Dovecot is not installed")
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        _write_configuration(folder, port, capability, tls, introspection)
        server = ImapServer([program, "-F", "-c", str(folder / "dovecot.conf")], port, folder / "started.log")
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_configuration(
    folder: Path, port: int, capability: str, tls: tuple[Path, Path] | None, introspection: str
) -> None:
    (folder / "mail").mkdir()
    owner, users = getpass.getuser(), ""
    if os.geteuid() == 0:  # mail is never kept as root
        owner = "mail"
        folder.chmod(0o755)
        shutil.chown(folder / "mail", owner, owner)
    else:
        users = f"default_internal_user = {owner}\ndefault_login_user = {owner}\n"
    secured = f"ssl = yes\nssl_cert = <{tls[0]}\nssl_key = <{tls[1]}\n" if tls else "ssl = no\n"
    (folder / "dovecot.conf").write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = {HOST}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = {owner}
mail_gid = {owner if os.geteuid() == 0 else os.getegid()}
first_valid_uid = 1
{users}{secured}
{"imap_capability = " + capability if capability else ""}
default_process_limit = 20
default_client_limit = 200
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
{_by_token(folder, introspection) if introspection else ""}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
"""
    )


def _by_token(folder: Path, introspection: str) -> str:
    (folder / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {introspection}\n"
        "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
    )
    return f"""
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
