"""Prose that may be a command is offered back; several requests of one mail are answered together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.escalation.command import NEEDS_WORDS
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import about, command_lines, word_of
from mailproc.letters.quoting import one_line, several_lines
from mailproc.policy.decision import Alert, Code, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailproc.escalation.command import Verb
    from mailproc.letters.matter import Matter
    from mailproc.letters.pen import Pen
    from mailproc.policy.decision import Decision
    from mailproc.settings import Settings

LONGEST_LINK = 1_500
"""Characters of prose that a button takes along: longer links are cut by mail programs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A command that prose may mean, and the prose."""

    verb: Verb
    written: str


def offer(
    matter: Matter, meant: Offer, others: Sequence[str], pen: Pen, settings: Settings, *, is_staff: bool
) -> Draft:
    """What was written, the one word that would do it, and ``others`` that are understood."""
    word, takes_words = word_of(meant.verb), meant.verb in NEEDS_WORDS
    body = f"{word}: {several_lines(meant.written, LONGEST_LINK)}" if takes_words else word
    data = {
        **about(matter, pen, settings),
        "word": word,
        "written": several_lines(meant.written),
        "takes_words": takes_words,
        "staff": is_staff,
        "meaning": pen.say(f"offer.meaning.{meant.verb}"),
        "commands": command_lines(others, pen),
        "button": {"label": pen.say("answer.button", word=word), "link": pen.reply_link(body)},
    }
    return Draft(name="offer", kind=LetterKind.OFFER, data=data)


def each_alone(decisions: Sequence[Decision], pen: Pen, *, decides_at: datetime) -> Draft:
    """The answer to BOTH: what became of each ticket of a mail that named several."""
    data = {
        "count": len(decisions),
        "decides_at": pen.moment(decides_at),
        "lines": [_line(decision, pen, decides_at) for decision in decisions],
    }
    return Draft(name="each_alone", kind=LetterKind.ACCEPTED, data=data)


def _line(decision: Decision, pen: Pen, decides_at: datetime) -> str:
    until = decision.cooldown_until
    waits = [refusal.code for refusal in decision.refusals] == [Code.COOLDOWN] and until is not None
    return pen.say(
        f"each_alone.became.{_became(decision, waits)}",
        ticket=one_line(decision.request.ticket or "", 60),
        until=pen.moment(until) if until else "",
        decides_at=pen.moment(decides_at),
    )


def _became(decision: Decision, waits: bool) -> str:
    """The key of the sentence about one ticket. Who may not know why it was refused reads no reason."""
    if decision.refusals:
        return "waits" if waits else "refused"
    if decision.outcome in (Outcome.JOINED, Outcome.RAISED):
        return str(decision.outcome)
    return {Alert.EVERYBODY: "emergency", Alert.DUTY: "told"}.get(decision.alert, "accepted")
