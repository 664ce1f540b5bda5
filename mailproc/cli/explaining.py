"""Commands that show and change nothing: ``explain`` and ``digest``."""

from __future__ import annotations

import datetime
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli.app import ConfigOption, JsonOption, RefusedError, app, configuration, database, now

if TYPE_CHECKING:
    from mailproc.explain import Explanation


@app.command()
def explain(
    files: Annotated[list[Path], typer.Argument(help="Mail files; - for standard input.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reads and decides mail without storing or sending: what was understood, and the letter."""
    from mailproc.explain import assumed_settings
    from mailproc.explain import explain as explain_mail
    from mailproc.letters import Letters
    from mailproc.resources import folder
    from mailproc.settings import Settings

    given = configuration(config) if config else None
    letters = Letters(given or Settings(), folder("templates"))
    missing = 0
    for file in files:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as fault:
            missing += 1
            _say_unreadable(str(file), fault, as_json)
            continue
        explanation = explain_mail(raw, given or assumed_settings(raw), letters, now=now())
        if as_json:
            typer.echo(json.dumps(explanation.as_json(str(file)), ensure_ascii=False))
        else:
            _show(str(file), explanation)
    if missing:
        raise typer.Exit(1)


def _say_unreadable(file: str, fault: OSError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": file, "error": fault.strerror}, ensure_ascii=False))
    typer.echo(f"{file}: {fault.strerror}", err=True)


def _show(file: str, explanation: Explanation) -> None:
    from mailproc.cli.shown import show_explanation

    show_explanation(file, explanation)


class DigestKind(StrEnum):
    """The kinds of digests that a desk has."""

    DECISIONS = "decisions"
    OPERATOR = "operator"
    WEEKLY = "weekly"


@app.command()
def digest(
    config: ConfigOption = None,
    preview: Annotated[bool, typer.Option("--preview", help="Print it; nothing is sent.")] = False,
    kind: Annotated[DigestKind, typer.Option("--kind", help="Which one.")] = DigestKind.DECISIONS,
    person: Annotated[str | None, typer.Option("--person", help="As who gets it: an address.")] = None,
    date: Annotated[str | None, typer.Option("--date", help="The local day, as 2026-11-24.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The HTML part, for a browser.")] = False,
) -> None:
    """Prints the digest of a day as one of its readers gets it."""
    from mailproc.desk.office import Office
    from mailproc.resources import folder
    from mailproc.secrets import signing_key

    if not preview:
        raise RefusedError("the daemon sends the digest at its time; --preview prints it")
    settings = configuration(config)
    morning = Office(settings, templates=folder("templates"), key=signing_key(settings)).morning
    with database(settings).read() as connection:
        try:
            letter = morning.preview(connection, kind=kind.value, person=person, day=_day(date), now=now())
        except LookupError as fault:
            raise RefusedError(str(fault)) from fault
    typer.echo(letter.html if html else f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}")


def _day(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as fault:
        raise RefusedError(f"--date {text}: write the day as 2026-11-24") from fault
