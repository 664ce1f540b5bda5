"""Looks into a post mortem for its cause: infrastructure asks for a technical root cause analysis (S6)."""

from __future__ import annotations

from functools import cache

from mailproc.languages import phrases_of_all
from mailproc.reading.sentences import words_of

_LONGEST_LINE = 300


def caused_by_infrastructure(text: str) -> bool:
    """True where a line such as ``Cause: infrastructure`` stands in it, in any language.

    The label is the whole of what stands before the colon, and what names infrastructure begins the rest:
    "Cause: a slip, not the infrastructure" names none.
    """
    labels, causes = _known("post_mortem.cause"), _known("post_mortem.infrastructure")
    for line in text.splitlines():
        label, colon, said = line[:_LONGEST_LINE].replace("：", ":").partition(":")
        if not colon or words_of(label) not in labels:
            continue
        words = words_of(said)
        if any(words[: len(cause)] == cause for cause in causes):
            return True
    return False


@cache
def _known(key: str) -> frozenset[tuple[str, ...]]:
    return frozenset(words_of(phrase) for _, phrase in phrases_of_all(key))
