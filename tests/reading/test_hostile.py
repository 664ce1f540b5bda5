"""Hostile text costs no more than long text: every pattern, every lexicon, and the whole of reading."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import mailproc.reading
from mailproc.languages import LANGUAGES
from mailproc.message.parse import parse
from mailproc.reading.complete import complete
from mailproc.reading.read import LONGEST_READ, read
from mailproc.reading.speech import passage
from mailproc.reading.tongue import tongue
from mailproc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 100_000
LONGEST = 0.1
"""Seconds for one pattern over 100 kB, or for reading a mail of that size."""

PIECES = {
    "digits": "7",
    "numbers": "48213 ",
    "key after key": "AB-12 ",
    "letters": "a",
    "capitals": "A",
    "blanks": " ",
    "line breaks": "\n",
    "tabs": "\t",
    "open brackets": "[#",
    "brackets": "[a#1",
    "hashes": "#",
    "dots": ".",
    "dashes": "-",
    "words with dots": "a.b",
    "no address": "a@",
    "links": "https://a.example/tickets/1 ",
    "half links": "https://",
    "colons": "a: ",
    "labels": "Ticket: 48213\nReason: x\n",
    "bold": "**Issue Summary** ",
    "rows": "| Level | Emergency |\n",
    "sentences": "Please escalate. ",
    "one sentence": "please escalate ticket ",
    "commas": "a,",
    "threads": "thread::",
    "references": "ref:a",
    "japanese": "至急優先して",
    "marks": "e\u0301",
    "dates": "3.3.",
    "slashes": "1/2/",
}
DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})
EMPTY = parse(b"From: kim@norda.example\r\nTo: support@desk.example\r\nSubject: x\r\n\r\nx\r\n")


def _patterns() -> Iterator[Any]:
    """Every compiled pattern in the modules of the room, in containers too."""
    seen: set[re.Pattern[str]] = set()

    def walk(value: Any, name: str) -> Iterator[Any]:
        if isinstance(value, re.Pattern):
            if value not in seen:
                seen.add(value)
                yield pytest.param(value, id=name)
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                yield from walk(each, f"{name}[{number}]")
        elif hasattr(value, "pattern") and hasattr(value, "sign"):
            yield from walk((value.sign, value.pattern), f"{name}:{value.name}")

    for module in pkgutil.iter_modules(mailproc.reading.__path__):
        content = importlib.import_module(f"mailproc.reading.{module.name}")
        for name, value in vars(content).items():
            yield from walk(value, f"{module.name}.{name}")


def _of_size(piece: str, size: int = SIZE) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _seconds(work: Any) -> float:
    """The best of two runs: another process may have had the processor during one."""
    best = float("inf")
    for _ in range(2):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


@pytest.mark.parametrize("pattern", list(_patterns()))
def test_every_pattern_is_linear(pattern: re.Pattern[str]) -> None:
    slow = {}
    for name, piece in PIECES.items():
        text = _of_size(piece)
        seconds = _seconds(partial(_run_over, pattern, text))
        if seconds > LONGEST:
            slow[name] = seconds
    assert slow == {}


def _run_over(pattern: re.Pattern[str], text: str) -> None:
    for _ in pattern.finditer(text):
        pass


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_reading_hostile_words_ends_soon(piece: str) -> None:
    text = _of_size(piece)
    mail = replace(EMPTY, subject=text, text=text, words=replace(EMPTY.words, text=text, quoted=text))
    read(mail, DESK)
    assert _seconds(lambda: read(mail, DESK)) < LONGEST


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_of_a_lexicon_cannot_be_turned_against_it(code: str) -> None:
    """Every sentence is made of words that phrases wait for, so that as many as may be are tried."""
    words = [word.strip("~") for choice in tongue(code).phrases.choices() for word in sorted(choice)[:1]]
    text = _of_size(" ".join(words) + ". ", LONGEST_READ)
    assert _seconds(lambda: passage(text, "own words", (code,)).matches) < LONGEST


def test_an_answer_of_hostile_words_is_completed_soon() -> None:
    first = read(parse(b"From: kim@norda.example\r\nSubject: Please escalate\r\n\r\nPlease.\r\n"), DESK)
    for piece in PIECES.values():
        text = _of_size(piece, 20_000)
        mail = replace(EMPTY, text=text, words=replace(EMPTY.words, text=text))
        answer = read(mail, DESK)
        assert _seconds(partial(complete, first, answer, mail)) < LONGEST * 2
