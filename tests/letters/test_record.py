"""The note for the ticket system tells who asked and why, and asks for nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.languages import LANGUAGES
from mailproc.letters import Letters
from mailproc.letters.cases import ANNA
from mailproc.message.automatic import is_ticket_notification
from mailproc.resources import folder
from mailproc.settings import Desk, Settings, Tickets
from tests.message.written import written

if TYPE_CHECKING:
    from mailproc.letters.letter import Letter


def note(language: str) -> Letter:
    """The note of a desk whose own language this is."""
    desk = Desk(address="support@helpdesk.example", language=language)
    settings = Settings(desk=desk, tickets=Tickets(record_mark="[example.com #{ticket}]"))
    return Letters(settings, folder("templates")).preview("record", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_that_comes_back_escalates_nothing(language: str) -> None:
    letter = note(language)
    assert letter.language == language
    assert "English" not in letter.text
    assert letter.subject.startswith("[example.com #ABC-1234] ")
    assert ANNA.name in letter.text
    assert "without our revenue" in letter.text
    for fields in ({"Auto_Submitted": "auto-generated"}, {"From": "noreply@system.example"}):
        back = written(letter.text, Subject=letter.subject, **fields)
        assert back.is_automatic
        assert not is_ticket_notification(back)


def test_each_language_has_words_of_its_own() -> None:
    assert len({note(language).text for language in LANGUAGES}) == len(LANGUAGES)
