"""What is handed to a courier, and how an attempt ended. Transience is data, not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One message for one recipient. ``sender`` is the envelope sender, ``""`` for the null one.

    ``repeated`` is true where an earlier attempt was begun: it may have worked.
    """

    id: str
    sender: str
    recipient: str
    content: bytes
    repeated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The next hop has taken the responsibility."""

    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transient:
    """Not now: try again later. ``detail`` is the answer of the other side or the fault.

    ``is_shut_out`` is true where the other side does not let us in at all: a person should hear of it now.
    """

    detail: str
    is_shut_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Permanent:
    """Never: tell a person."""

    detail: str


DeliveryOutcome = Sent | Transient | Permanent


class Courier(Protocol):
    """Makes one attempt and says how it ended. Never raises for what the other side does."""

    def deliver(self, parcel: Parcel) -> DeliveryOutcome:
        """Tries once. A step after the final dot is never repeated inside one attempt."""
        ...

    def close(self) -> None:
        """Ends kept connections."""
        ...
