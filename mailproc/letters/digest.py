"""The project managers' morning: what waits for their decision, most pressing first, in two minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mailproc.escalation.command import NEEDS_WORDS, Verb
from mailproc.letters.alerts import cited
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import called, command_lines, link_of, word_of
from mailproc.letters.quoting import answer_subject, mailto, one_line, several_lines, ticket_link
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mailproc.escalation.reply_address import Subject
    from mailproc.letters.pen import Pen
    from mailproc.message.mail import Address
    from mailproc.policy.decision import Code, Outcome
    from mailproc.reading.request import Evidence
    from mailproc.settings import Settings

WHOLE = 15
"""Entries that are shown with their reasons. Some mail programs cut off after 100 kB."""

IN_A_LINE = 25
"""Entries of a list that are shown in a line each; the rest is counted."""

MOST_REASONS, REASON_LENGTH = 4, 240
"""What is quoted of a request: sentences, and characters of each."""

LATE = timedelta(minutes=15)
"""From when on a digest says that it comes late."""

AnswerTo = Callable[["Subject", int], str]
"""The address that is signed for the reader, for a matter: ``("escalation", 17)`` or ``("mail", 4)``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestEntry:
    """One escalation as the digest tells it. Times are aware; ``asked_at`` is when it was first asked for.

    ``url`` is the ticket's address as its directory tells it.
    ``times`` counts the requests for it, ``earlier`` names tickets of the same people about the same.
    ``reported`` is what its requester said last of its state, a kind of happening. ``silent_since`` is set
    where nothing was heard for too long of whoever has it, ``out_of_time`` where the time of a tier was up.
    """

    escalation_id: int
    ticket: str
    level: Level
    status: str
    requester: Address
    asked_at: datetime
    url: str = ""
    organisation: str | None = None
    motivation: str = ""
    evidence: tuple[Evidence, ...] = ()
    questioned: bool = False
    times: int = 1
    earlier: tuple[str, ...] = ()
    reported: str = ""
    is_new: bool = True
    owner: str = ""
    silent_since: datetime | None = None
    out_of_time: bool = False

    @property
    def deadline(self) -> date | None:
        """The earliest date that the requester gave."""
        return min((item.due for item in self.evidence if item.due), default=None)

    @property
    def is_overdue(self) -> bool:
        """True for what somebody has, and should have brought further."""
        return self.silent_since is not None or self.out_of_time


@dataclass(frozen=True, kw_only=True, slots=True)
class SentBack:
    """A request that was sent back: its mail, who wrote it, and why."""

    mail_id: int
    sender: str
    subject: str
    code: Code
    ticket: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Priority:
    """How many of the open tickets are escalated, and the share above which that is too many."""

    escalated: int
    open_tickets: int
    warn_above: float

    @property
    def share(self) -> float:
        """0 to 1; more is possible where the directory lags behind."""
        return self.escalated / self.open_tickets if self.open_tickets else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestContent:
    """What one digest tells.

    ``day`` is the local day of the digest, ``due_at`` the moment it was promised for, ``written_at`` when it
    was made, and ``next_day`` the day of the one after it. ``waiting`` needs a decision, ``in_work`` has one;
    ``ended`` and ``sent_back`` are since the last digest. ``received`` is the count of mails of the day,
    made apart from ``outcomes``: both must agree (B5).
    """

    day: date
    due_at: datetime
    written_at: datetime
    next_day: date
    waiting: tuple[DigestEntry, ...] = ()
    in_work: tuple[DigestEntry, ...] = ()
    ended: tuple[DigestEntry, ...] = ()
    sent_back: tuple[SentBack, ...] = ()
    priority: Priority | None = None
    received: int = 0
    outcomes: tuple[tuple[Outcome, int], ...] = ()


def most_pressing_first(entries: Iterable[DigestEntry]) -> list[DigestEntry]:
    """Emergencies, then by deadline, then by evidence, then the oldest."""
    return sorted(
        entries,
        key=lambda entry: (
            entry.level is not Level.EMERGENCY,
            entry.deadline or date.max,
            -len({item.kind for item in entry.evidence}),
            entry.asked_at,
        ),
    )


def digest(content: DigestContent, pen: Pen, settings: Settings, answer_to: AnswerTo) -> Draft:
    """The digest for one person, whom ``answer_to`` gives the addresses to answer to."""
    write = _Entries(content, pen, settings, answer_to)
    waiting = most_pressing_first(content.waiting)
    in_work = most_pressing_first(content.in_work)
    overdue = [entry for entry in in_work if entry.is_overdue]
    going_on = [entry for entry in in_work if not entry.is_overdue]
    whole, further = waiting[:WHOLE], waiting[WHOLE : WHOLE + IN_A_LINE]
    data = {
        "day": pen.day(content.day),
        "count": len(waiting),
        "open_count": len(in_work),
        "emergencies": sum(entry.level is Level.EMERGENCY for entry in waiting),
        "waiting": [write.whole(entry) for entry in whole],
        "further": [write.line(entry, Verb.ACK) for entry in further],
        "waiting_more": max(0, len(waiting) - WHOLE - IN_A_LINE),
        "answers": command_lines((Verb.ACK, Verb.DECLINE, Verb.CLOSE), pen) if waiting else [],
        "overdue": [write.line(entry, Verb.CLOSE) for entry in overdue[:IN_A_LINE]],
        "overdue_more": max(0, len(overdue) - IN_A_LINE),
        "in_work": [write.line(entry, Verb.CLOSE) for entry in going_on[:IN_A_LINE]],
        "in_work_more": max(0, len(going_on) - IN_A_LINE),
        "ended": [write.line(entry) for entry in content.ended[:IN_A_LINE]],
        "ended_more": max(0, len(content.ended) - IN_A_LINE),
        "sent_back": [write.sent_back(one) for one in content.sent_back[:WHOLE]],
        "sent_back_more": max(0, len(content.sent_back) - WHOLE),
        "late": pen.moment(content.due_at) if content.written_at - content.due_at > LATE else "",
        **_priority(content.priority, pen),
        **books(content.received, content.outcomes, pen),
    }
    return Draft(name="digest", kind=LetterKind.DIGEST, data=data)


def books(received: int, outcomes: Sequence[tuple[Outcome, int]], pen: Pen) -> dict[str, Any]:
    """The mail of a period and what became of it, with what is left over (B5)."""
    return {
        "received": received,
        "outcomes": [counted(pen.say(f"outcome.{outcome}"), count) for outcome, count in outcomes],
        "unaccounted": received - sum(count for _, count in outcomes),
    }


def counted(label: str, count: int) -> dict[str, Any]:
    """A line of a list of counts."""
    return {"label": label, "count": count}


def _priority(priority: Priority | None, pen: Pen) -> dict[str, Any]:
    if priority is None or not priority.open_tickets:
        return {"share": "", "escalated": 0, "open_tickets": 0, "too_many": "", "warn_above": ""}
    too_many = priority.share > priority.warn_above
    return {
        "share": pen.calendar.percent(priority.share),
        "escalated": priority.escalated,
        "open_tickets": priority.open_tickets,
        "too_many": too_many,
        "warn_above": pen.calendar.percent(priority.warn_above),
    }


class _Entries:
    """Writes the entries of one digest for one reader."""

    def __init__(self, content: DigestContent, pen: Pen, settings: Settings, answer_to: AnswerTo) -> None:
        self._content = content
        self._pen = pen
        self._settings = settings
        self._answer_to = answer_to

    def whole(self, entry: DigestEntry) -> dict[str, Any]:
        """A request with its reasons and all that can be answered."""
        return self.line(entry, Verb.ACK, Verb.DECLINE, Verb.CLOSE) | {
            "evidence": list(cited(entry.evidence, self._pen, REASON_LENGTH))[:MOST_REASONS],
            "motivation": several_lines(entry.motivation, REASON_LENGTH),
        }

    def line(self, entry: DigestEntry, *verbs: Verb) -> dict[str, Any]:
        """An escalation in a line, with the words that answer it."""
        pen, content = self._pen, self._content
        requester = one_line(str(entry.requester), 120)
        ticket = one_line(entry.ticket, 60)
        address = self._answer_to("escalation", entry.escalation_id) if verbs else ""
        deadline = entry.deadline
        return {
            "ticket": ticket,
            "link": link_of(entry.ticket, {"url": entry.url}, self._settings),
            "emergency": entry.level is Level.EMERGENCY,
            "level": pen.say(f"level.{entry.level}"),
            "status": pen.status(entry.status),
            "from": f"{requester}, {one_line(entry.organisation, 80)}" if entry.organisation else requester,
            "name": one_line(entry.requester.name or entry.requester.email, 60),
            "age": pen.calendar.lasting(pen.now - entry.asked_at),
            "deadline": pen.day(deadline) if deadline else "",
            "passed": deadline is not None and deadline < content.day,
            "soon": deadline is not None and content.day <= deadline <= content.next_day,
            "questioned": entry.questioned,
            "times": entry.times,
            "earlier": ", ".join(one_line(one, 60) for one in entry.earlier),
            "reported": pen.say(f"happening.{entry.reported}") if entry.reported else "",
            "owner": called(entry.owner, pen, self._settings) if entry.owner else "",
            "silent": pen.calendar.lasting(pen.now - entry.silent_since) if entry.silent_since else "",
            "out_of_time": entry.out_of_time,
            "reason": _reason(entry) if entry.is_new else "",
            "answers": _answers(address, answer_subject(ticket), verbs),
            "address": address,
        }

    def sent_back(self, one: SentBack) -> dict[str, Any]:
        """A request that was sent back, with what makes it one after all."""
        address = self._answer_to("mail", one.mail_id)
        subject = one_line(one.subject, 90)
        ticket = one_line(one.ticket, 60)
        return {
            "ticket": ticket,
            "link": ticket_link(self._settings.tickets.url, one.ticket),
            "emergency": False,
            "sender": one_line(one.sender, 80),
            "subject": subject,
            "why": self._pen.say(f"fault.{one.code}.short"),
            "answers": _answers(address, answer_subject(subject), (Verb.TAKE,), room=not ticket),
            "address": address,
        }


def _reason(entry: DigestEntry) -> str:
    """The sentence that tells the most, on one line."""
    return one_line(entry.evidence[0].sentence if entry.evidence else entry.motivation, 160)


def _answers(
    address: str, subject: str, verbs: Sequence[Verb], *, room: bool = False
) -> list[dict[str, str]]:
    """Links that open a mail to ``address`` with a word in it, and room behind it where more is needed."""
    return [
        {
            "word": word_of(verb),
            "link": mailto(
                address,
                subject=subject,
                body=word_of(verb) + (": " if room or verb in NEEDS_WORDS else ""),
            ),
        }
        for verb in verbs
    ]
