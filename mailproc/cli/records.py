"""Commands over what is stored: ``mail``, ``escalations``, ``outbox``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from mailproc.cli.app import ConfigOption, JsonOption, RefusedError, app, configuration, database, emit, now

LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many at most.")]

mail_app = typer.Typer(help="Mail that was taken, and what became of it.", no_args_is_help=True)
escalations_app = typer.Typer(help="Escalations and their timelines.", no_args_is_help=True)
outbox_app = typer.Typer(help="Letters and alerts that wait, were sent, or failed.", no_args_is_help=True)
app.add_typer(mail_app, name="mail")
app.add_typer(escalations_app, name="escalations")
app.add_typer(outbox_app, name="outbox")

NOT_TAKEN = {
    "gone": "mail {id} is not stored any more: forward it to the desk with TAKE and the ticket as first line",
    "needs_ticket": "mail {id} names no ticket: say --ticket SBM-1234",
    "taken_already": "mail {id} is a request already",
    "not_to_take": "mail {id} is a bounce, a copy, an answer, or could not be read: no request is in it",
}
"""Why a mail cannot be taken as a request."""


@mail_app.command("list")
def mail_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    outcome: Annotated[str | None, typer.Option("--outcome", help="e.g. accepted, quarantined")] = None,
    limit: LimitOption = 50,
) -> None:
    """The newest mails with their outcomes."""
    from mailproc.store import inbox

    with database(configuration(config)).read() as connection:
        rows = inbox.listing(connection, outcome=outcome, limit=limit)
    columns = ("id", "received_at", "way", "sender", "subject", "outcome", "code", "attempts", "trouble")
    emit(rows, as_json=as_json, columns=columns, empty="No mail yet.")


@mail_app.command("show")
def mail_show(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    raw: Annotated[bool, typer.Option("--raw", help="The octets as received.")] = False,
) -> None:
    """One mail: its outcome, the decision with its trace, and what left because of it."""
    from mailproc.store import decisions, inbox
    from mailproc.store import outbox as outgoing

    with database(configuration(config)).read() as connection:
        entry = _found(inbox.entry(connection, id_), f"no mail {id_}")
        octets = inbox.raw(connection, id_) if raw else None
        entry["decision"] = decisions.of_mail(connection, id_)
        entry["sent"] = outgoing.of_mail(connection, id_)
    if raw:
        sys.stdout.buffer.write(_found(octets, f"the octets of mail {id_} were not kept"))
        return
    if as_json:
        emit([entry], as_json=True, columns=(), empty="")
        return
    from mailproc.cli.shown import show_mail

    show_mail(entry)


@mail_app.command("replay")
def mail_replay(
    ids: Annotated[list[int], typer.Argument(metavar="ID…")], config: ConfigOption = None
) -> None:
    """Sends quarantined or ignored mail through the desk again. This acts: letters go out."""
    from mailproc.store import decisions, inbox

    with database(configuration(config)).write() as connection:
        refused = []
        for id_ in ids:
            if inbox.replay(connection, id_):
                decisions.forget(connection, id_)
            else:
                refused.append(id_)
    if refused:
        names = ", ".join(map(str, refused))
        raise RefusedError(f"not replayed: {names} (answered already, or the octets were not kept)")


@mail_app.command("take")
def mail_take(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option("--by", help="Who takes it: the address of one of [[people]].")],
    ticket: Annotated[str, typer.Option("--ticket", help="Where the mail names none, or another.")] = "",
    level: Annotated[str, typer.Option("--level", help="emergency or higher")] = "",
    config: ConfigOption = None,
) -> None:
    """Makes a request of a mail that was sent back or left alone, from when it came. The sender hears."""
    from mailproc.desk.mending import Taken, Wish
    from mailproc.desk.office import Office
    from mailproc.escalation.naming import LEVELS
    from mailproc.resources import folder
    from mailproc.secrets import signing_key

    settings = configuration(config)
    person = settings.person(by)
    if person is None:
        raise RefusedError(f"--by {by}: name the address of one of [[people]]")
    if level and level.casefold() not in LEVELS:
        raise RefusedError(f"--level {level}: {' or '.join(LEVELS)}")
    wish = Wish(person=person, ticket=ticket, level=LEVELS.get(level.casefold()))
    office = Office(settings, templates=folder("templates"), key=signing_key(settings))
    with database(settings).write() as connection:
        taken = office.mending.take(connection, id_, wish, now())
    if not isinstance(taken, Taken):
        raise RefusedError(NOT_TAKEN[taken.because].format(id=id_))
    typer.echo(f"mail {id_} is escalation {taken.escalation_id} for {taken.decision.request.ticket}")


@escalations_app.command("list")
def escalations_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: LimitOption = 50,
) -> None:
    """The open escalations."""
    from mailproc.store import escalations

    with database(configuration(config)).read() as connection:
        rows = escalations.listing(connection, only_open=not everything, limit=limit)
    columns = ("id", "ticket", "level", "status", "accepted_at", "requester", "organisation", "closed_at")
    emit(rows, as_json=as_json, columns=columns, empty="No escalation is open.")


@escalations_app.command("show")
def escalations_show(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One escalation with its timeline, and the limits of the tier that has it."""
    from mailproc.desk.rungs import clock_of, tier_of
    from mailproc.store import escalations

    settings = configuration(config)
    with database(settings).read() as connection:
        entry = _found(escalations.entry(connection, id_), f"no escalation {id_}")
    tier, limits = tier_of(entry, settings), clock_of(entry, settings)
    entry |= {"with": tier.name if tier else None, "plan_due": limits.plan_due, "fix_due": limits.fix_due}
    if as_json:
        emit([entry], as_json=True, columns=(), empty="")
        return
    from mailproc.cli.shown import show_escalation

    show_escalation(entry)


@escalations_app.command("order")
def escalations_order(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    words: Annotated[
        list[str], typer.Argument(metavar="COMMAND…", help='e.g. ACK, or CLOSE "it works again"')
    ],
    by: Annotated[str, typer.Option("--by", help="Who orders it: the address of one of [[people]].")],
    config: ConfigOption = None,
) -> None:
    """Gives a command as staff do by mail; everybody concerned hears of it."""
    from mailproc.desk.office import Office
    from mailproc.escalation.command import read_command
    from mailproc.resources import folder
    from mailproc.secrets import signing_key

    settings = configuration(config)
    command = read_command(" ".join(words))
    if command is None:
        raise RefusedError(
            f"no command: {words[0]!r}; a letter with HELP as its first word is answered with all"
        )
    person = settings.person(by)
    if person is None:
        raise RefusedError(f"--by {by}: name the address of one of [[people]]")
    office = Office(settings, templates=folder("templates"), key=signing_key(settings))
    with database(settings).write() as connection:
        said = office.life.order(connection, id_, command, person, now())
    typer.echo(_found(said, f"no escalation {id_}"))


@outbox_app.command("list")
def outbox_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    state: Annotated[str | None, typer.Option("--state", help="held, waiting, sent, failed, dropped")] = None,
    limit: LimitOption = 50,
) -> None:
    """The newest messages."""
    from mailproc.store import outbox

    with database(configuration(config)).read() as connection:
        rows = outbox.listing(connection, state=state, limit=limit)
    columns = ("id", "created_at", "kind", "recipient", "subject", "state", "attempts", "detail")
    emit(rows, as_json=as_json, columns=columns, empty="Nothing in the outbox.")


@outbox_app.command("show")
def outbox_show(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One message as it goes out."""
    from mailproc.store import outbox

    with database(configuration(config)).read() as connection:
        entry = _found(outbox.entry(connection, id_), f"nothing with the number {id_} in the outbox")
    if as_json:
        emit([entry], as_json=True, columns=(), empty="")
        return
    from mailproc.cli.shown import show_outgoing

    show_outgoing(entry)


@outbox_app.command("release")
def outbox_release(
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID…", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are held.")] = False,
    config: ConfigOption = None,
) -> None:
    """Lets held or failed messages go out."""
    from mailproc.store import outbox

    if bool(ids) == everything:
        raise RefusedError("name the messages, or say --all")
    with database(configuration(config)).write() as connection:
        count = outbox.release(connection, ids or None, now())
    typer.echo(f"{count} released.")


@outbox_app.command("drop")
def outbox_drop(
    ids: Annotated[list[int], typer.Argument(metavar="ID…")], config: ConfigOption = None
) -> None:
    """Gives messages up before they are sent."""
    from mailproc.store import outbox

    with database(configuration(config)).write() as connection:
        count = outbox.drop(connection, ids)
    typer.echo(f"{count} dropped.")


def _found(thing: Any, otherwise: str) -> Any:
    if thing is None:
        raise RefusedError(otherwise)
    return thing
