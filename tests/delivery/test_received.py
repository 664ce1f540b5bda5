"""The trace line says how a mail came, and nothing in it can be more than a trace line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.delivery.received import hand_on

RAW = b"Received: from x by y; Mon, 2 Nov 2026 00:00:00 +0000\r\nSubject: hi\r\n\r\nbare\rand\nodd \xff\r\n"
NOW = datetime(2026, 11, 20, 7, 30, 5, tzinfo=timezone(timedelta(hours=-6)))


def handed_on(raw: bytes = RAW, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "by": "desk.example.com",
        "from_peer": "192.0.2.7:54321",
        "with_protocol": "ESMTP",
        "mail_id": "01J9ZK",
        "recipient": "support@example.com",
        "now": NOW,
    }
    return hand_on(raw, **(values | changes))


def test_the_trace_line_stands_on_top() -> None:
    assert (
        handed_on()
        == (
            b"Received: from [192.0.2.7]\r\n"
            b"\tby desk.example.com\r\n"
            b"\twith ESMTP\r\n"
            b"\tid 01J9ZK\r\n"
            b"\tfor <support@example.com>;\r\n"
            b"\tFri, 20 Nov 2026 07:30:05 -0600\r\n"
        )
        + RAW
    )


def test_the_final_delivery_keeps_the_envelope_sender() -> None:
    assert handed_on(return_path="ann@example.org").startswith(
        b"Return-Path: <ann@example.org>\r\nReceived: "
    )
    assert handed_on(return_path="").startswith(b"Return-Path: <>\r\nReceived: ")
    assert not handed_on(return_path=None).startswith(b"Return-Path")


@pytest.mark.parametrize("raw", [RAW, RAW.replace(b"\r\n", b"\n"), b"", b"\n", b"\r\n", b"x", b"\xff" * 3000])
def test_what_lies_below_is_untouched(raw: bytes) -> None:
    assert handed_on(raw, return_path="").endswith(raw)
    assert handed_on(raw).endswith(b"-0600\r\n" + raw) or handed_on(raw).endswith(b"-0600\n" + raw)


def test_a_mail_with_unix_lines_gets_unix_lines() -> None:
    assert b"\r" not in handed_on(b"Subject: hi\n\nhello\n")


@pytest.mark.parametrize(
    ("peer", "clause"),
    [
        ("127.0.0.1", b"from [127.0.0.1]\r\n"),
        ("::1", b"from [IPv6:::1]\r\n"),
        ("[2001:db8::1]:25", b"from [IPv6:2001:db8::1]\r\n"),
        ("fe80::1%eth0", b"from [IPv6:fe80::1]\r\n"),
        ("mx.example.org", b"from mx.example.org\r\n"),
    ],
)
def test_who_brought_it(peer: str, clause: bytes) -> None:
    assert handed_on(from_peer=peer).startswith(b"Received: " + clause)


@pytest.mark.parametrize(
    "peer", ["", "two words", "a;b", "x\r\nBcc: y", "fe80::1%\r\nBcc", "(comment)", "ö.example"]
)
def test_a_peer_that_does_not_fit_brings_no_line_of_its_own(peer: str) -> None:
    received = handed_on(from_peer=peer)
    assert received.startswith((b"Received: by desk.example.com\r\n", b"Received: from [IPv6:fe80::1]\r\n"))
    assert b"Bcc" not in received


hostile = st.text(alphabet=st.sampled_from('a1.@-_:;%<>()[]"\\ \t\r\n\0é\u2028'), max_size=30)


@given(by=hostile, from_peer=hostile, with_protocol=hostile, mail_id=hostile, recipient=hostile, back=hostile)
def test_no_value_can_add_a_header(
    by: str, from_peer: str, with_protocol: str, mail_id: str, recipient: str, back: str
) -> None:
    raw = handed_on(
        by=by,
        from_peer=from_peer,
        with_protocol=with_protocol,
        mail_id=mail_id,
        recipient=recipient,
        return_path=back,
    )
    names = [name for name, _ in message_from_bytes(raw).items()]
    assert names in (["Received", "Received", "Subject"], ["Return-Path", "Received", "Received", "Subject"])
    own = raw[: -len(RAW)]
    assert own.isascii()
    assert all(len(line) < 400 for line in own.splitlines())
    assert own.count(b"\n") == own.count(b"\r") == own.count(b"\r\n")
    assert own.endswith(b";\r\n\tFri, 20 Nov 2026 07:30:05 -0600\r\n")
