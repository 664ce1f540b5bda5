"""A ticket system's notification is the request of the person it names (P11)."""

from __future__ import annotations

import pytest

from mailproc.message.mail import Address
from mailproc.reading.read import read
from mailproc.reading.request import Kind
from tests.reading.test_requests import DESK, desk

MACHINE = "Ticket system <noreply@tickets.example>"
KIM = Address(email="kim@norda.example", name="Kim Berg")


def notified(post, named, sender=MACHINE, settings=DESK):
    body = f"A ticket was created.\n\nTicket: SBM-48213\n{named}\nEscalation: Emergency\n\nNobody can log in."
    mail = post(body, subject="[SBM-48213] New", sender=sender, headers=("Auto-Submitted: auto-generated",))
    return read(mail, settings)


@pytest.mark.parametrize(
    "named",
    [
        "Requester: Kim Berg <kim@norda.example>",
        "* From: Kim Berg <Kim@Norda.example>",
        "| Customer | Kim Berg <kim@norda.example> |",
        "Beställare: Kim Berg (kim@norda.example)",
        "Gemeldet von: Kim Berg <kim@norda.example>",
        "依頼者：Kim Berg <kim@norda.example>",
        "Demandeur : Kim Berg <kim@norda.example>",
    ],
)
def test_the_person_named_is_the_requester(post, named):
    request = notified(post, named)
    assert request.kind is Kind.REQUEST
    assert request.requester == KIM


@pytest.mark.parametrize(
    "named",
    ["", "Requester: Kim Berg", "Agent: Erik <erik@helpdesk.example>", "Customer: support@desk.example"],
)
def test_nobody_named_leaves_the_machine(post, named):
    request = notified(post, named)
    assert request.requester == Address(email="noreply@tickets.example", name="Ticket system")


def test_a_known_ticket_system_needs_no_marks_of_a_machine(post):
    known = desk(tickets={"notifies_from": ["tickets@helpdesk.example"]})
    system = "Tickets <tickets@helpdesk.example>"
    mail = post(
        "Ticket: SBM-48213\nRequester: Kim Berg <kim@norda.example>\nEscalation: Emergency\n\nLogin fails.",
        sender=system,
    )
    assert read(mail, known).requester == KIM
    asks = post("Please escalate ticket SBM-48213, we lose money every hour.", sender=system)
    assert read(asks, known).kind is Kind.AUTOMATIC  # what it passes on is somebody else's, and on the ticket


def test_where_the_ticket_system_is_known_no_other_machine_is_believed(post):
    known = desk(tickets={"notifies_from": ["noreply@tickets.example"]})
    assert notified(post, "", settings=known).kind is Kind.REQUEST
    other = notified(post, "", sender="noreply@elsewhere.example", settings=known)
    assert other.kind is Kind.AUTOMATIC
