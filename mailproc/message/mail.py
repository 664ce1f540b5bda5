"""What a mail is once it has been read: plain values, independent of any parser."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A mailbox: display name (may be empty) and address in lower case."""

    email: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part after the last ``@``, or ``""``."""
        return self.email.rpartition("@")[2]

    @property
    def local_part(self) -> str:
        """The part before the last ``@``."""
        return self.email.rpartition("@")[0]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A part that is not the text of the mail. Its bytes are never opened."""

    filename: str
    content_type: str
    size: int


class SetAsideKind(StrEnum):
    """Why a stretch of the text is not counted as the author's own new words."""

    QUOTE = "quote"
    QUOTE_HEADER = "quote_header"
    FORWARD = "forward"
    GREETING = "greeting"
    CLOSING = "closing"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    FOOTER = "footer"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A stretch of text that was set aside, with the rule that did it."""

    kind: SetAsideKind
    text: str
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Forwarded:
    """A mail inside this mail: forwarded as text, or attached as message/rfc822."""

    sender: Address | None
    to: tuple[Address, ...]
    subject: str
    date: str
    text: str
    attached: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """The author's own words, and all that was set aside to get there.

    ``text`` keeps greeting and closing phrases out only where a rule is sure; ``quoted`` is the
    quoted history as one text, for the search of ticket IDs.
    """

    text: str
    set_aside: tuple[SetAside, ...] = ()
    quoted: str = ""
    forwarded: tuple[Forwarded, ...] = ()


class Nature(StrEnum):
    """What kind of writer sent the mail (RFC 3834, RFC 3464, RFC 2369)."""

    HUMAN = "human"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    BULK = "bulk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One sign that a mail was not written by a person to us: where, what, and its source."""

    nature: Nature
    rule: str
    found: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingMail:
    """A mail as a value. Every field is present; what the mail lacks is empty or None.

    ``sender`` is None unless ``From`` holds exactly one unambiguous address (RFC 5322 §3.6.2): only that
    address may be given rights. ``reply_author`` is whom to answer even so: the one address of ``From``, else
    the ``Sender`` field's, else the first of ``From``.
    ``text`` is the whole readable body, ``words`` the author's part of it.
    ``date`` carries its own UTC offset. ``part_types`` are the content types of all MIME parts in
    lower case and in order, ``delivery_status`` the fields of a report part (RFC 3464) as text.
    ``calendar_method`` is what a calendar part asks of the reader's calendar (RFC 6047 §2.4): ``reply``.
    ``authentication_results`` are the fields of that name from the top, without any encoded-word decoded.
    """

    message_id: str | None
    date: datetime | None
    subject: str
    sender: Address | None
    from_all: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    words: OwnWords
    signals: tuple[Signal, ...]
    attachments: tuple[Attachment, ...]
    attached_mail: tuple[IncomingMail, ...]
    unreadable: str | None = None
    defects: tuple[str, ...] = ()
    part_types: tuple[str, ...] = ()
    delivery_status: str = ""
    calendar_method: str = ""
    reply_author: Address | None = None
    authentication_results: tuple[str, ...] = ()

    @property
    def nature(self) -> Nature:
        """The nature the first signal gives; ``HUMAN`` where there is none."""
        return self.signals[0].nature if self.signals else Nature.HUMAN

    @property
    def is_automatic(self) -> bool:
        """True for mail that must never be answered."""
        return self.nature is not Nature.HUMAN

    def header(self, name: str) -> str | None:
        """The first value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """All values of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)
