"""What staff, project managers and the operator read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from mailproc.letters import LetterKind, Letters
from mailproc.letters.operator import Notice
from mailproc.policy.decision import Alert, Code
from mailproc.settings import Person
from tests.letters.conftest import (
    ANNA,
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
)


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
    title, body = letters.short_alert("ABC-1234")
    assert title == "EMERGENCY ABC-1234"
    assert body == "Helpdesk: emergency for ticket ABC-1234. Details are in your mail."
    assert "mail K7M3Q9 to the desk" in letters.short_alert("ABC-1234", "K7M3Q9")[1]


def test_a_short_alert_without_ticket(letters: Letters) -> None:
    title, body = letters.short_alert("")
    assert title == "EMERGENCY"
    assert "a ticket not named yet" in body


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
