"""A mailbox is read by an access token: on a real Dovecot that asks a token server, and on an odd server."""

from __future__ import annotations

import socketserver
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mailproc.intake.folder import Folder, LoginRefusedError
from mailproc.oauth2.grant import Grant
from mailproc.secrets import read_secret
from tests.intake.conftest import MemoryLedger, Reader, mailbox
from tests.oauth2.conftest import terms
from tests.oauth2.token_server import FIRST, SECRET, TokenServer
from tests.servers import HOST, ImapServer, dovecot

if TYPE_CHECKING:
    from pathlib import Path

Read = Callable[..., Reader]
MAIL = b"From: ann@norda.example\r\nSubject: INC-7\r\n\r\nThe till is down.\r\n"


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


class Office:
    """A grant with a clock that a test sets."""

    def __init__(self, server: TokenServer, folder: Path) -> None:
        for name, text in (("client-secret", SECRET), ("refresh-token", FIRST)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
        self.grant = Grant(
            terms(server.url()),
            folder=folder,
            secret=lambda secret: read_secret(secret, folder),
            clock=lambda: self.now,
        )


@pytest.fixture
def office(tokens: TokenServer, tmp_path: Path) -> Office:
    return Office(tokens, tmp_path)


@pytest.fixture
def server(tokens: TokenServer) -> Iterator[ImapServer]:
    with dovecot(introspection=tokens.url("/introspect")) as running:
        yield running


def test_mail_by_token(server: ImapServer, office: Office, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger, credential=office.grant.access_token).start()
    server.put(MAIL)
    ledger.wait_until(lambda: ledger.subjects == ["INC-7"])


def test_a_token_that_was_revoked_meanwhile_is_replaced_and_nobody_troubled(
    server: ImapServer, office: Office, tokens: TokenServer, ledger: MemoryLedger, read: Read
) -> None:
    office.grant.access_token()
    tokens.alive.clear()
    office.now += timedelta(minutes=20)
    reader = read(server, ledger, credential=office.grant.access_token).start()
    assert reader.troubles == []
    assert len(tokens.asked) == 2


def test_a_new_token_that_is_refused_is_told_at_once(
    server: ImapServer, office: Office, tokens: TokenServer, ledger: MemoryLedger, read: Read
) -> None:
    office.grant.access_token()
    tokens.alive.clear()
    reader = read(server, ledger, credential=office.grant.access_token).start_only()
    assert reader.trouble.wait(10)
    [(_, what)] = reader.troubles
    assert what.startswith("the login was refused: ")
    assert "access-1" not in what


def test_a_grant_that_ended_is_told_at_once(
    server: ImapServer, office: Office, tokens: TokenServer, ledger: MemoryLedger, read: Read
) -> None:
    tokens.refresh_token = "another"
    reader = read(server, ledger, credential=office.grant.access_token).start_only()
    assert reader.trouble.wait(10)
    assert reader.troubles == [("support", "the login was refused: invalid_grant: The grant has expired.")]


# A server that a test tells what to offer and to say


@contextmanager
def picky(mechanisms: str, complaint: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Offers these mechanisms, refuses every token with a complaint, and keeps what it was told."""
    heard: list[bytes] = []

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, command, *_ = line.split()
                if command.upper() == b"CAPABILITY":
                    self.wfile.write(b"* CAPABILITY IMAP4rev1 " + mechanisms.encode() + b"\r\n")
                elif command.upper() == b"AUTHENTICATE":
                    for challenge in (b"", b64encode(complaint)):
                        self.wfile.write(b"+ " + challenge + b"\r\n")
                        heard.append(b64decode(self.rfile.readline()))
                    self.wfile.write(tag + b" NO [AUTHENTICATIONFAILED] no\r\n")
                    continue
                else:
                    heard.append(line)
                self.wfile.write(tag + b" OK done\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((HOST, 0), Connection) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()
            thread.join()


def refused(port: int, office: Office) -> str:
    box = mailbox(ImapServer([], port, None), username="support")  # type: ignore[arg-type]
    with pytest.raises(LoginRefusedError) as refusal:
        Folder(box, office.grant.access_token())
    return str(refusal.value)


@pytest.mark.parametrize(
    ("offered", "opening", "farewell"),
    [
        ("AUTH=PLAIN AUTH=XOAUTH2", b"user=support\x01auth=Bearer access-1\x01\x01", b""),
        (
            "AUTH=XOAUTH2 AUTH=OAUTHBEARER",
            b"n,a=support,\x01host=127.0.0.1\x01port=%d\x01auth=Bearer access-1\x01\x01",
            b"\x01",
        ),
    ],
)
def test_the_best_mechanism_and_the_servers_reason(
    office: Office, offered: str, opening: bytes, farewell: bytes
) -> None:
    with picky(offered, b'{"status":"401","why":"access-1"}') as (port, heard):
        what = refused(port, office)
    assert heard == [opening % port if b"%d" in opening else opening, farewell]
    assert '{"status":"401","why":"…"}' in what


def test_a_server_that_takes_no_tokens_gets_none(office: Office) -> None:
    with picky("AUTH=PLAIN", b"") as (port, heard):
        assert refused(port, office) == "the server offers none of OAUTHBEARER, XOAUTH2"
    assert heard == []
