"""How an attempt to deliver ended. Transience is data, not an exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The next hop has taken the responsibility."""

    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transient:
    """Not now: try again later. ``detail`` is the answer of the other side or the fault."""

    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Permanent:
    """Never: tell a person."""

    detail: str


DeliveryOutcome = Sent | Transient | Permanent
