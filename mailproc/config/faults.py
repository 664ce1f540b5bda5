"""A fault of the configuration says where it stands, what was found, and what is allowed instead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Location = tuple[str | int, ...]
"""A place in the configuration, as a path of keys and positions: ``("mailbox", 0, "port")``."""

_SECRET_KEYS = {"password", "alerts", "url"}
_LONGEST_SHOWN = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong. ``line`` counts from 1, and is None where the key stands nowhere."""

    file: str
    line: int | None
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        return f"{where}:{key} found {self.found}; allowed: {self.allowed}"


class ConfigError(Exception):
    """The configuration cannot be used. ``faults`` are all that were found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line or 0, fault.key, fault.found)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A fault that has not been given its file and line yet. ``variable`` if one of the environment
    is at fault and not the file."""

    at: Location
    found: str
    allowed: str
    variable: str | None = None


def dotted(at: Location) -> str:
    """A location as people write it: ``("people", 0, "email")`` is ``people.email``."""
    return ".".join(part for part in at if isinstance(part, str))


def shown(value: Any, at: Location) -> str:
    """A found value as it was written, shortened, and hidden where a secret may stand."""
    if any(part in _SECRET_KEYS for part in at) and isinstance(value, str):
        return "a text (hidden, it may be a secret)"
    if isinstance(value, dict):
        return f"a table with {', '.join(value)}" if value else "an empty table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
