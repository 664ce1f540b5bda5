"""What the rules may be tuned to, and what follows from an escalation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from mailproc.notation import Duration, Interval, Line, between
from mailproc.settings.table import AlertAddress, Table


class Policy(Table):
    """``[policy]``: what the rules may be tuned to."""

    cooldown: Duration = timedelta(hours=48)
    require_evidence: bool = False


class Brand(Table):
    """``brand`` of a procedure: how its customers know the desk. What is left out is as in ``[desk]``;
    ``templates`` is a folder whose files come before all others."""

    name: Line | None = None
    phone: str | None = None
    templates: Path | None = None


class Procedure(Table):
    """``[[procedure]]``: rules of their own for some of the mail. A mail falls under the first procedure
    whose every condition holds; in each list one is enough. ``addresses`` are whole addresses, or the part
    behind the plus; ``roles`` are the sender's. What is not set here is as in ``[policy]``."""

    name: Line
    addresses: tuple[Line, ...] = ()
    roles: tuple[Line, ...] = ()
    organisations: tuple[Line, ...] = ()
    forms: tuple[Line, ...] = ()
    cooldown: Duration | None = None
    require_evidence: bool | None = None
    brand: Brand | None = None


class Emergency(Table):
    """``[emergency]``: who is called for one, what follows when nobody acknowledges it, and what is too much.

    ``ladder`` are the roles that are told in turn. More than ``group_above`` calls within ``group_within``
    are told together, at most once in ``group_update``.
    """

    alert: Literal["all", "duty"] = "all"
    chase_after: Duration = timedelta(minutes=15)
    chase_outside_hours: Duration | None = None
    ladder: tuple[str, ...] = ("pm", "manager")
    code_valid_for: Duration = timedelta(hours=24)
    group_above: Annotated[int, between(1, 1_000)] = 5
    group_within: Duration = timedelta(minutes=10)
    group_update: Duration = timedelta(minutes=5)
    stranger_notices: Annotated[int, between(1, 1_000)] = 3
    stranger_within: Duration = timedelta(hours=1)
    misuse_limit: Annotated[int, between(1, 1_000)] = 3
    misuse_within: Duration = timedelta(days=365)


class Updates(Table):
    """``[updates]``: how often the requester is promised news while somebody works on it, for each level.

    Whoever has it is reminded ``remind_before``. ``in_hours`` counts emergencies in the desk's ``[hours]``
    too; Higher Priority always is.
    """

    emergency: Interval = timedelta(hours=2)
    higher_priority: Interval = None
    remind_before: Duration = timedelta(minutes=15)
    in_hours: bool = False


class Debrief(Table):
    """``[debrief]``: what is asked for after an emergency, and how often it is asked for again."""

    post_mortem: bool = True
    chase_every: Duration = timedelta(days=7)
    chases: Annotated[int, between(0, 52)] = 8


class Team(Table):
    """``[team]``: the channel where the team reads of each request, as Apprise addresses."""

    alerts: tuple[AlertAddress, ...] = ()
