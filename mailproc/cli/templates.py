"""Commands over the letters: ``templates list``, ``preview``, ``check``."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli.app import ConfigOption, RefusedError, app, configuration

if TYPE_CHECKING:
    from mailproc.letters import Letters

templates_app = typer.Typer(
    help="The letters: what there is, how it looks, what is wrong.", no_args_is_help=True
)
app.add_typer(templates_app, name="templates")


def _letters(config: Path | None) -> Letters:
    from mailproc.letters import Letters
    from mailproc.resources import folder
    from mailproc.settings import Settings

    return Letters(configuration(config) if config else Settings(), folder("templates"))


@templates_app.command("list")
def templates_list(config: ConfigOption = None) -> None:
    """The letters that can be previewed, and the languages there are."""
    letters = _letters(config)
    for name in letters.previews():
        typer.echo(name)
    typer.echo(f"\nEach of them in: {', '.join(letters.stationery.languages)}")


@templates_app.command("preview")
def templates_preview(
    name: Annotated[str, typer.Argument(help="One of `templates list`.")],
    language: Annotated[str, typer.Option("--language", help="e.g. sv")] = "en",
    html: Annotated[bool, typer.Option("--html", help="The HTML part, for a browser.")] = False,
    config: ConfigOption = None,
) -> None:
    """A letter with sample data."""
    letters = _letters(config)
    if name not in letters.previews():
        near = get_close_matches(name, letters.previews(), n=5, cutoff=0.5)
        near += [each for each in letters.previews() if name in each and each not in near]
        said = f"; near it are: {', '.join(near[:8])}" if near else ""
        raise RefusedError(f"no letter is called {name!r}{said}. `mailproc templates list` names them all")
    letter = letters.preview(name, language)
    typer.echo(letter.html if html else f"Subject: {letter.subject}\n\n{letter.text}")


@templates_app.command("check")
def templates_check(config: ConfigOption = None) -> None:
    """Writes every letter in every language with every branch; names what is missing."""
    faults = _letters(config).check()
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)
    typer.echo("All letters can be written in all languages.")
