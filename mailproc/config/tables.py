"""Which tables and keys a configuration may hold, as the settings' own fields say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from mailproc.settings import Settings, Table

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mailproc.config.faults import Location


def _models(annotation: Any) -> list[type[Table]]:
    """The tables an annotation speaks of: ``Secret | None`` and ``tuple[Mailbox, ...]`` included."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


_FIELDS = {name: field.annotation for name, field in Settings.model_fields.items() if name != "base"}

TABLES: dict[str, type[Table]] = {
    name: _models(annotation)[0] for name, annotation in _FIELDS.items() if not _is_list(annotation)
}
"""The tables that stand once: ``[desk]``."""

TABLES_IN_LISTS: dict[str, type[Table]] = {
    name: _models(annotation)[0] for name, annotation in _FIELDS.items() if _is_list(annotation)
}
"""The tables that may stand often: ``[[mailbox]]``."""


def keys_of(model: type[BaseModel], within: Location = ()) -> list[str]:
    """The keys of a table, or of the table inside it that the location names."""
    for part in within:
        if isinstance(part, str):
            model = _models(model.model_fields[part].annotation)[0]
    return list(model.model_fields)
