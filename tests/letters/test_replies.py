"""What the one who asked reads."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.letters import LetterKind, Letters
from mailproc.message.mail import Address
from mailproc.policy.decision import Alert, AlertReason, Code, Decision, Outcome
from mailproc.reading.request import (
    EscalationRequest,
    Excuse,
    ExcuseKind,
    FormReading,
    Kind,
    Misuse,
    MisuseFinding,
    Section,
)
from mailproc.settings import Desk, Organisation, Tickets
from tests.letters.conftest import (
    ANNA,
    DECIDES_AT,
    ERIK,
    NOW,
    OUTAGE,
    SETTINGS,
    TEMPLATES,
    accepted,
    alerting,
    answer,
    earlier,
    emergency,
    flat,
    mail,
    rejected,
    request,
    seen,
)

FORGOT = Excuse(kind=ExcuseKind.FORGOT, sentence="I forgot to send it in time.", words="forgot")
JOINED = {"outcome": Outcome.JOINED, "route": "join the open escalation"}


def test_accepted_promises_a_decision_and_says_when(letters: Letters) -> None:
    letter = answer(letters, accepted(request()))
    assert letter.kind is LetterKind.ACCEPTED
    assert (letter.to, letter.to_name) == (ANNA.email, ANNA.name)
    text = flat(letter.text)
    assert text.startswith("Hello Anna Svensson,")
    assert "ticket ABC-1234" in text
    assert "Without the fix by Friday we cannot invoice." in text
    assert "on Tuesday 24 November at 14:30 (UTC+1)" in text
    assert "decide whether ABC-1234 comes first" in text
    assert "just reply" in text


def test_the_html_says_the_same_as_the_text(letters: Letters) -> None:
    letter = answer(letters, accepted(request()))
    shown = seen(letter.html)
    body = letter.text.partition("\n-- \n")[0]
    for paragraph in body.split("\n\n"):
        sentence = flat(paragraph.replace("\n> ", "\n")).rstrip("-").strip()
        assert sentence in shown


def test_the_answer_belongs_to_the_thread(letters: Letters) -> None:
    asked = mail(references=("<zero@norda.example>",))
    letter = answer(letters, accepted(request()), asked)
    assert letter.subject == "Re: Please take ABC-1234 first"
    assert letter.in_reply_to == "<one@norda.example>"
    assert letter.references == ("<zero@norda.example>", "<one@norda.example>")
    assert letter.reply


def test_a_mail_without_subject_gets_a_subject(letters: Letters) -> None:
    assert answer(letters, accepted(request()), mail(subject="")).subject == (
        "ABC-1234: your request is complete"
    )


def test_an_answer_is_marked_as_one_only_once(letters: Letters) -> None:
    assert answer(letters, accepted(request()), mail(subject="SV: Export")).subject == "SV: Export"


def test_times_follow_the_organisation_before_the_mail() -> None:
    tokyo = Organisation(name="Norda", domains=("norda.example",), time_zone=ZoneInfo("Asia/Tokyo"))
    letters = Letters(SETTINGS.model_copy(update={"organisation": (tokyo,)}), TEMPLATES)
    assert "Tuesday 24 November at 22:30 (UTC+9)" in flat(answer(letters, accepted(request())).text)


def test_times_follow_the_desk_where_the_mail_has_no_date() -> None:
    desk = Desk(name="Helpdesk", time_zone=ZoneInfo("America/Chicago"))
    letters = Letters(SETTINGS.model_copy(update={"desk": desk}), TEMPLATES)
    letter = answer(letters, accepted(request()), mail(date=None))
    assert "Tuesday 24 November at 07:30 (UTC-6)" in flat(letter.text)


def test_half_hours_are_told(letters: Letters) -> None:
    delhi = mail(date=NOW.astimezone(ZoneInfo("Asia/Kolkata")))
    assert "at 19:00 (UTC+5:30)" in flat(answer(letters, accepted(request()), delhi).text)


def test_a_reason_without_evidence_is_taken_and_asked_about(letters: Letters) -> None:
    decision = accepted(request(evidence=(), motivation="It waits too long."), asks_for_evidence=True)
    text = flat(answer(letters, decision).text)
    assert "Does an important deal depend on it?" in text
    assert "Does an important deal" not in flat(answer(letters, accepted(request())).text)


def test_an_outage_that_nobody_called_an_emergency_is_offered_one(letters: Letters) -> None:
    letter = answer(letters, accepted(request(evidence=(OUTAGE,)), alert=Alert.DUTY))
    text = flat(letter.text)
    assert "the single word CONFIRM" in text
    assert "+1 312 555 0100" in text
    assert "the person on duty" in text
    assert 'href="mailto:support@helpdesk.example?subject=Re%3A%20Please' in letter.html


def test_a_completed_request_counts_from_its_first_mail(letters: Letters) -> None:
    text = flat(answer(letters, accepted(request(), outcome=Outcome.COMPLETED)).text)
    assert "that was the missing piece" in text
    assert "counts from your first mail" in text


def test_a_second_event_names_the_first(letters: Letters) -> None:
    decision = accepted(
        request(), route="second event after the cooldown", escalation=earlier("acknowledged", hours=60)
    )
    assert "on Saturday 21 November at 04:05 (UTC+1)" in flat(answer(letters, decision).text)


def test_an_emergency_says_who_was_told_and_how_to_help(letters: Letters) -> None:
    letter = answer(letters, alerting(emergency()))
    text = flat(letter.text)
    assert "we have just alerted our project managers" in text
    assert "top of the queue" in text
    assert "after 15 minutes" in text
    assert "This has been resolved:" in text
    assert "Tuesday 24 November" not in text


def test_a_strangers_emergency_is_asked_to_confirm(letters: Letters) -> None:
    text = flat(answer(letters, accepted(emergency(), alert=Alert.DUTY, verified=False)).text)
    assert "told the person on duty" in text
    assert "the single word CONFIRM" in text
    assert "alerted our project managers" not in text


def test_an_emergency_that_came_late_wakes_nobody_and_says_so(letters: Letters) -> None:
    late = accepted(emergency(), alert=Alert.DUTY, alert_because=AlertReason.PERSON)
    text = flat(answer(letters, late).text)
    assert "took a long time to reach us" in text
    assert "Tuesday 24 November at 14:30 (UTC+1)" in text


@pytest.mark.parametrize("kind", Misuse)
def test_a_questioned_emergency_says_why_and_how_to_insist(letters: Letters, kind: Misuse) -> None:
    doubt = MisuseFinding(kind=kind, sentence="The logo is two pixels too low.", words="logo")
    letter = answer(letters, accepted(emergency(misuse=doubt, evidence=())))
    text = flat(letter.text)
    assert "as Higher Priority" in text
    assert "From your mail it looks as if" in text
    assert "The logo is two pixels too low." in text
    assert "the single word CONFIRM" in text


def test_a_raised_request_is_an_emergency_from_now_on(letters: Letters) -> None:
    letter = answer(letters, alerting(emergency(), outcome=Outcome.RAISED))
    assert letter.kind is LetterKind.RAISED
    assert "it is now an emergency" in flat(letter.text)


def test_a_mail_that_joins_names_the_open_escalation(letters: Letters) -> None:
    letter = answer(letters, accepted(request(), escalation=earlier("acknowledged"), **JOINED))
    assert letter.kind is LetterKind.JOINED
    text = flat(letter.text)
    assert "is escalated already" in text
    assert "Status: being worked on" in text
    assert "Again from: Tuesday 24 November at 20:05 (UTC+1)" in text
    assert "QUEUE" in text


def test_a_status_without_words_is_told_as_it_is(letters: Letters) -> None:
    letter = answer(letters, accepted(request(), escalation=earlier("Waiting for parts"), **JOINED))
    assert "Status: waiting for parts" in letter.text


def test_cooldown_gives_its_exact_end_and_offers_to_wait(letters: Letters) -> None:
    decision = rejected(request(), Code.COOLDOWN, escalation=earlier("closed", closed=True))
    letter = answer(letters, decision)
    assert letter.kind is LetterKind.COOLDOWN
    text = flat(letter.text)
    assert "once in 48 hours" in text
    assert "Again from: Tuesday 24 November at 20:05 (UTC+1)" in text
    assert "the single word QUEUE" in text
    assert "Your other tickets are not affected." in text
    assert "Status: closed" in text
    assert "ABC-1234 can be escalated again from Tuesday 24 November" in seen(letter.html)


def test_a_missing_ticket_is_all_that_is_asked_for(letters: Letters) -> None:
    letter = answer(letters, rejected(request(ticket=None), Code.MISSING_TICKET_ID))
    assert letter.kind is LetterKind.REJECTED
    text = flat(letter.text)
    assert "Just reply to this mail with the ticket ID. Nothing else is needed." in text
    assert "Without the fix by Friday we cannot invoice." in text
    assert "deal" not in text


def test_the_example_looks_like_the_desks_own_tickets() -> None:
    desk = SETTINGS.model_copy(update={"tickets": Tickets(prefixes=("SBM",))})
    letter = answer(Letters(desk, TEMPLATES), rejected(request(ticket=None), Code.MISSING_TICKET_ID))
    assert "SBM-1234" in letter.text


def test_all_faults_are_in_one_letter(letters: Letters) -> None:
    nothing = request(ticket=None, motivation=None, evidence=())
    letter = answer(letters, rejected(nothing, Code.MISSING_MOTIVATION, Code.MISSING_TICKET_ID))
    text = flat(letter.text)
    assert text.index("number of the ticket") < text.index("come before the others")
    assert "What happens if this is not done by a certain date?" in text
    assert "2 things are missing" in seen(letter.html)
    assert "\nTicket: ABC-1234\nReason: " in letter.text


def test_staff_read_which_reason_does_not_count(letters: Letters) -> None:
    asked = request(requester=ERIK, excuses=(FORGOT,), evidence=(), motivation=FORGOT.sentence)
    text = flat(answer(letters, rejected(asked, Code.UNACCEPTABLE_MOTIVATION)).text)
    assert "I forgot to send it in time." in text
    assert "cannot be taken into account" in text


def test_customers_are_asked_and_not_lectured(letters: Letters) -> None:
    asked = request(excuses=(FORGOT,), evidence=(), motivation=FORGOT.sentence)
    letter = answer(letters, rejected(asked, Code.UNACCEPTABLE_MOTIVATION))
    assert "forgot" not in letter.text + letter.html
    assert "cannot be taken into account" not in letter.text
    assert "Does an important deal depend on it?" in letter.text


def test_several_tickets_are_named_and_asked_for_one_by_one(letters: Letters) -> None:
    asked = request(ticket=None, several=("ABC-1", "ABC-2"))
    letter = answer(letters, rejected(asked, Code.SEVERAL_TICKETS))
    assert "- ABC-1\n  - ABC-2" in letter.text
    assert "one mail for each of them" in flat(letter.text)


def test_an_incomplete_form_comes_back_filled_in(letters: Letters) -> None:
    form = FormReading(
        name="escalation",
        sections=(
            Section(label="Issue Summary", text="The VPN drops\nevery ten minutes."),
            Section(label="User Impact", text="n/a", fault="vague"),
            Section(label="Environment", text="", fault="missing"),
        ),
    )
    letter = answer(letters, rejected(request(form=form, motivation=None), Code.INCOMPLETE_FORM))
    assert "User Impact: “n/a” does not say enough yet" in letter.text
    assert "Environment: nothing is written here yet" in letter.text
    assert "\nIssue Summary: The VPN drops\nevery ten minutes.\nUser Impact:\nEnvironment:\n" in letter.text


def test_an_emergency_does_not_wait_for_its_form(letters: Letters) -> None:
    decision = rejected(emergency(ticket=None), Code.MISSING_TICKET_ID, alert=Alert.EVERYBODY)
    text = flat(answer(letters, decision).text)
    assert text.index("have alerted our project managers already") < text.index("number of the ticket")


def test_strangers_learn_nothing_about_a_ticket(letters: Letters) -> None:
    foreign = rejected(request(), Code.NOT_AUTHORISED, Code.COOLDOWN)
    unknown = rejected(request(), Code.UNKNOWN_TICKET)
    closed = rejected(request(), Code.NOT_AUTHORISED, Code.TICKET_CLOSED, escalation=earlier())
    assert answer(letters, foreign) == answer(letters, unknown) == answer(letters, closed)
    text = answer(letters, foreign).text
    assert "48 hours" not in text
    assert "closed" not in text


def test_unreadable_mail_is_told_so(letters: Letters) -> None:
    decision = rejected(request(motivation=None, evidence=()), Code.MISSING_MOTIVATION)
    assert "could not read any text" in flat(answer(letters, decision, mail(unreadable="encrypted")).text)
    assert "could not read any text" not in flat(answer(letters, decision).text)


def test_a_forwarded_request_is_answered_to_its_author_with_a_copy(letters: Letters) -> None:
    decision = accepted(request(forwarder=ERIK))
    to_author, copy = letters.reply(decision, mail(sender=ERIK), now=NOW, decides_at=DECIDES_AT)
    assert (to_author.to, copy.to) == (ANNA.email, ERIK.email)
    for letter in (to_author, copy):
        assert "Next time" in flat(letter.text)
        assert "support@helpdesk.example" in letter.text
        assert "Tuesday 24 November at 14:30" in flat(letter.text)
    assert "through Erik Lund" in flat(to_author.text)
    assert flat(copy.text).startswith("Thank you for passing this on.")
    assert "Thank you for passing this on." in seen(copy.html)


@pytest.mark.parametrize("kind", [Kind.AUTOMATIC, Kind.BOUNCE, Kind.BULK, Kind.OTHER])
def test_mail_that_is_left_alone_gets_no_letter(letters: Letters, kind: Kind) -> None:
    ignored = Decision(
        outcome=Outcome.ORDINARY,
        route="left alone",
        request=EscalationRequest(kind=kind, requester=ANNA),
        ignored_because=Code.NOT_AN_ESCALATION,
    )
    assert letters.reply(ignored, mail(), now=NOW, decides_at=DECIDES_AT) == ()


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Svensson, Anna", "Hello Anna Svensson,"),
        ("", "Hello,"),
        ("anna@norda.example", "Hello,"),
        ("https://evil.example/win", "Hello,"),
        ("x" * 300, "Hello,"),
    ],
)
def test_names_are_said_as_people_say_them(letters: Letters, name: str, greeting: str) -> None:
    asked = request(requester=Address(email=ANNA.email, name=name))
    assert answer(letters, accepted(asked)).text.startswith(greeting + "\n")


def test_an_unknown_language_is_answered_in_the_desks(letters: Letters) -> None:
    assert answer(letters, accepted(request(language="tlh"))).language == "en"


def test_plain_text_keeps_to_its_columns(letters: Letters) -> None:
    long = request(motivation="Every day counts. " * 60)
    for line in answer(letters, accepted(long)).text.split("\n"):
        assert len(line) <= 72


def test_a_long_reason_is_cut_at_a_word(letters: Letters) -> None:
    text = flat(answer(letters, accepted(request(motivation="Every day counts. " * 500))).text)
    assert "…" in text
    assert text.count("Every day counts.") < 45


def test_dates_outside_the_calendar_do_no_harm(letters: Letters) -> None:
    early = mail(date=NOW.replace(year=1))
    late = answer(letters, accepted(request()), early)
    assert "Tuesday 24 November" in flat(late.text)
    far = letters.reply(
        accepted(request()), mail(), now=NOW, decides_at=DECIDES_AT.replace(year=9999) + timedelta(days=30)
    )
    assert "9999" in far[0].text
