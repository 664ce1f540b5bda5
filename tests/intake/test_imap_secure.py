"""A password goes only to the server that was meant, under TLS; what was said before TLS does not count."""

from __future__ import annotations

import socketserver
import ssl
import threading
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import trustme

from mailproc.intake.folder import CONNECTION_ERRORS, Folder
from tests.intake.conftest import mailbox
from tests.servers import HOST, ImapServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTH = pytest.mark.parametrize("security", ["tls", "starttls"])


class Told:
    """An IMAP server, and every command that it was told under TLS and before."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.plain: list[str] = []
        self.secured: list[str] = []


@contextmanager
def imap(
    tls: ssl.SSLContext,
    security: str,
    *,
    offers: str = "STARTTLS",
    slipped_in: bytes = b"",
    answer: str = "OK",
) -> Iterator[Told]:
    """``slipped_in`` follows the answer to STARTTLS in plain text, as from somebody on the line."""

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                if security == "tls":
                    self.request = tls.wrap_socket(self.request, server_side=True)
                self.talk()

        def talk(self) -> None:
            stream = self.request.makefile("rb")
            self.request.sendall(b"* OK ready\r\n")
            is_secured = security == "tls"
            while line := stream.readline():
                tag, command = line.decode().rstrip().split(" ", 1)
                (told.secured if is_secured else told.plain).append(command)
                verb = command.split()[0].upper()
                if verb == "STARTTLS":
                    self.request.sendall(f"{tag} {answer} begin\r\n".encode() + slipped_in)
                    if answer != "OK":
                        continue
                    self.request = tls.wrap_socket(self.request, server_side=True)
                    stream, is_secured = self.request.makefile("rb"), True
                    continue
                untagged = {
                    "CAPABILITY": f"* CAPABILITY IMAP4rev1 {'' if is_secured else offers}\r\n",
                    "SELECT": "* 0 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 1]\r\n",
                }.get(verb, "")
                self.request.sendall(f"{untagged}{tag} OK done\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((HOST, 0), Connection) as server:
        told = Told(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def context(authority: trustme.CA, name: str = HOST) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(made)
    return made


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def log_in(told: Told, security: str) -> None:
    server = ImapServer([], told.port, None)  # type: ignore[arg-type]
    Folder(mailbox(server, security=security), "correct-horse").close()


@BOTH
def test_a_server_that_somebody_known_vouches_for(authority: trustme.CA, security: str) -> None:
    with imap(context(authority), security) as told:
        log_in(told, security)
    assert [command for command in told.secured if command.startswith("LOGIN")]
    assert not [command for command in told.plain if command.startswith("LOGIN")]


@BOTH
@pytest.mark.parametrize("fault", ["nobody vouches for it", "it is for another host"])
def test_a_certificate_that_proves_nothing(authority: trustme.CA, security: str, fault: str) -> None:
    tls = context(trustme.CA()) if fault == "nobody vouches for it" else context(authority, "evil.example")
    with imap(tls, security) as told, pytest.raises(ssl.SSLCertVerificationError):
        log_in(told, security)
    assert told.secured == []
    assert not [command for command in told.plain if "correct-horse" in command]


@pytest.mark.parametrize("refuses", ["offers none", "says NO", "says BAD"])
def test_no_fall_back_where_starttls_is_refused(authority: trustme.CA, refuses: str) -> None:
    offers = "" if refuses == "offers none" else "STARTTLS"
    tls = context(authority)
    with (
        imap(tls, "starttls", offers=offers, answer=refuses.removeprefix("says ")) as told,
        pytest.raises(CONNECTION_ERRORS),
    ):
        log_in(told, "starttls")
    assert not [command for command in told.plain if "LOGIN" in command or "correct-horse" in command]


@pytest.mark.parametrize(
    "slipped_in",
    [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"* PREAUTH welcome\r\n", b"* BYE\r\nA2 OK done\r\n" * 10],
)
def test_what_was_slipped_in_before_tls_does_not_count(authority: trustme.CA, slipped_in: bytes) -> None:
    with imap(context(authority), "starttls", slipped_in=slipped_in) as told:
        log_in(told, "starttls")
        assert [command for command in told.secured if command.startswith("LOGIN")], (
            "by what it offers under TLS"
        )
    assert not [command for command in told.plain if "correct-horse" in command]


@BOTH
def test_tls_1_1_is_refused(authority: trustme.CA, security: str) -> None:
    old = context(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with imap(old, security) as told, pytest.raises(OSError, match=r"(?i)protocol|version|alert"):
        log_in(told, security)
    assert told.secured == []
