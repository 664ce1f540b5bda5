"""Returned mail of many postmen, told from warnings, receipts and complaints about lost mail."""

from __future__ import annotations

import pytest

from mailproc.message.mail import Nature

from .written import report, written

FAILED = """\
Reporting-MTA: dns; mx.harbour.example

Final-Recipient: rfc822; bob@harbour.example
Action: failed
Status: 5.1.1"""


def test_a_delivery_report_is_a_bounce() -> None:
    mail = report("delivery-status", FAILED, From="postmaster@harbour.example")
    assert (mail.nature, mail.signals[0].rule) == (Nature.BOUNCE, "delivery_report")


@pytest.mark.parametrize("action", ["delayed", "Delayed (still trying)", "relayed", "delivered", "expanded"])
def test_a_report_without_a_failure_is_no_bounce(action: str) -> None:
    mail = report("delivery-status", FAILED.replace("failed", action), From="MAILER-DAEMON@harbour.example")
    assert mail.nature is Nature.AUTOMATIC


def test_one_failure_among_delays_is_a_bounce() -> None:
    both = f"{FAILED}\n\nFinal-Recipient: rfc822; eve@harbour.example\nAction: delayed\nStatus: 4.4.1"
    assert report("delivery-status", both).nature is Nature.BOUNCE


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"From": "MAILER-DAEMON@harbour.example", "Subject": "failure notice"}, "Hi."),
        ({"From": "Mail Delivery System <mailer-daemon@harbour.example>", "Subject": "x"}, "y"),
        (
            {"From": "Mail Delivery System <>", "Subject": "Delivery status notification"},
            "Failed permanently.",
        ),
        ({"X_Failed_Recipients": "bob@harbour.example"}, "A message could not reach Bob."),
        (
            {"From": "postmaster@harbour.example", "Subject": "Undeliverable: Ticket 4711"},
            "No such user here.",
        ),
        ({"From": "Postmaster <postmaster@harbour.example>", "Subject": "Undeliverable mail"}, "Bob left."),
        (
            {"From": "postmaster@harbour.example", "Subject": "DELIVERY FAILURE: User bob not listed"},
            "Not listed in the directory.",
        ),
        ({"From": "postmaster@werft.example", "Subject": "Unzustellbar: Vorgang 4711"}, "Postfach ist voll."),
        ({"From": "postmaster@port.example", "Subject": "Non remis : Dossier 4711"}, "Destinataire inconnu."),
        ({"From": "postmaster@puerto.example", "Subject": "No se puede entregar: Caso 4711"}, "No existe."),
        ({"From": "postmaster@porto.example", "Subject": "Non recapitabile: Pratica 4711"}, "Casella piena."),
        (
            {"From": "postmaster@hamn.example", "Subject": "Det går inte att leverera: 4711"},
            "Postlådan är full.",
        ),
        ({"From": "postmaster@haven.example", "Subject": "Onbestelbaar: Melding 4711"}, "Postvak is vol."),
        ({"From": "postmaster@port.pl.example", "Subject": "Niedostarczone: 4711"}, "Skrzynka jest pełna."),
        ({"From": "postmaster@minato.example", "Subject": "配信不能: 4711"}, "宛先不明です。"),
        (
            {"Return_Path": "<>", "From": "gate@harbour.example", "Subject": "Returned mail: 4711"},
            "No such user.",
        ),
        (
            {"From": "gate@harbour.example", "Subject": "x"},
            "Hi. This is the qmail-send program at harbour.example.",
        ),
        ({"From": "g@harbour.example"}, "This message was created automatically by mail delivery software."),
        (
            {"From": "g@harbour.example", "Subject": "RE: 4711"},
            "*****\nYour message could not be delivered to\nbob@harbour.example",
        ),
        (
            {"From": "Scan <antivirus-gateway@harbour.example>", "Subject": "Delivery failure notification"},
            "It could not be delivered.",
        ),
    ],
)
def test_postmen_without_a_machine_part(fields: dict[str, str], body: str) -> None:
    assert written(body, **fields).nature is Nature.BOUNCE


@pytest.mark.parametrize(
    "subject",
    [
        "Warning: message 1k2-abc delayed 24 hours",
        "Warning: could not send message for past 4 hours",
        "Delayed Mail (still being retried)",
        "Delivery Status Notification (Delay)",
        "Zustellung verzögert: Vorgang 4711",
    ],
)
def test_a_delay_is_a_warning_and_no_bounce(subject: str) -> None:
    mail = written("It has not yet been delivered.", From="Mailer-Daemon@harbour.example", Subject=subject)
    assert (mail.nature, mail.signals[0].rule) == (Nature.AUTOMATIC, "delay_warning")


def test_a_bounce_behind_a_list_is_a_bounce() -> None:
    mail = written("No such user.", From="MAILER-DAEMON@harbour.example", List_Id="<a.b>", Precedence="bulk")
    assert mail.nature is Nature.BOUNCE
