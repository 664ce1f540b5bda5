"""``mailproc check``: tries every connection, and sends a probe the whole way."""

from __future__ import annotations

import smtplib
import ssl
import time
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import TYPE_CHECKING

import typer

from mailproc.cli.app import database, now, secrets
from mailproc.delivery.parcel import Sent
from mailproc.desk.couriers import Couriers
from mailproc.desk.directory import foreign_tickets
from mailproc.intake.folder import Folder
from mailproc.oauth2.credentials import Credentials
from mailproc.store import inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from mailproc.settings import Mailbox, Settings, SmtpListener
    from mailproc.store.engine import Database

LOOK_EVERY = 0.2


def run_checks(settings: Settings, wait: timedelta) -> bool:
    """Prints a line for each connection; True when all are well."""
    opened = database(settings)
    hostname = settings.desk.address.rpartition("@")[2]
    read_secret = secrets(settings)
    credentials = Credentials(settings, secret=read_secret, clock=now)
    couriers = Couriers(
        settings, opened, hostname=hostname, secret=read_secret, clock=now, credentials=credentials
    )
    checks: list[tuple[str, Callable[[], str | None]]] = [
        (f"store {opened.name}", lambda: _verify_store(opened)),
        (f"delivery by {settings.delivery.transport}", lambda: _verify_delivery(couriers)),
    ]
    checks += [
        (f"mailbox {mailbox.name}", partial(_verify_mailbox, mailbox, credentials))
        for mailbox in settings.mailbox
    ]
    if settings.directory.url is not None:
        checks.append(("ticket directory", lambda: _verify_directory(settings)))
    if settings.smtp and settings.smtp.logins is None:  # a probe knows no password
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


def _verify_mailbox(mailbox: Mailbox, credentials: Credentials) -> str | None:
    credential = credentials.of(mailbox)
    assert credential is not None, "the configuration was checked"
    Folder(mailbox, credential()).close()
    return None


def _verify_directory(settings: Settings) -> str | None:
    """Asks for a ticket that nobody has: what counts is that there is an answer."""
    directory = foreign_tickets(settings)
    assert directory is not None, "only asked where the configuration names one"
    directory.find("0")
    directory.close()
    return None


def _verify_delivery(couriers: Couriers) -> str | None:
    outcome = couriers.verify()
    return None if isinstance(outcome, Sent) else outcome.detail


def _own_listener(listener: SmtpListener) -> smtplib.SMTP:
    """A connection to the desk itself. Its certificate is for other names than this machine calls it by, and
    the probe holds no secret: it is not checked."""
    host, port = listener.host, listener.port
    unchecked = ssl._create_unverified_context()
    if listener.tls and listener.tls.mode == "implicit":
        return smtplib.SMTP_SSL(host, port, timeout=10, context=unchecked)
    client = smtplib.SMTP(host, port, timeout=10)
    if listener.tls:
        client.starttls(context=unchecked)
    return client


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
        with _own_listener(settings.smtp) as client:
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
