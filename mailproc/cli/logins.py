"""``mailproc login-line``: writes a line for the file of logins, which holds no password."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mailproc.cli.app import RefusedError, app


@app.command("login-line")
def login_line(name: Annotated[str, typer.Argument(help="As the client will say it.")]) -> None:
    """Prints a line for the file of a listener's logins.

    The password is asked for, or read from standard input where that is no terminal.
    """
    from mailproc.intake.logins import login_line as line_for

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise RefusedError("no password was given: write it on standard input, or run this on a terminal")
    try:
        typer.echo(line_for(name, password))
    except ValueError as fault:
        raise RefusedError(f'found "{name}"; allowed: {fault}') from fault
