"""Which numbers of a mail are tickets, and which only count, cost or date something (M6)."""

from __future__ import annotations

import pytest

from mailproc.reading.read import read
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate 31408 (looms offline) and 31415 (no delivery notes).",
        "Please give priority to these tickets:\n\n1. 31408 \u2013 bells\n2. 31415 \u2013 charts",
        "Please do these first:\n- 31408\n- 31415",
        "Pedimos prioridad para los casos 31408 (telares) y 31415 (no imprime).",
    ],
)
def test_remarks_between_tickets_hide_none(post, body):
    assert read(post(body), DESK).several == ("31408", "31415")


@pytest.mark.parametrize(
    "body",
    [
        "Escalation reason: since this morning 2400 missed calls, please raise the priority.",
        "Please raise the priority, we lose 4800 EUR a day and 1500 z\u0142 in fines.",
        "Proszę o wyższy priorytet, kara wynosi 1500 zł.",
        "Potreste dare priorità? Scadenza il 30 c.m., la multa è di 5000 euro.",
        "Bitte vorziehen, bis 30. November müssen 2500 Stück raus.",
    ],
)
def test_counts_money_and_days_are_no_tickets(post, body):
    request = read(post(body), DESK)
    assert (request.is_request, request.ticket, request.several) == (True, None, ())


@pytest.mark.parametrize("tracker", ["Fehler", "Błąd", "Anomalie", "Error", "Bug"])
def test_a_redmine_subject_wins_over_its_tracker(post, tracker):
    mail = post("Please raise the priority, we lose customers.", subject=f"Re: [Shop - {tracker} #9142] cart")
    assert read(mail, DESK).ticket == "9142"


@pytest.mark.parametrize(
    "body", ["48213: please do it first", "Zu 48213: bitte vorziehen", "Ärende 48213: ta det först"]
)
def test_a_colon_may_follow_the_ticket(post, body):
    assert read(post(body), DESK).ticket == "48213"


def test_the_ticket_stands_in_a_quote_that_is_answered_inline(post):
    body = (
        "On Tue, Mar 4, 2025 at 9:13 AM Support <support@desk.example> wrote:\n"
        "> Your ticket 48213 waits in the queue.\n\nPlease move it up, our shop is down.\n\n"
        "> Anything else?\n\nNo, only that."
    )
    assert read(post(body), DESK).ticket == "48213"


def test_a_question_for_a_date_is_no_outage(post):
    body = "Emergency! My question is when the tenant portal redesign will be out. Ticket 48213."
    request = read(post(body), DESK)
    assert request.evidence == ()
    assert request.misuse.kind == "timeline"


def test_thanks_for_speed_ask_for_nothing(post):
    for body in ("Thanks for 48213, that was fast!", "Danke, 48213 läuft. Das ging ja schnell!"):
        assert not read(post(body), DESK).is_request


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate, our shop is down. The plant has number 4471, the report 2025/118.",
        "Bitte eskalieren, unser Shop ist ausgefallen. 4471 ist die Nummer unseres Zählers.",
        "Vennligst eskaler, nettbutikken er nede. Rommet vårt har nummer 4471.",
        "Pyydän eskalointia, kauppamme on alhaalla. 4471 on mittarin numero.",
        "Merci d'escalader, notre boutique est en panne. L'installation porte le numéro 4471.",
        "Por favor, escalen esto, la tienda está caída. 4471 es el número del contador.",
        "Vi prego di dare la precedenza, il negozio è fermo. L'impianto è il numero 4471.",
        "Proszę o wyższy priorytet, sklep nie działa. Instalacja ma numer 4471.",
        "優先対応をお願いします。店のシステムが止まっています。4471は設備番号です。",
    ],
)
def test_what_the_mail_calls_something_else_is_no_ticket(post, body):
    request = read(post(body), DESK)
    assert (request.is_request, request.ticket, request.several) == (True, None, ())


@pytest.mark.parametrize(
    "body",
    [
        "These two tickets have to come first, please escalate:\n\n{0}31408 - looms\n{0}31415 - bells",
        "Bitte diese beiden Tickets eskalieren:\n\n- {0}31408\n- {0}31415",
        "Merci de traiter ces deux tickets en priorité :\n{0}31408\n{0}31415",
    ],
)
@pytest.mark.parametrize("before", ["https://helpdesk.example/tickets/", ""])
def test_a_list_of_links_or_numbers_asks_for_several(post, body, before):
    if not before:
        body = body.replace(" - looms", "").replace(" - bells", "")
    assert read(post(body.format(before)), DESK).several == ("31408", "31415")


def test_a_list_of_links_below_a_mention_asks_for_none(post):
    body = (
        "Please escalate ticket 48213, our shop is down.\n\nSee also the earlier tickets:\n"
        "https://helpdesk.example/tickets/31408\nhttps://helpdesk.example/tickets/31415"
    )
    assert (read(post(body), DESK).ticket, read(post(body), DESK).several) == ("48213", ())
