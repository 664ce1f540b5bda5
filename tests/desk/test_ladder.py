"""What technicians hand over climbs the ladder by itself, in working time, and a reply moves its limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mailproc.desk.rungs import clock_of
from mailproc.policy.tickets import Ticket
from mailproc.settings import Hours, Ladder, Organisation, Person, Tier
from mailproc.store import escalations, outbox, statistics, tickets
from tests.desk.conftest import DeskAtWork, Reply, settings
from tests.desk.test_answers import answer, strike

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

CHICAGO = ZoneInfo("America/Chicago")
TOM, SARA, IVAN, ADA, ERIK = (
    Person(name="Tom Berg", email="tom@helpdesk.example", roles=("tier1",)),
    Person(name="Sara Lund", email="sara@helpdesk.example", roles=("tier3", "service desk manager")),
    Person(name="Ivan Holm", email="ivan@helpdesk.example", roles=("senior it manager",)),
    Person(name="Ada Quist", email="ada@helpdesk.example", roles=("account manager",)),
    Person(name="Erik Dahl", email="erik@helpdesk.example"),
)
TIERS = (
    Tier(name="First touch", roles=("tier1", "tier2")),
    Tier(name="Tier 3", roles=("tier3",), categories=("network",)),
    Tier(name="Senior IT", roles=("senior it manager",), plan=timedelta(minutes=60)),
)
HAND_OVER = """Ticket: SBM-1700
Reason for Escalation: Knowledge – Cloudflare ZTNA
Steps Attempted: toggled the agent twice, tried another network, read the event log
Error Codes: 404 Unable to find managed network beacon
Internal Discussions: asked Erik, who has not set up a beacon server either
"""


@pytest.fixture
def desk(database: Database, clock: HandClock, tmp_path: Path) -> DeskAtWork:
    """A desk with the ladder of three tiers, open on weekdays from 8 to 17 in Chicago, on a Tuesday at 10."""
    made = settings(
        tmp_path,
        people=(*settings(tmp_path).people, TOM, SARA, IVAN, ADA, ERIK),
        tier=TIERS,
        ladder=Ladder(
            may_override=("service desk manager", "senior it manager"),
            at_the_end=("senior it manager", "service desk manager", "account manager"),
        ),
        hours=Hours(holidays="US-TX"),
        organisation=(
            Organisation(
                name="Norda",
                domains=("norda.example",),
                time_zone=ZoneInfo("Europe/Stockholm"),
                hours=Hours(start="09:00", end="17:00", holidays="SE"),
            ),
        ),
    )
    set_clock(clock, datetime(2026, 3, 3, 10, tzinfo=CHICAGO))
    return DeskAtWork(database, made, clock)


def handed_over(desk: DeskAtWork, body: str = HAND_OVER, by: Person = TOM) -> list[Reply]:
    """A technician's hand-over, and all letters that it brings."""
    before = len(desk.everything_sent())
    desk.put(desk.mail(body, sender=f"{by.name} <{by.email}>", subject="Hand-over"))
    desk.work()
    return desk.everything_sent()[before:]


def to(letters: list[Reply], person: Person) -> Reply:
    [letter] = [letter for letter in letters if letter.to == person.email]
    return letter


def row(desk: DeskAtWork) -> dict:
    with desk.database.read() as connection:
        newest = escalations.listing(connection, only_open=False)[0]
        return escalations.entry(connection, newest["id"]) or {}


def wait(desk: DeskAtWork, clock: HandClock, **time: int) -> list[Reply]:
    """Lets time pass, and gives the letters it brought."""
    clock.forward(**time)
    return strike(desk)


def test_a_hand_over_goes_to_the_next_tier_with_all_that_was_written(desk: DeskAtWork) -> None:
    letters = handed_over(desk)
    assert sorted(letter.to for letter in letters) == [SARA.email, TOM.email]
    given = to(letters, SARA).text
    assert "404 Unable to find managed network beacon" in given
    assert "Tier 3" in given
    assert "10:30" in given
    assert "11:00" in given
    assert "PLAN" in given
    assert "Tier 3" in to(letters, TOM).text
    assert (row(desk)["tier"], row(desk)["form"]) == (1, "handover")


def test_limits_that_pass_climb_to_the_end_and_the_client_hears_the_truth(
    desk: DeskAtWork, clock: HandClock
) -> None:
    desk.receive("Please escalate SBM-1700. Nobody in our Oslo office can work, and we lose the launch.")
    handed_over(desk)
    assert [letter.to for letter in wait(desk, clock, minutes=26)] == [SARA.email]  # five minutes left
    letters = wait(desk, clock, minutes=4)
    assert sorted(letter.to for letter in letters) == [IVAN.email, SARA.email]
    assert "Senior IT" in to(letters, SARA).text
    assert "Cloudflare ZTNA" in to(letters, IVAN).text
    assert [letter.to for letter in wait(desk, clock, minutes=56)] == [IVAN.email]
    letters = wait(desk, clock, minutes=4)
    assert sorted(letter.to for letter in letters) == [ADA.email, IVAN.email, "kim@norda.example", SARA.email]
    assert "Ivan Holm, Ada Quist" in to(letters, SARA).text
    honest = next(letter for letter in letters if letter.to == "kim@norda.example")
    assert "honest" in honest.text
    assert "Cloudflare" not in honest.text
    assert wait(desk, clock, days=3) == []


def test_a_plan_meets_the_first_limit_and_a_fix_the_second(desk: DeskAtWork, clock: HandClock) -> None:
    letter = to(handed_over(desk), SARA)
    answer(desk, letter, "PLAN: set up a beacon beside the agent at eleven", sender=str_of(SARA))
    assert wait(desk, clock, minutes=31) == []
    [warning] = wait(desk, clock, minutes=25)
    assert "FIX" in warning.text
    answer(desk, letter, "FIX the beacon answers", sender=str_of(SARA))
    assert wait(desk, clock, hours=9) == []
    assert row(desk)["tier"] == 1


def test_a_fix_that_does_not_hold_gets_its_time_again(desk: DeskAtWork, clock: HandClock) -> None:
    mail = desk.receive("Please escalate SBM-1700. Nobody in our Oslo office can work.")[0]
    letter = to(handed_over(desk), SARA)
    answer(desk, letter, "FIX the beacon answers", sender=str_of(SARA))
    clock.forward(hours=1)
    answer(desk, mail, "STILL DOWN", sender="Kim <kim@norda.example>")
    assert clock_of(row(desk), desk.settings).fix_due == clock() + timedelta(hours=1)


def test_a_pause_stops_the_clock_and_the_rest_is_left_for_later(desk: DeskAtWork, clock: HandClock) -> None:
    letter = to(handed_over(desk), SARA)
    clock.forward(minutes=20)
    answer(desk, letter, "PAUSE the customer is back tomorrow", sender=str_of(SARA))
    assert wait(desk, clock, hours=3) == []
    answer(desk, letter, "RESUME", sender=str_of(SARA))
    assert clock_of(row(desk), desk.settings).plan_due == clock() + timedelta(minutes=10)


def test_only_a_manager_gives_more_time_and_only_with_a_reason(desk: DeskAtWork, clock: HandClock) -> None:
    letters = handed_over(desk)
    reply = to(letters, TOM)
    answer(desk, reply, "OVERRIDE 2h the vendor is on it", sender=str_of(TOM))
    given = to(letters, SARA)
    for words in ("OVERRIDE", "OVERRIDE 2h", "OVERRIDE because the vendor is on it"):
        [refusal] = answer(desk, given, words, sender=str_of(SARA))
        assert "OVERRIDE 2h" in refusal.text
    assert clock_of(row(desk), desk.settings).plan_due == clock() + timedelta(minutes=30)
    answer(desk, given, "OVERRIDE 2h the vendor sends a patch at noon", sender=str_of(SARA))
    assert clock_of(row(desk), desk.settings).next[1] == clock() + timedelta(hours=2)
    assert [event["said"] for event in row(desk)["events"] if event["kind"] == "overridden"] == [
        "2h the vendor sends a patch at noon"
    ]
    assert wait(desk, clock, minutes=114) == []


def test_the_clock_counts_from_the_assignment_once(desk: DeskAtWork, clock: HandClock) -> None:
    given = to(handed_over(desk), SARA)
    for minutes, due in ((20, 30), (5, 25)):
        clock.forward(minutes=minutes)
        answer(desk, given, "ASSIGN Sara Lund", sender=str_of(SARA))
        assert clock_of(row(desk), desk.settings).plan_due == clock() + timedelta(minutes=due)


@pytest.mark.parametrize(
    ("handed", "due"),
    [
        ("2026-03-03T16:50", "2026-03-04T08:20"),
        ("2026-03-06T16:50", "2026-03-09T08:20"),
        ("2026-07-02T16:50", "2026-07-06T08:20"),
        ("2026-03-07T12:00", "2026-03-09T08:30"),
    ],
    ids=["night", "weekend with the clock put forward", "holiday", "on a Saturday"],
)
def test_limits_are_working_time(desk: DeskAtWork, clock: HandClock, handed: str, due: str) -> None:
    set_clock(clock, datetime.fromisoformat(handed).replace(tzinfo=CHICAGO))
    handed_over(desk)
    limit = datetime.fromisoformat(due).replace(tzinfo=CHICAGO).astimezone(UTC)
    assert clock_of(row(desk), desk.settings).plan_due == limit
    set_clock(clock, limit - timedelta(minutes=6))
    assert strike(desk) == []
    assert [letter.to for letter in wait(desk, clock, minutes=1)] == [SARA.email]
    assert IVAN.email in [letter.to for letter in wait(desk, clock, minutes=5)]


def test_the_tier_that_gets_it_takes_it_on(desk: DeskAtWork, clock: HandClock) -> None:
    letter = to(handed_over(desk), SARA)
    answer(desk, letter, "ACK", sender=str_of(SARA))
    letter = to(wait(desk, clock, minutes=30), IVAN)
    answer(desk, letter, "ACK", sender=str_of(IVAN))
    assert row(desk)["acknowledged_by"] == IVAN.email


def test_a_technician_hands_up_before_the_limit_does(desk: DeskAtWork, clock: HandClock) -> None:
    handed_over(desk)
    clock.forward(minutes=5)
    assert to(handed_over(desk, by=SARA), IVAN)
    assert row(desk)["tier"] == 2
    due = clock_of(row(desk), desk.settings).plan_due
    clock.forward(minutes=5)
    letters = handed_over(desk, by=TOM)  # whoever had it before does not move it, and is heard all the same
    assert sorted(letter.to for letter in letters) == [IVAN.email, TOM.email]
    assert row(desk)["tier"] == 2
    assert clock_of(row(desk), desk.settings).plan_due == due


def test_a_permission_issue_names_the_permission_and_the_step(desk: DeskAtWork) -> None:
    body = HAND_OVER.replace("Knowledge – Cloudflare ZTNA", "Permission")
    [refusal] = handed_over(desk, body)
    assert desk.outcome() == ("rejected", "incomplete_form")
    assert "Missing Permissions" in refusal.text
    more = "Missing Permissions: Exchange admin role\nStep Needed: change the transport rule for Norda"
    letters = answer(desk, refusal, more, sender=str_of(TOM))
    assert to(letters, SARA)
    [event] = [event for event in row(desk)["events"] if event["kind"] == "handed over"]
    assert "Exchange admin role" in event["reasons"]["permission"]


def test_knowledge_gaps_are_counted_by_subject(desk: DeskAtWork, clock: HandClock) -> None:
    start = clock()
    for number, subject in enumerate(("Cloudflare ZTNA", "cloudflare ztna", "Exchange")):
        body = HAND_OVER.replace("1700", f"180{number}").replace("Cloudflare ZTNA", subject)
        handed_over(desk, body)
    with desk.database.read() as connection:
        gaps = statistics.knowledge_gaps(connection, start, clock() + timedelta(seconds=1))
        assert statistics.knowledge_gaps(connection, start - timedelta(days=7), start) == []
    assert gaps == [("Cloudflare ZTNA", 2), ("Exchange", 1)]


def leaves_at(desk: DeskAtWork, letter: Reply) -> datetime:
    with desk.database.read() as connection:
        found = outbox.by_message_id(connection, letter.headers["Message-ID"])
    assert found is not None
    return found["next_attempt_at"]


def test_what_is_not_urgent_waits_for_the_clients_day(desk: DeskAtWork, clock: HandClock) -> None:
    """At noon in Chicago the client in Stockholm has gone home, for Easter."""
    set_clock(clock, datetime(2026, 4, 2, 12, tzinfo=CHICAGO))
    receipt = desk.receive("Please escalate SBM-1700. Nobody in our Oslo office can work.")[0]
    assert leaves_at(desk, receipt) == clock()  # a direct answer
    letter = to(handed_over(desk), SARA)
    news = answer(desk, letter, "ACK", sender=str_of(SARA))
    [told] = [sent for sent in news if sent.to == "kim@norda.example"]
    opening = datetime(2026, 4, 7, 9, tzinfo=ZoneInfo("Europe/Stockholm"))  # after Easter Monday
    assert leaves_at(desk, told) == opening
    assert all(leaves_at(desk, sent) == clock() for sent in news if sent is not told)


def test_an_emergency_reaches_the_client_by_night(desk: DeskAtWork, clock: HandClock) -> None:
    set_clock(clock, datetime(2026, 4, 2, 20, tzinfo=CHICAGO))
    desk.receive("Level: Emergency\nTicket: SBM-1700\n\nProduction is completely down in all shops.")
    [alert] = [sent for sent in desk.everything_sent() if sent.to == "priya@helpdesk.example"]
    news = answer(desk, alert, "ACK", sender="Priya Nair <priya@helpdesk.example>")
    [told] = [sent for sent in news if sent.to == "kim@norda.example"]
    assert leaves_at(desk, told) == clock()


def set_clock(clock: HandClock, moment: datetime) -> None:
    clock.now = moment.astimezone(UTC)


def str_of(person: Person) -> str:
    return f"{person.name} <{person.email}>"


def known_ticket(desk: DeskAtWork, **told: str) -> None:
    with desk.database.write() as connection:
        ticket = Ticket(number="SBM-1700", status="open", **told)
        tickets.put(connection, ticket, desk.settings.directory, now=desk.clock())


def test_a_ticket_of_a_tiers_category_goes_there_at_once(desk: DeskAtWork) -> None:
    known_ticket(desk, organisation="norda.example", category="Network", priority="high", assignee="tom")
    handed_over(desk, by=ERIK)
    assert row(desk)["tier"] == 1
    [event] = [event for event in row(desk)["events"] if event["kind"] == "handed over"]
    assert event["reasons"] == {"knowledge": "Network"}


def test_the_client_of_a_ticket_hears_that_it_was_passed_on_and_nothing_else(desk: DeskAtWork) -> None:
    known_ticket(
        desk,
        organisation="norda.example",
        contact="kim@norda.example",
        category="mail",
        priority="high",
        assignee="tom",
    )
    letters = handed_over(desk)
    [told] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "SBM-1700" in told.text
    for internal in ("Cloudflare", "404", "Tom", "Tier", "beacon", "toggled"):
        assert internal not in told.text + told.subject


def test_the_clients_own_account_manager_comes_in(desk: DeskAtWork, clock: HandClock) -> None:
    [norda] = desk.settings.organisation
    its = norda.model_copy(update={"account_manager": ERIK.email})
    desk = DeskAtWork(
        desk.database, desk.settings.model_copy(update={"organisation": (its,)}), desk.clock, number=50
    )
    known_ticket(
        desk,
        organisation="norda.example",
        contact="kim@norda.example",
        category="mail",
        priority="high",
        assignee="tom",
    )
    handed_over(desk, by=SARA)
    letters = handed_over(desk, by=IVAN)  # there is no tier above: those in charge come together
    assert sorted(letter.to for letter in letters if letter.kind == "staff-news") == [
        ERIK.email,
        IVAN.email,
        SARA.email,
    ]
    assert "honest" in next(letter.text for letter in letters if letter.to == "kim@norda.example")


def test_an_urgent_hand_over_that_is_not_complete_is_told_at_once(desk: DeskAtWork) -> None:
    letters = handed_over(desk, "Ticket: SBM-1700\nReason for Escalation: Urgency\nError Codes: none\n")
    assert desk.outcome() == ("rejected", "incomplete_form")
    [alert] = [letter for letter in letters if letter.kind == "alert"]
    assert alert.to == "priya@helpdesk.example"
    assert "not complete" in alert.text


def test_nothing_climbs_while_it_is_over_and_again_when_it_is_reopened(
    desk: DeskAtWork, clock: HandClock
) -> None:
    letter = to(handed_over(desk), SARA)
    answer(desk, letter, "CLOSE the beacon answers", sender=str_of(SARA))
    assert wait(desk, clock, hours=3) == []
    answer(desk, letter, "REOPEN it stopped again", sender=str_of(SARA))
    assert clock_of(row(desk), desk.settings).fix_due == clock() + timedelta(hours=1)


def test_a_desk_that_was_down_hands_up_once_when_it_is_back(desk: DeskAtWork, clock: HandClock) -> None:
    handed_over(desk)
    letters = wait(desk, clock, hours=5)
    assert sorted(letter.to for letter in letters) == [IVAN.email, SARA.email]
    assert clock_of(row(desk), desk.settings).plan_due == clock() + timedelta(hours=1)
    assert strike(desk) == []


def test_a_desk_without_tiers_takes_a_hand_over_as_a_request(desk: DeskAtWork) -> None:
    plain = DeskAtWork(desk.database, desk.settings.model_copy(update={"tier": ()}), desk.clock, number=50)
    plain.receive("Please escalate SBM-1700. Nobody in our Oslo office can work.")
    letters = handed_over(plain)
    assert plain.outcome() == ("joined", None)
    assert sorted(letter.to for letter in letters) == ["priya@helpdesk.example", TOM.email]
    with plain.database.read() as connection:
        start = plain.clock() - timedelta(hours=1)
        assert statistics.knowledge_gaps(connection, start, start + timedelta(hours=2)) == [
            ("Cloudflare ZTNA", 1)
        ]
