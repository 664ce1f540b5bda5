"""The seven statuses of an escalation (seed 003) and the one table of what may follow what."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an escalation stands. The last two end it."""

    STARTED = "started"
    ACKNOWLEDGED = "acknowledged"
    SOLUTION_PROPOSED = "solution_proposed"
    SOLUTION_ACCEPTED = "solution_accepted"
    SOLUTION_REJECTED = "solution_rejected"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """True when nobody works on it any more."""
        return self in (Status.CLOSED, Status.CANCELED)


class Step(StrEnum):
    """What moves an escalation from one status to another."""

    ACK = "ack"
    DECLINE = "decline"
    PROPOSE = "propose"
    ACCEPT = "accept"
    REJECT = "reject"
    CLOSE = "close"
    CANCEL = "cancel"
    MISUSE = "misuse"
    REOPEN = "reopen"
    RAISE = "raise"
    STILL_DOWN = "still_down"


_OPEN = (
    Status.STARTED,
    Status.ACKNOWLEDGED,
    Status.SOLUTION_PROPOSED,
    Status.SOLUTION_ACCEPTED,
    Status.SOLUTION_REJECTED,
)

_NOT_FOR_STAFF = (Step.RAISE, Step.STILL_DOWN)

TRANSITIONS: dict[tuple[Status, Step], Status] = {
    (Status.STARTED, Step.ACK): Status.ACKNOWLEDGED,
    (Status.STARTED, Step.DECLINE): Status.CANCELED,
    (Status.STARTED, Step.PROPOSE): Status.SOLUTION_PROPOSED,
    (Status.ACKNOWLEDGED, Step.DECLINE): Status.CANCELED,
    (Status.ACKNOWLEDGED, Step.PROPOSE): Status.SOLUTION_PROPOSED,
    (Status.SOLUTION_PROPOSED, Step.PROPOSE): Status.SOLUTION_PROPOSED,
    (Status.SOLUTION_PROPOSED, Step.ACCEPT): Status.SOLUTION_ACCEPTED,
    (Status.SOLUTION_PROPOSED, Step.REJECT): Status.SOLUTION_REJECTED,
    (Status.SOLUTION_REJECTED, Step.ACK): Status.ACKNOWLEDGED,
    (Status.SOLUTION_REJECTED, Step.PROPOSE): Status.SOLUTION_PROPOSED,
    **{(status, Step.CLOSE): Status.CLOSED for status in _OPEN},
    **{(status, Step.CANCEL): Status.CANCELED for status in _OPEN},
    **{(status, Step.MISUSE): Status.CANCELED for status in _OPEN},
    # Whoever took a higher priority on has not taken on an emergency: somebody has to acknowledge it anew.
    **{(status, Step.RAISE): Status.STARTED for status in _OPEN},
    # Where a solution was thought to hold; elsewhere "still down" changes no status.
    (Status.SOLUTION_PROPOSED, Step.STILL_DOWN): Status.SOLUTION_REJECTED,
    (Status.SOLUTION_ACCEPTED, Step.STILL_DOWN): Status.SOLUTION_REJECTED,
    (Status.CLOSED, Step.STILL_DOWN): Status.STARTED,
    (Status.CLOSED, Step.REOPEN): Status.ACKNOWLEDGED,
    (Status.CANCELED, Step.REOPEN): Status.ACKNOWLEDGED,
}
"""Every allowed step: from a status, by a step, to a status. What is not here is refused (S1)."""


def after(status: Status, step: Step) -> Status | None:
    """The status that a step leads to; None where it is not allowed."""
    return TRANSITIONS.get((status, step))


def possible(status: Status) -> tuple[Step, ...]:
    """The steps that a status allows staff, for the letter that refuses another."""
    return tuple(step for step in Step if (status, step) in TRANSITIONS and step not in _NOT_FOR_STAFF)
