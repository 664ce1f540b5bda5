"""What a client is told at the door, and what is in the store when it is told so."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import shutil
import smtplib
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from mailproc.intake.limits import Limits
from mailproc.intake.smtp import our_addresses
from mailproc.settings import Desk, ListenerTls, Settings
from tests.intake.conftest import RawClient, RunningListener

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.message.arrival import Arrival

Listen = Callable[..., RunningListener]
MAIL = b"From: ann@norda.example\r\nSubject: INC-7\r\n\r\nThe till is down.\r\n"


def send(listener: RunningListener, mail: bytes = MAIL, *recipients: str) -> dict[str, Any]:
    with smtplib.SMTP(*listener.intake.address, timeout=10) as client:
        return client.sendmail("ann@norda.example", recipients or ("support@desk.example",), mail)


# 250 is a promise


def test_mail_is_stored_before_250(listener: RunningListener) -> None:
    may_store = threading.Event()

    async def wait_for_permission(_: Arrival) -> None:
        await asyncio.to_thread(may_store.wait, 10)

    listener.before_store = wait_for_permission
    client = listener.connect()
    client.start_mail()
    client.send(MAIL + b".\r\n")
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.socket.recv(1)
    may_store.set()
    client.socket.settimeout(10)
    assert client.socket.recv(100) == b"250 2.0.0 Stored\r\n"
    assert len(listener.stored) == 1
    client.close()


def test_octets_and_envelope_are_kept(listener: RunningListener) -> None:
    mail = MAIL + b".\r\n..\r\n.dots\r\n\xff\x00bare\rCR and\nLF" + b"\r\n"
    send(listener, mail.replace(b"\rCR and\nLF", b""), "Support+Emergency@desk.example")
    client = listener.connect()
    client.start_mail()
    client.send(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    client.close()
    first, second = listener.stored
    assert first.envelope_to == ("Support+Emergency@desk.example",)
    assert (first.envelope_from, first.way, first.peer) == ("ann@norda.example", "smtp", "127.0.0.1")
    assert hashlib.sha256(second.raw).digest() == hashlib.sha256(mail).digest()


@pytest.mark.parametrize("mail", [b"", b"\r\n", b".\r\n", b"a\r\n", b"\r\n\r\n"], ids=repr)
def test_the_smallest_mails(listener: RunningListener, mail: bytes) -> None:
    client = listener.connect()
    client.start_mail()
    stuffed = b"." + mail if mail.startswith(b".") else mail
    client.send(stuffed + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    assert listener.stored[0].raw == mail
    client.close()


def test_null_sender(listener: RunningListener) -> None:
    with smtplib.SMTP(*listener.intake.address) as client:
        client.sendmail("<>", ["support@desk.example"], MAIL)
    assert listener.stored[0].envelope_from == ""


FAULTS = [
    RuntimeError("secret\r\n250 OK"),
    ValueError(),
    KeyError("x"),
    OSError(errno.EIO, "Input/output error"),
    TimeoutError("late"),
    sqlite3.OperationalError("database is locked"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
    MemoryError(),
    AssertionError("never"),
    ConnectionResetError("database gone"),
    asyncio.CancelledError(),
    ExceptionGroup("two", [ValueError(), OSError()]),
]


@pytest.mark.parametrize("lmtp", [False, True], ids=["smtp", "lmtp"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_any_fault_is_451(listen: Listen, fault: BaseException, lmtp: bool) -> None:
    async def fail(_: Arrival) -> None:
        raise fault

    listener = listen(lmtp=lmtp)
    listener.before_store = fail
    client = listener.connect()
    client.start_mail(greeting="LHLO client.example" if lmtp else "EHLO client.example")
    client.send(MAIL + b".\r\n")
    assert client.reply() == "451 4.3.0 Cannot take the mail at the moment, please try again later"
    assert client.say("NOOP") == "250 2.0.0 OK"
    client.close()


def test_a_store_that_hangs_is_451_in_time(listen: Listen) -> None:
    listener = listen(limits=Limits(store_time=0.2))
    may_end = threading.Event()

    async def hang(_: Arrival) -> None:
        await asyncio.to_thread(may_end.wait, 10)

    listener.before_store = hang
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(listener)
    assert refused.value.smtp_code == 451
    may_end.set()
    assert len(listener.wait_for(1)) == 1, "what was begun is ended"


@pytest.mark.parametrize("leave", ["close", "half-close", "reset"])
def test_client_gone_after_the_dot(listener: RunningListener, leave: str) -> None:
    async def slowly(_: Arrival) -> None:
        await asyncio.sleep(0.01)

    listener.before_store = slowly
    for _ in range(20):
        client = listener.connect()
        client.start_mail()
        if leave == "reset":
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.send(MAIL + b".\r\n")
        if leave == "half-close":
            client.socket.shutdown(socket.SHUT_WR)
        client.close()
    assert len(listener.wait_for(20)) == 20
    assert {arrival.raw for arrival in listener.stored} == {MAIL}


def test_client_gone_before_the_dot(listener: RunningListener) -> None:
    client = listener.connect()
    client.start_mail()
    client.send(MAIL)
    client.close()
    send(listener, MAIL + b"second\r\n")
    assert [arrival.raw for arrival in listener.stored] == [MAIL + b"second\r\n"]


# Sizes


def test_the_largest_mail_and_one_octet_more(listen: Listen) -> None:
    listener = listen(max_size=50_000)
    largest = MAIL + b"x" * (50_000 - len(MAIL) - 2) + b"\r\n"
    for mail, reply in [(largest, "250 2.0.0 Stored"), (b"x" + largest, "552 5.3.4 ")]:
        client = listener.connect()
        client.start_mail()
        client.send(mail + b".\r\n")
        assert client.reply().startswith(reply)
        client.close()
    assert [len(arrival.raw) for arrival in listener.stored] == [50_000]


def test_doubled_dots_do_not_count(listen: Listen) -> None:
    listener = listen(max_size=30_000)
    mail = b".\r\n" * 10_000
    client = listener.connect()
    client.start_mail()
    client.send(b"..\r\n" * 10_000 + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    assert listener.stored[0].raw == mail
    client.close()


def test_size_is_announced_and_checked_at_mail(listen: Listen) -> None:
    client = listen(max_size=50_000).connect()
    client.reply()
    assert "SIZE 50000" in client.say("EHLO client.example")
    assert client.say("MAIL FROM:<a@b.example> SIZE=50001").startswith("552 5.3.4 ")
    assert client.say("MAIL FROM:<a@b.example> SIZE=50000 BODY=8BITMIME").startswith("250 2.1.0 ")
    client.close()


def test_long_lines_are_taken(listener: RunningListener) -> None:
    mail = MAIL + b"y" * 5_000 + b"\r\n" + b"z" * 80_000 + b"\r\n"
    send(listener, mail)
    assert listener.stored[0].raw == mail


def test_mails_under_way_have_a_common_bound(listen: Listen) -> None:
    listener = listen(max_size=1_000_000, limits=Limits(octets_under_way=300_000))
    clients = [listener.connect() for _ in range(2)]
    for client in clients:
        client.start_mail()
        client.send(b"x" * 200_000)
    replies = {client.reply() for client in clients[1:]}
    assert replies == {"421 4.3.1 Too much mail at this moment, please try again later"}
    clients[0].send(b"\r\n.\r\n")
    assert clients[0].reply() == "250 2.0.0 Stored"
    for client in clients:
        client.close()


class SlowCommit:
    """A store that waits until it is let go."""

    def __init__(self, listener: RunningListener) -> None:
        self.listener, self.waiting, self._go = listener, threading.Semaphore(0), asyncio.Event()
        listener.before_store = self

    async def __call__(self, _arrival: Arrival) -> None:
        self.waiting.release()
        await self._go.wait()

    def end(self) -> None:
        async def end() -> None:
            self._go.set()

        self.listener.run(end())


@pytest.mark.parametrize("stays", [True, False], ids=["client stays", "client gone"])
def test_mails_that_wait_for_the_commit_are_under_way(listen: Listen, stays: bool) -> None:
    listener = listen(max_size=1_000_000, limits=Limits(octets_under_way=300_000))
    commit = SlowCommit(listener)
    first, second, third = (listener.connect() for _ in range(3))
    first.start_mail()
    first.send(b"x" * 250_000 + b"\r\n.\r\n")
    assert commit.waiting.acquire(timeout=10)
    if not stays:
        first.close()
    second.start_mail()
    second.send(b"x" * 100_000)
    assert second.reply().startswith("421 4.3.1 ")
    commit.end()
    listener.wait_for(1)
    third.start_mail()
    third.send(b"x" * 250_000 + b"\r\n.\r\n")
    assert third.reply() == "250 2.0.0 Stored"
    for client in (first, second, third):
        client.close()


def test_small_mails_that_wait_for_the_commit_are_bounded_too(listen: Listen) -> None:
    listener = listen(limits=Limits(octets_under_way=3 * len(MAIL)))
    commit = SlowCommit(listener)
    *clients, late = (listener.connect() for _ in range(4))
    for client in clients:
        client.start_mail()
        client.send(MAIL + b".\r\n")
        assert commit.waiting.acquire(timeout=10)
    assert late.reply().startswith("220 ")
    for words in ("EHLO late.example", "MAIL FROM:<ann@norda.example>", "RCPT TO:<support@desk.example>"):
        assert late.say(words).startswith("250")
    assert late.say("DATA").startswith("421 4.3.1 ")
    commit.end()
    assert {client.reply() for client in clients} == {"250 2.0.0 Stored"}
    for client in (*clients, late):
        client.close()


@pytest.mark.parametrize("phase", ["command", "mail"])
def test_a_flood_without_line_ends_is_cut_off(listen: Listen, phase: str) -> None:
    listener = listen(max_size=25_000_000)
    client = listener.connect()
    if phase == "mail":
        client.start_mail()
    memory = psutil.Process().memory_info().rss
    sent, flood = 0, b"x" * 1_000_000
    with contextlib.suppress(ConnectionError):
        while sent < 100_000_000:
            client.send(flood)
            sent += len(flood)
    assert sent < 90_000_000, "not cut off"
    assert psutil.Process().memory_info().rss - memory < 20_000_000
    assert listener.stored == []
    client.close()


def test_a_slow_upload_that_moves_is_not_cut(listen: Listen) -> None:
    listener = listen(limits=Limits(command_time=0.5))
    client = listener.connect()
    client.start_mail()
    for line in MAIL.splitlines(keepends=True) * 3:
        client.send(line)
        time.sleep(0.1)
    client.send(b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    client.close()


# Who lasts, and how many


def test_silence_ends(listen: Listen) -> None:
    client = listen(limits=Limits(command_time=0.2)).connect()
    client.reply()
    assert client.reply().startswith("421 4.4.2 ")
    assert client.reply() == ""
    client.close()


def test_dripping_ends(listen: Listen) -> None:
    client = listen(limits=Limits(mail_time=0.4)).connect()
    client.start_mail()
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - began < 5:
            client.send(b"x")
            time.sleep(0.02)
    assert time.monotonic() - began < 3, "not cut off"
    client.close()


@pytest.mark.parametrize(("command", "most"), [("NOOP", 210), ("RSET", 210), ("VRFY x", 210), ("WHAT", 25)])
def test_floods_of_commands_end(listener: RunningListener, command: str, most: int) -> None:
    client = listener.connect()
    client.reply()
    replies = 0
    while (reply := client.say(command)) and "goodbye" not in reply:
        replies += 1
        assert replies < most
    assert client.reply() == ""
    client.close()


def test_a_kept_connection_brings_mail_after_mail(listener: RunningListener) -> None:
    with smtplib.SMTP(*listener.intake.address) as client:
        for _ in range(120):
            client.sendmail("a@b.example", ["support@desk.example"], MAIL)
    assert len(listener.stored) == 120


def test_connections_are_capped_and_a_relay_is_exempt(listen: Listen) -> None:
    strict = listen(limits=Limits(connections_per_address=3, trusted=()))
    clients = [strict.connect() for _ in range(4)]
    replies = [client.reply() for client in clients]
    assert sorted(reply[:3] for reply in replies) == ["220", "220", "220", "421"]
    for client in clients:
        client.close()
    wait_until(lambda: connects(strict))
    relay = listen(limits=Limits(connections=1, connections_per_address=1))
    clients = [relay.connect() for _ in range(5)]
    assert all(client.reply().startswith("220 ") for client in clients)
    for client in clients:
        client.close()


def connects(listener: RunningListener) -> bool:
    client = listener.connect()
    try:
        return client.reply().startswith("220 ")
    finally:
        client.close()


def wait_until(condition: Callable[[], bool], deadline: float = 5) -> None:
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.02)


# No relay, nothing told

NOT_TAKEN = [
    "victim@other.example",
    "support@desk.example.evil.example",
    "support@evil.example",
    "victim%other.example@desk.example",
    "other.example!victim@desk.example",
    '"victim@other.example"@desk.example',
    "victim@other.example@desk.example",
    "support+@evil.example@desk.example",
    "@desk.example:victim@other.example",
    "@desk.example,@a.example:victim@other.example",
    "support@[127.0.0.1]",
    "support@localhost",
    "support",
    "support@",
    "@desk.example",
    "",
    "support@desk.example,victim@other.example",
    "support@desk.example> <victim@other.example",
    "victim@other.example> support@desk.example",
    "support@desk.example\0@other.example",
    "support @desk.example",
    '"support"@desk.example',
    "nobody@desk.example",
    "súpport@desk.example",
]


@pytest.mark.parametrize("address", NOT_TAKEN, ids=repr)
def test_no_relay(listener: RunningListener, address: str) -> None:
    client = listener.connect()
    client.reply()
    client.say("EHLO client.example")
    client.say("MAIL FROM:<support@desk.example>")
    assert client.say(f"RCPT TO:<{address}>")[0] == "5"
    assert client.say("DATA")[:3] in ("503", "554")
    client.close()
    assert listener.stored == []


@pytest.mark.parametrize(
    "address", ["postmaster", "POSTMASTER@desk.example", "@relay.example:support@desk.example"]
)
def test_what_must_be_taken(listener: RunningListener, address: str) -> None:
    client = listener.connect()
    client.start_mail(address)
    client.send(MAIL + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    client.close()


def test_postmaster_of_our_domains_is_ours() -> None:
    ours = our_addresses(Settings(desk=Desk(address="support@desk.example", aliases=("help@other.example",))))
    taken = ["support+x@desk.example", "postmaster@desk.example", "Postmaster@other.example"]
    assert [address for address in [*taken, "postmaster@evil.example"] if ours(address)] == taken


def test_nothing_is_told(listener: RunningListener) -> None:
    client = listener.connect()
    assert client.reply() == "220 desk.example ESMTP"
    client.say("EHLO client.example")
    assert {client.say(f"VRFY {name}") for name in ("support", "nobody")} == {
        "252 2.0.0 Cannot verify; send the mail and see"
    }
    assert client.say("EXPN staff") == "502 5.5.1 Command not implemented"
    assert client.say("HELP") == "214 2.0.0 See RFC 5321"
    assert client.say("AUTH PLAIN AHgAeA==") == "502 5.5.1 Command not implemented"
    assert client.say('<script>"\x1b[2J') == "500 5.5.2 Command not recognised"
    client.close()


def test_addresses_beyond_ascii(listener: RunningListener) -> None:
    client = listener.connect()
    client.reply()
    assert "SMTPUTF8" in client.say("EHLO client.example")
    client.send(b"MAIL FROM:<j\xfcrgen@norda.example>\r\n")
    assert client.reply().startswith("553 5.1.3 "), "what is no UTF-8 cannot be stored or answered"
    assert client.say("MAIL FROM:<jürgen@köln.example> SMTPUTF8").startswith("250 ")
    assert client.say("RCPT TO:<support@desk.example>").startswith("250 ")
    client.say("DATA")
    client.send(MAIL + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    assert listener.stored[0].envelope_from == "jürgen@köln.example"
    client.close()


# Smuggling

SECOND = b"MAIL FROM:<ceo@desk.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nforged\r\n.\r\n"
FALSE_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\r\n",
    b"\r\r\n.\r\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\n. \r\n",
    b"\r\n..\r\n",
]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100_000])
@pytest.mark.parametrize("false_end", FALSE_ENDS, ids=repr)
def test_only_crlf_dot_crlf_ends_a_mail(listener: RunningListener, false_end: bytes, chunk: int) -> None:
    client = listener.connect()
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.start_mail()
    octets = MAIL + b"end?" + false_end + SECOND
    for start in range(0, len(octets), chunk):
        client.send(octets[start : start + chunk])
    assert client.reply() == "250 2.0.0 Stored"
    assert client.say("NOOP") == "250 2.0.0 OK"
    client.close()
    [arrival] = listener.stored
    assert arrival.raw.endswith(b"forged\r\n")


LINE_ENDS = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\n\r",
    b"\r\r\n",
    b"\r\n\r",
    b"\r\n\n",
    b"\x0b",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
]


@pytest.mark.parametrize("chunk", [1, 4, 100_000])
def test_no_other_line_ends_around_a_dot_end_a_mail(listener: RunningListener, chunk: int) -> None:
    pairs = [before + b"." + after for before in LINE_ENDS for after in LINE_ENDS]
    false_ends = [end for end in pairs if b"\r\n.\r\n" not in end]
    assert len(false_ends) == 94
    client = listener.connect()
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.start_mail()
    for number, false_end in enumerate(false_ends):
        octets = b"mail %d" % number + false_end + SECOND
        for start in range(0, len(octets), chunk):
            client.send(octets[start : start + chunk])
        assert client.reply() == "250 2.0.0 Stored"
        client.start_mail(greeting="")
    client.close()
    assert [arrival.raw[:7].rstrip(b"\r\n.\x0b\xc2\xe2") for arrival in listener.stored] == [
        b"mail %d" % number for number in range(len(false_ends))
    ]
    assert {arrival.raw[-8:] for arrival in listener.stored} == {b"forged\r\n"}


def test_a_mail_sent_before_354_is_refused(listener: RunningListener) -> None:
    client = listener.connect()
    client.reply()
    client.say("EHLO client.example")
    client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n" + MAIL + b".\r\n")
    replies = [client.reply() for _ in range(3)]
    assert replies[2].startswith("554 5.5.0 ")
    assert client.reply() == ""
    assert listener.stored == []
    client.close()


def test_commands_may_be_pipelined(listener: RunningListener) -> None:
    client = listener.connect()
    client.reply()
    assert "PIPELINING" in client.say("EHLO client.example")
    client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n")
    assert [client.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
    client.send(MAIL + b".\r\nMAIL FROM:<c@d.example>\r\nQUIT\r\n")
    assert [client.reply()[:3] for _ in range(3)] == ["250", "250", "221"]
    client.close()


# TLS


@pytest.fixture
def tls_listener(listen: Listen, certificate: tuple[Path, Path]) -> RunningListener:
    return listen(tls=ListenerTls(certificate=certificate[0], key=certificate[1]))


def test_starttls(tls_listener: RunningListener, certificate: tuple[Path, Path]) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with smtplib.SMTP("localhost", tls_listener.intake.address[1]) as client:
        client.starttls(context=trusting)
        client.ehlo()
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
        client.sendmail("ann@norda.example", ["support@desk.example"], MAIL * 1_000)
    assert tls_listener.stored[0].raw == MAIL * 1_000


def test_tls_below_1_2_is_refused(tls_listener: RunningListener) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with smtplib.SMTP(*tls_listener.intake.address) as client, pytest.raises(ssl.SSLError):
        client.starttls(context=old)
    assert connects(tls_listener)


def test_words_before_the_handshake_are_dropped(
    tls_listener: RunningListener, certificate: tuple[Path, Path]
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    client = tls_listener.connect()
    client.reply()
    client.say("EHLO client.example")
    client.send(b"STARTTLS\r\nEHLO injected.example\r\nMAIL FROM:<injected@evil.example>\r\n")
    assert client.reply().startswith("220 2.0.0 ")
    with trusting.wrap_socket(client.socket, server_hostname="localhost") as secured:
        secured.sendall(b"RCPT TO:<support@desk.example>\r\n")
        assert secured.recv(100) == b"503 5.5.1 Bad sequence of commands\r\n"


# LMTP


def test_lmtp_answers_for_each_recipient(listen: Listen) -> None:
    listener = listen(lmtp=True)
    client = listener.connect()
    client.reply()
    assert client.say("EHLO client.example").startswith("500 ")
    assert client.say("HELO client.example").startswith("500 ")
    assert client.say("LHLO client.example").startswith("250")
    client.say("MAIL FROM:<ann@norda.example>")
    assert client.say("RCPT TO:<support@desk.example>").startswith("250 ")
    assert client.say("RCPT TO:<other@evil.example>") == "550 5.1.1 No such recipient here"
    assert client.say("RCPT TO:<help@desk.example>").startswith("250 ")
    client.say("DATA")
    client.send(MAIL + b".\r\nNOOP\r\n")
    replies = [client.reply() for _ in range(3)]
    assert replies == ["250 2.0.0 Stored", "250 2.0.0 Stored", "250 2.0.0 OK"]
    [arrival] = listener.stored
    assert arrival.envelope_to == ("support@desk.example", "help@desk.example")
    assert arrival.way == "lmtp"
    client.close()


# Stopping


def test_stop_lets_a_mail_end(listener: RunningListener) -> None:
    idle, busy = listener.connect(), listener.connect()
    idle.reply()
    busy.start_mail()
    stopped = threading.Thread(target=lambda: listener.run(listener.intake.stop(5)))
    stopped.start()
    assert idle.reply() == "421 4.3.2 Shutting down, please try again later"
    busy.send(MAIL + b".\r\n")
    assert busy.reply() == "250 2.0.0 Stored"
    assert busy.reply().startswith("421 4.3.2 ")
    stopped.join(5)
    with pytest.raises(ConnectionRefusedError):
        RawClient(listener.intake.address)
    idle.close()
    busy.close()


def test_swaks(listener: RunningListener) -> None:
    if shutil.which("swaks") is None:
        if os.environ.get("MAILPROC_REQUIRE_SERVERS") == "1":
            pytest.fail("swaks is not installed, and MAILPROC_REQUIRE_SERVERS=1 demands it")
        pytest.skip("swaks is not installed")
    host, port = listener.intake.address
    ran = subprocess.run(
        [
            "swaks",
            "--server",
            f"{host}:{port}",
            "--to",
            "support+emergency@desk.example",
            "--from",
            "ann@norda.example",
            "--header",
            "Subject: INC-9",
            "--body",
            "Down.",
        ],
        capture_output=True,
        timeout=20,
    )
    assert ran.returncode == 0, ran.stdout.decode()
    assert b"Subject: INC-9" in listener.stored[0].raw
