"""What sounds like something else: words of a neighbour, "no." before a number, "not" behind an "if"."""

from __future__ import annotations

import pytest

from mailproc.reading.read import read
from mailproc.reading.request import EvidenceKind
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})


def kinds(request):
    return {item.kind for item in request.evidence}


@pytest.mark.parametrize(
    "body",
    [
        "Bitte Ticket 48213 vorziehen, die Anzeige steht in der falschen Farbe.",
        "Merci de prioriser le ticket 48213, le manuel d'exploitation est en bleu.",
        "Prioriza el ticket 48213, por favor: la explotación de la finca está en verde.",
    ],
)
def test_english_reasons_are_not_heard_in_another_language(post, body):
    assert kinds(read(post(body), DESK)) == set()


@pytest.mark.parametrize(
    "body",
    [
        "Bitte das Ticket 48213 vorziehen, wir haben hier einen data breach.",
        "Merci de prioriser le ticket 48213. Yesterday our website was hacked by them.",
    ],
)
def test_a_borrowed_term_and_an_english_sentence_are(post, body):
    assert EvidenceKind.SECURITY in kinds(read(post(body), DESK))


def test_climbing_is_no_slip_of_escalate(post):
    body = "Die Escalade steht noch in der Garage. Ticket 55120."
    assert not read(post(body, subject="Auto"), DESK).is_request


@pytest.mark.parametrize(
    "body",
    [
        "Le nom de l'expéditeur est mal écrit dans la lettre. Ticket 55120.",
        "Où est-ce que je trouve la date d'expédition ? Ticket 55120.",
    ],
)
def test_a_french_sender_does_not_expedite(post, body):
    assert not read(post(body, subject="Question"), DESK).is_request


@pytest.mark.parametrize(
    "body",
    [
        "Merci de prioriser 50301, l'appel d'offres se termine vendredi.",
        "Merci de prioriser 50301 m'a dit le client, il part.",
        "Bitte 50301 vorziehen, t ist der Fehler im Namen.",
    ],
)
def test_a_comma_or_an_apostrophe_parts_a_number_from_a_unit(post, body):
    assert read(post(body), DESK).ticket == "50301"


@pytest.mark.parametrize(
    "body",
    [
        "Please raise ticket no. 48213 to higher priority, the shop is down.",
        "Please escalate No.48213, the shop is down.",
        "Ticket No.48213 first please, the shop is down.",
        "Prioricen el 48213. El ticket nº 48213 bloquea todas las expediciones.",
    ],
)
def test_no_before_a_number_is_no_negation(post, body):
    request = read(post(body), DESK)
    assert (request.is_request, request.ticket) == (True, "48213")
    assert EvidenceKind.OUTAGE in kinds(request)


def test_what_no_denies_is_denied(post):
    assert not read(post("Please do not escalate ticket no. 48213.", subject="Question"), DESK).is_request
    assert not read(post("Ticket no. 48213 needs no priority.", subject="Question"), DESK).is_request


def test_the_number_of_an_invoice_is_still_no_ticket(post):
    assert read(post("Please escalate this: invoice No.80236 is wrong."), DESK).ticket is None


@pytest.mark.parametrize(
    "body",
    [
        "Prioricen el ticket 55120: si no se arregla perdemos el contrato.",
        "Vær venlig at prioritere sag 55120, hvis det ikke bliver løst mister vi kontrakten.",
        "Bitte Ticket 55120 vorziehen, wenn das nicht läuft verlieren wir den Vertrag.",
        "Please escalate ticket 55120, if it is not fixed they cancel the contract.",
        "Please escalate ticket 55120, if it is not repaired customers leave us.",
    ],
)
def test_a_condition_keeps_what_happens_otherwise(post, body):
    assert kinds(read(post(body), DESK)) & {EvidenceKind.CHURN, EvidenceKind.DEAL}


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate ticket 55120. We will not really lose the contract.",
        "Bitte Ticket 55120 vorziehen. Wir verlieren nicht gleich den Vertrag.",
        "Please escalate ticket 55120. If it is not done now the customer does not leave.",
    ],
)
def test_without_a_condition_it_is_taken_back(post, body):
    assert kinds(read(post(body), DESK)) & {EvidenceKind.CHURN, EvidenceKind.DEAL} == set()


def test_an_excuse_ends_where_the_author_turns(post):
    body = (
        "Prioricen el ticket 55120. Se lo prometí al cliente, "
        "pero si mañana no funciona nos rescinde el contrato."
    )
    request = read(post(body), DESK)
    assert EvidenceKind.CHURN in kinds(request)
    assert [excuse.words for excuse in request.excuses if "pero" in excuse.words] == []


@pytest.mark.parametrize(
    "body",
    [
        "Vi tar det först nästa vecka. Ärende 55120.",
        "Hei, vi tar det først neste uke. Sak 55120.",
        "Vi tager det først næste uge. Sag 55120.",
        "Please note our office closes at noon. Ticket 55120.",
    ],
)
def test_not_before_next_week_asks_for_nothing(post, body):
    assert not read(post(body, subject="Information"), DESK).is_request
