"""Where a configuration holds secrets, however deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.settings import Secret, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mailproc.config.faults import Location


def secrets_of(tables: Mapping[Location, Any]) -> Iterator[tuple[Location, Secret]]:
    """Every secret in some tables, and in what stands inside them, with its place."""
    for at, value in tables.items():
        if isinstance(value, Secret):
            yield at, value
        elif isinstance(value, Table):
            yield from secrets_of({(*at, key): item for key, item in value})
        elif isinstance(value, tuple):
            yield from secrets_of({(*at, position): item for position, item in enumerate(value)})
