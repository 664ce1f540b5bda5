"""The word lists of all languages: complete, and not at odds with each other."""

from __future__ import annotations

import pytest

from mailproc.languages import LANGUAGES, lexicon
from mailproc.message.phrases import phrases

KEYS = sorted(lexicon("en").entries["automatic"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_language_has_every_list(language: str, key: str) -> None:
    assert lexicon(language).phrases(f"automatic.{key}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_list_is_unknown(language: str) -> None:
    assert sorted(lexicon(language).entries["automatic"]) == KEYS


@pytest.mark.parametrize("key", ["absence_openings", "absence_cores", "absence_words"])
def test_words_of_absence_hold_no_words_of_substance(key: str) -> None:
    at_odds = [
        (phrase, word) for phrase in phrases(key) for word in phrases("substance_words") if word in phrase
    ]
    assert at_odds == []


@pytest.mark.parametrize("key", KEYS)
def test_phrases_are_kept_as_they_are_compared(key: str) -> None:
    for language in LANGUAGES:
        for phrase in lexicon(language).phrases(f"automatic.{key}"):
            assert phrase == " ".join(phrase.lower().split())
