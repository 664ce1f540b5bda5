"""What can stand on the timeline of an escalation: each kind of event, by its one name."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """A kind of event. Its value is stored, and is the key of its words in the catalogues."""

    # What a request brought.
    STARTED = "started"
    ESCALATED_AGAIN = "escalated again"
    RAISED = "raised"
    JOINED = "joined"
    JOINED_FOR_A_WHILE = "joined for a while"
    WROTE = "wrote"
    HANDED_OVER = "handed over"

    # What staff ordered.
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    SOLUTION_PROPOSED = "solution proposed"
    UPDATE = "update"
    NOTE = "note"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELED = "canceled"
    MISUSED = "misused"
    RESTORED = "restored"
    LEVEL_CHANGED = "level changed"
    ASSIGNED = "assigned"
    PLANNED = "planned"
    FIXED = "fixed"
    PAUSED = "paused"
    RESUMED = "resumed"
    OVERRIDDEN = "overridden"
    SPLIT_OFF = "split off"
    TAKEN = "taken"
    POST_MORTEM = "post mortem"
    ROOT_CAUSE = "root cause"
    ROOT_CAUSE_ASKED = "root cause asked"

    # What the requester, or somebody beside them, answered.
    SOLUTION_ACCEPTED = "solution accepted"
    SOLUTION_REJECTED = "solution rejected"
    RESOLVED_BY_REQUESTER = "resolved by requester"
    STILL_DOWN = "still down"
    NO_LONGER_URGENT = "no longer urgent"
    CONFIRMED_AS_EMERGENCY = "confirmed as emergency"

    # What time brought.
    EVERYBODY_ALERTED = "everybody alerted"
    CHASED = "chased"
    NOBODY_ANSWERED = "nobody answered"
    STEPPED_UP = "stepped up"
    LADDER_ENDED = "ladder ended"


REQUESTS = (Event.STARTED, Event.ESCALATED_AGAIN, Event.RAISED, Event.JOINED)
"""What somebody's request brought: these hold the motivation and its evidence."""
