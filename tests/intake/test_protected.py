"""A listener that speaks TLS: what is asked before and after it, and who is let in with which certificate."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from mailproc.intake.limits import Limits
from mailproc.intake.logins import Logins, LoginsError, login_line, read_logins
from mailproc.settings import ListenerTls
from tests.intake.conftest import RawClient, RunningListener
from tests.intake.test_smtp import MAIL, connects, wait_until

if TYPE_CHECKING:
    from pathlib import Path

Listen = Callable[..., RunningListener]
WRONG = "535 5.7.8 Wrong name or password"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key, as files."""
    return issue(authority, tmp_path)


def issue(authority: trustme.CA, folder: Path) -> tuple[Path, Path]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    return chain, key


def tls(files: tuple[Path, Path], **changes: Any) -> ListenerTls:
    return ListenerTls(certificate=files[0], key=files[1], **changes)


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


class Secured(RawClient):
    """A peer that says STARTTLS first."""

    def __init__(self, address: tuple[str, int], authority: trustme.CA) -> None:
        super().__init__(address)
        self.reply()
        self.say("EHLO client.example")
        assert self.say("STARTTLS") == "220 2.0.0 Ready to start TLS"
        self.socket = trusting(authority).wrap_socket(self.socket, server_hostname="localhost")
        self._lines = self.socket.makefile("rb")
        self.features = self.say("EHLO client.example")


def test_tls_from_the_first_octet(listen: Listen, files: tuple[Path, Path], authority: trustme.CA) -> None:
    listener = listen(tls=tls(files, mode="implicit"))
    port = listener.intake.address[1]
    with smtplib.SMTP_SSL("localhost", port, context=trusting(authority), timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        client.sendmail("ann@norda.example", ["support@desk.example"], MAIL * 1_000)
    assert listener.stored[0].raw == MAIL * 1_000


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
def test_a_mail_whose_client_leaves_after_the_dot_is_stored(
    listen: Listen, files: tuple[Path, Path], authority: trustme.CA, mode: str
) -> None:
    listener = listen(tls=tls(files, mode=mode))
    for _ in range(5):
        if mode == "starttls":
            client: Any = Secured(listener.intake.address, authority)
            client.start_mail(greeting="")
        else:
            client = RawClient(listener.intake.address)
            client.socket = trusting(authority).wrap_socket(client.socket, server_hostname="localhost")
            client._lines = client.socket.makefile("rb")
            client.start_mail()
        client.send(MAIL + b".\r\n")
        client.close()
    assert {arrival.raw for arrival in listener.wait_for(5)} == {MAIL}


@pytest.mark.parametrize(
    "words", [b"", b"EHLO plain.example\r\nQUIT\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70_000]
)
def test_whoever_does_not_shake_hands_is_counted_and_cut_off(
    listen: Listen, files: tuple[Path, Path], authority: trustme.CA, words: bytes
) -> None:
    limits = Limits(trusted=(), connections_per_address=3, handshake_time=0.5)
    listener = listen(tls=tls(files, mode="implicit"), limits=limits)
    clients = [listener.connect() for _ in range(3)]
    for client in clients:
        client.send(words)
    wait_until(lambda: refused_at_once(listener) or bool(words))
    for client in clients:
        assert b"220" not in everything(client)
        client.close()
    wait_until(lambda: greets(listener, authority))
    assert listener.stored == []


def refused_at_once(listener: RunningListener) -> bool:
    client = listener.connect()
    client.socket.settimeout(0.1)
    try:
        return client.socket.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    finally:
        client.close()


def everything(client: RawClient) -> bytes:
    heard = b""
    try:
        while more := client.socket.recv(4_096):
            heard += more
    except ConnectionError:
        pass
    return heard


def greets(listener: RunningListener, authority: trustme.CA) -> bool:
    try:
        with smtplib.SMTP_SSL(
            "localhost", listener.intake.address[1], context=trusting(authority), timeout=5
        ):
            return True
    except OSError:
        return False


def test_a_listener_may_demand_tls(listen: Listen, files: tuple[Path, Path], authority: trustme.CA) -> None:
    listener = listen(tls=tls(files, required=True))
    plain = listener.connect()
    plain.reply()
    plain.say("EHLO client.example")
    assert plain.say("MAIL FROM:<ann@norda.example>") == "530 5.7.0 Please say STARTTLS first"
    assert plain.say("RCPT TO:<support@desk.example>").startswith("503 ")
    plain.close()
    secured = Secured(listener.intake.address, authority)
    assert secured.say("MAIL FROM:<ann@norda.example>").startswith("250 ")
    secured.close()


def test_tls_is_begun_once(listen: Listen, files: tuple[Path, Path], authority: trustme.CA) -> None:
    client = Secured(listen(tls=tls(files)).intake.address, authority)
    assert "STARTTLS" not in client.features
    assert client.say("STARTTLS") == "503 5.5.1 Bad sequence of commands"
    assert client.say("NOOP") == "250 2.0.0 OK"
    client.close()


def test_a_renewed_certificate_is_shown_to_the_next_client(
    listen: Listen, files: tuple[Path, Path], authority: trustme.CA, tmp_path: Path
) -> None:
    listener = listen(tls=tls(files))
    first = shown(listener, authority)
    assert shown(listener, authority) == first
    files[1].write_text("half a key")  # as a program that renews it leaves it for a moment
    assert shown(listener, authority) == first
    issue(authority, tmp_path)
    assert shown(listener, authority) != first


def shown(listener: RunningListener, authority: trustme.CA) -> bytes | None:
    client = Secured(listener.intake.address, authority)
    certificate = client.socket.getpeercert(binary_form=True)  # type: ignore[attr-defined]
    client.close()
    return certificate


def test_a_certificate_that_cannot_be_used_stops_the_start(listen: Listen, files: tuple[Path, Path]) -> None:
    files[1].write_text("no key")
    with pytest.raises(ssl.SSLError):
        listen(tls=tls(files))


def test_renegotiation_is_refused(listen: Listen, files: tuple[Path, Path]) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    port = listen(tls=tls(files, mode="implicit")).intake.address[1]
    asked = subprocess.run(
        ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{port}"],
        input=b"R\n",
        capture_output=True,
        timeout=20,
    )
    assert b"RENEGOTIATING" in asked.stdout + asked.stderr
    assert asked.returncode != 0


# Logins


@pytest.fixture(scope="module")
def lines() -> str:
    return "# who may bring mail\n\n" + login_line("printer", "correct-horse") + "\n"


@pytest.fixture
def members(listen: Listen, files: tuple[Path, Path], lines: str) -> RunningListener:
    return listen(tls=tls(files), logins=lambda: lines)


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_mail_after_a_login(members: RunningListener, authority: trustme.CA) -> None:
    for mechanism in ("PLAIN", "LOGIN"):
        with smtplib.SMTP("localhost", members.intake.address[1], timeout=10) as client:
            client.starttls(context=trusting(authority))
            client.ehlo()
            assert client.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]
            client.user, client.password = "printer", "correct-horse"
            client.auth(
                mechanism,
                getattr(client, f"auth_{mechanism.lower()}"),
                initial_response_ok=mechanism == "PLAIN",
            )
            client.sendmail("printer@norda.example", ["support@desk.example"], MAIL)
    assert len(members.stored) == 2


def test_no_login_no_mail_and_no_relay_either(members: RunningListener, authority: trustme.CA) -> None:
    client = Secured(members.intake.address, authority)
    assert client.say("MAIL FROM:<printer@norda.example>") == "530 5.7.0 Please log in first"
    assert client.say(f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'correct-horse')}").startswith(
        "235 2.7.0"
    )
    assert client.say("MAIL FROM:<printer@norda.example>").startswith("250 ")
    assert client.say("RCPT TO:<victim@other.example>") == "550 5.1.1 No such recipient here"
    client.close()


def test_no_password_in_plain_text(members: RunningListener) -> None:
    client = members.connect()
    client.reply()
    assert "AUTH" not in client.say("EHLO client.example")
    answer = client.say(f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'correct-horse')}")
    assert answer == "538 5.7.11 Please say STARTTLS first"
    client.close()


@pytest.mark.parametrize(
    ("said", "replies"),
    [
        (["AUTH PLAIN", "*"], ["334 ", "501 5.7.0 Auth aborted"]),
        (
            ["AUTH LOGIN", base64("printer"), "*"],
            ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "501 5.7.0 Auth aborted"],
        ),
        (["AUTH PLAIN ???"], ["501 5.5.2 No base64"]),
        (["AUTH PLAIN " + base64("printer")], ["501 5.5.2 A name and a password could not be read"]),
        (["AUTH PLAIN " + base64("\0printer\0wrong")], [WRONG]),
        (["AUTH PLAIN " + base64("\0nobody\0correct-horse")], [WRONG]),
        (["AUTH PLAIN " + base64("\0\0")], [WRONG]),
        (["AUTH PLAIN ="], ["501 5.5.2 A name and a password could not be read"]),
        (["AUTH CRAM-MD5"], ["504 5.5.4 PLAIN and LOGIN are taken"]),
        (["AUTH"], ["504 5.5.4 PLAIN and LOGIN are taken"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_odd_logins(
    members: RunningListener, authority: trustme.CA, said: list[str], replies: list[str]
) -> None:
    client = Secured(members.intake.address, authority)
    assert [client.say(line) for line in said] == replies
    assert client.say("NOOP") == "250 2.0.0 OK", "each command has one answer"
    assert client.say("MAIL FROM:<a@b.example>").startswith("530 ")
    client.close()


def test_guessing_ends(listen: Listen, files: tuple[Path, Path], lines: str, authority: trustme.CA) -> None:
    listener = listen(tls=tls(files), logins=lambda: lines, limits=Limits(failed_logins=4))
    guess = f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'guess')}"
    client = Secured(listener.intake.address, authority)
    assert [client.say(guess) for _ in range(3)] == [WRONG] * 3
    assert client.reply() == "421 4.7.0 Too many wrong logins, goodbye"
    again = Secured(listener.intake.address, authority)
    assert again.say(guess) == WRONG
    assert again.say(guess) == "454 4.7.0 Too many wrong logins, please try again later"
    client.close()
    again.close()


def test_guessing_without_waiting_for_the_answer_ends_too(
    listen: Listen, files: tuple[Path, Path], lines: str, authority: trustme.CA
) -> None:
    listener = listen(tls=tls(files), logins=lambda: lines, limits=Limits(failed_logins=4))
    guess = f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'guess')}"
    for _ in range(4):
        client = Secured(listener.intake.address, authority)
        client.send(guess.encode() + b"\r\n")
        client.close()
    wait_until(lambda: answer_to(listener, authority, guess).startswith("454 4.7.0 "))


def answer_to(listener: RunningListener, authority: trustme.CA, command: str) -> str:
    client = Secured(listener.intake.address, authority)
    try:
        return client.say(command)
    finally:
        client.close()


def test_a_login_can_be_taken_away_at_any_time(
    listen: Listen, files: tuple[Path, Path], lines: str, authority: trustme.CA
) -> None:
    now = [lines]
    listener = listen(tls=tls(files), logins=lambda: now[0])
    login = f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'correct-horse')}"
    for text, answer in ((lines, "235"), ("", "535"), ("broken", "451"), (lines, "235")):
        now[0] = text
        client = Secured(listener.intake.address, authority)
        assert client.say(login)[:3] == answer
        client.close()


def test_a_flood_of_logins_does_not_stop_the_others(members: RunningListener, authority: trustme.CA) -> None:
    clients = [Secured(members.intake.address, authority) for _ in range(4)]
    for client in clients:
        client.send(f"AUTH PLAIN {base64(chr(0) + 'printer' + chr(0) + 'guess')}\r\n".encode())
    assert connects(members)
    assert {client.reply() for client in clients} == {WRONG}
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    "line",
    [
        "printer:secret",
        "printer:$scrypt$ln=30,r=8,p=1$c2FsdHNhbHQ=$aGFzaA==",
        "printer:$scrypt$ln=14,r=99,p=1$c2FsdHNhbHQ=$" + base64("x" * 32),
        "printer:$scrypt$ln=14,r=8,p=0$c2FsdHNhbHQ=$" + base64("x" * 32),
        "printer:$scrypt$ln=14,r=8,p=1$!$!",
    ],
)
def test_a_line_that_would_cost_too_much_or_is_none_is_refused(line: str) -> None:
    with pytest.raises(LoginsError, match="line 2"):
        read_logins(f"# logins\n{line}\n")


def test_a_login_line_holds_no_password() -> None:
    assert "correct-horse" not in login_line("printer", "correct-horse")
    assert login_line("printer", "x") != login_line("printer", "x"), "each has a salt of its own"
    with pytest.raises(ValueError, match="without blanks"):
        login_line("two words", "x")


def test_clients_that_connect_in_the_middle_of_a_stop_hear_of_it(
    listen: Listen, files: tuple[Path, Path]
) -> None:
    listener = listen(tls=tls(files, mode="implicit"))
    silent = listener.connect()
    stopped = threading.Thread(target=lambda: listener.run(listener.intake.stop(0.2)))
    stopped.start()
    stopped.join(5)
    assert not stopped.is_alive(), "a client that never shakes hands holds up no end"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(listener.intake.address)
    silent.close()


def test_a_name_that_does_not_exist_takes_as_long_as_a_wrong_password(lines: str) -> None:
    async def tried(name: str) -> float:
        began = time.process_time()
        assert not await logins.admit(name, "guess")
        return time.process_time() - began

    logins = Logins(lambda: lines)
    known, unknown = asyncio.run(tried("printer")), asyncio.run(tried("nobody"))
    print(f"a wrong password takes {known:.3f} s, an unknown name {unknown:.3f} s")
    assert 0.5 < known / unknown < 2
