"""Out-of-office notices told by their words alone; people who speak of absences; what calendars send."""

from __future__ import annotations

import pytest

from mailproc.message import parse
from mailproc.message.mail import Nature
from tests.message.writing import parcel

from .written import written

TEXT = ("Content-Type: text/plain; charset=utf-8", "See you there.")
FILE = "Content-Type: text/calendar; method=REQUEST\r\nContent-Disposition: attachment; filename=plan.ics"

NOTICES = [
    # en
    ("Out of office until 14 June: Re: Case 60112", "I'm away and offline. Lucy Marsh stands in for me."),
    (
        "Away at the coast: your case 60113",
        "I'm away until 9 July, no signal. In an emergency please escalate to Tom.",
    ),
    ("Auto: Re: Franking machine", "Gone fishing."),
    (
        "Temporary absence: label rolls",
        "I am on leave until Thursday. If urgent, please call Beth on 0115 496 0100.",
    ),
    ("Absent: update on 60114", "Thank you for your message. I will be back on 3 March."),
    # sv
    ("Inte på kontoret till 7 augusti: Ärende 60121", "Hej! Jag är på semester till den 7 augusti."),
    (
        "Tillfälligt frånvarande: Re: Frankering",
        "Åter på kontoret måndag. Vid brådskande ärenden, kontakta Sara Holm.",
    ),
    ("Autosvar: ärende 60122", "Jag har semester och läser inte mejlen."),
    ("Ej i tjänst: kassan", "Jag är föräldraledig. Min ersättare är Nils Åker."),
    ("Bortrest: SV: Vågen", "Tack för ditt mejl! Jag är åter den 12 maj. Vänliga hälsningar"),
    # da
    (
        "Ude af kontoret til 3. maj: Sag 60131",
        "Jeg er på ferie til og med 2. maj. Hvis det haster, kontakt Bo Lund.",
    ),
    ("Midlertidigt fravær: SV: Vægten", "Tak for din mail. Jeg er tilbage den 8. juni."),
    ("Automatisk svar: kassen", "Jeg er på kursus. I nødstilfælde bedes du eskalere til Mads Kjær."),
    ("Ferie til 20. juli: sag 60132", "Tilbage på kontoret den 21. juli."),
    ("Ikke på kontoret: etiketter", "Jeg holder ferie og læser ikke mail. Min afløser er Else Toft."),
    # no
    (
        "Utenfor kontoret til 3. mai: Sak 60141",
        "Jeg er på ferie til og med 2. mai. Hvis det haster, kontakt Ola Lie.",
    ),
    ("Midlertidig fraværende: SV: Vekten", "Takk for e-posten. Jeg er tilbake 8. juni."),
    ("Autosvar: kassa", "Jeg er på kurs. I nødstilfeller kan du eskalere til Siri Moe."),
    ("Ferie: sak 60142", "Tilbake på kontoret mandag. Takk!"),
    ("Bortreist: etiketter", "Jeg leser ikke e-post før 4. august. Min vikar er Liv Dahl."),
    # fi
    (
        "Tilapäisesti poissa: VS: Vaaka",
        "Olen lomalla 4.7. asti. Kiireellisissä asioissa ottakaa yhteyttä: Aino Salo.",
    ),
    ("Poissa toimistolta: tapaus 60151", "Kiitos viestistäsi. Palaan töihin 12. toukokuuta."),
    ("Automaattinen vastaus: kassa", "Olen koulutuksessa. Hätätapauksissa eskaloi asia Matille."),
    ("Lomalla 3.8. saakka: Re: Tarrat", "Olen kesälomalla enkä lue postia."),
    ("Kesälomalla: tarrat", "Takaisin toimistolla elokuussa. Terveisin"),
    # de
    (
        "Nicht im Haus bis 3. Mai: Vorgang 60161",
        "Ich bin im Urlaub. In dringenden Fällen hilft Ihnen Frau Kern.",
    ),
    ("Vorübergehend abwesend: AW: Waage", "Vielen Dank für Ihre Nachricht. Wieder im Büro am 8. Juni."),
    ("Auto: AW: Etiketten", "Bin angeln."),
    ("Dienstreise: Kasse", "Ich bin auf Dienstreise. Im Notfall bitte an Herrn Lutz eskalieren."),
    ("Urlaub vom 2. bis 9. Mai: Re: Tonrollen", "Ich lese keine Mails. Frau Beck vertritt mich."),
    # nl
    (
        "Niet op kantoor tot 3 mei: Melding 60171",
        "Ik ben op vakantie. Bij spoed kunt u terecht bij Piet Vos.",
    ),
    ("Tijdelijk afwezig: RE: Weegschaal", "Bedankt voor uw bericht. Terug op 8 juni."),
    ("Automatisch antwoord: kassa", "Ik ben op zee. In noodgevallen graag escaleren naar Anouk Prins."),
    ("Met vakantie: etiketten", "Weer op kantoor op maandag. Groet"),
    ("Afwezig tot 5 juli: RE: 60172", "Ik lees geen mail. Kees Smit vervangt mij."),
    # fr
    (
        "Absente jusqu'au 3 mai : dossier 60181",
        "Je suis en congé. En cas d'urgence, merci de joindre Luc Favre.",
    ),
    ("Absence temporaire : RE: Balance", "Merci pour votre message. De retour le 8 juin."),
    (
        "Réponse automatique : caisse",
        "Je suis en mer. En cas d'urgence veuillez escalader auprès d'Inès Roux.",
    ),
    ("En déplacement : étiquettes", "Je serai de retour lundi. Cordialement"),
    ("Hors du bureau jusqu'à lundi: Re: 60182", "Je ne lis pas mes mails. Paul Petit me remplace."),
    # es
    ("Fuera de la oficina hasta el 3 de mayo: Caso 60191", "Estoy de vacaciones. Para urgencias, Rosa Gil."),
    ("Ausencia temporal: RE: Báscula", "Gracias por su mensaje. Vuelvo el 8 de junio."),
    ("Respuesta automática: caja", "Estoy en el mar. En caso de emergencia, escale a Iván Soto."),
    ("Ausente: etiquetas", "Regreso el lunes. Saludos"),
    ("No estoy en la oficina: Re: 60192", "No leo el correo. Me sustituye Pablo Ruiz."),
    # it
    ("Fuori ufficio fino al 3 maggio: Caso 60201", "Sono in ferie. Per urgenze, Carla Neri."),
    ("Assenza temporanea: R: Bilancia", "Grazie per il messaggio. Torno in ufficio l'8 giugno."),
    ("Risposta automatica: cassa", "Sono in mare. In caso di emergenza escalare a Marco Bruni."),
    ("In trasferta: etichette", "Rientro in ufficio lunedì. Cordiali saluti"),
    ("Assente: Re: 60202", "Non leggo la posta. Mi sostituisce Paola Riva."),
    # pt
    ("Fora do escritório até 3 de maio: Caso 60211", "Estou de férias. Em caso de urgência, Rita Melo."),
    ("Ausência temporária: RE: Balança", "Obrigado pela sua mensagem. Regresso no dia 8 de junho."),
    ("Resposta automática: caixa", "Estou no mar. Em caso de emergência escale para o Rui Sá."),
    ("Em viagem: etiquetas", "Volto no dia 9. Cumprimentos"),
    ("Ausente: Re: 60212", "Não leio o correio. A Marta Reis me substitui."),
    # pl
    ("Poza biurem do 3 maja: Zgłoszenie 60221", "Jestem na urlopie. W pilnych sprawach: Ewa Lis."),
    ("Tymczasowa nieobecność: Odp: Waga", "Dziękuję za wiadomość. Wracam 8 czerwca."),
    (
        "Automatyczna odpowiedź: kasa",
        "Jestem na morzu. W nagłych przypadkach proszę eskalować do Jana Wilka.",
    ),
    ("W delegacji: etykiety", "Wracam do biura w poniedziałek. Pozdrawiam"),
    ("Nieobecna: Re: 60222", "Nie czytam poczty. Zastępuje mnie Olga Maj."),
    # ja
    (
        "不在のお知らせ: ラベルの件",
        "ただいま不在にしております。緊急の場合は佐藤へエスカレーションしてください。",
    ),
    ("【出張中】はかりの件", "現在出張中のため、返信は5月8日になります。"),
    ("自動応答: レジ", "本日は不在です。お急ぎの場合は鈴木までご連絡ください。"),
    ("休暇中: Re: 60231", "休暇をいただいております。5月9日に出社いたします。"),
    ("一時不在: ラベル", "お休みをいただいております。戻りは月曜日です。"),
]

PEOPLE = [
    (
        "Out of office reply does not stop",
        "Our colleague's notice says: I am away until May. It must be switched off.",
    ),
    ("Re: Case 60301", "I am on leave from tomorrow. So please finish ticket 60301 before that."),
    ("Holiday in July", "I'm away for two weeks in July, and need access for my deputy before then."),
    ("Holidays: who covers the hotline?", "Our office is closed on Monday. Who covers the hotline?"),
    ("Re: Kasse", "Ich bin ab morgen im Urlaub, deshalb brauche ich heute eine Antwort."),
    ("Abwesenheitsnotiz einrichten", "Frau Kern ist im Urlaub. Bitte richtet eine Notiz für sie ein."),
    (
        "Absence de réponse",
        "Bonjour, aucune réponse depuis lundi pour le dossier 60302. Pouvez-vous regarder ?",
    ),
    ("Congés : problème dans l'outil", "L'outil des congés affiche une erreur depuis ce matin."),
    ("Semester: fel saldo", "Hej, semestersaldot visar fel siffra för mig. Kan ni rätta det?"),
    ("SV: Ferie", "Jeg er på ferie fra i morgen, men problemet er der stadig."),
    ("Loma-anomus ei tallennu", "Kun anon lomaa, ruutu jää tyhjäksi."),
    ("Vakantie: rooster klopt niet", "In het rooster ontbreekt mijn week."),
    ("Vacaciones: el calendario", "El calendario de vacaciones no carga desde ayer."),
    ("Ferie: calendario condiviso", "Il calendario delle ferie non si apre."),
    ("Férias: mapa", "O mapa de férias está com os nomes trocados."),
    ("Urlop: wniosek", "Wniosek urlopowy znika po zapisaniu."),
    ("休暇申請の画面", "休暇申請の画面が開きません。ご確認ください。"),
    (
        "Auto: registration of the van",
        "The form for the van asks for a plate of seven letters; ours has six.",
    ),
    (
        "Re: Ticket 60303",
        'The customer answered only this: "I am away until Monday". Close it when they are back.',
    ),
]


@pytest.mark.parametrize(("subject", "body"), NOTICES)
def test_a_notice_is_automatic(subject: str, body: str) -> None:
    assert written(body, Subject=subject).nature is Nature.AUTOMATIC


@pytest.mark.parametrize(("subject", "body"), PEOPLE)
def test_a_person_who_speaks_of_an_absence_is_none(subject: str, body: str) -> None:
    assert written(body, Subject=subject).signals == ()


@pytest.mark.parametrize("method", ["REPLY", "request", "CANCEL", "COUNTER"])
def test_what_a_calendar_sends_is_automatic(method: str) -> None:
    kind = f"Content-Type: text/calendar; charset=utf-8; method={method}"
    mail = parse(parcel(TEXT, (kind, "BEGIN:VCALENDAR"), kind="alternative", Subject="Accepted: Case 60305"))
    assert [sign.rule for sign in mail.signals] == ["calendar"]


@pytest.mark.parametrize("head", ["Content-Type: text/calendar; name=plan.ics", FILE])
def test_a_calendar_attached_as_a_file_is_a_persons(head: str) -> None:
    assert parse(parcel(TEXT, (head, "BEGIN:VCALENDAR"))).signals == ()


def test_a_subject_like_a_calendars_is_a_persons_without_its_part() -> None:
    assert written("The quote is accepted, please go on.", Subject="Accepted: quote 60306").signals == ()
