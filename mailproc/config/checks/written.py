"""A configuration as it was written, on its way to Settings: what checks look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from mailproc.config.faults import Complaint, Location
from mailproc.settings import Table

if TYPE_CHECKING:
    from pathlib import Path

_Kind = TypeVar("_Kind", bound=Table)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """``data`` is the file as parsed, ``tables`` are those of it that are valid."""

    data: dict[str, Any]
    tables: Mapping[Location, Table]
    base: Path
    environment: Mapping[str, str]

    def each(self, name: str) -> list[tuple[Location, Any]]:
        """The tables of one name with their places, in the order of the file."""
        return [(at, table) for at, table in self.tables.items() if at[0] == name]

    def of(self, kind: type[_Kind]) -> list[tuple[Location, _Kind]]:
        """The tables of a kind with their places, in the order of the file."""
        return [(at, table) for at, table in self.tables.items() if isinstance(table, kind)]

    def value(self, at: Location) -> Any:
        """What is written at a place; None where nothing is."""
        value: Any = self.data
        for part in at:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


Check = Callable[[Written], Iterable[Complaint]]
"""Takes what was written, and complains of what it finds."""
