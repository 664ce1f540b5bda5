"""Prints the configuration in effect, defaults included, without anything secret."""

from __future__ import annotations

import re
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import tomli_w
from pydantic import BaseModel

if TYPE_CHECKING:
    from mailproc.settings import Settings

HIDDEN = "…hidden"
_PASSWORD = re.compile(r"(?<=:)[^/:@]*(?=@)|(?<=password=)[^&]*")
_DURATIONS = (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
_SIZES = ((" GB", 1_000_000_000), (" MB", 1_000_000), (" KB", 1_000), (" B", 1))


def show(settings: Settings) -> str:
    """The settings as TOML. Places of secrets are named, secrets never are."""
    tables = {name: _plain(name, value) for name, value in settings if name != "base"}
    return tomli_w.dumps({name: table for name, table in tables.items() if table not in (None, [])})


def _plain(key: str, value: Any) -> Any:
    """A value as TOML has it, durations and sizes as the configuration writes them."""
    if isinstance(value, BaseModel):
        return {name: _plain(name, item) for name, item in value if item is not None}
    if isinstance(value, tuple):
        return [_plain(key, item) for item in value]
    if key == "alerts":
        return HIDDEN
    if key == "url" and isinstance(value, str):
        return _PASSWORD.sub(HIDDEN, value)
    if isinstance(value, timedelta):
        return _in_largest(round(value.total_seconds() * 1_000), _DURATIONS)
    if key == "max_size":
        return _in_largest(value, _SIZES)
    if key == "warn_share":
        return f"{100 * value:g}%"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path | ZoneInfo) else value


def _in_largest(amount: int, units: tuple[tuple[str, int], ...]) -> str:
    """``48h``: the amount in the largest unit that gives a whole number."""
    return next(f"{amount // factor}{unit}" for unit, factor in units if amount % factor == 0)
