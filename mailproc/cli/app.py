"""The application that all commands register with, and what they share."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mailproc.settings import Secret, Settings
    from mailproc.store.engine import Database

app = typer.Typer(
    name="mailproc",
    help="An escalation desk that lives in the support mailbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

PLACES = (Path("mailproc.toml"), Path("/etc/mailproc/mailproc.toml"))
"""Where the configuration is looked for when neither ``--config`` nor MAILPROC_CONFIG names it."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", envvar="MAILPROC_CONFIG", help="The configuration file.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why, in the user's words."""


def now() -> datetime:
    """The time, in UTC. The only place of the command line where a clock is read."""
    return datetime.now(UTC)


def configuration(path: Path | None) -> Settings:
    """The settings, from the given file or the usual places. Raises ConfigError."""
    from mailproc.config import load

    return load(path or next((place for place in PLACES if place.is_file()), PLACES[0]))


def secrets(settings: Settings) -> Callable[[Secret], str]:
    """Reads secrets relative to the configuration's folder."""
    from mailproc.secrets import read_secret

    return lambda secret: read_secret(secret, settings.base)


def database(settings: Settings) -> Database:
    """The store, opened and up to date. A PostgreSQL that needs a migration is refused."""
    from mailproc.store.engine import Database, StoreError
    from mailproc.store.migrate import HEAD, migrate, revision

    opened = Database(settings.store.url, settings.base)
    opened.verify()
    if opened.is_sqlite:
        migrate(opened)
    elif revision(opened) != HEAD:
        raise StoreError(f"{opened.name} needs `mailproc migrate` first")
    return opened


def emit(rows: Iterable[dict[str, Any]], *, as_json: bool, columns: Sequence[str], empty: str) -> None:
    """Prints rows as a table with these columns, or whole as JSON lines."""
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, default=_plain, ensure_ascii=False))
        return
    found = list(rows)
    if not found:
        typer.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in found:
        table.add_row(*(_shown(row.get(column)) for column in columns))
    Console(width=None if os.isatty(1) else 160, markup=False, emoji=False, highlight=False).print(table)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if value is None:
        return "-"
    return " ".join(str(value).split()) if isinstance(value, str) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
