"""What each mail program builds around a sentence, and the sentence that is left of it."""

# ruff: noqa: E501 - a mail is written here line by line as programs write it

from __future__ import annotations

import pytest

from mailproc.message import parse
from tests.message.writing import letter, page, parcel

SENTENCE = "The label printer stands still, please take ticket 4711 first."

PAGES = {
    "gmail": f'<div dir="ltr">{SENTENCE}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    "Den mån 3 mars 2025 Desk &lt;support@desk.example&gt;:<br></div>"
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">Which?</blockquote></div>',
    "gmail signature": f'<div dir="ltr">{SENTENCE}<br clear="all"><div class="gmail_signature">Anna<br>Dock 5</div></div>',
    "word, header lines in a language unknown to us": f'<div class="WordSection1"><p class="MsoNormal">{SENTENCE}</p>'
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
    "<b>Feladó:</b> Desk<br><b>Elküldve:</b> hétfő<br><b>Tárgy:</b> Nyomtató</p></div></div><p>Which?</p></div>",
    "outlook on the web": f'<div>{SENTENCE}</div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>Von:</b> Desk</div>'
    "<div>Which?</div>",
    "outlook, mail passed through another server": f'<div>{SENTENCE}</div><div id="x_divRplyFwdMsg">Od: Desk</div><p>Which?</p>',
    "apple mail": f'<body>{SENTENCE}<br><div><br><blockquote type="cite"><div>On 3 Mar 2025, at 08:01, Desk '
    "&lt;support@desk.example&gt; wrote:</div><div>Which?</div></blockquote></div></body>",
    "thunderbird, answer below": '<div class="moz-cite-prefix">Am 03.03.25 um 08:01 schrieb Desk:<br></div>'
    f'<blockquote type="cite" cite="mid:q@desk.example"><p>Which?</p></blockquote><p>{SENTENCE}</p>'
    '<pre class="moz-signature">-- \nAnna Berg</pre>',
    "yahoo": f'<div>{SENTENCE}</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday Desk wrote:</div>Which?</div>',
    "proton": f'<div>{SENTENCE}</div><div class="protonmail_signature_block">Sent with Proton Mail</div>'
    '<div class="protonmail_quote">On Monday, March 3rd, 2025 at 8:01 AM, Desk &lt;support@desk.example&gt; wrote:<br>'
    '<blockquote class="protonmail_quote" type="cite">Which?</blockquote></div>',
    "gmx": f'<div>{SENTENCE}</div><div style="margin:10px 5px;padding:10px;border-left:2px solid #C3D9E5;">'
    "<div><b>Gesendet:</b> Montag, 03. März 2025 um 08:01 Uhr<br><b>Von:</b> Desk &lt;support@desk.example&gt;<br>"
    "<b>An:</b> Anna<br><b>Betreff:</b> Drucker</div><div>Which?</div></div>",
    "hidden preview and tracking": f'<div style="display:none">preview 999</div><style>p{{}}</style><p>{SENTENCE}</p>'
    '<script>track(1)</script><img src="https://t.example/x.gif" width="1">',
    "text indented by the author": f'<blockquote style="margin:0 0 0 40px;border:none;padding:0">{SENTENCE}</blockquote>',
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_html_of(html: str) -> None:
    assert parse(page(f"<html><body>{html}</body></html>")).words.text == SENTENCE


TEXTS = {
    "lotus notes": f"{SENTENCE}\n\n-----Desk/ACME wrote: -----\nTo: Anna\nFrom: Desk/ACME\nDate: 03/03/2025\nWhich?",
    "gmx text": f"{SENTENCE}\n\nGesendet: Montag, 03. März 2025 um 08:01 Uhr\nVon: Desk <support@desk.example>\n"
    "An: Anna\nBetreff: Drucker\nWhich?",
    "hotmail": f"{SENTENCE}\n\n> Subject: Printer\n> From: support@desk.example\n> Date: Mon, 3 Mar 2025 08:01\n>\n> Which?",
    "zoho": f"{SENTENCE}\n\n---- On Mon, 03 Mar 2025 08:01:00 +0100 Desk <support@desk.example> wrote ----\n\nWhich?",
    "outlook for ios": f"{SENTENCE}\n\nGet Outlook for iOS<https://aka.example/o>\n{'_' * 32}\nFrom: Desk "
    "<support@desk.example>\nSent: Monday, March 3, 2025 8:01:00 AM\nTo: Anna\nSubject: Printer\n\nWhich?",
    "a language the desk does not read": f"{SENTENCE}\n\n2025. márc. 3. 8:01 Desk <support@desk.example> ezt írta:\n> Melyik?",
    "gateway warning": f"CAUTION: External sender. Do not click links.\n\n{SENTENCE}",
    "antivirus": f"{SENTENCE}\n\nThis email has been checked for viruses by Shield.\nwww.shield.example",
    "signature line": f"{SENTENCE}\n\n-- \nA. Berg\nDock 5\n+46 70 123 45 67",
    "name alone": f"{SENTENCE}\n\nAnna",
    "thanks and name": f"{SENTENCE}\n\nThanks,\nAnna Berg",
    "list footer": f"{SENTENCE}\n\n_______________________________________________\nTeam list\nhttps://lists.example/team",
    "two closings on one line": f"{SENTENCE}\n\nKind regards / Mit freundlichen Grüßen\nKim Holm",
    "line of a ticket system": f"##- Please type your reply above this line -##\n\n{SENTENCE}",
    "signed in itself": f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{SENTENCE}\n"
    "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----",
    "swedish slash": f"{SENTENCE}\n\n/Kim",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_of(text: str) -> None:
    assert parse(letter(text)).words.text == SENTENCE


def test_inline_answers_stay_in_order() -> None:
    body = "On 3 Mar 2025 08:01 Desk <support@desk.example> wrote:\n> Which?\nThe one at dock 5.\n> Since when?\nSince noon."
    assert parse(letter(body)).words.text == "The one at dock 5.\n\nSince noon."


def test_flowed_text_is_unfolded() -> None:
    body = "The label printer \nstands still.\n> Which \n> printer?\n-- \nAnna"
    mail = parse(letter(body, content_type="text/plain; charset=utf-8; format=flowed"))
    assert mail.text.startswith("The label printer stands still.\n> Which printer?")
    assert mail.words.text == "The label printer stands still."


def test_flowed_text_with_delsp_joins_words() -> None:
    body = "ラベルプリ \nンターが止まっています。"
    mail = parse(letter(body, content_type="text/plain; charset=utf-8; format=flowed; delsp=yes"))
    assert mail.text == "ラベルプリンターが止まっています。"


def test_plain_stub_gives_way_to_html() -> None:
    mail = parse(
        parcel(
            ("Content-Type: text/plain", "This message requires HTML to be read."),
            ("Content-Type: text/html", f"<p>{SENTENCE}</p>"),
            kind="alternative",
        )
    )
    assert mail.text == SENTENCE


def test_html_table_stays_readable() -> None:
    rows = (
        "<table><tr><td>User impact</td><td>12 people</td></tr><tr><td>Since</td><td>noon</td></tr></table>"
    )
    first, second = parse(page(rows)).text.split("\n")
    assert first.split() == ["User", "impact", "12", "people"]
    assert second.split() == ["Since", "noon"]


def test_attached_mail_is_a_forward() -> None:
    inner = "From: Kim <kim@example.org>\r\nTo: anna.berg@example.com\r\nSubject: Stop\r\n\r\nWe cannot ship."
    mail = parse(parcel(("Content-Type: text/plain", SENTENCE), ("Content-Type: message/rfc822", inner)))
    [forwarded] = mail.words.forwarded
    assert mail.words.text == SENTENCE
    assert forwarded.attached
    assert (str(forwarded.sender), forwarded.subject, forwarded.text) == (
        "Kim <kim@example.org>",
        "Stop",
        "We cannot ship.",
    )
    assert mail.attached_mail[0].words.text == "We cannot ship."


KEPT = {
    "from in a sentence": "From: this morning on nothing prints.\nPlease help.",
    "a route": "From: Oslo\nTo: Bergen\nThe whole load waits.",
    "dash list": "We need:\n-- two printers\n-- one cable",
    "thanks in a sentence": "Thanks for the call.\nThe printer still stands.",
    "regards in a sentence": "Best regards to Kim, who found it.\n\nThe printer still stands since noon, as you know.",
    "closing word in the middle": "Best\n\nWould be to restart it tonight, because the night shift has nothing to do then.",
    "form": "Ticket: 4711\nMotivation: the dock stands still\nUser Impact: 12 people",
    "form at the end": "Hello,\n\nTicket: 4711\nUser Impact: 12 people\nEnvironment: Windows 11",
    "sent from in a sentence": "The file was\nsent from my phone, and the printer at dock 5 refused it twice.",
    "wrote in a sentence": "Yesterday the customer wrote:\nWe leave if this is not fixed by Friday.",
    "tag before the first word": "[EXTERNAL] The dock stands still.\n\nPlease help.",
    "rule between paragraphs": "First part.\n\n----\n\nSecond part is longer, and says why we need the printer at noon today.",
    "question after a dash": "It stops -- why?\n--\nCan somebody come before the night shift starts at ten, please?",
    "this message at the top": "This email is about ticket 4711.\n\nThe dock stands still.",
    "postscript": "The dock stands still.\n\nKind regards\nKim Holm\n\nPS: it is ticket 4711.",
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_the_author_wrote_stays(text: str) -> None:
    words = parse(letter(text)).words.text
    for line in text.split("\n"):
        if line and line not in ("Kind regards", "Kim Holm"):
            assert line in words


def test_warning_right_above_the_greeting() -> None:
    body = "CAUTION: External sender.\nHello,\nthe dock stands still."
    assert parse(letter(body)).words.text == "Hello,\nthe dock stands still."


def test_nothing_but_signature_and_quote_is_empty() -> None:
    body = "-- \nAnna Berg\nDock 5\n\nOn 3 Mar 2025 08:01 Desk <support@desk.example> wrote:\n> Which?"
    assert parse(letter(body)).words.text == ""


def test_what_is_set_aside_and_what_is_kept_is_the_whole_text() -> None:
    body = f"{SENTENCE}\n\nKind regards\nAnna\n\nOn 3 Mar 2025 08:01 Desk <support@desk.example> wrote:\n> Which?"
    words = parse(letter(body)).words
    together = "\n".join((words.text, *(aside.text for aside in words.set_aside)))
    assert sorted(together.split()) == sorted(body.split())
    assert all(aside.rule for aside in words.set_aside)
