"""Prose that may be a command is found in thirteen languages; questions, "if" and "not" mean nothing."""

from __future__ import annotations

import time

import pytest

from mailproc.escalation.prose import BY_REQUESTERS, BY_STAFF, meant_by
from mailproc.escalation.status import Status
from mailproc.languages import LANGUAGES, lexicon

STAFF = [
    ("started", "We are on it, I will call them.", "ack"),
    ("started", "On it!", "ack"),
    ("started", "Looking into this now, thanks", "ack"),
    ("started", "We are not on it", None),
    ("started", "Are you on it?", None),
    ("started", "If we are on it tomorrow, fine.", None),
    ("acknowledged", "We are on it.", None),  # somebody has it already
    ("acknowledged", "We're closing this.", "close"),
    ("acknowledged", "This can be closed", "close"),
    ("acknowledged", "We are not closing this yet", None),
    ("acknowledged", "Please don't close it", None),
    ("acknowledged", "We restarted the gateway, please try again now", "propose"),
    ("acknowledged", "It should work again now", "propose"),
    ("acknowledged", "We fixed it, so this can be closed", None),  # two things at once
    ("closed", "We're closing this.", None),
    ("started", "Wir kümmern uns darum.", "ack"),
    ("started", "Wir kümmern uns nicht darum.", None),
    ("started", "Ich schaue mir das an", "ack"),
    ("acknowledged", "Das Ticket ist erledigt", "close"),
    ("acknowledged", "Bitte nicht schließen", None),
    ("acknowledged", "Bitte versuchen Sie es jetzt noch einmal", "propose"),
    ("started", "Vi tittar på det", "ack"),
    ("started", "Vi tar det inte", None),
    ("acknowledged", "Vi stänger ärendet nu", "close"),
    ("started", "Nous nous en occupons", "ack"),
    ("started", "Je m'en occupe tout de suite", "ack"),
    ("started", "Nous ne nous en occupons pas", None),
    ("acknowledged", "On peut clôturer", "close"),
    ("acknowledged", "Veuillez réessayer maintenant", "propose"),
    ("started", "Estamos en ello", "ack"),
    ("started", "No nos encargamos de esto", None),
    ("acknowledged", "Se puede cerrar el caso", "close"),
    ("acknowledged", "Por favor, prueben de nuevo", "propose"),
    ("started", "Ce ne occupiamo noi", "ack"),
    ("started", "Non ce ne occupiamo", None),
    ("acknowledged", "Possiamo chiudere", "close"),
    ("acknowledged", "Riprovate adesso per favore", "propose"),
    ("started", "Estamos a verificar isto", "ack"),
    ("started", "Não vamos tratar disso", None),
    ("acknowledged", "Podemos encerrar o caso", "close"),
    ("acknowledged", "Tentem novamente agora", "propose"),
    ("started", "Zajmujemy się tym", "ack"),
    ("started", "Nie zajmujemy się tym", None),
    ("acknowledged", "Zamykamy zgłoszenie", "close"),
    ("acknowledged", "Proszę spróbować ponownie", "propose"),
    ("started", "We zijn ermee bezig", "ack"),
    ("started", "Ik pak dit niet op", None),
    ("acknowledged", "Het ticket kan gesloten worden", "close"),
    ("acknowledged", "Probeer het nu opnieuw", "propose"),
    ("started", "Vi kigger på det", "ack"),
    ("acknowledged", "Vi lukker sagen", "close"),
    ("acknowledged", "Vi lukker ikke sagen", None),
    ("acknowledged", "Prøv igen nu", "propose"),
    ("started", "Vi ser på saken", "ack"),
    ("acknowledged", "Prøv igjen nå", "propose"),
    ("started", "Selvitämme asiaa", "ack"),
    ("started", "Emme tutki tätä", None),
    ("acknowledged", "Tapauksen voi sulkea", "close"),
    ("acknowledged", "Kokeilkaa nyt uudelleen", "propose"),
    ("started", "ただいま対応します。", "ack"),
    ("started", "対応しません。", None),
    ("acknowledged", "クローズします。", "close"),
    ("acknowledged", "修正しました。もう一度お試しください。", "propose"),
]

REQUESTERS = [
    ("It works now, thank you!", "accept"),
    ("The fix didn't work", "reject"),
    ("It still fails", "reject"),
    ("It works now, but the export still fails", None),
    ("Thanks for the update, we will test tomorrow", None),
    ("Es funktioniert wieder", "accept"),
    ("Es funktioniert leider nicht", "reject"),
    ("Nu fungerar det igen", "accept"),
    ("Det fungerar fortfarande inte", "reject"),
    ("Nu virker det igen", "accept"),
    ("Det virker stadig ikke", "reject"),
    ("Nå fungerer det igjen", "accept"),
    ("Det fungerer fortsatt ikke", "reject"),
    ("Nyt se toimii taas", "accept"),
    ("Ei toimi edelleenkään", "reject"),
    ("Het werkt weer", "accept"),
    ("Het werkt niet", "reject"),
    ("Tout fonctionne maintenant, merci", "accept"),
    ("Ça ne marche toujours pas", "reject"),
    ("Ya funciona", "accept"),
    ("Sigue sin funcionar", "reject"),
    ("Ora funziona tutto", "accept"),
    ("Non funziona ancora", "reject"),
    ("Agora já funciona", "accept"),
    ("Ainda não funciona", "reject"),
    ("Już działa, dziękuję", "accept"),
    ("Nadal nie działa", "reject"),
    ("動くようになりました。ありがとうございます。", "accept"),
    ("まだ動きません。", "reject"),
]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_words_for_each(code: str) -> None:
    for verb in (*BY_STAFF, *BY_REQUESTERS):
        assert lexicon(code).phrases(f"prose.{verb}")


@pytest.mark.parametrize(("status", "text", "verb"), STAFF, ids=lambda value: str(value)[:30])
def test_what_staff_may_mean(status: str, text: str, verb: str | None) -> None:
    assert meant_by(text, Status(status), is_staff=True) == verb


@pytest.mark.parametrize(("text", "verb"), REQUESTERS, ids=lambda value: str(value)[:30])
def test_what_a_requester_may_mean(text: str, verb: str | None) -> None:
    assert meant_by(text, Status.SOLUTION_PROPOSED, is_staff=False) == verb
    assert meant_by(text, Status.ACKNOWLEDGED, is_staff=False) is None  # nothing is proposed to them


def test_a_hostile_answer_costs_little() -> None:
    text = "we are on it should work now please try again still not " * 2_000
    meant_by("we", Status.STARTED, is_staff=True)
    began = time.perf_counter()
    meant_by(text, Status.STARTED, is_staff=True)
    assert time.perf_counter() - began < 0.1
