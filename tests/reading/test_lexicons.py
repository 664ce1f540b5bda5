"""Every finished language holds every list of the English lexicon, in a notation that compiles."""

from __future__ import annotations

from typing import Any

import pytest

from mailproc.languages import LANGUAGES, lexicon
from mailproc.reading.tongue import CALENDAR_KEYS, LABEL_KEYS, PHRASE_KEYS, WORD_KEYS, tongue

FINISHED = tuple(code for code in LANGUAGES if "request" in lexicon(code).entries)
MAY_BE_EMPTY = {
    "request.language.negations_after",
    "request.language.negations",
    "request.language.clause_starters",
    "request.language.conditions",
    "request.language.suppositions",
    "request.language.suppositions_first",
    "request.language.suppositions_after",
    "request.language.told_apart",
}
MAY_BE_MISSING = {"request.dates.this_month", "request.intent.wish"}
MAY_BE_EMPTY |= {"request.language.abbreviations", "request.language.often_misspelt"}


def _lists(node: dict[str, Any], path: str = "request") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in node.items():
        if name == "groups":
            continue
        found |= _lists(value, f"{path}.{name}") if isinstance(value, dict) else {f"{path}.{name}": value}
    return found


ENGLISH = _lists(lexicon("en").entries["request"])


@pytest.mark.parametrize("code", FINISHED)
def test_every_list_of_english_exists(code: str) -> None:
    lists = _lists(lexicon(code).entries["request"])
    assert sorted(set(ENGLISH) - set(lists) - MAY_BE_MISSING) == []
    assert [key for key in lists if not lists[key] and key not in MAY_BE_EMPTY] == []


@pytest.mark.parametrize("code", FINISHED)
def test_no_list_is_unknown(code: str) -> None:
    assert sorted(set(_lists(lexicon(code).entries["request"])) - set(ENGLISH)) == []


@pytest.mark.parametrize("code", FINISHED)
def test_the_notation_compiles(code: str) -> None:
    assert tongue(code).code == code


@pytest.mark.parametrize("code", FINISHED)
def test_the_calendar_is_whole(code: str) -> None:
    for key, count in CALENDAR_KEYS.items():
        assert len(lexicon(code).phrases(f"request.{key}")) == count


def test_the_reader_uses_every_list() -> None:
    used = {f"request.{key}" for key in (*PHRASE_KEYS, *LABEL_KEYS, *WORD_KEYS, *CALENDAR_KEYS)}
    assert (
        sorted(
            set(ENGLISH)
            - used
            - {key for key in ENGLISH if key.startswith(("request.form.labels", "request.form.reasons"))}
        )
        == []
    )
