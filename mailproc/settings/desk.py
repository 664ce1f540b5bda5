"""The desk itself, who is told when it needs help, and where it keeps its things."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from mailproc.notation import DomainOrAddress, Duration, Line, MailAddress, Zone
from mailproc.settings.table import AlertAddress, Secret, Table


class Mode(StrEnum):
    """``answer`` sends letters; ``observe`` holds every letter for a person."""

    ANSWER = "answer"
    OBSERVE = "observe"


class Desk(Table):
    """``[desk]``: who the desk is. ``aliases`` are further addresses that reach it,
    ``own_lists`` the mailing lists, by List-Id (RFC 2919) or address, through which people write to it."""

    name: Line = "Support"
    address: MailAddress = "support@example.com"
    aliases: tuple[MailAddress, ...] = ()
    own_lists: tuple[DomainOrAddress, ...] = ()
    time_zone: Zone = ZoneInfo("UTC")
    language: str = "en"
    mode: Mode = Mode.ANSWER
    phone: str = ""
    intent: Literal["detect", "always"] = "detect"
    stale_after: Duration = timedelta(hours=24)
    reply_key: Secret | None = None

    @property
    def holds_letters(self) -> bool:
        """True where every letter waits until a person releases it."""
        return self.mode == Mode.OBSERVE


class Operator(Table):
    """``[operator]``: the person who is told when the desk itself needs help."""

    email: MailAddress = "postmaster@example.com"
    alerts: tuple[AlertAddress, ...] = ()


class Store(Table):
    """``[store]``: the database as an SQLAlchemy address, and the folder of the desk's own files."""

    url: str = "sqlite:///var/mailproc.db"
    state: Path = Path("var")


class Templates(Table):
    """``[templates]``: a folder whose files replace the shipped ones of the same name."""

    path: Path | None = None
