"""In each language: what a reader's program adds is set aside, and the sentence stays."""

# ruff: noqa: E501 - header lines stand as mail programs write them

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mailproc.languages import LANGUAGES, lexicon
from mailproc.message import parse
from mailproc.message.mail import SetAsideKind
from tests.message.writing import letter


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """How programs and people of one language write around a sentence."""

    sentence: str
    attribution: str
    header: str
    original: str
    forwarded: str
    closing: str
    mobile: str
    disclaimer: str


TONGUES = {
    "en": Tongue(
        sentence="The label printer stands still, please take ticket 4711 first.",
        attribution="On Mon, 3 Mar 2025 at 08:01, Desk <support@desk.example> wrote:",
        header=(
            "From: Desk <support@desk.example>\n"
            "Sent: Monday, March 3, 2025 8:01 AM\n"
            "To: Anna Berg\n"
            "Subject: RE: Printer"
        ),
        original="-----Original Message-----",
        forwarded="---------- Forwarded message ---------",
        closing="Kind regards,",
        mobile="Sent from my iPhone",
        disclaimer="This e-mail and any attachments are confidential and meant for the addressee alone.",
    ),
    "sv": Tongue(
        sentence="Etikettskrivaren står still, ta gärna ärende 4711 först.",
        attribution="Den mån 3 mars 2025 kl 08:01 skrev Desk <support@desk.example>:",
        header=(
            "Från: Desk <support@desk.example>\n"
            "Skickat: den 3 mars 2025 08:01\n"
            "Till: Anna Berg\n"
            "Ämne: SV: Skrivare"
        ),
        original="-----Ursprungligt meddelande-----",
        forwarded="---------- Vidarebefordrat meddelande ---------",
        closing="Med vänlig hälsning",
        mobile="Skickat från min iPhone",
        disclaimer="Detta meddelande kan innehålla sekretess och är bara till för rätt mottagare.",
    ),
    "da": Tongue(
        sentence="Etiketprinteren står stille, tag gerne sag 4711 først.",
        attribution="Den man. 3. mar. 2025 kl. 08.01 skrev Desk <support@desk.example>:",
        header=(
            "Fra: Desk <support@desk.example>\nSendt: 3. marts 2025 08:01\nTil: Anna Berg\nEmne: SV: Printer"
        ),
        original="-----Oprindelig meddelelse-----",
        forwarded="---------- Videresendt meddelelse ---------",
        closing="Med venlig hilsen",
        mobile="Sendt fra min iPhone",
        disclaimer="Denne e-mail er fortrolig og kun til den rette modtager.",
    ),
    "no": Tongue(
        sentence="Etikettskriveren står stille, ta gjerne sak 4711 først.",
        attribution="man. 3. mars 2025 kl. 08:01 skrev Desk <support@desk.example>:",
        header=(
            "Fra: Desk <support@desk.example>\n"
            "Sendt: mandag 3. mars 2025 08:01\n"
            "Til: Anna Berg\n"
            "Emne: SV: Skriver"
        ),
        original="-----Opprinnelig melding-----",
        forwarded="---------- Videresendt melding ---------",
        closing="Vennlig hilsen",
        mobile="Sendt fra min iPhone",
        disclaimer="Denne e-posten er konfidensiell og bare ment for rett mottaker.",
    ),
    "fi": Tongue(
        sentence="Tarratulostin seisoo, hoitakaa tiketti 4711 ensin.",
        attribution="ma 3. maalisk. 2025 klo 8.01 Desk (support@desk.example) kirjoitti:",
        header=(
            "Lähettäjä: Desk <support@desk.example>\n"
            "Lähetetty: maanantai 3. maaliskuuta 2025 8.01\n"
            "Vastaanottaja: Anna Berg\n"
            "Aihe: VS: Tulostin"
        ),
        original="-----Alkuperäinen viesti-----",
        forwarded="---------- Välitetty viesti ---------",
        closing="Ystävällisin terveisin",
        mobile="Lähetetty iPhonesta",
        disclaimer="Tämä viesti on luottamuksellinen ja tarkoitettu vain sen vastaanottajalle.",
    ),
    "de": Tongue(
        sentence="Der Etikettendrucker steht, bitte Ticket 4711 zuerst bearbeiten.",
        attribution="Am 03.03.2025 um 08:01 schrieb Desk <support@desk.example>:",
        header=(
            "Von: Desk <support@desk.example>\n"
            "Gesendet: Montag, 3. März 2025 08:01\n"
            "An: Anna Berg\n"
            "Betreff: AW: Drucker"
        ),
        original="-----Ursprüngliche Nachricht-----",
        forwarded="-------- Weitergeleitete Nachricht --------",
        closing="Mit freundlichen Grüßen",
        mobile="Von meinem iPhone gesendet",
        disclaimer="Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt.",
    ),
    "nl": Tongue(
        sentence="De labelprinter staat stil, graag ticket 4711 als eerste oppakken.",
        attribution="Op ma 3 mrt 2025 om 08:01 schreef Desk <support@desk.example>:",
        header=(
            "Van: Desk <support@desk.example>\n"
            "Verzonden: maandag 3 maart 2025 08:01\n"
            "Aan: Anna Berg\n"
            "Onderwerp: RE: Printer"
        ),
        original="-----Oorspronkelijk bericht-----",
        forwarded="---------- Doorgestuurd bericht ---------",
        closing="Met vriendelijke groet,",
        mobile="Verstuurd vanaf mijn iPhone",
        disclaimer="Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.",
    ),
    "fr": Tongue(
        sentence="L'imprimante d'étiquettes est à l'arrêt, merci de traiter le ticket 4711 d'abord.",
        attribution="Le lun. 3 mars 2025 à 08:01, Desk <support@desk.example> a écrit :",
        header=(
            "De : Desk <support@desk.example>\n"
            "Envoyé : lundi 3 mars 2025 08:01\n"
            "À : Anna Berg\n"
            "Objet : RE: Imprimante"
        ),
        original="-----Message d'origine-----",
        forwarded="---------- Message transféré ---------",
        closing="Bien cordialement,",
        mobile="Envoyé de mon iPhone",
        disclaimer="Ce message est confidentiel et réservé à son seul destinataire.",
    ),
    "es": Tongue(
        sentence="La impresora de etiquetas está parada, atiendan primero el ticket 4711.",
        attribution="El lun, 3 mar 2025 a las 8:01, Desk (<support@desk.example>) escribió:",
        header=(
            "De: Desk <support@desk.example>\n"
            "Enviado el: lunes, 3 de marzo de 2025 8:01\n"
            "Para: Anna Berg\n"
            "Asunto: RE: Impresora"
        ),
        original="-----Mensaje original-----",
        forwarded="---------- Mensaje reenviado ---------",
        closing="Un saludo,",
        mobile="Enviado desde mi iPhone",
        disclaimer="Este mensaje es confidencial y va solo para su destinatario.",
    ),
    "it": Tongue(
        sentence="La stampante di etichette è ferma, prendete prima il ticket 4711.",
        attribution="Il giorno lun 3 mar 2025 alle ore 08:01 Desk <support@desk.example> ha scritto:",
        header=(
            "Da: Desk <support@desk.example>\n"
            "Inviato: lunedì 3 marzo 2025 08:01\n"
            "A: Anna Berg\n"
            "Oggetto: R: Stampante"
        ),
        original="-----Messaggio originale-----",
        forwarded="---------- Messaggio inoltrato ---------",
        closing="Cordiali saluti",
        mobile="Inviato da iPhone",
        disclaimer="Questo messaggio è riservato al solo destinatario.",
    ),
    "pt": Tongue(
        sentence="A impressora de etiquetas está parada, tratem primeiro do ticket 4711.",
        attribution="Desk <support@desk.example> escreveu (segunda, 3/03/2025 à(s) 08:01):",
        header=(
            "De: Desk <support@desk.example>\n"
            "Enviado: segunda-feira, 3 de março de 2025 08:01\n"
            "Para: Anna Berg\n"
            "Assunto: RE: Impressora"
        ),
        original="-----Mensagem original-----",
        forwarded="---------- Mensagem encaminhada ---------",
        closing="Com os melhores cumprimentos,",
        mobile="Enviado do meu iPhone",
        disclaimer="Esta mensagem é confidencial e só para o destinatário.",
    ),
    "pl": Tongue(
        sentence="Drukarka etykiet stoi, proszę najpierw zająć się zgłoszeniem 4711.",
        attribution="pon., 3 mar 2025 o 08:01 Desk <support@desk.example> napisał(a):",
        header=(
            "Od: Desk <support@desk.example>\n"
            "Wysłano: poniedziałek, 3 marca 2025 08:01\n"
            "Do: Anna Berg\n"
            "Temat: Odp: Drukarka"
        ),
        original="-----Oryginalna wiadomość-----",
        forwarded="---------- Przekazana wiadomość ---------",
        closing="Z poważaniem",
        mobile="Wysłane z iPhone'a",
        disclaimer="Niniejsza wiadomość jest poufna i tylko dla adresata.",
    ),
    "ja": Tongue(
        sentence="ラベルプリンターが止まっています。チケット4711を先にお願いできますか。",
        attribution="2025年3月3日(月) 8:01 Desk <support@desk.example>:",
        header="差出人: Desk <support@desk.example>\n送信日時: 2025年3月3日 8:01\n宛先: Anna Berg\n件名: RE: プリンター",
        original="-----元のメッセージ-----",
        forwarded="---------- 転送されたメッセージ ---------",
        closing="よろしくお願いいたします。",
        mobile="iPhoneから送信",
        disclaimer="本メールは機密情報を含みます。誤って受信された場合は破棄してください。",
    ),
}

every_tongue = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)


def said(body: str, **headers: str) -> str:
    return parse(letter(body, **headers)).words.text


def test_every_language_of_the_desk_has_its_letters() -> None:
    assert tuple(TONGUES) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    "key",
    ["wrote", "original", "forwarded", "closings", "thanks", "telling", "greetings", "mobile", "disclaimers", "legal_words", "footers",
     "banners", "contact_labels", "labels.from", "labels.sent", "labels.to", "labels.subject"],
)  # fmt: skip
def test_every_language_file_is_complete(code: str, key: str) -> None:
    assert len(lexicon(code).phrases(f"mail.{key}")) >= 1


@every_tongue
def test_marked_quote_below(tongue: Tongue) -> None:
    assert (
        said(f"{tongue.sentence}\n\n{tongue.attribution}\n> Which printer?\n>\n> Desk\n") == tongue.sentence
    )


@every_tongue
def test_unmarked_quote_below(tongue: Tongue) -> None:
    mail = parse(letter(f"{tongue.sentence}\n\n{tongue.attribution}\n\nWhich printer is it, 0815?\nDesk\n"))
    assert mail.words.text == tongue.sentence
    assert "0815" in mail.words.quoted


@every_tongue
def test_attribution_wrapped_over_two_lines(tongue: Tongue) -> None:
    half = tongue.attribution.index("support@") - 1
    wrapped = tongue.attribution[:half] + "\n" + tongue.attribution[half:]
    assert said(f"{tongue.sentence}\n\n{wrapped}\n\n> Which printer?\n") == tongue.sentence


@every_tongue
def test_answer_below_the_quote(tongue: Tongue) -> None:
    assert said(f"{tongue.attribution}\n> Which printer?\n\n{tongue.sentence}\n") == tongue.sentence


@every_tongue
def test_outlook_header_lines(tongue: Tongue) -> None:
    mail = parse(letter(f"{tongue.sentence}\n\n{tongue.header}\n\nWhich printer?\n", Subject="RE: Printer"))
    assert mail.words.text == tongue.sentence
    assert mail.words.forwarded == ()


@every_tongue
def test_outlook_header_lines_in_bold_below_a_rule(tongue: Tongue) -> None:
    bold = "\n".join(f"*{line.replace(':', ':*', 1)}" for line in tongue.header.split("\n"))
    assert said(f"{tongue.sentence}\n\n{'_' * 32}\n{bold}\n\nWhich printer?\n") == tongue.sentence


@every_tongue
def test_original_message_line(tongue: Tongue) -> None:
    assert (
        said(f"{tongue.sentence}\n\n{tongue.original}\n{tongue.header}\n\nWhich printer?\n")
        == tongue.sentence
    )


@every_tongue
def test_closing_and_name_below_it(tongue: Tongue) -> None:
    mail = parse(letter(f"{tongue.sentence}\n\n{tongue.closing}\nKim Holm\nLogistics\n+46 70 123 45 67\n"))
    assert mail.words.text == tongue.sentence
    assert [aside.kind for aside in mail.words.set_aside] == [SetAsideKind.CLOSING, SetAsideKind.SIGNATURE]


@every_tongue
def test_mobile_footer(tongue: Tongue) -> None:
    assert said(f"{tongue.sentence}\n\n{tongue.mobile}\n") == tongue.sentence


@every_tongue
def test_mobile_footer_between_answer_and_quote(tongue: Tongue) -> None:
    assert (
        said(f"{tongue.sentence}\n\n{tongue.mobile}\n\n{tongue.attribution}\n> Which?\n") == tongue.sentence
    )


@every_tongue
def test_disclaimer_below_the_signature(tongue: Tongue) -> None:
    body = f"{tongue.sentence}\n\n{tongue.closing}\nKim Holm\n\n{tongue.disclaimer}\n"
    mail = parse(letter(body))
    assert mail.words.text == tongue.sentence
    assert mail.words.set_aside[-1].kind is SetAsideKind.DISCLAIMER


@every_tongue
def test_forward_is_somebody_elses_mail(tongue: Tongue) -> None:
    body = f"{tongue.sentence}\n\n{tongue.forwarded}\n{tongue.header}\n\nWe cannot ship.\n"
    mail = parse(letter(body, Subject="Fwd: Printer"))
    [forwarded] = mail.words.forwarded
    assert mail.words.text == tongue.sentence
    assert forwarded.sender is not None
    assert forwarded.sender.email == "support@desk.example"
    assert forwarded.text == "We cannot ship."
    assert not forwarded.attached


@every_tongue
def test_forward_without_a_word_of_ones_own(tongue: Tongue) -> None:
    mail = parse(letter(f"{tongue.forwarded}\n{tongue.header}\n\nWe cannot ship.\n", Subject="Fwd: Printer"))
    assert mail.words.text == ""
    assert mail.words.forwarded[0].text == "We cannot ship."
