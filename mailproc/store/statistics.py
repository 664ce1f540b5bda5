"""What happened over weeks, counted: for those who look at the work itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailproc.escalation.timeline import Event
from mailproc.policy.decision import Verdict
from mailproc.reading.request import Level
from mailproc.store.tables import decision, escalation, event, misuse

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

COMMAND = "command"
"""The route of an answer that carried a command: no request."""


def requests_by_day(connection: Connection, since: datetime, until: datetime) -> dict[date, Counter[str]]:
    """The requests decided in [since, until), by the days of the zone that ``since`` is in: how many were an
    ``emergency``, of ``higher_priority``, or ``rejected``.

    An emergency is one that was asked for, and still is one: not what was questioned, or judged otherwise.
    """
    query = (
        select(decision.c.decided_at, decision.c.verdict, decision.c.level, escalation.c.level.label("held"))
        .outerjoin(escalation, escalation.c.id == decision.c.escalation_id)
        .where(*_requests(since, until), decision.c.verdict.in_((Verdict.ACCEPTED, Verdict.REJECTED)))
    )
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(query):
        accepted = "emergency" if row.level == row.held == Level.EMERGENCY else "higher_priority"
        kind = accepted if row.verdict == Verdict.ACCEPTED else "rejected"
        days[row.decided_at.astimezone(since.tzinfo).date()][kind] += 1
    return days


def _requests(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return decision.c.decided_at >= since, decision.c.decided_at < until, decision.c.route != COMMAND


def reasons(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    """Why requests were sent back in [since, until): the first reason of each."""
    query = (
        select(decision.c.code, func.count().label("requests"))
        .where(*_requests(since, until), decision.c.verdict == Verdict.REJECTED)
        .group_by(decision.c.code)
    )
    return Counter({row.code: row.requests for row in connection.execute(query)})


def completed(connection: Connection, since: datetime, until: datetime) -> int:
    """How many requests that were sent back in [since, until) have been completed by an answer."""
    accepted = select(decision.c.completes).where(
        decision.c.completes.is_not(None), decision.c.verdict == Verdict.ACCEPTED
    )
    query = select(func.count(decision.c.mail_id)).where(
        *_requests(since, until), decision.c.mail_id.in_(accepted)
    )
    return int(connection.execute(query).scalar_one())


def happenings(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    """How often each kind of event stands on the timelines in [since, until)."""
    query = (
        select(event.c.kind, func.count().label("times"))
        .where(event.c.at >= since, event.c.at < until)
        .group_by(event.c.kind)
    )
    return Counter({row.kind: row.times for row in connection.execute(query)})


def misused(connection: Connection, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """The accounts whose emergencies were none in [since, until), each with how many, the most first."""
    query = (
        select(misuse.c.account, func.count().label("times"))
        .where(misuse.c.at >= since, misuse.c.at < until)
        .group_by(misuse.c.account)
        .order_by(func.count().desc(), misuse.c.account)
    )
    return [(row.account, row.times) for row in connection.execute(query)]


def knowledge_gaps(connection: Connection, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """What technicians handed over in [since, until) because nobody had learnt it: each subject with how
    often, the most frequent first (T4). A hand-over that names no subject counts as ``""``."""
    query = select(event.c.reasons).where(
        event.c.at >= since, event.c.at < until, event.c.kind == Event.HANDED_OVER
    )
    told = (reasons or {} for reasons in connection.execute(query).scalars())
    subjects = [reasons["knowledge"] for reasons in told if "knowledge" in reasons]
    counted = Counter(subject.casefold() for subject in subjects)
    written = {subject.casefold(): subject for subject in reversed(subjects)}
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(written[subject], count) for subject, count in ranked]
