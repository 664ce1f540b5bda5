"""Commands about emergencies: ``mailproc ack``, ``mailproc accounts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli.app import ConfigOption, JsonOption, RefusedError, app, configuration, database, emit, now

if TYPE_CHECKING:
    from mailproc.desk.office import Office
    from mailproc.settings import Settings

accounts_app = typer.Typer(help="Accounts that misused emergencies.", no_args_is_help=True)
app.add_typer(accounts_app, name="accounts")


@app.command()
def ack(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of an SMS, e.g. K7M3Q9.")],
    config: ConfigOption = None,
) -> None:
    """Takes an emergency on by the code of an SMS, for whom that was sent to."""
    settings = configuration(config)
    office = _office(settings)
    with database(settings).write() as connection:
        said = office.receipts.order(connection, code, now())
    if said is None:
        raise RefusedError("this code cannot be used: mistyped, used before, or too old")
    typer.echo(said)


@accounts_app.command("list")
def accounts_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """The accounts with misused emergencies that still count."""
    from mailproc.policy.accounts import counted_since, is_too_much
    from mailproc.store import accounts

    settings = configuration(config)
    rule = settings.emergency
    with database(settings).read() as connection:
        found = accounts.listing(connection, counted_since(now(), rule))
    rows = ({**row, "restricted": "yes" if is_too_much(row["misuses"], rule) else "no"} for row in found)
    columns = ("account", "misuses", "restricted", "last", "escalation_id")
    emit(rows, as_json=as_json, columns=columns, empty="Nobody has misused emergencies.")


@accounts_app.command("restore")
def accounts_restore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the list names it.")],
    by: Annotated[str, typer.Option("--by", help="Who lifts it: the address of one of [[people]].")],
    config: ConfigOption = None,
) -> None:
    """Lifts the restriction of an account, as RESTORE does by mail; both sides hear of it."""
    from mailproc.escalation.command import Command, Verb
    from mailproc.policy.accounts import counted_since
    from mailproc.store import accounts

    settings = configuration(config)
    person = settings.person(by)
    if person is None:
        raise RefusedError(f"--by {by}: name the address of one of [[people]]")
    office, moment = _office(settings), now()
    restore = Command(verb=Verb.RESTORE, words="", written="RESTORE")
    with database(settings).write() as connection:
        listed = accounts.listing(connection, counted_since(moment, settings.emergency))
        latest = next((row["escalation_id"] for row in listed if row["account"] == name), None)
        if latest is None:
            raise RefusedError(f"{name!r} has misused no emergency; `mailproc accounts list` shows who has")
        said = office.life.order(connection, latest, restore, person, moment)
    typer.echo(said)


def _office(settings: Settings) -> Office:
    from mailproc.desk.office import Office
    from mailproc.resources import folder
    from mailproc.secrets import signing_key

    return Office(settings, templates=folder("templates"), key=signing_key(settings))
