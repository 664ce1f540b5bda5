"""What is in a letter stays in it: lines, dots, long headers, other alphabets, and nobody's commands."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.delivery.parcel import Permanent, Sent
from mailproc.delivery.wire import data, is_envelope_address, lines

from .scripted import Scripted
from .sending import courier, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator


class Patient(SMTP):
    line_length_limit = 100_000


class Sink(Controller):
    """A real SMTP server that keeps what it gets."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[tuple[str, list[str], bytes, list[str]]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(self, hostname="127.0.0.1", port=port, **options)

    def factory(self) -> SMTP:
        return Patient(self.handler, **self.SMTP_kwargs)

    async def handle_DATA(self, server: SMTP, session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.append(
            (envelope.mail_from, envelope.rcpt_tos, envelope.original_content, envelope.mail_options)
        )
        return "250 ok"


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink(enable_SMTPUTF8=True)
    server.start()
    yield server
    server.stop()


def body(text: bytes) -> bytes:
    return b"Subject: x\r\n\r\n" + text


@pytest.mark.parametrize(
    ("written", "arrived"),
    [
        (b"one\r\n.\r\ntwo\r\n", b"one\r\n.\r\ntwo\r\n"),
        (b"..two dots\r\n.one\r\n", b"..two dots\r\n.one\r\n"),
        (b"unix\nlines\n", b"unix\r\nlines\r\n"),
        (b"bare\rreturn\r\n", b"bare return\r\n"),
        (b"odd\r\r\nend\r\n", b"odd \r\nend\r\n"),
        (b"no end", b"no end\r\n"),
        (b"caf\xc3\xa9\r\n", b"caf\xc3\xa9\r\n"),
        (b"\0nul\r\n", b"\0nul\r\n"),
    ],
)
def test_lines_arrive_as_lines(sink: Sink, written: bytes, arrived: bytes) -> None:
    assert isinstance(courier(sink.port).deliver(parcel(body(written))), Sent)
    [(_, _, content, _)] = sink.mails
    assert content == body(arrived)


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\r\n.\r\n"],
)
def test_a_letter_cannot_end_early_and_start_a_second_one(sink: Sink, end: bytes) -> None:
    second = (
        b"MAIL FROM:<evil@example.net>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: y\r\n\r\nboo\r\n.\r\n"
    )
    sender = courier(sink.port)
    assert isinstance(sender.deliver(parcel(body(b"first" + end + second))), Sent)
    assert isinstance(sender.deliver(parcel(body(b"another\r\n"))), Sent)
    assert [rcpt for _, rcpt, _, _ in sink.mails] == [["ann@example.org"], ["ann@example.org"]]


@given(st.text(alphabet="\r\n.a\0", max_size=40))
@settings(max_examples=300, deadline=None)
def test_only_the_last_dot_stands_alone(text: str) -> None:
    sent = data(text.encode())
    assert sent.endswith(b"\r\n.\r\n") or sent == b".\r\n"
    assert b"\r\n.\r\n" not in sent[:-2]
    assert sent.replace(b"\r\n", b"").count(b"\n") == 0
    assert b"\r" not in sent.replace(b"\r\n", b"")
    received = [line[1:] if line.startswith(b".") else line for line in sent[:-3].split(b"\r\n")]
    assert b"\r\n".join(received).removesuffix(b"\r\n") == lines(text.encode()).removesuffix(b"\r\n")


def test_a_header_of_10_000_octets_arrives_whole(sink: Sink) -> None:
    letter = b"Subject: x\r\nX-Long: " + b"y" * 10_000 + b"\r\n\r\nshort\r\n"
    assert isinstance(courier(sink.port).deliver(parcel(letter)), Sent)
    assert sink.mails[0][2] == letter


def test_a_letter_of_several_megabytes_arrives_whole(sink: Sink) -> None:
    letter = body(b"0123456789abcdef" * 60 + b"\r\n" + b".line\r\n" * 500_000)
    assert isinstance(courier(sink.port).deliver(parcel(letter)), Sent)
    assert sink.mails[0][2] == letter


def test_eight_bit_content_is_announced_where_the_server_knows_it() -> None:
    for offers, announced in ((("8BITMIME",), " BODY=8BITMIME"), ((), "")):
        with Scripted(offers=offers) as server:
            courier(server.port).deliver(parcel("Subject: x\r\n\r\nåäö\r\n".encode()))
        assert server.mails[0].mail == f"MAIL FROM:<desk@example.com>{announced}"


def test_an_address_of_another_alphabet_needs_a_server_that_knows_it(sink: Sink) -> None:
    to_zoe = parcel(recipient="zoë@exämple.org")
    assert isinstance(courier(sink.port).deliver(to_zoe), Sent)
    [(_, rcpt, _, options)] = sink.mails
    assert rcpt == ["zoë@exämple.org"]
    assert "SMTPUTF8" in options
    with Scripted() as server:
        sender = courier(server.port)
        outcome = sender.deliver(to_zoe)
        assert isinstance(outcome, Permanent)
        assert "SMTPUTF8" in outcome.detail
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 1


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org>\r\nRCPT TO:<bob@example.org",
        "ann@example.org\n",
        "ann@example.org> SIZE=1",
        "ann bob@example.org",
        "<ann@example.org>",
        "a\0b@example.org",
        "ann@",
        "@example.org",
        "ann@b\udce4r.example",
        " ",
    ],
)
def test_an_address_cannot_carry_a_command(address: str) -> None:
    with Scripted() as server:
        sender = courier(server.port)
        assert isinstance(sender.deliver(parcel(recipient=address)), Permanent)
        assert isinstance(sender.deliver(parcel(sender=address)), Permanent)
    assert server.connections == 0


@pytest.mark.parametrize(
    "address", ["ann", "postmaster", '"ann lee"@example.org', "a+b=c@[192.0.2.1]", "ü@ö.example"]
)
def test_unusual_but_lawful_addresses_pass(address: str) -> None:
    assert is_envelope_address(address)


def test_an_address_of_100_kb_takes_no_time() -> None:
    assert not is_envelope_address('"' + "a@" * 50_000 + "\n")
