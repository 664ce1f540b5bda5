"""What a mail asks for, in cases that a labelled mail cannot show: settings, threads, dates, forwards."""

from __future__ import annotations

from datetime import date

import pytest

from mailproc.message.parse import parse
from mailproc.reading.read import LONGEST_READ, read
from mailproc.reading.record import from_record, to_record
from mailproc.reading.request import Kind, Level, Source
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})
REASON = "If it is not solved before Friday, our biggest customer cancels the contract."


def desk(**tables):
    return Settings.model_validate({"desk": {"address": "support@desk.example"}, **tables})


def test_an_emergency_that_is_called_out(post):
    request = read(
        post("Emergency! Ticket: SBM-51007. Production is down, nobody can pay in our shops."), DESK
    )
    assert (request.level, request.ticket, request.misuse) == (Level.EMERGENCY, "SBM-51007", None)


@pytest.mark.parametrize("body", ["Emergency services were here.", "The emergency exit is blocked."])
def test_no_emergency_is_asked_for_by_speaking_of_one(post, body):
    assert read(post(body), DESK).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("body", "ticket"),
    [
        ("Escalate ticket SBM-3, please.", "SBM-3"),
        ("Please escalate SBM-3.", "SBM-3"),
        ("Please escalate ticket #7.", "7"),
        ("Please prioritise 10101: the tills are dead.", "10101"),
        ("Please escalate ticket 48213. We lose 900 euros an hour since 14:30, and 300 users wait.", "48213"),
        ("Please escalate ticket 48213; our contract ends on 30 November.", "48213"),
    ],
)
def test_the_ticket_is_found(post, body, ticket):
    request = read(post(body), DESK)
    assert (request.ticket, request.several) == (ticket, ())


def test_a_ticket_that_is_the_same_bug_is_only_mentioned(post):
    body = "We reported SBM-31415, and SBM-27182 is the same bug. Please prioritise SBM-31415."
    assert read(post(body), DESK).ticket == "SBM-31415"


def test_configured_patterns_and_prefixes_win(post):
    body = f"Please escalate HELP/2025/17, which was ABC-4711 with you before. {REASON}"
    settings = desk(tickets={"patterns": [r"\bHELP/(\d{4}/\d{1,6})\b"]})
    assert read(post(body), settings).ticket == "2025/17"
    body = f"Please escalate ABC-4711, or is it HD-81234? {REASON}"
    assert read(post(body), desk(tickets={"prefixes": ["HD"]})).ticket == "HD-81234"


@pytest.mark.parametrize(
    ("part", "ticket"),
    [("48213", "48213"), ("SBM-48213", "SBM-48213"), ("id1G7EOR-0Q2J", "1G7EOR-0Q2J"), ("team2", None)],
)
def test_the_ticket_of_a_plus_address(post, part, ticket):
    mail = post(f"Please escalate this. {REASON}", to=f"support+{part}@desk.example")
    assert read(mail, DESK).ticket == ticket


def test_the_level_of_a_plus_address(post):
    mail = post(f"Ticket 48213. {REASON}", to="support+emergency@desk.example")
    assert read(mail, DESK).level is Level.EMERGENCY


def test_the_ticket_of_the_thread(post):
    mail = post(f"Please escalate this. {REASON}", headers=("In-Reply-To: <escalation-1@desk.example>",))
    request = read(mail, DESK, thread_ticket="SBM-900")
    assert request.ticket == "SBM-900"
    assert [c.source for c in request.candidates if c.chosen] == [Source.THREAD]


def test_the_words_win_over_the_thread(post):
    request = read(post(f"Please escalate ticket 48213. {REASON}"), DESK, thread_ticket="SBM-900")
    assert request.ticket == "48213"


def test_a_desk_that_takes_every_mail(post):
    mail = post("The printer prints stripes.", subject="Printer")
    assert read(mail, DESK).kind is Kind.OTHER
    always = desk(desk={"address": "support@desk.example", "intent": "always"})
    assert read(mail, always).kind is Kind.REQUEST


@pytest.mark.parametrize(
    ("level", "expected"),
    [("Emergency", Level.EMERGENCY), ("Higher Priority", Level.HIGHER_PRIORITY), ("None", None)],
)
def test_a_notification_of_the_ticket_system(post, level, expected):
    mail = post(
        f"A ticket was created.\n\nTicket: SBM-48213\nEscalation: {level}\n\nNobody can log in since nine.",
        subject="[SBM-48213] New ticket",
        sender="Ticket system <noreply@tickets.example>",
        headers=("Auto-Submitted: auto-generated",),
    )
    request = read(mail, DESK)
    assert (request.level, request.kind is Kind.REQUEST) == (expected, expected is not None)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("before Friday", date(2025, 3, 7)),
        ("by 3 April", date(2025, 4, 3)),
        ("by April 3rd", date(2025, 4, 3)),
        ("by 2025-04-03", date(2025, 4, 3)),
        ("by 31/12", date(2025, 12, 31)),
        ("by 3.4.", date(2025, 4, 3)),
        ("by 3.4.2025", date(2025, 4, 3)),
        ("by tomorrow 9am", date(2025, 3, 5)),
        ("by the end of the month", date(2025, 3, 31)),
        ("by 2 January", date(2026, 1, 2)),
    ],
)
def test_a_deadline_is_a_day(post, said, due):
    body = f"Please escalate ticket 48213. If it is not solved {said}, we lose the contract."
    assert {item.due for item in read(post(body), DESK).evidence} == {due}


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        (
            "Merci de traiter le ticket 48213 en priorité. Si ce n'est pas réglé avant le 3 avril, "
            "nous perdons le contrat.",
            date(2025, 4, 3),
        ),
        (
            "Bitte Ticket 48213 vorziehen. Wenn es nicht bis zum 3.4. gelöst ist, verlieren wir den Vertrag.",
            date(2025, 4, 3),
        ),
    ],
)
def test_a_deadline_in_another_language(post, sentence, due):
    assert due in {item.due for item in read(post(sentence), DESK).evidence}


@pytest.mark.parametrize(
    "body",
    [
        "Ticket 48213: nothing is down and no customers are affected, it is just slow.",
        "There is no need to escalate ticket 48213.",
        "This is not an emergency, ticket 48213 can wait.",
    ],
)
def test_what_is_denied_is_not_asked_for(post, body):
    assert read(post(body), DESK).kind is Kind.OTHER


def test_greeting_and_bare_wish_are_set_aside_from_the_reason(post):
    request = read(post(f"Hello,\n\nplease escalate ticket 48213.\n\n{REASON}\n\nThank you!\nKim"), DESK)
    assert request.motivation == REASON


def test_a_wish_that_also_holds_the_reason_is_kept(post):
    body = "Please escalate ticket 48213, our harvest rots in the cold store."
    assert read(post(body), DESK).motivation == body


def test_a_forwarded_request_is_its_authors(post):
    mail = post(
        "FYI, this came to me.\n\n---------- Forwarded message ---------\n"
        "From: Ola Nilsen <ola@fjord.example>\nDate: Mon, 3 Mar 2025 at 16:40\n"
        "Subject: Ticket 48213\nTo: Kim Berg <kim@norda.example>\n\n"
        f"Hi Kim,\n\nplease escalate ticket 48213. {REASON}\n\nOla",
        subject="Fwd: Ticket 48213",
    )
    request = read(mail, DESK)
    assert (request.requester.email, request.forwarder.email) == ("ola@fjord.example", "kim@norda.example")
    assert (request.ticket, request.motivation) == ("48213", REASON)


def test_a_note_with_its_own_reason_is_the_forwarders_request(post):
    mail = post(
        f"Please escalate ticket 48213. {REASON}\n\n---------- Forwarded message ---------\n"
        "From: Ola Nilsen <ola@fjord.example>\nDate: Mon, 3 Mar 2025 at 16:40\n"
        "Subject: Scanner\nTo: Kim Berg <kim@norda.example>\n\nThe scanner is dead.\n",
        subject="Fwd: Scanner",
    )
    request = read(mail, DESK)
    assert (request.requester.email, request.forwarder) == ("kim@norda.example", None)


def test_an_attached_mail_is_read():
    raw = (
        "From: Kim Berg <kim@norda.example>\r\nTo: support@desk.example\r\nSubject: Fwd: Ticket 48213\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: Ola Nilsen <ola@fjord.example>\r\nTo: kim@norda.example\r\nSubject: Ticket 48213\r\n\r\n"
        f"Please escalate ticket 48213. {REASON}\r\n--b--\r\n"
    )
    request = read(parse(raw.encode()), DESK)
    assert (request.requester.email, request.ticket) == ("ola@fjord.example", "48213")


FORM = {
    "name": "night shift",
    "addresses": ["night"],
    "roles": ["operator"],
    "sections": [
        {"label": "What happened", "least": 3},
        {"label": "Who was called", "synonyms": ["Called"], "may_be_none": True},
    ],
}


def test_a_configured_form_is_read_by_its_labels(post):
    body = "What happened: the main pump stopped twice\nCalled: none\n"
    form = read(post(body), desk(form=[FORM])).form
    assert (form.name, form.faulty) == ("night shift", ())


@pytest.mark.parametrize(
    "letter",
    [
        {"to": "support+night@desk.example"},
        {"sender": "Ida <ida@desk.example>"},
    ],
)
def test_a_configured_form_is_demanded_by_address_or_role(post, letter):
    people = [{"name": "Ida", "email": "ida@desk.example", "roles": ["operator"]}]
    settings = desk(form=[FORM], people=people)
    form = read(post(f"Please escalate ticket 48213. {REASON}", **letter), settings).form
    assert [section.label for section in form.faulty] == ["What happened", "Who was called"]


def test_a_role_does_not_turn_ordinary_mail_into_a_form(post):
    people = [{"name": "Ida", "email": "ida@desk.example", "roles": ["operator"]}]
    mail = post("Lunch is at noon today.", sender="Ida <ida@desk.example>")
    assert read(mail, desk(form=[FORM], people=people)).kind is Kind.OTHER


def test_what_is_too_long_is_read_as_far_as_it_goes_and_says_so(post):
    request = read(
        post(f"Please escalate ticket 48213. {REASON}\n" + "one more line of a log\n" * 2000), DESK
    )
    assert request.ticket == "48213"
    assert [step.said for step in request.trace if step.rule == "length"] == [
        f"read up to {LONGEST_READ} characters"
    ]


def test_a_request_survives_being_written_down(post):
    mail = post(f"Emergency: please add a dark theme, ticket 48213. I promised it. {REASON}")
    request = read(mail, DESK)
    assert request.evidence
    assert request.excuses
    assert from_record(to_record(request)) == request
