"""What a bounce says, read from its machine part or from the words of old postmen."""

from __future__ import annotations

import base64
import quopri

import pytest

from mailproc.message.bounce import Action, read_bounce
from mailproc.message.mail import Address

from .written import report, written

TWO = """Reporting-MTA: dns; mx.harbour.example
Original-Envelope-Id: E-77
Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0100

Original-Recipient: rfc822;Bob.Old@harbour.example
Final-Recipient: RFC822; bob@harbour.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@harbour.example>:
    nobody of that name

Final-Recipient: rfc822; eve@harbour.example
Action: delayed
Status: 4.4.1 (no answer)
"""
LETTER = "From: support@example.com\nMessage-ID: <letter-9@example.com>\nSubject: Ticket 4711\n\nText.\n"


def test_each_recipient_is_read_for_itself() -> None:
    bounce = read_bounce(
        report("delivery-status", TWO, returned=LETTER, From="MAILER-DAEMON@harbour.example")
    )
    assert bounce is not None
    bob, eve = bounce.recipients
    assert (bob.address, bob.original) == ("bob@harbour.example", "bob.old@harbour.example")
    assert (bob.action, bob.status, bob.is_permanent) == (Action.FAILED, "5.1.1", True)
    assert bob.diagnostic == "550 5.1.1 <bob@harbour.example>: nobody of that name"
    assert (eve.address, eve.original, eve.action) == (
        "eve@harbour.example",
        "eve@harbour.example",
        Action.DELAYED,
    )
    assert eve.status == "4.4.1"
    assert not eve.is_permanent
    assert bounce.failed == (bob,)


def test_the_returned_letter_is_named() -> None:
    bounce = read_bounce(report("delivery-status", TWO, returned=LETTER))
    assert bounce is not None
    assert bounce.original_message_id == "<letter-9@example.com>"
    assert (bounce.envelope_id, bounce.reporting_mta) == ("E-77", "mx.harbour.example")


def test_without_the_letter_the_thread_names_it() -> None:
    bounce = read_bounce(report("delivery-status", TWO, In_Reply_To="<letter-8@example.com>"))
    assert bounce is not None
    assert bounce.original_message_id == "<letter-8@example.com>"


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_returned_headers_alone_name_the_letter(encoding: str) -> None:
    headers = "From: support@example.com\nMessage-ID:\n <letter-9@example.com>\nSubject: Käytökatko\n"
    coded = {
        "7bit": headers.replace("ä", "a").replace("ö", "o"),
        "quoted-printable": quopri.encodestring(headers.encode()).decode(),
        "base64": base64.encodebytes(headers.encode()).decode(),
    }[encoding]
    part = f"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: {encoding}\n\n{coded}"
    mail = report("delivery-status", f"{TWO}\n--frontier\n{part}")
    bounce = read_bounce(mail)
    assert bounce is not None
    assert bounce.original_message_id == "<letter-9@example.com>"
    assert mail.words.forwarded == (), "what a report returns was forwarded by nobody"
    assert [attached.sender for attached in mail.attached_mail] == [Address(email="support@example.com")]


def test_headers_that_a_person_attaches_are_a_file() -> None:
    mail = written(
        "--frontier\n\nSee these headers.\n--frontier\nContent-Type: text/rfc822-headers\n\nSubject: x\n"
        "--frontier--\n",
        Content_Type="multipart/mixed; boundary=frontier",
    )
    assert [file.content_type for file in mail.attachments] == ["text/rfc822-headers"]
    assert mail.attached_mail == ()


def test_recipients_that_run_together_are_told_apart() -> None:
    crowded = TWO.replace("\n\nFinal-Recipient", "\nFinal-Recipient")
    bounce = read_bounce(report("delivery-status", crowded))
    assert bounce is not None
    assert [recipient.address for recipient in bounce.recipients] == [
        "bob@harbour.example",
        "eve@harbour.example",
    ]


@pytest.mark.parametrize(
    ("action", "status", "meant"),
    [
        ("failed", "4.4.7", Action.FAILED),
        ("error", "5.0.0", Action.FAILED),
        ("relayed", "2.0.0", Action.RELAYED),
        ("bounced", "", Action.FAILED),
        ("waiting", "4.2.2", Action.DELAYED),
    ],
)
def test_actions_of_servers_that_invent_words(action: str, status: str, meant: Action) -> None:
    machine_part = f"Final-Recipient: rfc822; bob@a.example\nAction: {action}\nStatus: {status}"
    bounce = read_bounce(report("delivery-status", machine_part, From="MAILER-DAEMON@a.example"))
    assert bounce is not None
    assert bounce.recipients[0].action is meant


def test_a_failure_that_ran_out_of_time_is_not_permanent() -> None:
    bounce = read_bounce(report("delivery-status", TWO.replace("5.1.1\n", "4.4.7\n")))
    assert bounce is not None
    assert bounce.failed[0].is_permanent is False


def test_the_words_of_qmail() -> None:
    text = (
        "Hi. This is the qmail-send program at mx.harbour.example.\nThis is a permanent error.\n\n"
        "<bob@harbour.example>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 no Bob here\n\n"
        "--- Below this line is a copy of the message.\n\nFrom: support@example.com\nTo: eve@a.example\n"
        "Message-ID: <letter-7@example.com>\n\nText."
    )
    bounce = read_bounce(written(text, From="MAILER-DAEMON@mx.harbour.example", Subject="failure notice"))
    assert bounce is not None
    [bob] = bounce.recipients
    assert (bob.address, bob.status) == ("bob@harbour.example", "5.0.0")
    assert bob.diagnostic == "Remote host said: 550 no Bob here"
    assert bounce.original_message_id == "<letter-7@example.com>"


def test_exim_lists_the_failed_in_a_header() -> None:
    mail = written(
        "Two addresses failed.",
        From="Mail Delivery System <Mailer-Daemon@harbour.example>",
        X_Failed_Recipients="bob@harbour.example, eve@harbour.example",
    )
    bounce = read_bounce(mail)
    assert bounce is not None
    assert [recipient.address for recipient in bounce.failed] == [
        "bob@harbour.example",
        "eve@harbour.example",
    ]


def test_a_delay_in_words_is_a_delay() -> None:
    mail = written(
        "No delivery yet to:\n  bob@harbour.example",
        From="Mailer-Daemon@harbour.example",
        Subject="Warning: message 1k2-abc delayed 24 hours",
    )
    bounce = read_bounce(mail)
    assert bounce is not None
    assert [(r.address, r.action) for r in bounce.recipients] == [("bob@harbour.example", Action.DELAYED)]


def test_a_bounce_that_names_nobody() -> None:
    bounce = read_bounce(
        written("It failed.", From="MAILER-DAEMON@harbour.example", Message_ID="<x@y.example>")
    )
    assert bounce is not None
    assert (bounce.recipients, bounce.original_message_id) == ((), None)


@pytest.mark.parametrize("fields", [{}, {"Auto_Submitted": "auto-replied"}, {"List_Id": "<a.lists.example>"}])
def test_other_mail_is_no_bounce(fields: dict[str, str]) -> None:
    assert read_bounce(written("bob@harbour.example: 550 no Bob here", **fields)) is None
