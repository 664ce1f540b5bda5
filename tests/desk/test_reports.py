"""The digest as it is answered, and the letters beside it: the operator's day and the manager's week."""

from __future__ import annotations

import re
from datetime import time, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from mailproc.policy.tickets import Ticket
from mailproc.settings import Person, Tier
from mailproc.store import books, outbox, tickets
from mailproc.store.tables import decision, mail
from mailproc.store.tables import outbox as outbox_table
from tests.desk.conftest import GOOD_REASON, DeskAtWork, Reply, settings
from tests.desk.test_answers import PRIYA, answer, opened, status, strike
from tests.desk.test_ladder import HAND_OVER

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

PRIYA_AND_OTHERS = (
    Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",)),
    Person(name="Erik Lund", email="erik@helpdesk.example", roles=("pm",), language="sv"),
    Person(
        name="Kenji Sato",
        email="kenji@helpdesk.example",
        roles=("pm",),
        time_zone=ZoneInfo("Asia/Tokyo"),
        digest_time=time(9),
    ),
    Person(name="Marta Wolf", email="marta@helpdesk.example", roles=("manager",)),
)


@pytest.fixture
def team(database: Database, clock: HandClock, tmp_path: Path) -> DeskAtWork:
    return DeskAtWork(database, settings(tmp_path, people=PRIYA_AND_OTHERS), clock)


def html(letter: Reply) -> str:
    body = letter.headers.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def tap(desk: DeskAtWork, letter: Reply, word: str, *, sender: str, more: str = "") -> list[Reply]:
    """Taps a word in a letter, and sends the mail that opens as it is."""
    links = [
        urlsplit(link.replace("&amp;", "&")) for link in re.findall(r'href="(mailto:[^"]+)"', html(letter))
    ]
    [link] = [one for one in links if parse_qs(one.query).get("body", [""])[0].startswith(word)]
    query = parse_qs(link.query)
    before = len(desk.everything_sent())
    raw = desk.mail(query["body"][0] + more, sender=sender, subject=query["subject"][0])
    desk.put(raw, envelope_to=(unquote(link.path),))
    desk.work()
    return desk.everything_sent()[before:]


def test_a_tap_in_the_digest_grants_a_request(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    letters = tap(desk, digest, "ACK", sender=PRIYA)
    assert status(desk) == "acknowledged"
    assert sorted(letter.to for letter in letters) == ["kim@norda.example", "priya@helpdesk.example"]
    clock.forward(days=1)
    [next_day] = desk.make_digest()
    assert "Nothing to decide" in next_day.subject
    assert "SBM-48213: being worked on, Priya Nair" in " ".join(next_day.text.split())


def test_a_tap_declines_with_the_reason_that_is_written_behind(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    [refusal] = tap(desk, digest, "DECLINE", sender=PRIYA)
    assert "DECLINE" in refusal.text
    letters = tap(desk, digest, "DECLINE", sender=PRIYA, more="it is part of the release on 3 December")
    assert status(desk) == "canceled"
    [news] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "it is part of the release on 3 December" in news.text


def test_the_words_of_a_forwarded_digest_have_no_power(team: DeskAtWork, clock: HandClock) -> None:
    team.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=23)
    [priyas] = [letter for letter in team.make_digest() if letter.to == "priya@helpdesk.example"]
    tap(team, priyas, "CLOSE", sender="Erik Lund <erik@helpdesk.example>")
    tap(team, priyas, "CLOSE", sender="Eve <eve@curious.example>")
    assert status(team) == "started"


def test_everybody_reads_in_their_language_and_by_their_clock(team: DeskAtWork, clock: HandClock) -> None:
    team.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=8)  # 23:00 UTC: eight in the morning in Tokyo
    assert team.make_digest() == []
    clock.forward(hours=1)
    [in_tokyo] = team.make_digest()
    assert in_tokyo.to == "kenji@helpdesk.example"
    clock.forward(hours=14)
    at_the_desk = {letter.to: letter for letter in team.make_digest()}
    assert sorted(at_the_desk) == ["erik@helpdesk.example", "priya@helpdesk.example"]
    assert at_the_desk["erik@helpdesk.example"].headers["Content-Language"] == "sv"
    clock.forward(hours=1)
    assert team.make_digest() == []


def test_two_voices_one_entry_with_both_their_reasons(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    desk.receive(
        "Please escalate SBM-48213. If it is not done before Thursday we cannot pay the salaries.",
        sender="Lee Norda <lee@norda.example>",
    )
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    assert digest.subject.startswith("1 request to decide")
    assert "Asked for 2 times" in digest.text
    assert "4,000 euros an hour" in digest.text
    assert "salaries" in digest.text


def test_what_is_taken_on_and_silent_becomes_overdue(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(hours=24)
    [first] = desk.make_digest()
    assert "Overdue" not in first.text
    clock.forward(hours=25)
    [second] = desk.make_digest()
    assert "with Priya Nair, nothing heard for 2 days" in " ".join(second.text.split())
    answer(desk, alert, "UPDATE the part is ordered", sender=PRIYA)
    clock.forward(hours=24)
    [third] = desk.make_digest()
    assert "Overdue" not in third.text


def test_what_was_sent_back_is_listed_until_it_is_completed(desk: DeskAtWork, clock: HandClock) -> None:
    [rejection] = desk.receive(f"Please escalate my ticket. {GOOD_REASON}", subject="Web shop")
    desk.receive("Please escalate ticket SBM-2, very urgent!", subject="Hurry")
    answer(desk, rejection, "It is SBM-48213", sender="Kim Norda <kim@norda.example>")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    listed = digest.text.partition("Sent back since the last digest")[2]
    assert "SBM-2: kim@norda.example, “Hurry”: reason missing" in " ".join(listed.split())
    assert "Web shop" not in listed
    clock.forward(days=1)
    [next_day] = desk.make_digest()
    assert "Sent back" not in next_day.text


def test_what_ended_is_told_once(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "CLOSE the certificate had expired", sender=PRIYA)
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    assert "Over since the last digest" in digest.text
    assert "SBM-51007 (Emergency): closed" in digest.text
    clock.forward(days=1)
    [next_day] = desk.make_digest()
    assert "SBM-51007" not in next_day.text


def test_the_operators_day_is_well(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    desk.receive("Where do I find the page?", subject="A question")
    clock.forward(hours=23)
    [day] = desk.make_reports()
    assert (day.to, day.kind) == ("ops@helpdesk.example", "report")
    assert day.subject.startswith("All well")
    assert "2 mails came in" in day.text
    assert "smtp: 2" in day.text
    assert desk.make_reports() == []


def test_the_operator_reads_what_was_set_aside_and_what_did_not_arrive(
    desk: DeskAtWork, clock: HandClock
) -> None:
    from mailproc.desk.undelivered import Undelivered

    poison = desk.put(desk.mail("x"))
    [lost] = desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")[:1]
    with desk.database.write() as connection:
        connection.execute(
            update(mail)
            .where(mail.c.id == poison)
            .values(outcome="quarantined", code="poison", trouble="too deep", decided_at=clock())
        )
        connection.execute(update(outbox_table).values(state="waiting", next_attempt_at=clock()))
        [message] = [
            one
            for one in outbox.claim(connection, clock(), 50, ("mail",), timedelta(minutes=10))
            if one.recipient == lost.to
        ]
        outbox.failed(connection, message.id, "550 5.1.1 no such user")
        undelivered = Undelivered(desk.settings, desk.office.operator, "helpdesk.example")
        undelivered.give_up(connection, message, "550 5.1.1 no such user", clock())
    clock.forward(hours=23)
    [day] = desk.make_reports()
    text = " ".join(day.text.split())
    assert day.subject.startswith("Something needs you")
    assert f"Mail {poison}" in text
    assert "too deep" in text
    assert "To kim@norda.example" in text
    assert "550 5.1.1 no such user" in text


def test_mail_that_nobody_can_account_for_raises_an_alarm(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    plain = settings(tmp_path)
    operator = plain.operator.model_copy(update={"alerts": ("json://127.0.0.1:9/",)})
    desk = DeskAtWork(database, plain.model_copy(update={"operator": operator}), clock)
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    desk.receive("Where do I find the page?", subject="A question")
    with desk.database.write() as connection:
        assert books.balance(connection, clock() - timedelta(days=1), clock.forward(hours=23)).received == 2
        connection.execute(delete(decision).where(decision.c.mail_id == 2))
    letters = desk.make_reports()
    day, alarm, call = sorted(letters, key=lambda letter: (letter.kind != "report", not letter.text))
    assert "2 mails came in, and 1 are accounted for" in " ".join(day.text.split())
    assert "not accounted for" in alarm.subject
    assert (call.kind, call.to) == ("operator", "operator#0")


def test_the_managers_week_counts_what_was_sent_back_and_what_staff_put_right(
    team: DeskAtWork, clock: HandClock
) -> None:
    clock.forward(days=1)
    team.make_reports()
    team.receive("Please escalate ticket SBM-2, very urgent!")
    team.receive(f"Please escalate my ticket. {GOOD_REASON}", subject="Web shop")
    _, alert = opened(team)
    answer(team, alert, "CLOSE it works again", sender=PRIYA)
    answer(team, alert, "REOPEN it does not", sender=PRIYA)
    clock.forward(days=6)
    [week] = [letter for letter in team.make_reports() if letter.to == "marta@helpdesk.example"]
    text = " ".join(week.text.split())
    assert week.subject.startswith("3 requests in a week: Monday 23 November to Sunday 29 November")
    assert "1 taken up as emergencies, 0 as Higher Priority, 2 sent back" in text
    assert "reason missing: 1" in text
    assert "ticket ID missing: 1" in text
    assert "reopened: 1" in text
    assert "24 Nov: 1, 0, 2" in text
    [picture] = [part for part in week.headers.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content().startswith(b"\x89PNG")
    clock.forward(days=1)
    assert [letter.to for letter in team.make_reports()] == ["ops@helpdesk.example"]


def test_too_many_escalated_tickets_are_warned_of(desk: DeskAtWork, clock: HandClock) -> None:
    with desk.database.write() as connection:
        for number in range(1, 6):
            ticket = Ticket(number=f"SBM-{number}", status="Open", organisation="Norda")
            tickets.put(connection, ticket, desk.settings.directory, now=clock())
    desk.receive(f"Escalate ticket SBM-1. {GOOD_REASON}")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    assert "1 of 5 open tickets are escalated: 20%." in " ".join(digest.text.split())
    assert "That is more than" not in digest.text
    desk.receive(f"Escalate ticket SBM-2. {GOOD_REASON}")
    clock.forward(days=1)
    [digest] = desk.make_digest()
    assert "40%. That is more than 20%." in " ".join(digest.text.split())


def test_a_ticket_that_comes_back_names_the_earlier_ones(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "CLOSE the gateway was restarted", sender=PRIYA)
    clock.forward(days=3)
    opened(desk, "Level: Emergency\nTicket: SBM-52000\n\nProduction is completely down in all our shops.")
    clock.forward(hours=23)
    digest = desk.make_digest()[-1]
    assert "Seems to come back: SBM-51007" in digest.text


def test_a_tap_makes_a_request_of_what_was_sent_back(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive("Please escalate ticket SBM-9000, it is urgent!", subject="Hurry")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    letters = tap(desk, digest, "TAKE", sender=PRIYA)
    assert status(desk) == "started"
    assert "kim@norda.example" in [letter.to for letter in letters]
    clock.forward(days=1)
    [next_day] = desk.make_digest()
    assert next_day.subject.startswith("1 request to decide")
    assert "Sent back" not in next_day.text


@pytest.fixture
def service_desk(database: Database, clock: HandClock, tmp_path: Path) -> DeskAtWork:
    """A desk whose technicians hand tickets over to two tiers."""
    people = (
        *settings(tmp_path).people,
        Person(name="Tom Berg", email="tom@helpdesk.example", roles=("tier1",)),
        Person(name="Sara Lund", email="sara@helpdesk.example", roles=("tier2", "service desk manager")),
        Person(name="Ivan Holm", email="ivan@helpdesk.example", roles=("tier3",)),
    )
    tiers = (
        Tier(name="First touch", roles=("tier1",)),
        Tier(name="Second", roles=("tier2",)),
        Tier(name="Third", roles=("tier3",)),
    )
    return DeskAtWork(database, settings(tmp_path, people=people, tier=tiers), clock)


def test_a_hand_over_is_no_decision_and_its_gap_is_counted(
    service_desk: DeskAtWork, clock: HandClock
) -> None:
    desk = service_desk
    desk.make_reports()
    desk.put(desk.mail(HAND_OVER, sender="Tom Berg <tom@helpdesk.example>", subject="Hand-over"))
    desk.work()
    clock.forward(minutes=31)
    strike(desk)
    clock.forward(hours=22)
    [digest] = desk.make_digest()
    assert "Nothing to decide" in digest.subject
    overdue = " ".join(digest.text.partition("Overdue")[2].split())
    assert "SBM-1700: with Third, out of time" in overdue
    clock.forward(days=6)
    [week] = [letter for letter in desk.make_reports() if letter.to == "sara@helpdesk.example"]
    assert "Cloudflare ZTNA: 1" in week.text


def test_misuse_is_counted_by_account(team: DeskAtWork, clock: HandClock) -> None:
    team.make_reports()
    _, alert = opened(team)
    answer(team, alert, "MISUSE the test system is down, production is not", sender=PRIYA)
    clock.forward(days=7)
    [week] = [letter for letter in team.make_reports() if letter.to == "marta@helpdesk.example"]
    misuse = " ".join(week.text.partition("Emergencies that were none")[2].split())
    assert "Norda: 1" in misuse


def test_every_way_a_mail_can_end_stands_in_the_books(desk: DeskAtWork, clock: HandClock) -> None:
    letter, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    answer(desk, alert, "we are on it", sender=PRIYA)
    answer(desk, letter, "STATUS", sender="Kim Norda <kim@norda.example>")
    desk.receive("Please escalate ticket SBM-2, very urgent!")
    desk.receive("Where do I find the page?", subject="A question")
    desk.receive("I am away until Monday.", subject="Out of office", Auto_Submitted="auto-replied")
    twice = desk.mail("Production is still down, see SBM-51007.")
    desk.put(twice)
    desk.put(twice)
    desk.work()
    desk.put(desk.mail("not handled yet"))
    clock.forward(hours=23)
    with desk.database.read() as connection:
        balance = books.balance(connection, clock() - timedelta(days=1), clock())
    assert balance.received == sum(balance.outcomes.values()) == 10
    [day] = desk.make_reports()
    assert "The sum adds up." in day.text
    assert "1 mail has been waiting for more than an hour." in day.text
