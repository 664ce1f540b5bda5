"""The command ``rehearse``: what another configuration would have made of the mail that is stored."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailproc.cli.app import ConfigOption, JsonOption, RefusedError, app, configuration, database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.rehearse import Difference, Rehearsed


@app.command()
def rehearse(
    new: Annotated[Path, typer.Argument(metavar="NEW_CONFIG", help="The configuration to try.")],
    config: ConfigOption = None,
    since: Annotated[str | None, typer.Option("--since", help="The first day, as 2026-11-01.")] = None,
    letters: Annotated[bool, typer.Option("--letters", help="Both letters, side by side.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Decides the stored mail anew with another configuration, sends nothing, and shows what would differ."""
    seen: Counter[str] = Counter()
    for rehearsed in _rehearsed(new, config, _moment(since)):
        seen["mails"] += 1
        if rehearsed.difference is None:
            continue
        seen["differ"] += 1
        if as_json:
            typer.echo(json.dumps(_plain(rehearsed.difference), ensure_ascii=False))
        else:
            _show(rehearsed.difference, letters=letters)
    if not as_json:
        typer.echo(f"{seen['mails']} mails rehearsed, {seen['differ']} would fare otherwise.")


def _rehearsed(new: Path, config: Path | None, since: datetime | None) -> Iterator[Rehearsed]:
    from tempfile import TemporaryDirectory

    from mailproc.desk.office import Office
    from mailproc.logs import silence
    from mailproc.rehearse import Stage
    from mailproc.resources import folder
    from mailproc.secrets import signing_key

    silence()
    now, then = configuration(config), configuration(new)
    office = Office(then, templates=folder("templates"), key=signing_key(now))
    with database(now).read() as connection, TemporaryDirectory(prefix="mailproc-") as scratch:
        stage = Stage(office, Path(scratch))
        yield from stage.rehearse(connection, since)
        stage.close()


def _show(difference: Difference, *, letters: bool) -> None:
    from mailproc.cli.shown import show_difference

    show_difference(difference, letters=letters)


def _moment(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError as fault:
        raise RefusedError(f"--since {day}: write the day as 2026-11-01") from fault


def _plain(difference: Difference) -> dict[str, Any]:
    return asdict(difference) | {
        "received_at": difference.received_at.isoformat(),
        "differs": list(difference.differs),
    }
