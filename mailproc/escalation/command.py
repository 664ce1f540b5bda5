"""An order in the first line of an answer: its word, what stands behind it, and who may give it.

A command is a bare capital word, or the word with a colon, or the word alone on its line; in English or in
the words of a language. Prose is never a command: "we are on it" is offered back, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from mailproc.languages import LANGUAGES, lexicon


class Verb(StrEnum):
    """What can be ordered by mail, and equally on the command line."""

    ACK = "ack"
    DECLINE = "decline"
    PROPOSE = "propose"
    UPDATE = "update"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    MISUSE = "misuse"
    RESTORE = "restore"
    LEVEL = "level"
    TAKE = "take"
    SPLIT = "split"
    ASSIGN = "assign"
    POSTMORTEM = "postmortem"
    RCA = "rca"
    PLAN = "plan"
    FIX = "fix"
    PAUSE = "pause"
    RESUME = "resume"
    OVERRIDE = "override"
    WHY = "why"
    HELP = "help"
    ACCEPT = "accept"
    REJECT = "reject"
    RESOLVED = "resolved"
    STILL_DOWN = "still_down"
    NO_LONGER_URGENT = "no_longer_urgent"
    STATUS = "status"
    QUEUE = "queue"
    BOTH = "both"
    CONFIRM = "confirm"


FOR_REQUESTERS = frozenset(
    {
        Verb.ACCEPT,
        Verb.REJECT,
        Verb.RESOLVED,
        Verb.STILL_DOWN,
        Verb.NO_LONGER_URGENT,
        Verb.STATUS,
        Verb.QUEUE,
        Verb.BOTH,
        Verb.CONFIRM,
        Verb.HELP,
    }
)
"""What the requester and those of the same organisation may order; the rest is for staff."""

NEEDS_WORDS = frozenset(
    {Verb.DECLINE, Verb.PROPOSE, Verb.UPDATE, Verb.NOTE, Verb.CANCEL, Verb.MISUSE, Verb.REJECT, Verb.LEVEL}
    | {Verb.ASSIGN, Verb.POSTMORTEM, Verb.PLAN, Verb.FIX, Verb.PAUSE}
)
"""What is refused without words behind it: a reason is owed to whoever is affected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An order: its verb, the words behind it, and the word as it was written."""

    verb: Verb
    words: str
    written: str


_LONGEST_WORD = 60
_LITTLE = " \t\r.!?。！？"
_AFTER_WORD = re.compile(r"[ \t]*[:：–—-]?[ \t]*")


def read_command(text: str) -> Command | None:
    """The command at the beginning of the author's own words; None for anything else.

    ``ACK``, ``Ack:``, ``ack`` alone on its line, ``DECLINE too late for this release`` and the natural
    ``This has been resolved: …`` are commands; ``ack of this mail would be nice`` is none.
    """
    first, _, rest = text.strip().partition("\n")
    first = first.strip().strip("*_`\"'“”").strip()
    folded = first.casefold()
    for word, verb in _words():
        if not folded.startswith(word):
            continue
        written, behind = first[: len(word)], first[len(word) :]
        if behind[:1].isalnum() or not _is_order(written, behind, word):
            continue
        said = _AFTER_WORD.sub("", behind, count=1).lstrip(_LITTLE).rstrip()
        return Command(verb=verb, words="\n".join(filter(None, (said, rest.strip()))), written=written)
    return None


def _is_order(written: str, behind: str, word: str) -> bool:
    alone = not behind.strip(_LITTLE)
    colon = behind.lstrip()[:1] in (":", "：") or (" " in word and behind.strip()[:1] in ("–", "—", "-", ","))
    return alone or colon or (written.isupper() and len(word) > 1)


@cache
def _words() -> tuple[tuple[str, Verb], ...]:
    """Every command word of every language, the longest first."""
    found: dict[str, Verb] = {}
    for code in LANGUAGES:
        for verb in Verb:
            for phrase in lexicon(code).phrases(f"commands.{verb}"):
                found.setdefault(phrase.casefold()[:_LONGEST_WORD], verb)
    return tuple(sorted(found.items(), key=lambda item: -len(item[0])))
