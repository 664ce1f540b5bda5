"""A reply that brings only the missing part finishes the first request, whatever the client quotes (B1)."""

from __future__ import annotations

import json

import pytest

from mailproc.reading.complete import complete
from mailproc.reading.read import read
from mailproc.reading.record import from_record, to_record
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})
REASON = "If it is not solved before Friday, our biggest customer cancels the contract."
LETTER = "Your request has no ticket ID yet, such as SBM-12345.\nPlease answer with it."

GMAIL = "\n\nOn Tue, Mar 4, 2025 at 9:13 AM Support <support@desk.example> wrote:\n\n> " + LETTER.replace(
    "\n", "\n> "
)
OUTLOOK = (
    "\n\n-----Original Message-----\nFrom: Support <support@desk.example>\n"
    f"Sent: Tuesday, March 4, 2025 9:13 AM\nTo: Kim Berg <kim@norda.example>\nSubject: RE: Help\n\n{LETTER}"
)
GERMAN = "\n\nAm 04.03.2025 um 09:13 schrieb Support:\n> " + LETTER.replace("\n", "\n> ")
FRENCH = "\n\nLe mar. 4 mars 2025 à 09:13, Support <support@desk.example> a écrit :\n\n> " + LETTER.replace(
    "\n", "\n> "
)
MOBILE = (
    "\n\nSent from my iPhone\n\n> On 4 Mar 2025, at 09:13, Support <support@desk.example> wrote:\n> \n> "
    + (LETTER.replace("\n", "\n> "))
)
CLIENTS = pytest.mark.parametrize("quote", ["", GMAIL, OUTLOOK, GERMAN, FRENCH, MOBILE])


@pytest.fixture
def answered(post):
    """What the desk makes of a first mail, kept as JSON in between, and the answer to its letter."""

    def completed(first: str, answer: str):
        kept = json.loads(json.dumps(to_record(read(post(first), DESK))))
        mail = post(answer, subject="Re: Help", headers=("In-Reply-To: <reply-1@desk.example>",))
        return complete(from_record(kept), read(mail, DESK), mail)

    return completed


@CLIENTS
@pytest.mark.parametrize("said", ["48213", "It's 48213.", "Sorry, ticket 48213!", "48213\n\nKim"])
def test_the_missing_ticket(answered, quote, said):
    request = answered(f"Please escalate our ticket. {REASON}", said + quote)
    assert (request.ticket, request.motivation) == ("48213", REASON)


@pytest.mark.parametrize(
    "said", ["es ist die 48213", "c'est le 48213", "det är 48213", "SBM-48213", "Ticketnummer: SBM-48213"]
)
def test_the_missing_ticket_in_other_languages(answered, said):
    request = answered(f"Please escalate our ticket. {REASON}", said)
    assert request.ticket in ("48213", "SBM-48213")


@CLIENTS
def test_the_missing_reason(answered, quote):
    request = answered("Please escalate ticket 48213.", f"{REASON}{quote}")
    assert (request.ticket, request.motivation) == ("48213", REASON)
    assert [item.kind for item in request.evidence]


def test_the_missing_reason_of_one_plain_sentence(answered):
    request = answered("Please escalate ticket 48213.", "The trucks cannot leave the yard.")
    assert request.motivation == "The trucks cannot leave the yard."


def test_both_parts_at_once(answered):
    request = answered("Please escalate.", f"Ticket 48213. {REASON}")
    assert (request.ticket, REASON in request.motivation) == ("48213", True)


def test_a_real_reason_after_an_excuse(answered):
    request = answered("Please escalate ticket 48213, I forgot to send it in time.", REASON)
    assert REASON in request.motivation
    assert request.evidence


@pytest.mark.parametrize(
    "first", ["Please escalate ticket 48213, I forgot to send it in time.", "Escalate 48213!"]
)
def test_only_an_excuse_is_kept_as_one(answered, first):
    request = answered(first, "But I promised it to the customer.")
    assert request.evidence == ()
    assert [excuse.kind for excuse in request.excuses][-1] == "promised"


def test_an_apology_beside_the_missing_ticket_is_no_excuse(answered):
    request = answered("Please escalate.", "Sorry, I forgot to send the number: 48213")
    assert (request.ticket, request.motivation, request.excuses) == ("48213", None, ())


@CLIENTS
@pytest.mark.parametrize("said", ["Thank you, I will look for it.", "Please hurry!", "ok"])
def test_an_answer_that_brings_nothing(answered, quote, said):
    assert answered(f"Please escalate our ticket. {REASON}", said + quote) is None


def test_one_of_several(answered):
    request = answered(f"Please escalate tickets 48213 and 48214. {REASON}", "48214 please")
    assert (request.ticket, request.several) == ("48214", ())


HANDOVER = "Ticket: 48213\nReason for Escalation: knowledge\nSteps Attempted: restarted the spooler twice\n"


@pytest.mark.parametrize(
    "said",
    [
        "Error Codes: 0x80070005\nInternal Discussions: asked Ola, who has no rights either",
        "0x80070005\n\nasked Ola, who has no rights either",
        "1. 0x80070005\n2. asked Ola, who has no rights either",
        "> Error Codes:\n0x80070005\n> Internal Discussions:\nasked Ola, who has no rights either",
    ],
    ids=["labels", "paragraphs", "numbered", "inline"],
)
def test_the_missing_sections_of_a_form(answered, said):
    form = answered(HANDOVER, said).form
    assert form.faulty == ()
    assert [section.text for section in form.sections[2:]] == [
        "0x80070005",
        "asked Ola, who has no rights either",
    ]


def test_half_of_the_missing_sections(answered):
    form = answered(HANDOVER, "Error Codes: none").form
    assert [section.label for section in form.faulty] == ["Internal Discussions"]


def test_a_complete_request_needs_no_answer(answered):
    assert answered(f"Please escalate ticket 48213. {REASON}", "The ticket is 48213.") is None
