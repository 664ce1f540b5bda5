"""The report to a sender whose mail was refused, read back with a parser of another hand."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy
from typing import Any

import pytest

from mailproc.message.bounce import Action, read_bounce
from mailproc.message.mail import Nature
from mailproc.message.parse import parse
from mailproc.message.report import delivery_report

ORIGINAL = (
    b"Received: from a.example\r\n\tby b.example; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    b"From: Maja <maja@harbour.example>\r\nSubject: H\xe4lsning\r\nMessage-ID: <one@harbour.example>\r\n"
    b"\r\nSecret body\r\n"
)


def refused(**changes: Any) -> bytes:
    told: dict[str, Any] = {
        "reporting_mta": "desk.example.com",
        "sender": "maja@harbour.example",
        "recipient": "team@example.com",
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 no such mailbox",
        "original": ORIGINAL,
        "now": datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
        "message_id": "<report-1@desk.example.com>",
        "postmaster": "postmaster@example.com",
    }
    return delivery_report(**told | changes)


def test_it_is_a_report_of_three_parts() -> None:
    message = email.message_from_bytes(refused(), policy=policy.default)
    assert message.defects == []
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]


def test_its_header_says_that_a_machine_answers() -> None:
    message = email.message_from_bytes(refused(), policy=policy.default)
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["To"] == "maja@harbour.example"
    assert message["From"] == "Mail Delivery System <postmaster@example.com>"
    assert message["Message-ID"] == "<report-1@desk.example.com>"
    assert message["Date"] == "Mon, 23 Nov 2026 09:05:00 +0000"


def test_the_human_part_says_who_was_not_reached_why_and_whom_to_ask() -> None:
    text = next(email.message_from_bytes(refused(), policy=policy.default).iter_parts()).get_content()
    for words in (
        "team@example.com",
        "550 5.1.1 no such mailbox",
        "postmaster@example.com",
        "desk.example.com",
    ):
        assert words in text


def test_the_headers_go_back_and_the_body_does_not() -> None:
    *_, headers = email.message_from_bytes(refused()).get_payload()
    returned = headers.get_payload(decode=True)
    assert b"Message-ID: <one@harbour.example>" in returned
    assert b"Subject: H\xe4lsning" in returned
    assert b"Secret body" not in refused()


def test_the_desk_reads_its_own_report() -> None:
    mail = parse(refused())
    bounce = read_bounce(mail)
    assert mail.nature is Nature.BOUNCE
    assert bounce is not None
    assert bounce.reporting_mta == "desk.example.com"
    assert [(r.address, r.action, r.status) for r in bounce.recipients] == [
        ("team@example.com", Action.FAILED, "5.1.1")
    ]
    assert bounce.recipients[0].diagnostic == "550 5.1.1 no such mailbox"


@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 no\r\nBcc: eve@evil.example",
        "550 no\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<script>",
        "550 no\nAction: delivered",
        "550\u2028To: eve@evil.example",
        "550 \x00\x0b\x0c\x85 grün",
        "",
        "5" * 50_000,
        "550 " + "word " * 5_000,
    ],
)
def test_no_diagnostic_adds_a_header_a_field_or_a_part(diagnostic: str) -> None:
    plain = email.message_from_bytes(refused(), policy=policy.default)
    message = email.message_from_bytes(refused(diagnostic=diagnostic), policy=policy.default)
    assert message.keys() == plain.keys()
    assert len(list(message.iter_parts())) == 3
    _, machine_part, _ = email.message_from_bytes(refused(diagnostic=diagnostic)).get_payload()
    assert [group.keys() for group in machine_part.get_payload() if group.keys()] == [
        ["Reporting-MTA"],
        ["Original-Recipient", "Final-Recipient", "Action", "Status", "Diagnostic-Code", "Last-Attempt-Date"],
    ]
    assert max(len(line) for line in refused(diagnostic=diagnostic).split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender", "maja@harbour.example\r\nBcc: eve@evil.example"),
        ("sender", "maja@harbour.example>, <eve@evil.example"),
        ("sender", ""),
        ("recipient", "team@example.com\nAction: delivered"),
        ("postmaster", "x@example.com\rTo: eve@evil.example"),
        ("reporting_mta", "desk.example.com\r\nX: y"),
        ("status", "5.1.1\r\nX: y"),
        ("status", "5.1"),
        ("message_id", "<a@b.example>\r\nX: y"),
        ("message_id", "a@b.example"),
    ],
)
def test_a_field_that_is_none_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="not fit"):
        refused(**{field: value})


@pytest.mark.parametrize(
    "original",
    [
        b"",
        b"\x00\xff no header at all",
        b"A: b\r\n" * 20_000,
        b"Subject: \r--=_\r\n\r\nx",
        b"Subject: x\n\nbody",
        b"X: " + b"y" * 90_000,
    ],
)
def test_any_original_leaves_a_sound_report(original: bytes) -> None:
    octets = refused(original=original)
    message = email.message_from_bytes(octets, policy=policy.default)
    assert len(list(message.iter_parts())) == 3
    assert message.defects == []
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert len(octets) < 120_000


def test_the_same_refusal_gives_the_same_octets() -> None:
    assert refused() == refused()


def test_an_address_beyond_ascii_keeps_the_machine_part_in_seven_bits() -> None:
    octets = refused(recipient="bjö@example.com")
    assert b"Final-Recipient: utf-8; bj\\x{F6}@example.com" in octets
    assert octets.isascii()
