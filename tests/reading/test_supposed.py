"""What is only supposed, or only sounds like a reason, a request or a ticket, counts for nothing."""

from __future__ import annotations

import pytest

from mailproc.reading.read import read
from mailproc.reading.request import EvidenceKind
from mailproc.reading.sentences import folded
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})


def kinds(request):
    return {item.kind for item in request.evidence}


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate ticket 48213. If the server goes down, production is at a standstill.",
        "Please escalate ticket 48213. Production is at a standstill if the server goes down.",
        "Bitte Ticket 48213 vorziehen. Wenn das System nicht mehr läuft, steht die Produktion still.",
        "Graag ticket 48213 met voorrang. Als het systeem uitvalt, ligt de productie stil.",
        "Snälla prioritera ärende 48213. Om servern ligger nere står produktionen still.",
        "Prioriter venligst sag 48213. Hvis systemet er nede, står produktionen stille.",
        "Vennligst prioriter sak 48213. Hvis systemet er nede, står produksjonen stille.",
        "Priorisoikaa tiketti 48213. Jos järjestelmä on alhaalla, tuotanto seisoo.",
        "Merci de prioriser le ticket 48213. Si le serveur tombe en panne, la production est à l'arrêt.",
        "Prioricen el ticket 48213. Si el servidor se cae, la producción está parada.",
        "Date priorità al ticket 48213. Se il server si blocca, la produzione è ferma.",
        "Priorizem o ticket 48213. Se o servidor cair, a produção está parada.",
        "Proszę o priorytet dla zgłoszenia 48213. Jeśli serwer nie działa, produkcja stoi.",
        "チケット48213を優先してください。システムが停止した場合、出荷できません。",
    ],
)
def test_an_outage_behind_an_if_is_none(post, body):
    request = read(post(body), DESK)
    assert request.is_request
    assert EvidenceKind.OUTAGE not in kinds(request)


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate ticket 48213. If the server stays down, we close the shop.",
        "Please escalate ticket 48213. If the server is down on Saturday, we close the shop.",
        "Please escalate ticket 48213. The server is down, and if the tills go down too, we close.",
        "Please escalate ticket 48213. When we open an order, the server crashes every time.",
        "Bitte Ticket 48213 vorziehen. Wenn der Server weiter ausgefallen ist, schließen wir den Laden.",
        "Merci de prioriser le ticket 48213. Si le serveur reste en panne, nous fermons la boutique.",
        "Prioricen el ticket 48213. Sí, el servidor está caído desde las ocho.",
    ],
)
def test_an_outage_that_is_there_stays_one(post, body):
    assert EvidenceKind.OUTAGE in kinds(read(post(body), DESK))


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate ticket 48213: the legal notice shows our old street.",
        "Bitte Ticket 48213 vorziehen: der rechtliche Hinweis zeigt die alte Straße.",
        "Merci de prioriser le ticket 48213 : la mention légale affiche notre ancienne rue.",
        "Prioricen el ticket 48213: el aviso legal muestra la calle antigua.",
        "Date priorità al ticket 48213: la nota legale mostra la vecchia via.",
        "Priorizem o ticket 48213: o aviso legal mostra a rua antiga.",
        "Proszę o priorytet dla zgłoszenia 48213: nota prawna pokazuje starą ulicę.",
        "Priorisoikaa tiketti 48213: juridinen huomautus näyttää vanhan kadun.",
        "Graag ticket 48213 met voorrang: de juridische tekst toont onze oude straat.",
    ],
)
def test_a_legal_notice_is_no_legal_matter(post, body):
    assert EvidenceKind.LEGAL not in kinds(read(post(body), DESK))


def test_the_law_beside_a_legal_notice_is_one(post):
    body = "Please escalate ticket 48213: the legal notice is gone, and the regulator fines us for it."
    assert EvidenceKind.LEGAL in kinds(read(post(body), DESK))


@pytest.mark.parametrize(
    "body",
    [
        "Im Ticket 48213 heißt die Spalte jetzt first thing und sonst nichts.",
        "Dans le ticket 48213, la colonne « next in line » est vide.",
    ],
)
def test_english_words_ask_for_nothing_in_another_language(post, body):
    request = read(post(body, subject="Info"), DESK)
    assert "with_ticket" not in "".join(step.said for step in request.trace if step.rule == "intent")


@pytest.mark.parametrize(
    "body",
    [
        "Il ticket 48213 non è urgente.",
        "O ticket 48213 não é urgente.",
        "Tiketissä 48213 on väärä otsikko, sillä ei ole kiirettä.",
    ],
)
def test_an_accent_that_tells_words_apart_is_heard(post, body):
    assert not read(post(body, subject="Info"), DESK).is_request


def test_words_told_apart_keep_their_accents():
    assert (folded("È"), folded("FØR"), folded("väärän")) == ("è", "før", "väärän")
    assert (folded("Priorité"), folded("für")) == ("priorite", "fur")


@pytest.mark.parametrize(
    "body",
    [
        "Ich habe zu 50301 nichts mehr gehört, bitte eskalieren. Die Kunden springen ab.",
        "What your colleague filed under 50301 must jump the queue, please. Our harvest rots.",
        "Det som ni skrev upp som 50301 behöver gå före allt annat.",
        "Ce que vous avez noté sous 50301 doit passer avant tout le reste.",
    ],
)
def test_the_only_number_near_the_request_is_the_ticket(post, body):
    assert read(post(body), DESK).ticket == "50301"


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate our ticket, we have 12517 customers waiting.",
        "Please escalate this. About 48000 labels are wrong.",
        "Please escalate this. Camp begins on Saturday, grid 48213, and nothing prints.",
        "Please escalate this, call me on 0171 5550123.",
        "Please escalate this. The numbers are 50301 and 50302.",
        "Please escalate this.\n\nWe moved house.\n\nIt rained.\n\nThe archive is about 50301 now.",
    ],
)
def test_a_number_that_may_be_something_else_is_no_ticket(post, body):
    request = read(post(body), DESK)
    assert (request.is_request, request.ticket) == (True, None)


@pytest.mark.parametrize(
    "subject", ["OPS-4412 emergency", "Notfall 48213", "48213 - noodgeval", "Ticket 48213 EMERGENCY"]
)
def test_a_subject_of_a_ticket_and_the_level_asks_for_it(post, subject):
    assert read(post("The till is down.", subject=subject), DESK).level == "emergency"


@pytest.mark.parametrize(
    "body",
    [
        "Please escalate ticket 48213. You promised us a fix for Monday.",
        "Bitte Ticket 48213 eskalieren. Ihr habt uns eine Lösung bis Montag versprochen.",
        "Merci d'escalader le ticket 48213. Vous nous avez promis une solution pour lundi.",
    ],
)
def test_what_the_desk_promised_is_no_excuse(post, body):
    assert read(post(body), DESK).excuses == ()
