"""What each command does to an escalation, and who hears of it: one table, and one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Verb
from mailproc.escalation.naming import LEVELS
from mailproc.escalation.status import Status, Step, after
from mailproc.escalation.tiers import override
from mailproc.escalation.timeline import Event
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from mailproc.escalation.command import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A row of the table of commands.

    ``happening`` is its name on the timeline. ``words_to_requester`` says whether what staff wrote behind
    the word is meant for the customer: only then it is ever quoted to them (F6). ``after_the_end`` are
    those that look back at an emergency: they are possible once it is over, and not before.
    """

    happening: Event
    step: Step | None = None
    level: Level | None = None
    tells_requester: bool = False
    words_to_requester: bool = False
    tells_staff: bool = False
    alerts: bool = False
    after_the_end: bool = False


ORDERS: dict[Verb, Order] = {
    Verb.ACK: Order(happening=Event.ACKNOWLEDGED, step=Step.ACK, tells_requester=True, tells_staff=True),
    Verb.DECLINE: Order(
        happening=Event.DECLINED,
        step=Step.DECLINE,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.PROPOSE: Order(
        happening=Event.SOLUTION_PROPOSED, step=Step.PROPOSE, tells_requester=True, words_to_requester=True
    ),
    Verb.UPDATE: Order(happening=Event.UPDATE, tells_requester=True, words_to_requester=True),
    Verb.NOTE: Order(happening=Event.NOTE),
    Verb.CLOSE: Order(
        happening=Event.CLOSED,
        step=Step.CLOSE,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.REOPEN: Order(
        happening=Event.REOPENED,
        step=Step.REOPEN,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.CANCEL: Order(
        happening=Event.CANCELED,
        step=Step.CANCEL,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.MISUSE: Order(
        happening=Event.MISUSED,
        step=Step.MISUSE,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.RESTORE: Order(happening=Event.RESTORED, tells_requester=True, tells_staff=True),
    Verb.LEVEL: Order(happening=Event.LEVEL_CHANGED, tells_requester=True, tells_staff=True),
    Verb.ASSIGN: Order(happening=Event.ASSIGNED, tells_staff=True),
    Verb.PLAN: Order(happening=Event.PLANNED, tells_staff=True),
    Verb.FIX: Order(happening=Event.FIXED, tells_staff=True),
    Verb.PAUSE: Order(happening=Event.PAUSED, tells_staff=True),
    Verb.RESUME: Order(happening=Event.RESUMED, tells_staff=True),
    Verb.OVERRIDE: Order(happening=Event.OVERRIDDEN, tells_staff=True),
    Verb.SPLIT: Order(happening=Event.SPLIT_OFF, tells_requester=True, tells_staff=True),
    Verb.POSTMORTEM: Order(
        happening=Event.POST_MORTEM,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
        after_the_end=True,
    ),
    Verb.RCA: Order(
        happening=Event.ROOT_CAUSE,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
        after_the_end=True,
    ),
    Verb.ACCEPT: Order(
        happening=Event.SOLUTION_ACCEPTED, step=Step.ACCEPT, tells_requester=True, tells_staff=True
    ),
    Verb.REJECT: Order(
        happening=Event.SOLUTION_REJECTED, step=Step.REJECT, tells_requester=True, tells_staff=True
    ),
    Verb.RESOLVED: Order(happening=Event.RESOLVED_BY_REQUESTER, tells_requester=True, tells_staff=True),
    Verb.STILL_DOWN: Order(
        happening=Event.STILL_DOWN, step=Step.STILL_DOWN, tells_requester=True, tells_staff=True
    ),
    Verb.NO_LONGER_URGENT: Order(happening=Event.NO_LONGER_URGENT, tells_requester=True, tells_staff=True),
    Verb.CONFIRM: Order(
        happening=Event.CONFIRMED_AS_EMERGENCY,
        step=Step.RAISE,
        level=Level.EMERGENCY,
        tells_requester=True,
        alerts=True,
    ),
}
"""Every command that changes something, by its verb. The rest only answers."""

WITHOUT_WORDS: dict[Verb, Order] = {
    Verb.RCA: Order(happening=Event.ROOT_CAUSE_ASKED, tells_staff=True, after_the_end=True),
}
"""What a command does where nothing stands behind its word, if that is something else."""

TAKING = Order(happening=Event.TAKEN, tells_requester=True)
"""TAKE acts on a mail that was sent back or left alone: there is no escalation yet that it could change."""

UNDERSTOOD = (*ORDERS, Verb.STATUS, Verb.WHY, Verb.HELP)
"""Every command that an answer about an escalation may hold, for the letter that explains them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """An escalation as a command meets it. ``everybody_knows`` is true once every PM was alerted,
    ``another_is_open`` while the ticket has an open escalation beside this one. ``somebody_joined`` is true
    where another voice joined that can leave again. ``named`` is what the words behind the command name:
    the address of a member of staff for ASSIGN, a ticket for SPLIT, ``""`` where they name none.
    ``is_restricted`` is true while its account may not ask for emergencies. ``has_limits`` is true while
    the time of a tier runs or is paused.
    """

    status: Status
    level: Level
    acknowledged_by: str = ""
    everybody_knows: bool = True
    another_is_open: bool = False
    somebody_joined: bool = False
    named: str = ""
    is_restricted: bool = False
    is_paused: bool = False
    has_limits: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Giver:
    """Who gives a command, and how sure that is.

    ``is_proven`` is true when the mail came to the address that was signed for its sender, or the order
    was given on the command line. ``takes_part`` is true for the requester and their organisation,
    ``may_override`` for the managers who may give a tier more time (T3), ``may_restore`` for those who are
    called for emergencies and may lift a restriction (P4).
    """

    email: str
    is_staff: bool
    takes_part: bool
    is_proven: bool
    may_override: bool = False
    may_restore: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why a command was not carried out: a key of the letter that says so."""

    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a command changes. A status or level of None stays as it is; ``named`` is that of ``Standing``."""

    order: Order
    status: Status | None
    level: Level | None
    words: str
    named: str = ""


def conduct(command: Command, standing: Standing, giver: Giver) -> Change | Refused | None:
    """What a command does; None for one that only asks (STATUS, WHY, HELP).

    Pure. The first reason that forbids it is given, in an order that tells a stranger nothing.
    """
    if not (giver.is_staff or giver.takes_part):
        return Refused(because="stranger")
    if command.verb not in FOR_REQUESTERS and not giver.is_staff:
        return Refused(because="staff_only")
    order = ORDERS.get(command.verb)
    if not command.words:
        order = WITHOUT_WORDS.get(command.verb, order)
    if order is None:
        return Refused(because="taken_already") if command.verb is Verb.TAKE else None
    if not giver.is_proven:
        return Refused(because="unproven")
    if command.verb in NEEDS_WORDS and not command.words:
        return Refused(because="needs_words")
    if command.verb is Verb.CONFIRM and standing.is_restricted and not giver.is_staff:
        return Refused(because="restricted")
    if command.verb is Verb.RESTORE:  # whether the escalation is over or not: it is about the account
        return _restored(command, order, standing, giver)
    untimely = _untimely(command, standing, giver)
    if untimely and not standing.status.is_over:
        return Refused(because=untimely)
    return _change(command, order, standing)


def _restored(command: Command, order: Order, standing: Standing, giver: Giver) -> Change | Refused:
    if not giver.may_restore:
        return Refused(because="pms_only")
    if not standing.is_restricted:
        return Refused(because="not_restricted")
    return Change(order=order, status=None, level=None, words=command.words)


def _change(command: Command, order: Order, standing: Standing) -> Change | Refused:
    if order.step in (None, Step.RAISE) and standing.status.is_over != order.after_the_end:
        return Refused(because="not_over" if order.after_the_end else "over")
    if order.after_the_end and standing.level is not Level.EMERGENCY:
        return Refused(because="emergencies_only")
    missing = _unnamed(command.verb, standing)
    if missing:
        return Refused(because=missing)
    status = after(standing.status, order.step) if order.step else None
    if order.step is Step.REOPEN and standing.another_is_open:
        return Refused(because="not_now")
    if order.step is Step.ACK and standing.status is Status.ACKNOWLEDGED:
        if standing.acknowledged_by:
            return Refused(because="acknowledged_already")
        status = Status.ACKNOWLEDGED  # the next tier takes on what the one before had
    if order.step is Step.STILL_DOWN and standing.status.is_over:
        if status is None or standing.another_is_open:
            return Refused(because="over")
    elif order.step and order.step is not Step.STILL_DOWN and status is None:
        return Refused(because="not_now")
    level = order.level
    if command.verb is Verb.LEVEL:
        level = LEVELS.get(command.words.strip(" .!\t\n").casefold())
        if level is None:
            return Refused(because="no_such_level")
    if level is not None and level is standing.level and not (order.alerts and not standing.everybody_knows):
        return Refused(because="same_level")
    return Change(order=order, status=status, level=level, words=command.words, named=standing.named)


def _untimely(command: Command, standing: Standing, giver: Giver) -> str:
    """Why a command about time limits cannot be carried out; ``""`` where it can (T3)."""
    if command.verb is Verb.PAUSE and standing.is_paused:
        return "paused_already"
    if command.verb is Verb.RESUME and not standing.is_paused:
        return "not_paused"
    if command.verb is not Verb.OVERRIDE:
        return ""
    if not giver.may_override:
        return "managers_only"
    if override(command.words) is None:
        return "override_incomplete"
    return "" if standing.has_limits else "no_limits"


def _unnamed(verb: Verb, standing: Standing) -> str:
    """Why a command has nobody and nothing to act on; ``""`` where it has."""
    if verb is Verb.ASSIGN and not standing.named:
        return "no_such_person"
    if verb is not Verb.SPLIT:
        return ""
    if not standing.somebody_joined:
        return "nobody_joined"
    return "" if standing.named else "needs_ticket"
