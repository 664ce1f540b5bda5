"""What staff, project managers and the operator read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.letters import LetterKind, Letters
from mailproc.letters.digest import DigestContent, DigestEntry
from mailproc.letters.operator import Notice
from mailproc.message.mail import Address
from mailproc.policy.decision import Alert, Code, Outcome
from mailproc.reading.request import Level
from mailproc.settings import Person
from tests.letters.conftest import (
    ANNA,
    DEADLINE,
    DECIDES_AT,
    ERIK,
    NOW,
    OUTAGE,
    PRIYA,
    accepted,
    alerting,
    emergency,
    flat,
    mail,
    rejected,
    request,
    seen,
)

ENTRY = DigestEntry(
    escalation_id="1",
    ticket="ABC-1234",
    level=Level.HIGHER_PRIORITY,
    status="started",
    requester=ANNA,
    organisation="Norda",
    accepted_at=NOW,
    motivation="It has been waiting for weeks.",
)
MORNING = DigestContent(day=date(2026, 11, 24), due_at=DECIDES_AT, written_at=DECIDES_AT)


def test_an_alert_says_what_who_and_why(letters: Letters) -> None:
    [letter] = letters.alerts(alerting(emergency()), mail(), people=(PRIYA,), now=NOW)
    assert letter.kind is LetterKind.ALERT
    assert letter.to == PRIYA.email
    assert letter.subject == "EMERGENCY: ABC-1234, nobody can log in"
    assert not letter.reply
    assert "Outage\n> Nobody can log in." in letter.text
    assert "From: Anna Svensson <anna@norda.example>" in letter.text
    assert "Organisation: Norda" in letter.text
    assert "Sender: known to us" in letter.text
    assert "https://tickets.example/ABC-1234" in letter.text
    assert 'href="https://tickets.example/ABC-1234"' in letter.html
    assert 'href="mailto:anna@norda.example?subject=' in letter.html


def test_everybody_gets_an_alert_by_their_own_clock(letters: Letters) -> None:
    lagos = Person(name="Ada", email="ada@helpdesk.example", time_zone=ZoneInfo("Africa/Lagos"))
    one, other = letters.alerts(alerting(emergency()), mail(), people=(PRIYA, lagos), now=NOW)
    assert "Received: Monday 23 November at 15:05 (UTC)" in one.text
    assert "Received: Monday 23 November at 16:05 (UTC+1)" in other.text


def test_an_alert_names_what_is_missing_and_who_is_not_proven(letters: Letters) -> None:
    decision = rejected(
        emergency(ticket=None, evidence=(), motivation=None, summary=""),
        Code.MISSING_TICKET_ID,
        Code.MISSING_MOTIVATION,
        alert=Alert.EVERYBODY,
        verified=False,
    )
    [letter] = letters.alerts(decision, mail(), people=(PRIYA,), now=NOW)
    text = flat(letter.text)
    assert letter.subject == "EMERGENCY: no ticket named, Please take ABC-1234 first"
    assert "Ticket: not named" in text
    assert "unverified" in text
    assert "- ticket ID missing - reason missing" in text
    assert "Anybody can write any address into a mail." in text


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (accepted(emergency(), alert=Alert.DUTY, verified=False), "Somebody we do not know"),
        (accepted(request(evidence=(OUTAGE,)), alert=Alert.DUTY), "Nobody called this an emergency"),
        (accepted(request(), alert=Alert.DUTY), "its date comes before or with the next digest"),
    ],
)
def test_the_person_on_duty_reads_why_only_they_are_told(letters: Letters, decision, said: str) -> None:  # type: ignore[no-untyped-def]
    [letter] = letters.alerts(decision, mail(), people=(PRIYA,), now=NOW)
    assert said in flat(letter.text)
    assert not letter.subject.startswith("EMERGENCY")


def test_a_short_alert_holds_no_names_and_no_quotes(letters: Letters) -> None:
    title, body = letters.short_alert(alerting(emergency(forwarder=ERIK)))
    assert title == "EMERGENCY ABC-1234"
    assert body == "Helpdesk: emergency for ticket ABC-1234. Details are in your mail."


def test_a_short_alert_without_ticket(letters: Letters) -> None:
    title, body = letters.short_alert(alerting(emergency(ticket=None)))
    assert title == "EMERGENCY"
    assert "a ticket not named yet" in body


def test_the_digest_puts_the_most_pressing_first(letters: Letters) -> None:
    content = replace(
        MORNING,
        new=(
            replace(ENTRY, ticket="NO-1"),
            replace(ENTRY, ticket="REASON-1", evidence=(replace(DEADLINE, due=None),)),
            replace(ENTRY, ticket="LATER-1", evidence=(replace(DEADLINE, due=date(2026, 12, 4)),)),
            replace(ENTRY, ticket="SOON-1", evidence=(DEADLINE,)),
            replace(ENTRY, ticket="DOWN-1", level=Level.EMERGENCY, evidence=(OUTAGE,)),
        ),
    )
    letter = letters.digest(content, PRIYA)
    for words in (letter.text, seen(letter.html)):
        places = [words.index(ticket) for ticket in ("DOWN-1", "SOON-1", "LATER-1", "REASON-1", "NO-1")]
        assert places == sorted(places)
    assert letter.subject == "5 requests to decide, 1 emergency: Tuesday 24 November"
    assert "DOWN-1  EMERGENCY" in letter.text


def test_the_digest_ties_each_reason_to_its_sentence(letters: Letters) -> None:
    content = replace(MORNING, new=(replace(ENTRY, evidence=(DEADLINE, OUTAGE)),))
    text = letters.digest(content, PRIYA).text
    assert "Deadline (Friday 27 November)\n  > Without the fix by Friday we cannot invoice." in text
    assert "Outage\n  > Nobody can log in." in text
    assert "Anna Svensson <anna@norda.example>, Norda" in text
    assert "https://tickets.example/ABC-1234" in text


def test_the_digest_marks_what_has_no_evidence_and_what_was_questioned(letters: Letters) -> None:
    content = replace(MORNING, new=(replace(ENTRY, questioned=True, repeated=True),))
    text = flat(letters.digest(content, PRIYA).text)
    assert "It has been waiting for weeks." in text
    assert "No date, deal or other consequence is named." in text
    assert "asked for as an emergency, taken as Higher Priority" in text
    assert "asked for more than once" in text


def test_nothing_to_decide_is_one_line(letters: Letters) -> None:
    letter = letters.digest(MORNING, PRIYA)
    assert letter.subject == "Nothing to decide: Tuesday 24 November"
    assert letter.text.startswith("No new requests have come in since the last digest.\n")
    assert "No mail came in." in letter.text


def test_the_digest_keeps_what_is_still_open(letters: Letters) -> None:
    old = replace(ENTRY, ticket="OLD-1", status="acknowledged", accepted_at=DECIDES_AT - timedelta(days=3))
    text = flat(letters.digest(replace(MORNING, still_open=(old,)), PRIYA).text)
    assert "1 is still open, listed below" in text
    assert "OLD-1: being worked on, 3 days, Anna Svensson" in text


def test_the_digest_accounts_for_every_mail(letters: Letters) -> None:
    content = replace(
        MORNING,
        received=8,
        outcomes=((Outcome.ACCEPTED, 2), (Outcome.REJECTED, 1), (Outcome.ORDINARY, 5)),
        rejected=((Code.MISSING_TICKET_ID, 1),),
    )
    text = flat(letters.digest(content, PRIYA).text)
    assert "8 mails came in: - new requests taken up: 2" in text
    assert "ticket ID missing: 1" in text
    assert "does not add up" not in text
    wrong = letters.digest(replace(content, received=9), PRIYA)
    assert "9 mails came in, but the list makes 8" in flat(wrong.text)


def test_a_late_digest_says_so(letters: Letters) -> None:
    late = replace(MORNING, written_at=DECIDES_AT + timedelta(hours=2))
    assert "was due on Tuesday 24 November at 13:30 (UTC)" in flat(letters.digest(late, PRIYA).text)
    in_time = replace(MORNING, written_at=DECIDES_AT + timedelta(minutes=1))
    assert "was due on" not in flat(letters.digest(in_time, PRIYA).text)


def test_a_flood_of_requests_stays_readable(letters: Letters) -> None:
    several = range(300)
    many = tuple(replace(ENTRY, ticket=f"A-{n}", requester=Address(email=f"p{n}@x.example")) for n in several)
    letter = letters.digest(replace(MORNING, new=many, still_open=many), PRIYA)
    assert "And 260 more that are not shown here." in letter.text
    assert letter.subject.startswith("300 requests")
    assert len(letter.html) < 100_000


def test_the_operator_reads_what_happened_and_what_to_do(letters: Letters) -> None:
    notice = Notice(kind="quarantined", mail_id=4711, detail="RecursionError: too deep")
    letter = letters.operator(notice, now=NOW)
    assert letter.kind is LetterKind.OPERATOR
    assert letter.subject == "Helpdesk needs help: mail 4711 could not be handled"
    assert "RecursionError: too deep" in letter.text
    assert "mailproc mail replay 4711" in flat(letter.text)


def test_the_operator_reads_whom_a_letter_did_not_reach(letters: Letters) -> None:
    notice = Notice(
        kind="undelivered",
        mail_id=1,
        recipient=ANNA.email,
        subject="Re: Export",
        detail="550 5.1.1 no such user",
    )
    letter = letters.operator(notice, now=NOW)
    assert "a letter to anna@norda.example did not arrive" in letter.subject
    for words in ("anna@norda.example", "Re: Export", "550 5.1.1 no such user"):
        assert words in letter.text
