"""What an attacker tries at the door, and what an honest client feels of it."""

from __future__ import annotations

import builtins
import contextlib
import os
import re
import socket
import sqlite3
import statistics
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from structlog.testing import capture_logs

from mailproc.intake.limits import Limits
from mailproc.intake.pace import Pace
from tests.intake.conftest import STRICT, RawClient, RunningListener
from tests.intake.test_smtp import MAIL, connects, wait_until

if TYPE_CHECKING:
    from mailproc.message.arrival import Arrival
    from tests.intake.test_protected import Listen

SLOW_CLIENTS = int(os.environ.get("MAILPROC_SLOW_CLIENTS", "1000"))


class From(RawClient):
    """A peer with an address of its own: all of 127.0.0.0/8 is this machine."""

    def __init__(self, listener: RunningListener, address: str) -> None:
        self.socket = socket.create_connection(listener.intake.address, 10, source_address=(address, 0))
        self._lines = self.socket.makefile("rb")


def bring(client: RawClient) -> str:
    client.start_mail()
    client.send(MAIL + b".\r\n")
    return client.reply()


# In all, and per address


def test_slow_clients_of_many_addresses_do_not_keep_a_relay_out(listen: Listen) -> None:
    limits = Limits(trusted=(), relays=("127.0.9.9",), all_connections_per_minute=2 * SLOW_CLIENTS)
    listener = listen(limits=limits)
    memory = psutil.Process().memory_info().rss
    slow = [From(listener, f"127.1.{number // 250}.{number % 250 + 1}") for number in range(SLOW_CLIENTS)]
    try:
        began = time.monotonic()
        relay = From(listener, "127.0.9.9")
        assert bring(relay) == "250 2.0.0 Stored"
        took = time.monotonic() - began
        relay.close()
        greetings = [client.reply()[:3] for client in slow]
        print(f"{SLOW_CLIENTS} slow clients: a good one took {took:.3f} s")
        assert took < 2
        assert (greetings.count("220"), greetings.count("421")) == (100, SLOW_CLIENTS - 100)
        assert psutil.Process().memory_info().rss - memory < 50_000_000
    finally:
        for client in slow:
            client.close()
    wait_until(lambda: bring_once(listener, "127.2.2.2"))


def bring_once(listener: RunningListener, address: str) -> bool:
    client = From(listener, address)
    try:
        if not client.reply().startswith("220 "):
            return False
        assert client.say("EHLO client.example").startswith("250")
        client.start_mail(greeting="")
        client.send(MAIL + b".\r\n")
        return client.reply().startswith("250 ")
    finally:
        client.close()


def test_slow_clients_of_one_address_do_not_keep_others_out(listen: Listen) -> None:
    listener = listen(limits=STRICT)
    slow = [From(listener, "127.1.1.1") for _ in range(50)]
    assert sum(client.reply().startswith("220") for client in slow) == 10
    assert bring_once(listener, "127.1.1.2")
    for client in slow:
        client.close()


def test_connections_a_minute_are_counted_by_address(listen: Listen) -> None:
    listener = listen(limits=Limits(trusted=(), connections_per_minute=5))
    greetings = []
    for _ in range(8):
        client = From(listener, "127.1.1.1")
        greetings.append(client.reply()[:3])
        client.close()
    assert greetings == ["220"] * 5 + ["421"] * 3
    assert bring_once(listener, "127.1.1.2")


def test_mails_a_minute_are_counted_by_address(listen: Listen) -> None:
    listener = listen(limits=Limits(trusted=(), mails_per_minute=3))
    client = From(listener, "127.1.1.1")
    client.reply()
    client.say("EHLO client.example")
    for _ in range(3):
        client.start_mail(greeting="")
        client.send(MAIL + b".\r\n")
        assert client.reply() == "250 2.0.0 Stored"
    assert client.say("MAIL FROM:<ann@norda.example>").startswith("450 4.7.1 ")
    assert bring_once(listener, "127.1.1.2")
    client.close()


def test_all_together_have_a_pace_too_and_one_address_cannot_use_it_up(listen: Listen) -> None:
    limits = Limits(trusted=(), mails_per_minute=2, all_mails_per_minute=4)
    listener = listen(limits=limits)
    greedy = From(listener, "127.1.1.1")
    greedy.reply()
    greedy.say("EHLO client.example")
    answers = []
    for _ in range(10):
        answers.append(greedy.say("MAIL FROM:<ann@norda.example>")[:3])
        greedy.say("RSET")
    assert answers == ["250"] * 2 + ["450"] * 8
    assert bring_once(listener, "127.1.1.2")
    assert bring_once(listener, "127.1.1.3")
    late = From(listener, "127.1.1.4")
    late.reply()
    late.say("EHLO client.example")
    assert late.say("MAIL FROM:<ann@norda.example>").startswith("450 4.7.1 ")
    greedy.close()
    late.close()


def test_the_pace_fills_up_again_and_its_memory_is_bounded() -> None:
    pace = Pace(2, 60)
    assert [pace.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert not pace.take("a", 29.0)
    assert pace.take("a", 31.0)
    for number in range(50_000):
        pace.take(f"host {number}", 31.0)
    assert len(pace._left) == 10_000


def test_who_reads_no_answers_is_let_go(listen: Listen) -> None:
    listener = listen(limits=Limits(trusted=(), connections_per_address=1))
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    deaf.connect(listener.intake.address)
    with contextlib.suppress(OSError):
        deaf.settimeout(2)
        for _ in range(10_000):
            deaf.sendall(b"EHLO " + b"x" * 500 + b"\r\n")
    wait_until(lambda: connects(listener), deadline=20)
    deaf.close()


# Nothing is told


def test_no_address_takes_longer_to_refuse_than_another(listener: RunningListener) -> None:
    names = [
        "nobody@desk.example",
        "suppor@desk.example",
        "support@norda.example",
        "x" * 200 + "@desk.example",
    ]
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(4):
        client = listener.connect()
        client.reply()
        client.say("EHLO client.example")
        client.say("MAIL FROM:<a@b.example>")
        for _ in range(4):
            for name in names:
                began = time.perf_counter()
                assert client.say(f"RCPT TO:<{name}>") == "550 5.1.1 No such recipient here"
                times[name].append(time.perf_counter() - began)
        client.close()
    medians = [statistics.median(taken) for taken in times.values()]
    print("refusals take", *(f"{median * 1e6:.0f} µs" for median in medians))
    assert max(medians) - min(medians) < 0.002


COMMANDS = """
NOOP | NOOP x | RSET | HELP | HELP MAIL | VRFY support | VRFY | EXPN staff | AUTH | AUTH PLAIN | STARTTLS
MAIL | MAIL FROM | MAIL FROM:<a@b.example | MAIL FROM:<a@b.example> NO=1 | MAIL FROM:<a@b.example> BODY=9BIT
MAIL FROM:<a@b.example> SIZE=x | MAIL FROM:<a@b.example> SIZE=99999999 | MAIL FROM:a@b.example
RCPT | RCPT TO:<support@desk.example> | DATA | DATA x | BDAT 10 LAST | ETRN x | TURN | XCLIENT ADDR=192.0.2.7
XCLIENT | XFORWARD NAME=x | BURL x | QUIT x | LHLO x | GET / HTTP/1.1 | \x00 | é | | MAIL\tFROM:<a@b.example>
""".replace("\n", " | ").strip(" |")


@pytest.mark.parametrize("command", COMMANDS.split(" | "), ids=repr)
def test_every_answer_has_an_enhanced_code(listener: RunningListener, command: str) -> None:
    for greeting in ("", "HELO client.example", "EHLO client.example"):
        client = listener.connect()
        client.reply()
        if greeting:
            client.say(greeting)
        answer = client.say(command)
        assert re.fullmatch(r"([245])\d\d \1\.\d\.\d{1,2} [ -~]+", answer), answer
        assert client.say("NOOP") == "250 2.0.0 OK", "one answer each"
        client.close()


# Faults are ours


def every_fault() -> list[Exception]:
    """One of each kind of exception that Python knows."""
    kinds = [
        kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    made = []
    for kind in kinds:
        with contextlib.suppress(TypeError):  # some want more than words
            made.append(kind("secret\r\n250 2.0.0 Stored"))
    return made


@pytest.mark.parametrize("lmtp", [False, True], ids=["smtp", "lmtp"])
def test_no_fault_is_told_in_other_words(listen: Listen, lmtp: bool) -> None:
    listener = listen(lmtp=lmtp)
    faults = every_fault()
    assert len(faults) >= 50
    waiting = list(faults)

    async def fail(_: Arrival) -> None:
        raise waiting.pop()

    listener.before_store = fail
    client = listener.connect()
    client.reply()
    client.say("LHLO client.example" if lmtp else "EHLO client.example")
    with capture_logs():
        for _ in faults[:20]:  # as many as one connection may hear
            client.start_mail(greeting="")
            client.send(MAIL + b".\r\n")
            assert client.reply() == "451 4.3.0 Cannot take the mail at the moment, please try again later"
    client.close()
    while waiting:
        client = listener.connect()
        client.start_mail(greeting="LHLO client.example" if lmtp else "EHLO client.example")
        client.send(MAIL + b".\r\n")
        with capture_logs():
            assert client.reply() == "451 4.3.0 Cannot take the mail at the moment, please try again later"
        client.close()
    assert listener.stored == []


# Full is full


def test_a_full_disk_is_452_and_is_over_when_there_is_room(listener: RunningListener) -> None:
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE mail (raw BLOB)")
    database.execute("PRAGMA max_page_count = 2")

    async def keep(arrival: Arrival) -> None:
        with database:
            database.execute("INSERT INTO mail VALUES (?)", (arrival.raw,))

    listener.before_store = keep
    client = listener.connect()
    client.start_mail()
    client.send(MAIL + b"x" * 20_000 + b"\r\n.\r\n")
    assert client.reply() == "452 4.3.1 No room for the mail at the moment, please try again later"
    assert listener.stored == []
    database.execute("PRAGMA max_page_count = 100")
    client.start_mail(greeting="")
    client.send(MAIL + b"x" * 20_000 + b"\r\n.\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    client.close()


# A relay's word


def from_relay(listen: Listen) -> tuple[RunningListener, RawClient]:
    listener = listen(limits=Limits(relays=("127.0.0.1",)))
    client = listener.connect()
    client.reply()
    assert "XCLIENT NAME ADDR PORT PROTO HELO LOGIN" in client.say("EHLO relay.example")
    return listener, client


@pytest.mark.parametrize(
    ("said", "peer"),
    [
        (
            "ADDR=192.0.2.7 NAME=mail.norda.example PORT=4711 PROTO=ESMTP HELO=mail LOGIN=ann+40norda",
            "192.0.2.7",
        ),
        ("addr=IPV6:2001:DB8:0::7", "2001:db8::7"),
        ("ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL]", ""),
        ("NAME=mail.norda.example", "127.0.0.1"),
    ],
)
def test_a_relay_tells_whose_mail_it_brings(listen: Listen, said: str, peer: str) -> None:
    listener, client = from_relay(listen)
    assert client.say(f"XCLIENT {said}") == "220 desk.example ESMTP"
    assert client.say("MAIL FROM:<ann@norda.example>").startswith("503 "), "it must greet again"
    client.say("EHLO relay.example")
    client.start_mail(greeting="")
    client.send(MAIL + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    assert listener.stored[0].peer == peer
    client.close()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "ADDR",
        "ADDR=",
        "ADDR=norda.example",
        "ADDR=192.0.2.7 ADDR=192.0.2.8",
        "ADDR=192.0.2.7+0D+0ARCPT",
        "ADDR=fe80::1%eth0",
        "PORT=70a",
        "PROTO=HTTP",
        "NAME=+00",
        f"NAME={'x' * 300}",
        "EVIL=1",
    ],
)
def test_a_relay_that_says_nonsense_is_not_believed(listen: Listen, said: str) -> None:
    listener, client = from_relay(listen)
    assert client.say(f"XCLIENT {said}".strip()) == "501 5.5.4 Syntax error in the command"
    client.start_mail(greeting="")
    client.send(MAIL + b".\r\n")
    assert client.reply() == "250 2.0.0 Stored"
    assert listener.stored[0].peer == "127.0.0.1"
    client.close()


def test_nobody_else_says_who_they_are(listener: RunningListener) -> None:
    client = listener.connect()
    client.reply()
    assert "XCLIENT" not in client.say("EHLO evil.example")
    assert client.say("XCLIENT ADDR=127.0.0.1") == "550 5.7.0 Not from this address"
    client.close()


def test_not_in_the_middle_of_a_mail(listen: Listen) -> None:
    _, client = from_relay(listen)
    client.say("MAIL FROM:<ann@norda.example>")
    assert client.say("XCLIENT ADDR=192.0.2.7").startswith("503 ")
    client.close()
