"""``mailproc check``: tries every connection, and sends a probe the whole way."""

from __future__ import annotations

import smtplib
import time
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import TYPE_CHECKING

import typer

from mailproc.cli.app import database, now, secrets
from mailproc.delivery.parcel import Sent
from mailproc.desk.couriers import Couriers
from mailproc.intake.folder import Folder
from mailproc.store import inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from mailproc.settings import Mailbox, Secret, Settings
    from mailproc.store.engine import Database

LOOK_EVERY = 0.2


def run_checks(settings: Settings, wait: timedelta) -> bool:
    """Prints a line for each connection; True when all are well."""
    opened = database(settings)
    hostname = settings.desk.address.rpartition("@")[2]
    read_secret = secrets(settings)
    couriers = Couriers(settings, opened, hostname=hostname, secret=read_secret, clock=now)
    checks: list[tuple[str, Callable[[], str | None]]] = [
        (f"store {opened.name}", lambda: _verify_store(opened)),
        (f"delivery by {settings.delivery.transport}", lambda: _verify_delivery(couriers)),
    ]
    checks += [
        (f"mailbox {mailbox.name}", partial(_verify_mailbox, mailbox, read_secret))
        for mailbox in settings.mailbox
    ]
    if settings.smtp:
        checks.append(("probe by SMTP", lambda: _probe(settings, opened, wait)))
    results = [_line(name, check) for name, check in checks]
    return all(results)


def _line(name: str, check: Callable[[], str | None]) -> bool:
    try:
        trouble = check()
    except Exception as fault:  # whatever is wrong with one connection, the others are tried too
        trouble = f"{type(fault).__name__}: {fault}"
    typer.echo(f"{'ok  ' if trouble is None else 'FAIL'}  {name}{'' if trouble is None else f': {trouble}'}")
    return trouble is None


def _verify_store(opened: Database) -> str | None:
    opened.verify()
    return None


def _verify_mailbox(mailbox: Mailbox, read_secret: Callable[[Secret], str]) -> str | None:
    Folder(mailbox, read_secret(mailbox.password), None).close()
    return None


def _verify_delivery(couriers: Couriers) -> str | None:
    outcome = couriers.verify()
    return None if isinstance(outcome, Sent) else outcome.detail


def _probe(settings: Settings, opened: Database, wait: timedelta) -> str | None:
    """Sends the desk a mail of its own, which it recognises and answers to nobody."""
    assert settings.smtp is not None
    probe = EmailMessage()
    probe["From"] = probe["To"] = settings.desk.address
    probe["Subject"] = "Probe of mailproc check"
    probe["Date"] = format_datetime(now())
    probe["Message-ID"] = make_msgid(domain=settings.desk.address.rpartition("@")[2])
    probe["Auto-Submitted"] = "auto-generated"
    probe.set_content("A probe: it is stored, recognised and left alone.")
    try:
        with smtplib.SMTP(settings.smtp.host, settings.smtp.port, timeout=10) as client:
            client.send_message(probe)
    except OSError as fault:
        return f"nobody takes mail at {settings.smtp.listen} ({fault}); is `mailproc run` running?"
    end = time.monotonic() + wait.total_seconds()
    while time.monotonic() < end:
        with opened.read() as connection:
            outcome = inbox.outcome_of(connection, str(probe["Message-ID"]))
        if outcome:
            return None
        time.sleep(LOOK_EVERY)
    return f"the probe was taken, but had no outcome after {wait.total_seconds():.0f} s"
