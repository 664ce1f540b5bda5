"""A letter of ours that comes back is not lost twice: it fails, and the operator hears of it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mailproc.desk.returned import Returned
from mailproc.message.parse import parse
from mailproc.store import inbox, outbox
from tests.desk.conftest import GOOD_REASON, HOUR, DeskAtWork, Reply

if TYPE_CHECKING:
    from tests.conftest import HandClock

REFUSED = """Final-Recipient: rfc822; kim@norda.example
Original-Recipient: rfc822;kim@norda.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <kim@norda.example>: no mailbox of that name here"""
OUT_OF_TIME = """Final-Recipient: rfc822; kim@norda.example
Action: failed
Status: 4.4.1
Diagnostic-Code: x-postfix; connect to mx.norda.example[192.0.2.7]:25: connection timed out"""
DELAYED = OUT_OF_TIME.replace("failed", "delayed") + "\nWill-Retry-Until: Fri, 27 Nov 2026 15:00:00 +0000"
DELIVERED = "Final-Recipient: rfc822; kim@norda.example\nAction: delivered\nStatus: 2.1.5"


def from_postfix(letter: dict[str, Any], per_recipient: str, subject: str = "Undelivered Mail") -> bytes:
    """A report with the letter's headers only, as Postfix writes it (``bounce_size_limit`` exceeded)."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@relay.helpdesk.example (Mail Delivery System)
To: {letter["envelope_from"]}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4F1.1795/relay"
Message-Id: <20261123150100.4F2@relay.helpdesk.example>

--4F1.1795/relay
Content-Type: text/plain; charset=us-ascii

The relay tells you what became of your message.

--4F1.1795/relay
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.helpdesk.example
X-Postfix-Queue-ID: 4F1
X-Postfix-Sender: rfc822; {letter["envelope_from"]}

{per_recipient}

--4F1.1795/relay
Content-Type: text/rfc822-headers

From: Support <support@helpdesk.example>
Message-ID: {letter["message_id"]}
Subject: something

--4F1.1795/relay--
""".replace("\n", "\r\n").encode()


def from_exchange(letter: dict[str, Any]) -> bytes:
    """A report that returns the letter as a part, and names it in the thread fields, as Exchange does."""
    return f"""From: <postmaster@norda.example>
To: <{letter["envelope_from"]}>
Subject: Undeliverable: {letter["subject"]}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_a7f0_"
X-MS-Exchange-Message-Is-Ndr:
In-Reply-To: {letter["message_id"]}
References: {letter["message_id"]}
Message-ID: <0b1@EX01.norda.example>
Auto-Submitted: auto-replied

--_a7f0_
Content-Type: text/html; charset="us-ascii"

<html><body><p>No such recipient in this organization: kim@norda.example</p></body></html>

--_a7f0_
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.norda.example
Received-From-MTA: dns;relay.helpdesk.example

Final-Recipient: rfc822;kim@norda.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; unknown by lookup

--_a7f0_
Content-Type: message/rfc822

From: Support <support@helpdesk.example>
Message-ID: {letter["message_id"]}
Subject: something

The letter.
--_a7f0_--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def letter(desk: DeskAtWork) -> dict[str, Any]:
    """A letter that has left: the row of its acceptance."""
    id_ = desk.put(desk.mail(f"Please escalate ticket SBM-4711. {GOOD_REASON}"))
    desk.work()
    return leave(desk, "accepted", mail_id=id_)


def leave(desk: DeskAtWork, kind: str, mail_id: int | None = None) -> dict[str, Any]:
    """Sends all that is due, and gives the newest letter of a kind."""
    with desk.database.write() as connection:
        for message in outbox.claim(connection, desk.clock(), 100, ("mail",), hold=HOUR):
            outbox.sent(connection, message.id, desk.clock(), "250 taken")
        rows = outbox.listing(connection, limit=100)
    return next(row for row in rows if row["kind"] == kind and mail_id in (None, row["mail_id"]))


def come(desk: DeskAtWork, raw: bytes, to: str, **arrival: Any) -> str | None:
    """A mail comes to an address, and is noted."""
    given = {"envelope_from": "", "envelope_to": (to,), **arrival}
    id_ = desk.put(raw, **given)
    with desk.database.write() as connection:
        stored = inbox.stored(connection, id_)
        assert stored is not None
        return Returned(desk.office.operator).note(connection, stored, parse(raw), desk.clock())


def row(desk: DeskAtWork, letter: dict[str, Any]) -> dict[str, Any]:
    with desk.database.read() as connection:
        found = outbox.entry(connection, letter["id"])
    assert found is not None
    return found


def told(desk: DeskAtWork) -> list[Reply]:
    return [letter for letter in desk.everything_sent() if letter.to == "ops@helpdesk.example"]


def test_postfix_refuses(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    said = come(desk, from_postfix(letter, REFUSED), letter["envelope_from"])
    assert said is not None
    assert said.startswith("the letter to kim@norda.example was not delivered: ")
    assert row(desk, letter)["state"] == "failed"
    assert "no mailbox of that name here" in row(desk, letter)["detail"]
    [notice] = told(desk)
    assert "kim@norda.example" in notice.text
    assert "550 5.1.1" in notice.text


def test_exchange_refuses(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    assert come(desk, from_exchange(letter), letter["envelope_from"])
    assert row(desk, letter)["state"] == "failed"
    [notice] = told(desk)
    assert "5.1.10" in notice.text


def test_the_same_letter_comes_back_twice_and_is_told_once(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    come(desk, from_postfix(letter, REFUSED), letter["envelope_from"])
    come(desk, from_exchange(letter), letter["envelope_from"])
    assert "no mailbox of that name" in row(desk, letter)["detail"]
    assert len(told(desk)) == 1


def test_time_that_ran_out_is_told_too(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    come(desk, from_postfix(letter, OUT_OF_TIME), letter["envelope_from"])
    assert row(desk, letter)["state"] == "failed"
    [notice] = told(desk)
    assert "connection timed out" in notice.text


def test_a_delay_waits(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    warning = from_postfix(letter, DELAYED, subject="Delayed Mail (still being retried)")
    assert come(desk, warning, letter["envelope_from"]) == "the letter to kim@norda.example is delayed"
    assert row(desk, letter)["state"] == "sent"
    assert told(desk) == []


def test_success_is_no_news(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    raw = from_postfix(letter, DELIVERED, subject="Successful Mail Delivery Report")
    assert come(desk, raw, letter["envelope_from"]) is None
    assert row(desk, letter)["state"] == "sent"


def test_the_envelope_decides_where_the_postman_writes_another_to(
    desk: DeskAtWork, letter: dict[str, Any]
) -> None:
    raw = from_exchange(letter | {"envelope_from": "undisclosed@norda.example"})
    assert come(desk, raw, letter["envelope_from"].upper())
    assert row(desk, letter)["state"] == "failed"


def test_a_mailbox_knows_no_envelope(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    arrival = {"envelope_from": None, "envelope_to": (), "way": "imap:support"}
    assert come(desk, from_exchange(letter), "", **arrival)
    assert row(desk, letter)["state"] == "failed"


def test_a_bounce_in_words_alone(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    raw = desk.mail("It could not go on its way.", sender="MAILER-DAEMON@norda.example", subject="Failed")
    assert come(desk, raw, letter["envelope_from"])
    assert row(desk, letter)["detail"] == "Failed"
    assert len(told(desk)) == 1


def test_a_bounce_that_overtakes_the_record_of_the_departure(desk: DeskAtWork, clock: HandClock) -> None:
    desk.put(desk.mail(f"Please escalate ticket SBM-4711. {GOOD_REASON}"))
    desk.work()
    with desk.database.write() as connection:
        claimed = outbox.claim(connection, clock(), 100, ("mail",), hold=HOUR)
        letter = outbox.entry(connection, next(one.id for one in claimed if one.kind == "accepted"))
    assert letter is not None
    come(desk, from_postfix(letter, REFUSED), letter["envelope_from"])
    with desk.database.write() as connection:
        outbox.again(connection, letter["id"], clock(), "no answer after the dot")
    assert row(desk, letter)["state"] == "failed"


def test_a_letter_to_the_operator_that_comes_back_writes_no_other(
    desk: DeskAtWork, letter: dict[str, Any]
) -> None:
    come(desk, from_postfix(letter, REFUSED), letter["envelope_from"])
    notice = leave(desk, "operator")
    come(desk, from_postfix(notice, REFUSED), notice["envelope_from"])
    assert row(desk, notice)["state"] == "failed"
    assert len(told(desk)) == 1


@pytest.mark.parametrize(
    "address",
    ["support@helpdesk.example", "support+bounce-@helpdesk.example", "support+bounce-0@other.example"],
)
def test_a_bounce_of_no_letter_of_ours(desk: DeskAtWork, letter: dict[str, Any], address: str) -> None:
    assert come(desk, from_exchange(letter | {"envelope_from": address}), address) is None
    assert row(desk, letter)["state"] == "sent"
    assert told(desk) == []


def test_an_absence_note_to_the_return_path_is_no_bounce(desk: DeskAtWork, letter: dict[str, Any]) -> None:
    raw = desk.mail("I am away until Monday.", subject="Out of office", Auto_Submitted="auto-replied")
    assert come(desk, raw, letter["envelope_from"]) is None
    assert row(desk, letter)["state"] == "sent"
