"""The desk and its tickets: which exist, are open, whose they are, and what came before (F3, F5, P10)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.escalation.timeline import REQUESTS
from mailproc.policy.tickets import Ticket
from mailproc.settings import Directory, Organisation, Person, Tickets
from mailproc.store import escalations, tickets
from tests.desk.conftest import GOOD_REASON, DeskAtWork, Reply, settings
from tests.desk.test_answers import answer

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

ASK = f"Please escalate ticket {{ticket}}.\n\n{GOOD_REASON}"
KIM = "Kim Norda <kim@norda.example>"
EVE = "Eve <eve@curious.example>"
ERIK = "Erik Lund <erik@helpdesk.example>"
PEOPLE = (
    Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",)),
    Person(name="Erik Lund", email="erik@helpdesk.example", roles=("technician",)),
)
OURS = Ticket(
    number="SBM-100",
    title="Checkout of the web shop answers with an error",
    status="Open",
    organisation="Norda",
    contact="kim@norda.example",
    category="Web shop",
    priority="P2",
    assignee="Erik Lund",
    url="https://tickets.example/view/100",
)
THEIRS = replace(OURS, number="SBM-200", organisation="Harbour", contact="maja@harbour.example")


def desk_with(database: Database, base: Path, clock: HandClock, **changes: Any) -> DeskAtWork:
    return DeskAtWork(database, settings(base, **{"people": PEOPLE, **changes}), clock)


def keep(desk: DeskAtWork, *kept: Ticket) -> None:
    """Writes tickets into the desk's own table."""
    with desk.database.write() as connection:
        for ticket in kept:
            tickets.put(connection, ticket, desk.settings.directory, now=desk.clock())


@pytest.fixture
def desk(database: Database, clock: HandClock, tmp_path: Path) -> DeskAtWork:
    """A desk with a table of tickets of its own."""
    desk = desk_with(database, tmp_path, clock)
    keep(desk, OURS, THEIRS)
    return desk


def alert_of(desk: DeskAtWork) -> Reply:
    return next(letter for letter in reversed(desk.everything_sent()) if letter.kind == "alert")


def without_ticket(letter: Reply) -> str:
    """What a letter tells apart from the number that was asked for, and from when."""
    return re.sub(r"SBM-\d+", "SBM", letter.subject + letter.text)


def test_without_any_ticket_every_id_is_taken(database: Database, clock: HandClock, tmp_path: Path) -> None:
    desk = desk_with(database, tmp_path, clock)
    desk.receive(ASK.format(ticket="SBM-999"))
    assert desk.outcome() == ("accepted", None)


def test_an_open_ticket_of_ones_own_is_taken_and_staff_see_how_it_is_set_up(desk: DeskAtWork) -> None:
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)
    alert = alert_of(desk)
    for told in (
        "Category: Web shop",
        "Priority: P2",
        "Assigned to: Erik Lund",
        "https://tickets.example/view/100",
    ):
        assert told in alert.text
    [letter] = [sent for sent in desk.everything_sent() if sent.to == "kim@norda.example"]
    assert "Web shop" not in letter.text
    assert "tickets.example" not in letter.text


def test_unknown_and_foreign_tickets_cannot_be_told_apart(desk: DeskAtWork) -> None:
    letters = []
    for ticket, code in (("SBM-200", "not_authorised"), ("SBM-201", "unknown_ticket")):
        [letter] = desk.receive(ASK.format(ticket=ticket))
        assert desk.outcome() == ("rejected", code)
        letters.append(without_ticket(letter))
    desk.receive(ASK.format(ticket="SBM-200"), sender="Maja Ek <maja@harbour.example>")
    assert desk.outcome() == ("accepted", None)
    [letter] = desk.receive(ASK.format(ticket="SBM-200") + " Really!")
    keep(desk, replace(THEIRS, status="Closed"))
    [closed] = desk.receive(ASK.format(ticket="SBM-200") + " Please.")
    letters += [
        without_ticket(letter).replace(" Really!", ""),
        without_ticket(closed).replace(" Please.", ""),
    ]
    assert len(set(letters)) == 1
    assert "harbour" not in letters[0].lower()


@pytest.mark.parametrize("sender", [KIM, EVE])
def test_emergencies_too_tell_nothing_of_a_ticket(desk: DeskAtWork, sender: str) -> None:
    body = "Level: Emergency\nTicket: {ticket}\n\nProduction is completely down in all our shops."
    told = []
    for ticket in ("SBM-200", "SBM-201"):
        id_ = desk.put(desk.mail(body.format(ticket=ticket), sender=sender, subject="EMERGENCY"))
        desk.work()
        letters = desk.sent_for(id_)
        assert [letter.to for letter in letters if letter.kind == "alert"] == ["priya@helpdesk.example"]
        told.append([without_ticket(letter) for letter in letters if letter.kind != "alert"])
    assert told[0] == told[1]
    assert len(told[0]) == 1


def test_staff_are_told_plainly_and_answer_with_the_right_number(desk: DeskAtWork) -> None:
    [letter] = desk.receive(ASK.format(ticket="SBM-1000"), sender=ERIK)
    assert desk.outcome() == ("rejected", "unknown_ticket")
    assert "has no ticket SBM-1000" in letter.text
    answer(desk, letter, "Sorry, SBM-100", sender=ERIK)
    assert desk.outcome() == ("completed", None)
    assert [row["ticket"] for row in desk.open_escalations()] == ["SBM-100"]


def test_a_closed_ticket_is_named_as_closed(desk: DeskAtWork) -> None:
    keep(desk, replace(OURS, status="RESOLVED"))
    [letter] = desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("rejected", "ticket_closed")
    assert "Ticket SBM-100 is closed" in " ".join(letter.text.split())


def test_what_counts_as_closed_is_configured(database: Database, clock: HandClock, tmp_path: Path) -> None:
    desk = desk_with(database, tmp_path, clock, directory=Directory(closed=("erledigt",)))
    keep(desk, replace(OURS, status="resolved"), replace(OURS, number="SBM-101", status="Erledigt"))
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)
    desk.receive(ASK.format(ticket="SBM-101"))
    assert desk.outcome() == ("rejected", "ticket_closed")


def test_staff_are_asked_to_set_the_ticket_up_and_customers_are_not(desk: DeskAtWork) -> None:
    keep(desk, replace(OURS, category="", assignee=""))
    [letter] = desk.receive(ASK.format(ticket="SBM-100"), sender=ERIK)
    assert desk.outcome() == ("rejected", "ticket_incomplete")
    assert "a category, somebody it is assigned to" in " ".join(letter.text.split())
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)


def test_what_the_directory_never_tells_is_asked_of_nobody(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    desk = desk_with(database, tmp_path, clock)
    keep(desk, Ticket(number="SBM-100"), Ticket(number="SBM-101", category="VPN"))
    desk.receive(ASK.format(ticket="SBM-101"), sender=ERIK)
    assert desk.outcome() == ("accepted", None)
    [letter] = desk.receive(ASK.format(ticket="SBM-100"), sender=ERIK)
    assert desk.outcome() == ("rejected", "ticket_incomplete")
    assert "this in the ticket system: a category. Then" in " ".join(letter.text.split())


def test_a_customer_joins_what_staff_escalated_for_them(desk: DeskAtWork) -> None:
    desk.receive(ASK.format(ticket="SBM-100"), sender=ERIK)
    desk.receive(ASK.format(ticket="SBM-100"), sender="Ann <ann@norda.example>")
    assert desk.outcome() == ("joined", None)
    [letter] = desk.receive("STATUS SBM-100", sender=KIM, subject="STATUS: ticket SBM-100")
    assert "SBM-100" in letter.text
    assert desk.outcome() == ("command", None)


def test_an_emergency_is_not_refused_for_how_its_ticket_is_set_up(desk: DeskAtWork) -> None:
    keep(desk, replace(OURS, category="", priority="", assignee=""))
    desk.receive(
        "Level: Emergency\nTicket: SBM-100\n\nProduction is completely down in all our shops.", sender=ERIK
    )
    assert desk.outcome() == ("accepted", None)


@pytest.mark.parametrize(
    ("sender", "outcome"),
    [
        ("Ann <ann@norda.example>", "accepted"),
        ("Jo <jo@reseller.example>", "accepted"),
        ("Erik <erik@helpdesk.example>", "accepted"),
        ("Max <max@gmail.com>", "accepted"),
        ("Eve <eve@gmail.com>", "rejected"),
        ("Jo <jo@other.example>", "rejected"),
    ],
)
def test_who_may_escalate_a_ticket(
    database: Database, clock: HandClock, tmp_path: Path, sender: str, outcome: str
) -> None:
    norda = Organisation(name="Norda", domains=("norda.example",), partners=("reseller.example",))
    desk = desk_with(database, tmp_path, clock, organisation=(norda,))
    keep(desk, replace(OURS, contact="max@gmail.com"))
    desk.receive(ASK.format(ticket="SBM-100"), sender=sender)
    assert desk.outcome()[0] == outcome


def test_the_contact_of_a_ticket_is_known(desk: DeskAtWork) -> None:
    keep(desk, replace(OURS, number="SBM-300", organisation="", contact="sam@gmail.com"))
    desk.receive(
        "Level: Emergency\nTicket: SBM-300\n\nProduction is completely down.", sender="Sam <sam@gmail.com>"
    )
    assert desk.outcome() == ("accepted", None)
    assert alert_of(desk).subject.startswith("EMERGENCY")


def test_a_matter_that_comes_back_names_the_earlier_tickets_to_staff_alone(
    desk: DeskAtWork, clock: HandClock
) -> None:
    long_ago = clock() - timedelta(days=20)
    keep(
        desk,
        replace(
            OURS, number="SBM-090", title="Web shop: error at checkout", status="closed", changed_at=clock()
        ),
        replace(OURS, number="SBM-091", title="Web shop: checkout error again", category="Payment"),
        replace(OURS, number="SBM-092", title="Who can order a new laptop?", category="Hardware"),
        replace(OURS, number="SBM-070", title="Checkout error of the web shop", changed_at=long_ago),
        replace(THEIRS, number="SBM-093", title="Checkout error of the web shop"),
    )
    id_ = desk.put(desk.mail(ASK.format(ticket="SBM-100")))
    desk.work()
    letters = {letter.to: letter.text for letter in desk.sent_for(id_)}
    assert "Earlier tickets of this kind: SBM-091" in letters["priya@helpdesk.example"]
    assert "Service completed lately: SBM-090" in letters["priya@helpdesk.example"]
    for absent in ("SBM-092", "SBM-070", "SBM-093"):
        assert absent not in letters["priya@helpdesk.example"]
    assert "SBM-09" not in letters["kim@norda.example"]
    assert set(events(desk)[0]["earlier"]) == {"SBM-090", "SBM-091"}


def test_without_a_directory_earlier_escalations_are_found(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    desk = desk_with(database, tmp_path, clock)
    desk.receive("Please escalate SBM-1. The VPN of our Oslo office drops, and nobody can work.")
    clock.forward(days=3)
    desk.receive(
        "Please escalate SBM-2. Again the VPN in Oslo drops and nobody can work.",
        sender="Ann <ann@norda.example>",
    )
    clock.forward(days=15)
    desk.receive("Please escalate SBM-3. The VPN in the Oslo office drops and nobody can work.")
    earlier = {row["ticket"]: row["earlier"] for row in reversed(events(desk))}
    assert earlier == {"SBM-1": None, "SBM-2": ["SBM-1"], "SBM-3": None}


def test_colleagues_are_known_by_their_domain_unless_it_is_free_mail(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    desk = desk_with(database, tmp_path, clock, organisation=())
    for number, sender in enumerate(
        ("kim@harbour.example", "ann@harbour.example", "al@gmail.com", "bo@gmail.com")
    ):
        desk.receive(
            f"Please escalate SBM-{number}. The VPN of our Oslo office drops, and nobody can work.",
            sender=sender,
        )
    assert [row["earlier"] for row in events(desk)] == [None, ["SBM-0"], None, None]


def events(desk: DeskAtWork) -> list[dict[str, Any]]:
    """What was asked for, oldest first, each event with its ticket."""
    with desk.database.read() as connection:
        listed = escalations.listing(connection, only_open=False)
        rows = [escalations.entry(connection, row["id"]) for row in listed]
    found = [{**event, "ticket": row["ticket"]} for row in rows if row for event in row["events"]]
    return sorted((event for event in found if event["kind"] in REQUESTS), key=lambda event: event["id"])


def test_a_request_is_recorded_on_its_ticket(database: Database, clock: HandClock, tmp_path: Path) -> None:
    system = Tickets(record_to="tickets@system.example", record_mark="[#{ticket}]")
    desk = desk_with(database, tmp_path, clock, tickets=system)
    desk.receive(ASK.format(ticket="SBM-100"))
    desk.receive(ASK.format(ticket="SBM-100"), sender="Ann <ann@norda.example>")
    first, second = [letter for letter in desk.everything_sent() if letter.to == "tickets@system.example"]
    assert first.subject.startswith("[#SBM-100] ")
    assert "4,000 euros an hour" in " ".join(first.text.split())
    assert "Kim Norda" in first.text
    assert "ann@norda.example" in second.text
    assert first.headers["Reply-To"] is None
    # Even a ticket system that sends the note straight back asks for nothing.
    desk.receive(
        first.text,
        sender="Tickets <noreply@system.example>",
        subject=first.subject,
        Auto_Submitted="auto-generated",
    )
    assert desk.outcome() == ("automatic", "automatic_reply")


NOTIFIED = (
    "A ticket was created.\n\nTicket: SBM-100\nEscalation: Emergency\n{more}\nNobody can log in since nine."
)
SYSTEM = "Ticket system <noreply@tickets.example>"


@pytest.mark.parametrize("named", ["Requester: Kim Norda <kim@norda.example>\n", ""])
def test_a_ticket_escalated_at_its_creation_is_its_contacts_request(desk: DeskAtWork, named: str) -> None:
    letters = desk.receive(
        NOTIFIED.format(more=named),
        sender=SYSTEM,
        subject="[SBM-100] New ticket",
        Auto_Submitted="auto-generated",
    )
    assert desk.outcome() == ("accepted", None)
    assert [letter.to for letter in letters] == ["kim@norda.example"]
    [row] = desk.open_escalations()
    assert (row["level"], row["requester"], row["organisation"]) == (
        "emergency",
        "kim@norda.example",
        "Norda",
    )


def test_a_known_ticket_system_is_believed_before_the_directory_knows_the_ticket(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    desk = desk_with(database, tmp_path, clock, tickets=Tickets(notifies_from=("noreply@tickets.example",)))
    keep(desk, THEIRS)
    named = "Requester: Sam <sam@gmail.com>\n"
    given = {"sender": SYSTEM, "Auto_Submitted": "auto-generated"}
    [letter] = desk.receive(NOTIFIED.format(more=named), subject="[SBM-100] New ticket", **given)
    assert desk.outcome() == ("accepted", None)
    assert letter.to == "sam@gmail.com"
    body = NOTIFIED.format(more=named).replace("SBM-100", "SBM-200")  # which the directory says is not Sam's
    desk.receive(body, subject="[SBM-200] New ticket", **given)
    assert desk.outcome() == ("rejected", "not_authorised")


def test_a_machine_is_not_answered(database: Database, clock: HandClock, tmp_path: Path) -> None:
    desk = desk_with(database, tmp_path, clock)
    letters = desk.receive(
        NOTIFIED.format(more=""),
        sender=SYSTEM,
        subject="[SBM-100] New ticket",
        Auto_Submitted="auto-generated",
    )
    assert letters == []
    assert desk.outcome() == ("accepted", None)
    answer(desk, alert_of(desk), "ACK", sender="Priya Nair <priya@helpdesk.example>")
    assert {letter.to for letter in desk.everything_sent()} == {"priya@helpdesk.example"}


def test_the_morning_names_earlier_tickets_and_the_share_that_is_escalated(
    desk: DeskAtWork, clock: HandClock
) -> None:
    keep(
        desk,
        replace(
            OURS, number="SBM-090", title="Web shop: error at checkout", status="closed", changed_at=clock()
        ),
    )
    desk.receive(ASK.format(ticket="SBM-100"))
    clock.forward(days=1)
    with desk.database.read() as connection:
        open_tickets = desk.office.morning.open_tickets(connection, clock())
    with desk.database.write() as connection:
        desk.office.morning.make_due(connection, clock(), open_tickets)
    [digest] = [letter for letter in desk.everything_sent() if letter.kind == "digest"]
    assert open_tickets == 2
    assert "SBM-090" in digest.text
    assert "50" in digest.text
    assert "https://tickets.example/view/100" in digest.text
