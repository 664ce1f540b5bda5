"""Lotus Notes quotes under a header of columns; some clients put the signature below the quote."""

from __future__ import annotations

import pytest

from mailproc.message import parse
from mailproc.message.mail import SetAsideKind
from tests.message.writing import letter

OWN = "The second scale shows zero since noon."
COLUMNS = """{own}



             Desk
             <desk@helpdesk
             .example>                                                 {to}
                                       Ada Moss
             19/11/2026 09:40                                          {cc}

                                                                  {subject}
                                       Scale


Which scale is it?
"""


@pytest.mark.parametrize(
    ("to", "cc", "subject"),
    [
        ("To", "cc", "Subject"),
        ("A", "cc", "Objet"),
        ("An", "Kopie", "Thema"),
        ("Aan", "cc", "Onderwerp"),
        ("Till", "Kopia", "Ämne"),
        ("Para", "cc", "Asunto"),
        ("Per", "CC", "Oggetto"),
    ],
)
def test_the_columns_of_lotus_notes_begin_the_history(to: str, cc: str, subject: str) -> None:
    mail = parse(letter(COLUMNS.format(own=OWN, to=to, cc=cc, subject=subject)))
    assert mail.words.text == OWN
    assert "Which scale is it?" in mail.words.quoted


def test_an_indented_table_of_the_author_stays() -> None:
    text = f"{OWN}\n\n          Scale 1     12.4\n          Scale 2      0.0\n\nAll in kilograms."
    assert parse(letter(text)).words.text == text


@pytest.mark.parametrize(
    "below",
    [
        "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
        "Ada Moss, Harbour Weighing. We have weighed all that floats since nineteen hundred and two.",
    ],
)
def test_a_signature_below_the_quote_is_set_aside(below: str) -> None:
    quote = "On 19 November 2026 09:51:20 GMT, Desk <desk@helpdesk.example> wrote:\n>Which scale is it?"
    mail = parse(letter(f"{OWN}\n\n{quote}\n\n-- \n{below}\n"))
    assert mail.words.text == OWN
    assert [piece.text for piece in mail.words.set_aside if piece.kind is not SetAsideKind.QUOTE][
        -1
    ].endswith(below)


def test_words_below_the_quote_are_the_authors() -> None:
    quote = "On 19 November 2026 09:51:20 GMT, Desk <desk@helpdesk.example> wrote:\n>Which scale is it?"
    mail = parse(letter(f"Hello,\n\n{quote}\n\n{OWN}\n\n-- \nAda Moss\n"))
    assert OWN in mail.words.text
    assert "Ada" not in mail.words.text
