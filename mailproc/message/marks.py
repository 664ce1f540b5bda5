"""Private characters that carry what HTML knows about a text: where quotes and signatures begin and end."""

from __future__ import annotations

import re

QUOTE_OPEN = "\ue0e0"
QUOTE_CLOSE = "\ue0e1"
HISTORY_BEGINS = "\ue0e2"
SIGNATURE_OPEN = "\ue0e3"
SIGNATURE_CLOSE = "\ue0e4"
ATTRIBUTION_OPEN = "\ue0e5"
ATTRIBUTION_CLOSE = "\ue0e6"

ALL_MARKS = frozenset(
    (
        QUOTE_OPEN,
        QUOTE_CLOSE,
        HISTORY_BEGINS,
        SIGNATURE_OPEN,
        SIGNATURE_CLOSE,
        ATTRIBUTION_OPEN,
        ATTRIBUTION_CLOSE,
    )
)
_MARK = re.compile(f"[{''.join(sorted(ALL_MARKS))}]")


def without_marks(text: str) -> str:
    """The text as a reader sees it. Marks a stranger wrote into a mail go the same way."""
    if text.isascii() or not any(mark in text for mark in ALL_MARKS):
        return text
    return _MARK.sub("", text)
