"""Reads ``MAILPROC_<TABLE>__<KEY>``: one variable, one key, in front of what the file says.

Two underscores stand for the dot, so ``MAILPROC_STORE__URL`` is ``store.url``. Tables of which there
may be several (``[[mailbox]]``) are the file's alone: a variable could not say which one it means.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproc.config.faults import Complaint, Location
from mailproc.config.tables import TABLES_IN_LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "MAILPROC_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One variable of the environment, the key it stands for, and the value it gives."""

    variable: str
    at: Location
    value: Any

    def apply(self, data: dict[str, Any]) -> None:
        """Puts the value into the parsed file."""
        *outer, key = self.at
        for name in outer:
            inner = data.setdefault(str(name), {})
            if not isinstance(inner, dict):
                return  # the file holds something else there, and its own fault is reported
            data = inner
        data[str(key)] = self.value


def overrides(environment: Mapping[str, str], complaints: list[Complaint]) -> list[Override]:
    """All variables that name a table and a key. Others, such as MAILPROC_CONFIG, are not judged."""
    found = []
    for variable, text in sorted(environment.items()):
        at = tuple(variable.removeprefix(_PREFIX).lower().split("__"))
        if not variable.startswith(_PREFIX) or len(at) == 1:
            continue
        if at[0] in TABLES_IN_LISTS:
            allowed = f"[[{at[0]}]] in the file"
            complaints.append(Complaint(at=at, found="a variable", allowed=allowed, variable=variable))
        else:
            found.append(Override(variable=variable, at=at, value=_value(text)))
    return found


def _value(text: str) -> Any:
    """Lists and tables are written as in TOML; everything else is taken as it stands."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
