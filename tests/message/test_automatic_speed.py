"""No text, however hostile, holds the desk up: each look at a mail ends within a tenth of a second."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mailproc.message.automatic import signals
from mailproc.message.bounce import read_bounce
from mailproc.message.mail import IncomingMail, Nature, OwnWords, Signal

from .written import written

LIMIT = 0.1  # seconds for 100 kB
HOSTILE = {
    "parentheses": "(" * 100_000,
    "tags": "[x] " * 25_000,
    "stars": "**a" * 33_000,
    "addresses": "a@" * 50_000,
    "brackets": "<" * 100_000,
    "one word": "a" * 100_000,
    "codes": "5.5." * 25_000,
    "fields": "action:\n" * 12_000,
    "message-ids": "message-id: <" * 8_000,
    "blank lines": " \n" * 50_000,
    "dashes": "-" * 100_000,
    "answers": "re: " * 25_000,
}


def seconds(mail: IncomingMail) -> float:
    bounce = replace(mail, signals=(Signal(nature=Nature.BOUNCE, rule="delivery_report", found=""),))
    started = time.perf_counter()
    signals(mail)
    read_bounce(bounce)
    return time.perf_counter() - started


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_time(hostile: str) -> None:
    mail = written("x", Subject="Re: x", In_Reply_To="<a@b.example>")
    signals(mail)
    names = ("From", "Sender", "Auto-Submitted", "Precedence", "Content-Type", "X-Failed-Recipients")
    everywhere = replace(
        mail,
        subject=hostile,
        text=hostile,
        words=OwnWords(text=hostile),
        delivery_status=hostile,
        sender=None,
        from_all=(),
        headers=tuple((name, hostile) for name in names),
    )
    assert min(seconds(everywhere) for _ in range(3)) < LIMIT
