"""``mailproc evaluate``: how well a team's own labelled mail is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mailproc.cli.app import ConfigOption, RefusedError, app, configuration, now


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="NAME.eml beside NAME.json, also in subfolders.")],
    config: ConfigOption = None,
    misses: Annotated[bool, typer.Option("--misses", help="Name each mail that was read otherwise.")] = False,
) -> None:
    """Reads labelled mail and prints how much of it was read as labelled."""
    from mailproc.evaluate import evaluate as compare
    from mailproc.explain import assumed_settings, explain
    from mailproc.letters import Letters
    from mailproc.resources import folder as shipped
    from mailproc.settings import Settings

    if not folder.is_dir():
        raise RefusedError(f"{folder} is no folder")
    given = configuration(config) if config else None
    letters = Letters(given or Settings(), shipped("templates"))
    moment = now()

    def explained(raw: bytes) -> dict[str, Any]:
        return explain(raw, given or assumed_settings(raw), letters, now=moment).as_json("")

    result = compare(folder, explained)
    if misses:
        for miss in result.misses:
            typer.echo(miss)
    typer.echo(result)
