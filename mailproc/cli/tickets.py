"""Commands over the desk's own ticket directory: ``mailproc tickets``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli.app import ConfigOption, JsonOption, RefusedError, app, configuration, database, emit, now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.policy.tickets import Ticket
    from mailproc.settings import Settings

tickets_app = typer.Typer(help="The desk's own list of tickets.", no_args_is_help=True)
app.add_typer(tickets_app, name="tickets")

COLUMNS = (
    "number",
    "status",
    "title",
    "organisation",
    "contact",
    "category",
    "priority",
    "assignee",
    "changed_at",
)
ROWS_IN_ONE_GO = 500
"""Lines of a file that are written in one transaction: mail that comes in meanwhile waits for no more."""

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER")]


@tickets_app.command("import")
def tickets_import(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="With a first line that names the columns.")
    ],
    config: ConfigOption = None,
) -> None:
    """Takes tickets from a CSV file. The same file twice changes nothing.

    Exit status 1 where lines were left out; all the others are taken.
    """
    from mailproc.store import tickets
    from mailproc.store.ticket_files import Fault, FileError, read_tickets

    settings = configuration(config)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    faults = []
    try:
        rows = read_tickets(file.read_bytes(), zone=settings.desk.time_zone)
    except FileError as fault:
        raise RefusedError(f"{file}: {fault}") from fault
    opened, moment = database(settings), now()
    while batch := list(islice(rows, ROWS_IN_ONE_GO)):
        with opened.write() as connection:
            for row in batch:
                if isinstance(row, Fault):
                    faults.append(row)
                else:
                    counts[tickets.put(connection, row, settings.directory, now=moment)] += 1
    for each in faults:
        typer.echo(f"{file}:{each.line}: {each.why}", err=True)
    typer.echo(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
    if faults:
        typer.echo(f"{len(faults)} lines left out.", err=True)
        raise typer.Exit(1)


@tickets_app.command("add")
def tickets_add(
    number: NumberArgument,
    config: ConfigOption = None,
    title: Annotated[str | None, typer.Option("--title")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="open, where a new ticket names none.")
    ] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", help="By its name.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="A mail address.")] = None,
    category: Annotated[str | None, typer.Option("--category")] = None,
    priority: Annotated[str | None, typer.Option("--priority")] = None,
    assignee: Annotated[str | None, typer.Option("--assignee")] = None,
    url: Annotated[str | None, typer.Option("--url")] = None,
) -> None:
    """Adds a ticket, or changes what is named of one that is there."""
    from dataclasses import replace

    from mailproc.policy.tickets import Ticket
    from mailproc.store import tickets

    told = {
        "title": title,
        "status": status,
        "organisation": organisation,
        "contact": contact,
        "category": category,
        "priority": priority,
        "assignee": assignee,
        "url": url,
    }
    if not tickets.spelled(number):
        raise RefusedError("a ticket needs a number")
    settings = configuration(config)
    with database(settings).write() as connection:
        is_first = tickets.is_empty(connection)
        known = tickets.entry(connection, number) or Ticket(number=number, status="open")
        named = {name: value for name, value in told.items() if value is not None}
        wanted = replace(known, changed_at=None, untold=(), **named)
        said = tickets.put(connection, wanted, settings.directory, now=now())
    typer.echo(f"{tickets.spelled(number)} {said}.")
    if is_first and settings.directory.url is None:
        typer.echo(
            "It is the first: from now on the desk answers that other tickets are not known.", err=True
        )


@tickets_app.command("close")
def tickets_close(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…")],
    config: ConfigOption = None,
    status: Annotated[str | None, typer.Option("--status", help="One that counts as closed.")] = None,
) -> None:
    """Closes tickets: they cannot be escalated any more."""
    from mailproc.policy.tickets import Ticket, is_closed
    from mailproc.store import tickets

    settings = configuration(config)
    chosen = status or next(iter(settings.directory.closed), "closed")
    if not is_closed(Ticket(number="", status=chosen), settings.directory):
        raise RefusedError(
            f"--status {chosen}: [directory] closed counts {', '.join(settings.directory.closed)}"
        )
    with database(settings).write() as connection:
        unknown = [each for each in numbers if not tickets.set_status(connection, each, chosen, now())]
    typer.echo(f"{len(numbers) - len(unknown)} closed.")
    if unknown:
        raise RefusedError(f"no such ticket: {', '.join(unknown)}")


@tickets_app.command("list")
def tickets_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
) -> None:
    """The tickets that changed last."""
    from mailproc.store import tickets

    with database(configuration(config)).read() as connection:
        rows = tickets.listing(connection, limit=limit)
    emit(
        rows,
        as_json=as_json,
        columns=COLUMNS,
        empty="No tickets. Without any, every well-formed ID is taken.",
    )


@tickets_app.command("show")
def tickets_show(number: NumberArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One ticket, as the desk's directory has it: its own table, or the other database."""
    from dataclasses import asdict

    settings = configuration(config)
    with database(settings).read() as connection:
        found = _looked_up(settings, connection, number)
    if as_json:
        emit([asdict(found)], as_json=True, columns=(), empty="")
        return
    for name, value in asdict(found).items():
        if value:
            typer.echo(f"{name.replace('_', ' ')}: {value}")


def _looked_up(settings: Settings, connection: Connection, number: str) -> Ticket:
    from mailproc.desk.directory import directory_of
    from mailproc.policy.tickets import DirectoryError

    try:
        found = directory_of(settings, connection).find(number)
    except DirectoryError as fault:
        raise RefusedError(f"the directory cannot be asked: {fault}") from fault
    if found is None:
        raise RefusedError(f"no ticket {number}")
    return found
