"""Takes a regular expression of the configuration only if no mail can make it slow.

Ticket patterns run over whatever strangers send. One that tries many ways through the same text
would let a single mail hold up the desk, so it is refused before the first mail arrives.
"""

from __future__ import annotations

import re
from time import thread_time

_TOKEN = re.compile(
    r"""
    (?P<escape> \\. )
    | (?P<set> \[ \^? \]? (?:[^\]\\]|\\.)* \] )
    | (?P<open> \( (?: \?P<\w+> | \?[:=!>] | \?<[=!] | \?[a-zA-Z-]+:? )? )
    | (?P<close> \) )
    | (?P<choice> \| )
    | (?P<repeat> [*+?] | \{\d*,?\d*\} ) [?+]?
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_FIXED = re.compile(r"\{(\d+)\}")
_AT_MOST_ONCE = {"?", "{1}", "{0,1}", "{,1}"}

_PROBE_LENGTHS = (30, 60, 120, 250, 500, 1_000, 2_000, 4_000, 8_000)
_PROBE_SECONDS = 0.02
"""A pattern in proportion to the text needs under 1 ms for the longest probe, one that grows with
its square 50 ms and more."""


def problem_of_pattern(pattern: str) -> str | None:
    """What is wrong with a ticket pattern, or None. Its one group must be the ticket ID."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"which is no regular expression: {error}"
    if compiled.groups != 1:
        return f"with {compiled.groups} groups"
    if compiled.fullmatch(""):
        return "which matches an empty text"
    if _repeats_a_repetition(pattern):
        return "which repeats a group that itself varies"
    if _is_slow(compiled, pattern):
        return "which is slow on long texts"
    return None


def _repeats_a_repetition(pattern: str) -> bool:
    """True for ``(a+)+`` and ``(a|ab)*``: there are exponentially many ways to match one text."""
    varies = [False]
    closed = False  # whether the token before was a group that varies
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "repeat":
            count = token["repeat"]
            if closed and count not in _AT_MOST_ONCE:
                return True
            varies[-1] |= not _FIXED.fullmatch(count)
        elif kind == "choice":
            varies[-1] = True
        elif kind == "open":
            varies.append(False)
        closed = False
        if kind == "close" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] |= closed
    return False


def _is_slow(compiled: re.Pattern[str], pattern: str) -> bool:
    """Tries texts made of what the pattern looks for, ever longer ones, by the thread's own clock."""
    literal = re.sub(r"\W", "", re.sub(r"\\.", "", pattern))[:20]
    for unit in ("A", "a", "1", " ", "-", "#", "A1", "a ", "-1", literal or "x"):
        for length in _PROBE_LENGTHS:
            text = (unit * length)[:length] + "\x00"
            started = thread_time()
            for _ in compiled.finditer(text):
                pass
            if thread_time() - started > _PROBE_SECONDS:
                return True
    return False
