"""A letter before it becomes bytes: one recipient, one purpose, words in text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter is for."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COOLDOWN = "cooldown"
    JOINED = "joined"
    RAISED = "raised"
    ALERT = "alert"
    DIGEST = "digest"
    REPORT = "report"
    OPERATOR = "operator"
    NEWS = "news"
    STAFF_NEWS = "staff-news"
    ANSWER = "answer"
    CHASE = "chase"
    STORM = "storm"
    OVER = "over"
    OFFER = "offer"
    RECORD = "record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture that a letter brings along: its HTML shows it as ``cid:name``."""

    name: str
    png: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter to one person.

    ``in_reply_to`` and ``references`` are Message-IDs with their angle brackets. ``reply`` is
    true for an answer to a mail (``Auto-Submitted: auto-replied``), false for alerts and digests
    (``auto-generated``, RFC 3834 §5). ``sender_name`` is what the desk is called in ``From``.
    """

    kind: LetterKind
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    language: str
    reply: bool
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    sender_name: str = ""
