"""The project managers' morning: what waits for their decision, most pressing first, in two minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mailproc.letters.alerts import cited
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.quoting import one_line, several_lines, ticket_link
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailproc.letters.pen import Pen
    from mailproc.message.mail import Address
    from mailproc.policy.decision import Code, Outcome
    from mailproc.reading.request import Evidence
    from mailproc.settings import Settings

SHOWN = 40
"""Entries of a list that are shown; the rest is counted. Some mail programs cut off after 100 kB."""

LATE = timedelta(minutes=15)
"""From when on a digest says that it comes late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestEntry:
    """One escalation as the digest tells it. Times are aware; ``accepted_at`` is the first acceptance.

    ``repeated`` is true where this is a further request for a ticket that is open already.
    """

    escalation_id: str
    ticket: str
    level: Level
    status: str
    requester: Address
    accepted_at: datetime
    organisation: str | None = None
    motivation: str = ""
    evidence: tuple[Evidence, ...] = ()
    questioned: bool = False
    repeated: bool = False

    @property
    def deadline(self) -> date | None:
        """The earliest date that the requester gave."""
        return min((item.due for item in self.evidence if item.due), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestContent:
    """What one digest tells.

    ``day`` is the desk's local day, ``due_at`` the moment the digest was promised for and
    ``written_at`` when it was made. ``new`` came since the last digest, ``still_open`` before.
    ``received`` is the count of mails of the day, made apart from ``outcomes``: both must agree (B5).
    """

    day: date
    due_at: datetime
    written_at: datetime
    new: tuple[DigestEntry, ...] = ()
    still_open: tuple[DigestEntry, ...] = ()
    received: int = 0
    outcomes: tuple[tuple[Outcome, int], ...] = ()
    rejected: tuple[tuple[Code, int], ...] = ()


def most_pressing_first(entries: Iterable[DigestEntry]) -> list[DigestEntry]:
    """Emergencies, then by deadline, then by evidence, then the oldest."""
    return sorted(
        entries,
        key=lambda entry: (
            entry.level is not Level.EMERGENCY,
            entry.deadline or date.max,
            -len(entry.evidence),
            entry.accepted_at,
        ),
    )


def digest(content: DigestContent, pen: Pen, settings: Settings) -> Draft:
    """The digest for one person."""
    new = most_pressing_first(content.new)
    still_open = most_pressing_first(content.still_open)
    counted = sum(count for _, count in content.outcomes)
    data = {
        "day": pen.day(content.day),
        "count": len(new),
        "open_count": len(still_open),
        "emergencies": sum(entry.level is Level.EMERGENCY for entry in new),
        "new": [_entry(entry, pen, settings) for entry in new[:SHOWN]],
        "new_more": max(0, len(new) - SHOWN),
        "still_open": [_entry(entry, pen, settings) for entry in still_open[:SHOWN]],
        "open_more": max(0, len(still_open) - SHOWN),
        "received": content.received,
        "outcomes": [_count(pen.say(f"outcome.{outcome}"), count) for outcome, count in content.outcomes],
        "rejected": [_count(pen.say(f"fault.{code}.short"), count) for code, count in content.rejected],
        "unaccounted": content.received - counted,
        "late": pen.moment(content.due_at) if content.written_at - content.due_at > LATE else "",
    }
    return Draft(name="digest", kind=LetterKind.DIGEST, data=data)


def _count(label: str, count: int) -> dict[str, Any]:
    return {"label": label, "count": count}


def _entry(entry: DigestEntry, pen: Pen, settings: Settings) -> dict[str, Any]:
    requester = one_line(str(entry.requester), 120)
    return {
        "ticket": one_line(entry.ticket, 60),
        "link": ticket_link(settings.tickets.url, entry.ticket),
        "emergency": entry.level is Level.EMERGENCY,
        "level": pen.say(f"level.{entry.level}"),
        "status": pen.status(entry.status),
        "from": f"{requester}, {entry.organisation}" if entry.organisation else requester,
        "name": one_line(entry.requester.name or entry.requester.email, 60),
        "asked": pen.moment(entry.accepted_at),
        "age": pen.calendar.lasting(pen.now - entry.accepted_at),
        "deadline": pen.day(entry.deadline) if entry.deadline else "",
        "evidence": list(cited(entry.evidence, pen)),
        "motivation": several_lines(entry.motivation, 400),
        "questioned": entry.questioned,
        "repeated": entry.repeated,
    }
