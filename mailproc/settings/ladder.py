"""The forms of hand-overs, and the tiers that they climb."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from mailproc.notation import Duration, Line, between
from mailproc.settings.table import Table

HandoverReason = Literal["time", "knowledge", "urgency", "permission"]
"""Why technicians hand over (seed 001)."""


class FormSection(Table):
    """A section of a form. Fewer words than ``least`` are too vague; where ``may_be_none`` is true,
    "none" is an answer. ``synonyms`` are further spellings of the label. ``demanded_for`` is the one
    reason of a hand-over that demands the section; without it the section is always demanded."""

    label: Line
    synonyms: tuple[Line, ...] = ()
    least: Annotated[int, between(1, 200)] = 1
    may_be_none: bool = False
    demanded_for: HandoverReason | None = None


class Form(Table):
    """``[[form]]``: a form that mail may carry. It is demanded of mail that uses two of its labels,
    of mail to ``support+address@`` for one of ``addresses``, and of people with one of ``roles``.
    Sections and addresses that are left out are those of the built-in form of that name. ``tier`` is the
    name of the tier that hand-overs by this form go to."""

    name: Line
    sections: tuple[FormSection, ...] = ()
    addresses: tuple[Line, ...] = ()
    roles: tuple[Line, ...] = ()
    tier: str | None = None


class Tier(Table):
    """``[[tier]]``: a rung of the ladder that hand-overs climb, the first one lowest (T2).

    Whoever has one of ``roles`` is of this tier. A hand-over has ``plan`` of working time for a plan and
    ``fix`` for a fix, then it goes to the next tier. ``categories`` of tickets come to this tier at once.
    """

    name: Line
    roles: tuple[Line, ...]
    plan: Duration = timedelta(minutes=30)
    fix: Duration = timedelta(minutes=60)
    categories: tuple[Line, ...] = ()


class Ladder(Table):
    """``[ladder]``: what all tiers have in common. People with one of ``may_override`` may give more time;
    everybody with one of ``at_the_end`` is brought together when all tiers have tried."""

    warn_before: Duration = timedelta(minutes=5)
    may_override: tuple[Line, ...] = ("manager",)
    at_the_end: tuple[Line, ...] = ("manager", "account manager")
