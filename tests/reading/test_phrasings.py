"""What people say when an emergency is none, or a reason does not count, in each language.

``phrasings/<code>.toml`` holds sentences of one's own wording by kind; each is read in a mail of its
own, behind words that ask. A kind of its own, ``real``, holds what an emergency is for, and
``no_excuse`` what only sounds like an excuse.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mailproc.languages import LANGUAGES
from mailproc.reading.read import read
from mailproc.reading.request import ExcuseKind, Level, Misuse
from mailproc.settings import Settings

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})
LEAST = 8
"""Sentences of a kind in every language."""


def _phrasings(code: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "phrasings" / f"{code}.toml").read_text())


def _said(*kinds: str) -> list[Any]:
    return [
        pytest.param(code, kind, sentence, id=f"{code}-{kind}-{number}")
        for code in LANGUAGES
        for kind in kinds
        for number, sentence in enumerate(_phrasings(code)[kind])
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_kind_is_said_in_many_ways(code):
    phrasings = _phrasings(code)
    few = [kind for kind in (*Misuse, *ExcuseKind) if len(set(phrasings[kind])) < LEAST]
    assert few == []


@pytest.mark.parametrize(("code", "kind", "sentence"), _said(*Misuse))
def test_an_emergency_that_is_none_is_questioned(post, code, kind, sentence):
    request = read(post(f"{_phrasings(code)['emergency']} {sentence}"), DESK)
    assert (request.level, request.ticket) == (Level.EMERGENCY, "48213")
    assert request.misuse is not None


@pytest.mark.parametrize(("code", "kind", "sentence"), _said("real"))
def test_an_emergency_is_never_questioned_beside_what_it_is_for(post, code, kind, sentence):
    phrasings = _phrasings(code)
    for wish in (Misuse.FEATURE, Misuse.COSMETIC, Misuse.NICE_TO_HAVE, Misuse.TIMELINE):
        request = read(post(f"{phrasings['emergency']} {phrasings[wish][1]} {sentence}"), DESK)
        assert (request.level, request.misuse) == (Level.EMERGENCY, None)


@pytest.mark.parametrize(("code", "kind", "sentence"), _said(*ExcuseKind))
def test_a_reason_that_does_not_count_is_quoted(post, code, kind, sentence):
    request = read(post(f"{_phrasings(code)['request']} {sentence}"), DESK)
    assert (request.is_request, request.ticket, request.evidence) == (True, "48213", ())
    assert kind in {excuse.kind for excuse in request.excuses}


@pytest.mark.parametrize(("code", "kind", "sentence"), _said("no_excuse"))
def test_what_others_said_or_forgot_is_no_excuse(post, code, kind, sentence):
    request = read(post(f"{_phrasings(code)['request']} {sentence}"), DESK)
    assert request.excuses == ()
    assert request.motivation


@pytest.mark.parametrize(("code", "kind", "sentence"), _said("courtesy"))
def test_urgency_and_politeness_are_no_reason(post, code, kind, sentence):
    request = read(post(f"{_phrasings(code)['request']} {sentence}"), DESK)
    assert (request.is_request, request.ticket) == (True, "48213")
    assert (request.motivation, request.evidence) == (None, ())


@pytest.mark.parametrize(("code", "kind", "sentence"), _said("plain_cause"))
def test_a_plain_cause_between_politeness_is_one(post, code, kind, sentence):
    phrasings = _phrasings(code)
    polite = phrasings["courtesy"]
    request = read(post(f"{phrasings['request']} {polite[0]} {sentence} {polite[3]}"), DESK)
    assert sentence in request.motivation


@pytest.mark.parametrize(("code", "kind", "sentence"), _said("counts"))
def test_a_reason_that_counts_outweighs_an_excuse(post, code, kind, sentence):
    phrasings = _phrasings(code)
    request = read(post(f"{phrasings['request']} {phrasings['forgot'][0]} {sentence}"), DESK)
    assert request.excuses
    assert request.evidence
