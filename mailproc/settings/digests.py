"""The letters that come on certain days."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from mailproc.notation import ClockTime, Duration, Line, Share, Zone
from mailproc.settings.people import EVERY_DAY, Weekday
from mailproc.settings.table import Table


class Digest(Table):
    """``[digest]``: the morning letter, once on each of its days, to the named roles.

    ``silent_after`` is how long nothing may be heard of what somebody took on; ``warn_share`` the part of
    all open tickets, 0 to 1, above which too many are escalated.
    """

    time: ClockTime = time(7, 30)
    time_zone: Zone = ZoneInfo("America/Chicago")
    to: tuple[str, ...] = ("pm",)
    days: tuple[Weekday, ...] = EVERY_DAY
    silent_after: Duration = timedelta(hours=48)
    warn_share: Share = 0.2


class Report(Table):
    """``[[report]]``: a further letter that comes on certain days. ``to`` are roles; none, the operator.
    ``time_zone`` is the desk's where it is left out; without ``days`` it never comes."""

    name: Line
    kind: Literal["decisions", "operator", "weekly"]
    to: tuple[str, ...] = ()
    time: ClockTime = time(7, 0)
    time_zone: Zone | None = None
    days: tuple[Weekday, ...] = EVERY_DAY


DAILY = "daily"
"""The name of ``[digest]`` among the digests of a desk."""

REPORTS = (
    Report(name="operator", kind="operator"),
    Report(name="weekly", kind="weekly", to=("manager", "service desk manager"), days=("mon",)),
)
"""The reports of a desk that names none."""
