"""The clocks of a tier: how much time is left for a plan and for a fix, read from the timeline (T2, T5).

Two designs were weighed. *Columns with due moments*: quick to read, and each command has to shift them.
*The timeline folded*: hand-overs, plans, pauses and overrides are events, and the due moments follow from
them and from the working time, so that nothing can get out of step. The second was built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mailproc.escalation.timeline import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailproc.policy.hours import WorkingTime
    from mailproc.settings import Tier


class Limit(StrEnum):
    """What a tier has a limited time for."""

    PLAN = "plan"
    FIX = "fix"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A line of the timeline, as far as clocks care: its kind, its moment, and the words with it."""

    kind: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """Where a tier stands. ``plan_due`` and ``fix_due`` are None where that is done, or nothing runs."""

    plan_due: datetime | None = None
    fix_due: datetime | None = None
    is_paused: bool = False

    @property
    def next(self) -> tuple[Limit, datetime] | None:
        """The limit that passes first; None while none runs."""
        limits = [(Limit.PLAN, self.plan_due), (Limit.FIX, self.fix_due)]
        running = [(limit, due) for limit, due in limits if due is not None]
        return min(running, key=lambda item: item[1], default=None)


BEGINS = frozenset({Event.HANDED_OVER, Event.STEPPED_UP})
"""A tier gets it: both limits begin anew."""

ENDS = frozenset({Event.LADDER_ENDED, Event.CLOSED, Event.CANCELED, Event.DECLINED, Event.MISUSED})
"""Nobody's time is limited any more."""

RESTS = frozenset({Event.PAUSED, Event.RESOLVED_BY_REQUESTER, Event.SOLUTION_ACCEPTED})
GOES_ON = frozenset({Event.RESUMED, Event.STILL_DOWN, Event.SOLUTION_REJECTED, Event.REOPENED})
FIXES = frozenset({Event.FIXED, Event.SOLUTION_PROPOSED})
FAILS = frozenset({Event.STILL_DOWN, Event.SOLUTION_REJECTED, Event.REOPENED})
"""A fix did not hold: it gets the time for a fix again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """What is left at one moment; None for a limit that is met, or was never set."""

    at: datetime
    plan: timedelta | None = None
    fix: timedelta | None = None
    runs: bool = False
    assigned: bool = False
    paused: bool = False


def clock(timeline: Iterable[Mark], tier: Tier, working: WorkingTime) -> Clock:
    """The due moments of the tier that has an escalation, in working time; ``timeline`` oldest first."""
    state: _State | None = None
    for mark in timeline:
        state = _after(_at(state, mark.at, working), mark, tier, working)
    if state is None:
        return Clock()
    if not state.runs:
        return Clock(is_paused=state.paused)
    return Clock(plan_due=_due(state, state.plan, working), fix_due=_due(state, state.fix, working))


def is_paused(timeline: Iterable[Mark]) -> bool:
    """True from PAUSE until RESUME, or until it goes on by itself."""
    paused = False
    for mark in timeline:
        paused = mark.kind == Event.PAUSED or (paused and mark.kind not in GOES_ON | BEGINS | ENDS)
    return paused


def _at(state: _State | None, moment: datetime, working: WorkingTime) -> _State:
    """The state at a later moment: what was worked in between is taken from what is left."""
    if state is None:
        return _State(at=moment)
    if not state.runs:
        return replace(state, at=moment)
    worked = working.between(state.at, moment)
    return replace(state, at=moment, plan=_less(state.plan, worked), fix=_less(state.fix, worked))


def _after(state: _State, mark: Mark, tier: Tier, working: WorkingTime) -> _State:
    """The state once an event is taken in."""
    kind = mark.kind
    if kind in BEGINS:
        return _State(at=mark.at, plan=tier.plan, fix=tier.fix, runs=True)
    if kind in ENDS:
        return _State(at=mark.at)
    if kind == Event.ASSIGNED and not state.assigned and state.plan is not None:
        # Where it is told who works on it, the time counts from there; once for each tier.
        return replace(state, plan=tier.plan, fix=tier.fix, assigned=True)
    if kind == Event.PLANNED:
        return replace(state, plan=None)
    if kind in FIXES:
        return replace(state, plan=None, fix=None)
    if kind == Event.OVERRIDDEN:
        given = override(mark.words)
        more = given.work_from(mark.at, working) if given else timedelta()
        return replace(state, plan=_at_least(state.plan, more), fix=_at_least(state.fix, more))
    if kind in RESTS:
        return replace(state, runs=False, paused=state.paused or kind == Event.PAUSED)
    if kind in GOES_ON:
        fix = tier.fix if kind in FAILS and state.fix is None else state.fix
        return replace(state, fix=fix, runs=True, paused=False)
    return state


def _less(left: timedelta | None, worked: timedelta) -> timedelta | None:
    return None if left is None else max(left - worked, timedelta())


def _at_least(left: timedelta | None, more: timedelta) -> timedelta | None:
    return None if left is None else max(left, more)


def _due(state: _State, left: timedelta | None, working: WorkingTime) -> datetime | None:
    return None if left is None else working.add(state.at, left)


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """More time, and the documented reason for it (T3): hours of work, or days of the calendar."""

    lasts: timedelta
    reason: str
    in_days: bool = False

    def work_from(self, moment: datetime, working: WorkingTime) -> timedelta:
        """The working time it gives from a moment on."""
        return working.between(moment, moment + self.lasts) if self.in_days else self.lasts


LONGEST_OVERRIDE = timedelta(days=30)
_STATED = re.compile(
    r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)[ \t]?(?P<unit>[^\W\d_]{1,10})[.:,;–—-]{0,2}\s", re.IGNORECASE
)
_UNITS = (
    (timedelta(minutes=1), "m min mins mn minu 分"),
    (
        timedelta(hours=1),
        "h hr hrs hour t tim timm timer std stunde heure hora ora ore uur uren g godz tunt 時間",
    ),
    (
        timedelta(days=1),
        "d day days dag dage dagar dagen dager tag tage dni dzie jour día días dia dias giorn päiv 日",
    ),
)
"""Units of time in the languages of the desk; those of four letters and more are how longer words begin."""

_WHOLE_WORD = 3
"""Letters of a unit that stands for itself alone."""


def override(words: str) -> Override | None:
    """The time and the reason of ``2h the vendor sends a patch at four``; None where one is missing."""
    stated = _STATED.match(words.strip())
    unit = _unit(stated["unit"].casefold()) if stated else None
    if stated is None or unit is None:
        return None
    lasts = float(stated["number"].replace(",", ".")) * unit
    reason = words.strip()[stated.end() :].strip(" \t\n:;,.–—-")
    if not timedelta() < lasts <= LONGEST_OVERRIDE or not any(mark.isalnum() for mark in reason):
        return None
    return Override(lasts=lasts, reason=reason, in_days=unit == timedelta(days=1))


def _unit(written: str) -> timedelta | None:
    for unit, names in _UNITS:
        for name in names.split():
            if written == name or (len(name) > _WHOLE_WORD and written.startswith(name)):
                return unit
    return None
