"""Who works here and when, and whom for."""

from __future__ import annotations

from datetime import date, time
from typing import Literal, get_args

from mailproc.notation import ClockTime, Domain, DomainOrAddress, Line, MailAddress, Zone
from mailproc.settings.table import AlertAddress, Table

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

EVERY_DAY: tuple[Weekday, ...] = get_args(Weekday)


class Hours(Table):
    """``[hours]``, and ``hours`` of a person or an organisation: when there is work.

    ``holidays`` is a country (``SE``) or a part of one (``US-TX``), ISO 3166; ``closed`` are further days
    off. An ``end`` at or before ``start`` lies on the next day.
    """

    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    start: ClockTime = time(8)
    end: ClockTime = time(17)
    time_zone: Zone | None = None
    holidays: str | None = None
    closed: tuple[date, ...] = ()


class Person(Table):
    """``[[people]]``: a member of staff. ``roles`` such as ``pm``, ``manager``, ``technician``.

    ``away_until`` is the day on which they are back.
    """

    name: Line
    email: MailAddress
    roles: tuple[str, ...] = ()
    alerts: tuple[AlertAddress, ...] = ()
    language: str | None = None
    time_zone: Zone | None = None
    hours: Hours | None = None
    away_until: date | None = None
    digest_time: ClockTime | None = None
    digest_days: tuple[Weekday, ...] | None = None


class Organisation(Table):
    """``[[organisation]]``: a customer, by mail domains and single addresses. ``partners`` are domains and
    addresses of others who serve it: they may escalate its tickets."""

    name: Line
    domains: tuple[Domain, ...] = ()
    addresses: tuple[MailAddress, ...] = ()
    partners: tuple[DomainOrAddress, ...] = ()
    time_zone: Zone | None = None
    hours: Hours | None = None
    account_manager: MailAddress | None = None
