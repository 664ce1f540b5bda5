"""Mail that asks for nothing to come first is left alone, whatever weak word stands in it; what asks is not."""

# ruff: noqa: E501 - each mail stands on its line

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailproc.message import parse
from mailproc.reading.read import read
from mailproc.reading.request import EvidenceKind, Kind
from mailproc.settings import Desk, Settings
from tests.message.writing import letter, parcel

MAILS = tomllib.loads(Path(__file__).with_name("left_alone.toml").read_text(encoding="utf-8"))
DESK = Settings(desk=Desk(address="support@desk.example"))

ASKED = [
    ("Sag 60952", "Straks, tak."),
    ("Tiketti 60954", "Nyt heti, kiitos."),
    ("Incidencia 60958", "Hoy mismo, gracias."),
    ("Ticket 60959", "Oggi stesso, grazie."),
    ("Pedido 60960", "Hoje mesmo, por favor."),
    ("チケット 60962", "本日中にお願いします。"),
    ("Re: Ticket 60963", "Thanks for your answer, but we cannot wait any longer, please take it today."),
    ("AW: Ticket 60965", "Danke, aber jetzt steht es wieder still. Bitte sofort ansehen."),
    ("SV: Ärende 60966", "Tack, men nu ligger det nere igen. Ta det först är ni snälla."),
    (
        "RE: Ticket 60967",
        "Merci, mais maintenant tout est à nouveau en panne. Pouvez-vous le traiter en premier ?",
    ),
    (
        "Problem with the scales",
        "Hello, I want our case escalated to your manager, nobody has answered for two weeks.",
    ),
    (
        "Scales",
        "Good morning, the scales in hall four have been wrong for two weeks and the people there are angry. Escalate this.",
    ),
    ("Waage", "Guten Tag, wir bestehen darauf, dass unser Fall eskaliert wird."),
    ("Waage", "Unser Vorgang zur Waage soll Vorrang bekommen."),
    ("Vægten", "Vores sag om vægten skal eskaleres."),
    ("Vekten", "Saken vår om vekta må eskaleres."),
    ("Vågen", "Vårt ärende om vågen måste eskaleras."),
    ("Vaaka", "Asiamme vaa'asta on eskaloitava."),
    ("Weegschaal", "Onze melding over de weegschaal moet geëscaleerd worden."),
    ("Balance", "Notre dossier sur la balance doit être escaladé."),
    ("Báscula", "Nuestro caso de la báscula tiene que escalarse."),
    ("Bilancia", "Il nostro caso della bilancia va gestito con priorità."),
    ("Balança", "O nosso caso da balança tem de ser escalado."),
    ("Waga", "Nasza sprawa wagi powinna być eskalowana."),
    ("はかり", "はかりの件、優先対応を希望します。"),
    ("Scales", "Our case about the scales has to be prioritised."),
    ("Scales", "The case about the scales should get a higher priority, in our opinion."),
    ("60970 is urgent", "The escalator company's panel is dark."),
    (
        "Escalator controller, ticket 60971",
        "Please escalate 60971: the escalator panel is dark and the mall loses sales.",
    ),
    ("60972", "The emergency exit alarm does not sound. This is an emergency!"),
    ("60973", "Take this before the others please."),
    ("60974", "Bitte vor allen anderen bearbeiten, danke."),
    (
        "Out of office",
        "Please escalate 60975: since the update every mailbox of ours answers out of office to customers, orders are lost.",
    ),
    ("60976", "I'm on leave from tomorrow, please escalate it today or the contract is lost."),
    ("60977", "In dringenden Fällen soll man euch schreiben: bitte 60977 eskalieren, die Produktion steht."),
]

DANGERS = [
    "This is an emergency: somebody could get hurt, the press does not stop.",
    "Emergency, 60701: people's lives are at stake.",
    "Emergency: a child nearly fell from the lift today.",
    "Emergency: the residents cannot call the nurse at night.",
    "Detta är ett nödfall: någon kan skada sig, pressen stannar inte.",
    "Nödfall 60702: det är fara för människors liv.",
    "Nödläge: de boende kan inte larma på natten.",
    "Dette er et nødstilfælde: nogen kan komme til skade, pressen standser ikke.",
    "Nødstilfælde 60703: menneskers liv er i fare.",
    "Nødstilfælde: beboerne kan ikke tilkalde hjælp om natten.",
    "Dette er et nødstilfelle: noen kan bli skadet, pressen stanser ikke.",
    "Nødstilfelle 60704: liv og helse står i fare.",
    "Nødstilfelle: beboerne får ikke tilkalt hjelp om natten.",
    "Tämä on hätätapaus: joku voi loukkaantua, puristin ei pysähdy.",
    "Hätätapaus 60705: ihmishenkiä on vaarassa.",
    "Hätätapaus: asukkaat eivät saa yöllä kutsuttua apua.",
    "Das ist ein Notfall: jemand könnte sich verletzen, die Presse hält nicht an.",
    "Notfall 60706: Menschenleben sind in Gefahr.",
    "Notfall: die Bewohner können nachts keine Hilfe rufen.",
    "Notfall 60706: es besteht Lebensgefahr.",
    "Dit is een noodgeval: iemand kan gewond raken, de pers stopt niet.",
    "Noodgeval 60707: er zijn mensenlevens in gevaar.",
    "Noodgeval: bewoners kunnen 's nachts geen hulp oproepen.",
    "C'est une urgence absolue : quelqu'un pourrait se blesser, la presse ne s'arrête pas.",
    "Urgence 60708 : des vies humaines sont en danger.",
    "Nos résidents ne peuvent pas appeler à l'aide la nuit.",
    "Es una emergencia: alguien puede resultar herido, la prensa no se detiene.",
    "Emergencia 60709: hay vidas humanas en peligro.",
    "Emergencia: los residentes no pueden pedir ayuda por la noche.",
    "È un'emergenza: qualcuno può farsi male, la pressa non si ferma.",
    "Emergenza 60710: ci sono vite umane in pericolo.",
    "Emergenza: gli ospiti non riescono a chiamare aiuto di notte.",
    "É uma emergência: alguém pode magoar-se, a prensa não para.",
    "Emergência 60711: há vidas humanas em perigo.",
    "Emergência: os utentes não conseguem pedir ajuda à noite.",
    "To nagły wypadek: ktoś może zostać ranny, prasa się nie zatrzymuje.",
    "Sytuacja awaryjna 60712: zagrożone jest życie ludzi.",
    "Awaria krytyczna: mieszkańcy nie mogą w nocy wezwać pomocy.",
    "緊急事態です。誰かがけがをする恐れがあります。プレス機が止まりません。",
    "緊急 60713:人の命に関わります。",
    "緊急事態です。入居者が夜間に助けを呼べません。",
]


@pytest.mark.parametrize(
    ("subject", "text"), [mail for mails in MAILS.values() for mail in mails], ids=lambda part: part[:40]
)
def test_ordinary_mail_is_left_alone(subject: str, text: str) -> None:
    request = read(parse(letter(text, Subject=subject)), DESK)
    assert request.kind is Kind.OTHER, request.trace


@pytest.mark.parametrize(("subject", "text"), ASKED)
def test_a_request_is_none_the_less_taken(subject: str, text: str) -> None:
    assert read(parse(letter(text, Subject=subject)), DESK).kind is Kind.REQUEST


@pytest.mark.parametrize("danger", DANGERS)
def test_danger_to_people_is_evidence_that_holds_misuse_back(danger: str) -> None:
    request = read(parse(letter(f"EMERGENCY: please escalate 60980. {danger}", Subject="60980")), DESK)
    assert EvidenceKind.SAFETY in {found.kind for found in request.evidence}
    assert request.misuse is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Shall we talk about ticket 60981 on Monday?", Kind.AUTOMATIC),
        ("Please escalate ticket 60981, the crane stands still.", Kind.REQUEST),
    ],
)
def test_an_invitation_asks_only_by_the_words_typed_into_it(text: str, kind: Kind) -> None:
    plain = ("Content-Type: text/plain; charset=utf-8", text)
    calendar = ("Content-Type: text/calendar; charset=utf-8; method=REQUEST", "BEGIN:VCALENDAR")
    request = read(parse(parcel(plain, calendar, kind="alternative", Subject="Call about 60981")), DESK)
    assert request.kind is kind
