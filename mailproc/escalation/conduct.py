"""What each command does to an escalation, and who hears of it: one table, and one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Verb
from mailproc.escalation.status import Status, Step, after
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from mailproc.escalation.command import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A row of the table of commands.

    ``happening`` is its name on the timeline. ``words_to_requester`` says whether what staff wrote behind
    the word is meant for the customer: only then it is ever quoted to them (F6).
    """

    happening: str
    step: Step | None = None
    level: Level | None = None
    tells_requester: bool = False
    words_to_requester: bool = False
    tells_staff: bool = False
    alerts: bool = False


ORDERS: dict[Verb, Order] = {
    Verb.ACK: Order(happening="acknowledged", step=Step.ACK, tells_requester=True, tells_staff=True),
    Verb.DECLINE: Order(
        happening="declined",
        step=Step.DECLINE,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.PROPOSE: Order(
        happening="solution proposed", step=Step.PROPOSE, tells_requester=True, words_to_requester=True
    ),
    Verb.UPDATE: Order(happening="update", tells_requester=True, words_to_requester=True),
    Verb.NOTE: Order(happening="note"),
    Verb.CLOSE: Order(
        happening="closed", step=Step.CLOSE, tells_requester=True, words_to_requester=True, tells_staff=True
    ),
    Verb.REOPEN: Order(
        happening="reopened",
        step=Step.REOPEN,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.CANCEL: Order(
        happening="canceled",
        step=Step.CANCEL,
        tells_requester=True,
        words_to_requester=True,
        tells_staff=True,
    ),
    Verb.MISUSE: Order(
        happening="misused", step=Step.MISUSE, tells_requester=True, words_to_requester=True, tells_staff=True
    ),
    Verb.LEVEL: Order(happening="level changed", tells_requester=True, tells_staff=True),
    Verb.ASSIGN: Order(happening="assigned", tells_staff=True),
    Verb.ACCEPT: Order(
        happening="solution accepted", step=Step.ACCEPT, tells_requester=True, tells_staff=True
    ),
    Verb.REJECT: Order(
        happening="solution rejected", step=Step.REJECT, tells_requester=True, tells_staff=True
    ),
    Verb.RESOLVED: Order(happening="resolved by requester", tells_requester=True, tells_staff=True),
    Verb.STILL_DOWN: Order(happening="still down", tells_requester=True, tells_staff=True),
    Verb.NO_LONGER_URGENT: Order(happening="no longer urgent", tells_requester=True, tells_staff=True),
    Verb.CONFIRM: Order(happening="confirmed as emergency", level=Level.EMERGENCY, alerts=True),
}
"""Every command that changes something, by its verb. The rest only answers."""

UNDERSTOOD = (*ORDERS, Verb.STATUS, Verb.WHY, Verb.HELP)
"""Every command that an answer about an escalation may hold, for the letter that explains them."""

_LEVELS = {
    "emergency": Level.EMERGENCY,
    "higher": Level.HIGHER_PRIORITY,
    "higher priority": Level.HIGHER_PRIORITY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """An escalation as a command meets it. ``everybody_knows`` is true once every PM was alerted,
    ``another_is_open`` while the ticket has an open escalation beside this one.
    """

    status: Status
    level: Level
    acknowledged_by: str = ""
    everybody_knows: bool = True
    another_is_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Giver:
    """Who gives a command, and how sure that is.

    ``is_proven`` is true when the mail came to the address that was signed for its sender, or the order
    was given on the command line. ``takes_part`` is true for the requester and their organisation.
    """

    email: str
    is_staff: bool
    takes_part: bool
    is_proven: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why a command was not carried out: a key of the letter that says so."""

    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a command changes. A status or level of None stays as it is."""

    order: Order
    status: Status | None
    level: Level | None
    words: str


def conduct(command: Command, standing: Standing, giver: Giver) -> Change | Refused | None:
    """What a command does; None for one that only asks (STATUS, WHY, HELP).

    Pure. The first reason that forbids it is given, in an order that tells a stranger nothing.
    """
    if not (giver.is_staff or giver.takes_part):
        return Refused(because="stranger")
    if command.verb not in FOR_REQUESTERS and not giver.is_staff:
        return Refused(because="staff_only")
    order = ORDERS.get(command.verb)
    if order is None:
        return None
    if not giver.is_proven:
        return Refused(because="unproven")
    if command.verb in NEEDS_WORDS and not command.words:
        return Refused(because="needs_words")
    return _change(command, order, standing)


def _change(command: Command, order: Order, standing: Standing) -> Change | Refused:
    if order.step is None and standing.status.is_over:
        return Refused(because="over")
    status = after(standing.status, order.step) if order.step else None
    if order.step is Step.REOPEN and standing.another_is_open:
        return Refused(because="not_now")
    if order.step and status is None:
        taken = order.step is Step.ACK and standing.status is Status.ACKNOWLEDGED
        return Refused(because="acknowledged_already" if taken else "not_now")
    level = order.level
    if command.verb is Verb.LEVEL:
        level = _LEVELS.get(command.words.strip().casefold())
        if level is None:
            return Refused(because="no_such_level")
    if level is not None and level is standing.level and not (order.alerts and not standing.everybody_knows):
        return Refused(because="same_level")
    return Change(order=order, status=status, level=level, words=command.words)
