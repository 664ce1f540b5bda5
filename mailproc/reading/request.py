"""What a mail asks for, with every finding tied to the words that show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from mailproc.message.mail import Address


class Kind(StrEnum):
    """What the mail is (the word published by ``mailproc explain``)."""

    REQUEST = "request"
    OTHER = "other"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    BULK = "bulk"


class Level(StrEnum):
    """The level asked for (P1). None stands for ordinary mail."""

    HIGHER_PRIORITY = "higher_priority"
    EMERGENCY = "emergency"


class Source(StrEnum):
    """Where a ticket candidate was found, in the order in which places win (mission M6)."""

    LABEL = "labelled line"
    REQUEST = "clear request"
    PLUS_ADDRESS = "plus-address"
    SUBJECT = "subject"
    THREAD = "thread headers"
    WORDS = "own words"
    LINK = "link"
    QUOTED = "quoted thread"
    FORWARDED = "forwarded mail"
    ATTACHED = "attached mail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A possible ticket ID, and why it won or lost."""

    ticket: str
    source: Source
    written: str
    chosen: bool
    why: str


class EvidenceKind(StrEnum):
    """What makes a motivation a good one (E3)."""

    DEADLINE = "deadline"
    DEAL = "deal"
    CHURN = "churn"
    OUTAGE = "outage"
    REVENUE = "revenue"
    SECURITY = "security"
    SAFETY = "safety"
    LEGAL = "legal"
    MANY_USERS = "many_users"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One reason that counts: its kind, the author's sentence, and the words that matched."""

    kind: EvidenceKind
    sentence: str
    words: str
    due: date | None = None


class ExcuseKind(StrEnum):
    """Reasons that do not count (seed 000)."""

    FORGOT = "forgot"
    PROMISED = "promised"


@dataclass(frozen=True, kw_only=True, slots=True)
class Excuse:
    """One reason that does not count, with the sentence that states it."""

    kind: ExcuseKind
    sentence: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One section of a form: ``fault`` is None, ``"missing"`` or ``"vague"``."""

    label: str
    text: str
    fault: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormReading:
    """A form found in a mail (F1, T1), section by section."""

    name: str
    sections: tuple[Section, ...]

    @property
    def faulty(self) -> tuple[Section, ...]:
        """The sections that are missing or vague, in the form's order."""
        return tuple(section for section in self.sections if section.fault)


class Misuse(StrEnum):
    """What an emergency is not for (P4)."""

    FEATURE = "feature"
    COSMETIC = "cosmetic"
    TIMELINE = "timeline"
    STAGING = "staging"
    NICE_TO_HAVE = "nice_to_have"


@dataclass(frozen=True, kw_only=True, slots=True)
class MisuseFinding:
    """An emergency that is questioned, and the words that made it so."""

    kind: Misuse
    sentence: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One step of reading, for the trace (B2): what was concluded, from which words, where."""

    rule: str
    said: str
    words: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationRequest:
    """A mail, understood.

    ``requester`` is the person to answer: the author, or the original author of a forwarded
    request (E4), in which case ``forwarder`` is the sender.
    ``ticket`` is None when none, or several, are asked for; ``several`` then names them.
    ``level_asked`` tells whether the level stands in the mail or is the default.
    ``summary`` is the sentence that says the most, for lists and subjects.
    """

    kind: Kind
    requester: Address | None
    forwarder: Address | None = None
    ticket: str | None = None
    several: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    level: Level | None = None
    level_asked: bool = False
    misuse: MisuseFinding | None = None
    motivation: str | None = None
    evidence: tuple[Evidence, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    form: FormReading | None = None
    language: str = "en"
    summary: str = ""
    trace: tuple[Finding, ...] = field(default=())

    @property
    def is_request(self) -> bool:
        """True when the mail asks for a ticket to come first."""
        return self.kind is Kind.REQUEST

    @property
    def is_emergency(self) -> bool:
        """True when an emergency is asked for, questioned or not."""
        return self.level is Level.EMERGENCY
