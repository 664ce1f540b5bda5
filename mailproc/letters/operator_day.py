"""The operator's morning: the desk's books, what is set aside or did not arrive, and every way in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.letters.digest import books
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.quoting import one_line

if TYPE_CHECKING:
    from datetime import date, datetime

    from mailproc.letters.pen import Pen
    from mailproc.policy.decision import Outcome

SHOWN = 20
"""Entries of a list that are shown; the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A mail that could not be handled, and the cause as it was reported."""

    mail_id: int
    sender: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """A letter or an alert that was given up."""

    recipient: str
    subject: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WayIn:
    """A listener or a mailbox, how many mails it took, and when the last one."""

    name: str
    mails: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorDay:
    """What happened to the desk since the last letter. ``troubles`` are the other calls for help.

    ``waiting`` counts mail without an outcome for too long, ``quarantined`` all that is set aside by now;
    ``retried`` and ``held`` what has not left the outbox.
    """

    day: date
    written_at: datetime
    received: int = 0
    outcomes: tuple[tuple[Outcome, int], ...] = ()
    waiting: int = 0
    set_aside: tuple[SetAside, ...] = ()
    quarantined: int = 0
    undelivered: tuple[Undelivered, ...] = ()
    retried: int = 0
    held: int = 0
    ways_in: tuple[WayIn, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """True where nothing needs a look."""
        return not (self.difference or self.waiting or self.set_aside or self.undelivered or self.troubles)

    @property
    def difference(self) -> int:
        """How many mails nobody can account for (B5)."""
        return self.received - sum(count for _, count in self.outcomes)


def operator_day(content: OperatorDay, pen: Pen) -> Draft:
    """The operator's letter of a day."""
    data = {
        "day": pen.day(content.day),
        "well": content.is_well,
        "waiting": content.waiting,
        "set_aside": [_set_aside(mail) for mail in content.set_aside[:SHOWN]],
        "set_aside_more": max(0, len(content.set_aside) - SHOWN),
        "quarantined": content.quarantined,
        "undelivered": [_undelivered(letter) for letter in content.undelivered[:SHOWN]],
        "undelivered_more": max(0, len(content.undelivered) - SHOWN),
        "retried": content.retried,
        "held": content.held,
        "ways_in": [_way_in(way, pen) for way in content.ways_in],
        "troubles": [one_line(trouble, 200) for trouble in content.troubles[:SHOWN]],
        "troubles_more": max(0, len(content.troubles) - SHOWN),
        **books(content.received, content.outcomes, pen),
    }
    return Draft(name="operator_day", kind=LetterKind.REPORT, data=data)


def _set_aside(mail: SetAside) -> dict[str, Any]:
    return {"id": mail.mail_id, "sender": one_line(mail.sender, 80), "cause": one_line(mail.cause, 200)}


def _undelivered(letter: Undelivered) -> dict[str, Any]:
    return {
        "recipient": one_line(letter.recipient, 80),
        "subject": one_line(letter.subject, 90),
        "cause": one_line(letter.cause, 200),
    }


def _way_in(way: WayIn, pen: Pen) -> dict[str, Any]:
    return {
        "name": one_line(way.name, 60),
        "count": way.mails,
        "last": pen.moment(way.last_at) if way.last_at else "",
    }
