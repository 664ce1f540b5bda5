"""Commands that run and keep the desk: ``run``, ``ingest``, ``backfill``, ``check``, ``init``, …"""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from mailproc.cli.app import ConfigOption, RefusedError, app, configuration, database, now, secrets

EX_TEMPFAIL = 75


@app.command()
def run(config: ConfigOption = None) -> None:
    """Runs the desk until it is told to stop."""
    from mailproc.config import ConfigError, check_runnable
    from mailproc.daemon import Daemon
    from mailproc.logs import configure
    from mailproc.secrets import signing_key

    configure()
    settings = configuration(config)
    faults = check_runnable(settings, config or Path("mailproc.toml"), os.environ)
    if faults:
        raise ConfigError(list(faults))
    database(settings).close()
    Daemon(settings, clock=now, secret=secrets(settings), key=signing_key(settings)).run()


@app.command()
def ingest(config: ConfigOption = None) -> None:
    """Takes one mail from standard input, for .forward and MTA transports.

    Exit status 75 when it could not be stored, for whatever reason: the MTA keeps the mail and tries
    again. Any other status would make it bounce.
    """
    from mailproc.cli.faults import is_known, sentence
    from mailproc.intake.pipe import NotAMailError, read_mail
    from mailproc.store import inbox

    try:
        settings = configuration(config)
        arrival = read_mail(sys.stdin.buffer, settings.max_mail_size)
        with database(settings).write() as connection:
            inbox.add(connection, [arrival], now())
    except NotAMailError as fault:
        raise RefusedError(str(fault)) from fault
    except Exception as fault:  # whatever it is, the MTA has the mail, and can keep it
        why = sentence(fault) if is_known(fault) else type(fault).__name__
        typer.echo(f"not stored, try again: {why}", err=True)
        raise typer.Exit(EX_TEMPFAIL) from fault


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Brings the database to this version."""
    from mailproc.store.engine import Database
    from mailproc.store.migrate import migrate as apply

    settings = configuration(config)
    opened = Database(settings.store.url, settings.base)
    opened.verify()
    typer.echo("Migrated." if apply(opened) else "Up to date.")


@app.command("check-config")
def check_config(
    config: ConfigOption = None,
    show: Annotated[bool, typer.Option("--show-config", help="Print it, without secrets.")] = False,
) -> None:
    """Says whether the configuration is sound; every fault with its file, line and key."""
    from mailproc.config import advise
    from mailproc.config import show as shown
    from mailproc.letters import Letters
    from mailproc.resources import folder

    settings = configuration(config)
    Letters(settings, folder("templates"))  # raises BrokenTemplateError: what stops a start is found here
    typer.echo(shown(settings) if show else "The configuration is sound.")
    for advice in advise(settings):
        typer.echo(f"advice: {advice}", err=True)


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(help="Where to write them.")] = None,
    procedure: Annotated[str | None, typer.Option("--procedure", help="Begin with this one.")] = None,
) -> None:
    """Writes a commented configuration, and the templates for editing.

    Without a folder it lists the procedures to begin with.
    """
    from mailproc.config import procedures, write_example

    if folder is None:
        for name, says in procedures().items():
            typer.echo(f"{name:<22} {says}")
        typer.echo("\nBegin with one of them: mailproc init FOLDER --procedure NAME")
        return
    try:
        written = write_example(folder, procedure)
    except LookupError as fault:
        raise RefusedError(str(fault.args[0])) from fault
    except FileExistsError as fault:
        raise RefusedError(f"{fault.filename or fault} exists already; nothing was written") from fault
    typer.echo(f"{len(written)} files written to {folder}. Edit {folder / 'mailproc.toml'}, then:")
    typer.echo(f"  mailproc check-config --config {folder / 'mailproc.toml'}")
    typer.echo(f"  mailproc run --config {folder / 'mailproc.toml'}")


@app.command()
def backfill(
    since: Annotated[str, typer.Option("--since", help="The first day, as 2026-11-01.")],
    mailbox: Annotated[str | None, typer.Option("--mailbox", help="Only this one.")] = None,
    config: ConfigOption = None,
) -> None:
    """Takes mail that was in the mailboxes before the desk came."""
    from mailproc.intake.imap import ImapIntake
    from mailproc.oauth2.credentials import Credentials
    from mailproc.store.ledger import Ledger

    settings = configuration(config)
    try:
        day = date.fromisoformat(since)
    except ValueError as fault:
        raise RefusedError(f"--since {since}: write the day as 2026-11-01") from fault
    chosen = [box for box in settings.mailbox if mailbox in (None, box.name)]
    if not chosen:
        raise RefusedError("no such mailbox in the configuration")
    credentials = Credentials(settings, secret=secrets(settings), clock=now)
    ledger = Ledger(database(settings), now)
    for box in chosen:
        credential = credentials.of(box)
        assert credential is not None, "the configuration was checked"
        intake = ImapIntake(
            box,
            credential=credential,
            ledger=ledger,
            max_size=settings.max_mail_size,
            on_trouble=lambda name, what: typer.echo(f"{name}: {what}", err=True),
            wake=lambda: None,
        )
        taken = 0
        for count in intake.backfill(day):
            taken += count
            typer.echo(f"\r{box.name}: {taken} mails taken", nl=False, err=True)
        typer.echo(f"\r{box.name}: {taken} mails taken", err=True)


@app.command()
def check(
    config: ConfigOption = None,
    wait: Annotated[int, typer.Option("--wait", min=1, help="Seconds to wait for the probe.")] = 20,
) -> None:
    """Tries every connection, sends a probe through the desk and waits for it."""
    from mailproc.cli.checking import run_checks

    if not run_checks(configuration(config), timedelta(seconds=wait)):
        raise typer.Exit(1)


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option("--into", help="Folder for the letters.")] = None,
) -> None:
    """Starts a desk of its own, mails it, and shows every mail, decision and letter."""
    from mailproc.demo import show_demo

    if not show_demo(keep):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Prints the version."""
    from mailproc import __version__

    typer.echo(__version__)
