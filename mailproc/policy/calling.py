"""Who is called for an emergency, and when again. Never nobody: who is spared is called before no one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.policy.decision import Alert
from mailproc.policy.hours import desk_time, time_of

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.settings import Person, Settings

PM, DUTY = "pm", "duty"
"""The roles that are called at first: everybody with the one, or with the other (``[emergency] alert``)."""


def called(alert: Alert, settings: Settings, now: datetime) -> tuple[Person, ...]:
    """The people a first alert goes to.

    Whoever is away (``away_until``) or outside the hours of their own is spared, as long as somebody else
    is left. One person is enough for ``Alert.DUTY``: the one on duty, else the first PM.
    """
    if alert is Alert.EVERYBODY:
        return _at_work(_first_role(_first_called(settings), settings), settings, now)
    if alert is Alert.DUTY:
        return _at_work(_first_role((DUTY, PM), settings), settings, now)[:1]
    return ()


def called_again(round: int, settings: Settings, now: datetime) -> tuple[Person, ...]:
    """The people who are asked when nobody has acknowledged it: one rung of the ladder more each round.

    Working hours spare nobody any more; being away does.
    """
    roles = (*_first_called(settings), PM, *settings.emergency.ladder[:round])
    return _here(settings.people_with(*roles) or settings.people, settings, now)


def chase_at(now: datetime, settings: Settings) -> datetime:
    """When an emergency that was alerted at ``now`` is chased.

    After ``chase_outside_hours`` outside the desk's hours, but never later than ``chase_after`` into them.
    """
    rule, at_work = settings.emergency, desk_time(settings)
    if rule.chase_outside_hours is None or at_work.is_open(now):
        return now + rule.chase_after
    return min(now + rule.chase_outside_hours, at_work.next_opening(now) + rule.chase_after)


def is_away(person: Person, settings: Settings, now: datetime) -> bool:
    """True before the day on which somebody is back, by their own calendar."""
    zone = person.time_zone or settings.desk.time_zone
    return person.away_until is not None and now.astimezone(zone).date() < person.away_until


def _first_called(settings: Settings) -> tuple[str, ...]:
    return (DUTY, PM) if settings.emergency.alert == "duty" else (PM,)


def _first_role(roles: tuple[str, ...], settings: Settings) -> tuple[Person, ...]:
    """Everybody with the first role that somebody has; without any, those of the ladder; else all staff."""
    found = (settings.people_with(role) for role in (*roles, *settings.emergency.ladder))
    return next((people for people in found if people), settings.people)


def _at_work(people: tuple[Person, ...], settings: Settings, now: datetime) -> tuple[Person, ...]:
    """Those within hours of their own, or without such; else all who are not away."""
    here = _here(people, settings, now)
    return tuple(one for one in here if one.hours is None or time_of(one, settings).is_open(now)) or here


def _here(people: tuple[Person, ...], settings: Settings, now: datetime) -> tuple[Person, ...]:
    """Those who are not away; else whoever of the ladder is not; else all of them."""
    ladder = settings.people_with(PM, *settings.emergency.ladder)
    found = (tuple(one for one in some if not is_away(one, settings, now)) for some in (people, ladder))
    return next((here for here in found if here), people)
