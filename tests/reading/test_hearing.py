"""In which language somebody writes who writes one sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailproc.languages import LANGUAGES
from mailproc.reading.hearing import languages_heard
from mailproc.reading.read import read
from mailproc.settings import Settings

SENTENCES = tomllib.loads(Path(__file__).with_name("heard.toml").read_text(encoding="utf-8"))
FEWEST_RIGHT = 0.96
FEWEST_RIGHT_OF_A_LANGUAGE = 0.85
"""Danish and Norwegian share whole sentences."""


def test_short_mails_are_heard_in_their_language():
    said = [(code, sentence) for code in LANGUAGES for sentence in SENTENCES[code]]
    right = [languages_heard(sentence)[0] == code for code, sentence in said]
    assert sum(right) / len(right) >= FEWEST_RIGHT


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_language_is_heard_worse_than_the_others(code):
    heard = [languages_heard(sentence) for sentence in SENTENCES[code]]
    assert sum(codes[0] == code for codes in heard) / len(heard) >= FEWEST_RIGHT_OF_A_LANGUAGE
    assert sum(code in codes for codes in heard) >= len(heard) - 1


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Ta ärende 55120 först i kön, annars förlorar vi kunden.", "sv"),
        ("Fakturan skickas före lunch", "sv"),
        ("Fakturaen er ikke kommet frem endnu", "da"),
        ("Nie działa", "pl"),
        ("¿Hay noticias?", "es"),
        ("Não dá", "pt"),
        ("Größe falsch", "de"),
        ("受注が停止", "ja"),
    ],
)
def test_the_letters_tell(sentence, code):
    assert languages_heard(sentence)[0] == code


def test_a_hint_decides_between_neighbours_and_nothing_else():
    assert languages_heard("Kan det løses i dag?", ("da",))[0] == "da"
    assert languages_heard("Kan det løses i dag?", ("no",))[0] == "no"
    assert languages_heard("Passwort vergessen, Hilfe.", ("nl",))[0] == "de"
    assert languages_heard("48213", ("fi",))[0] == "fi"
    assert languages_heard("注文停止", ("ja",))[0] == "ja"
    assert languages_heard("注文停止") == ("en",)


def test_the_language_of_the_desk_and_of_the_thread_are_hints(post):
    danish = Settings.model_validate({"desk": {"address": "support@desk.example", "language": "da"}})
    english = Settings.model_validate({"desk": {"address": "support@desk.example"}})
    question = "Kan det løses i dag?"
    thread = f"{question}\n\n> Vi har modtaget din henvendelse og vender tilbage, så snart vi kan.\n"
    assert read(post(question, subject="48213"), danish).language == "da"
    assert read(post(thread, subject="48213"), english).language == "da"


def test_english_is_always_heard():
    assert all("en" in languages_heard(SENTENCES[code][0]) for code in LANGUAGES)
