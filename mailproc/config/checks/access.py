"""What must be right about who is let in and how we are let in elsewhere: certificates, logins, grants."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailproc.config.faults import Complaint
from mailproc.config.loopback import is_loopback
from mailproc.secrets import SecretError, read_secret
from mailproc.settings import Delivery, ListenerTls, Mailbox, OAuth2, SmtpListener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location

_OTHERS = stat.S_IRWXO


def certificates_can_be_used(written: Written) -> Iterator[Complaint]:
    """Certificate and key can be read and belong together, and the key is nobody else's."""
    for at, listener in written.of(SmtpListener):
        if listener.tls is not None:
            yield from _of_certificate((*at, "tls"), listener.tls, written.base)


def _of_certificate(at: Location, tls: ListenerTls, base: Path) -> Iterator[Complaint]:
    from mailproc.intake.certificate import server_tls

    for key, file in (("certificate", tls.certificate), ("key", tls.key)):
        try:
            (base / file).open("rb").close()
        except OSError as error:
            allowed = "a PEM file that can be read"
            yield Complaint(at=(*at, key), found=f"{base / file} ({error.strerror})", allowed=allowed)
            return
    if (base / tls.key).stat().st_mode & _OTHERS:
        found = f"{base / tls.key}, which everybody may read"
        yield Complaint(at=(*at, "key"), found=found, allowed=f"chmod 600 {base / tls.key}")
    try:
        server_tls(base / tls.certificate, base / tls.key)
    except OSError as error:
        allowed = "a certificate chain and its own key in PEM, the key without a passphrase"
        yield Complaint(at=(*at, "key"), found=f"files that TLS cannot use ({error})", allowed=allowed)


def logins_are_protected(written: Written) -> Iterator[Complaint]:
    """A password is never asked for in plain text, and the file of logins can be understood."""
    for at, listener in written.of(SmtpListener):
        if listener.logins is None:
            continue
        if listener.tls is None:
            allowed = "tls with a certificate and a key, so that no password is sent in plain text"
            yield Complaint(at=(*at, "logins"), found="logins without tls", allowed=allowed)
        try:
            text = read_secret(listener.logins, written.base, written.environment)
        except SecretError:
            continue  # said by secret_files_are_private, or by check_runnable
        if problem := _problem_of_logins(text):
            allowed = "lines as `mailproc login-line NAME` prints them"
            yield Complaint(at=(*at, "logins"), found=problem, allowed=allowed)


def _problem_of_logins(text: str) -> str | None:
    from mailproc.intake.logins import LoginsError, read_logins

    try:
        return None if read_logins(text) else "no login"
    except LoginsError as error:
        return f"line {error.line}, which is none"


def grants_exist(written: Written) -> Iterator[Complaint]:
    """What a mailbox or the delivery names is there, once."""
    names = [grant.name for _, grant in written.of(OAuth2)]
    for at, user in written.of(Mailbox) + written.of(Delivery):
        if user.oauth2 is not None and user.oauth2 not in names:
            allowed = f"the name of an [[oauth2]]: {', '.join(sorted(names)) or 'there is none'}"
            yield Complaint(at=(*at, "oauth2"), found=f'"{user.oauth2}"', allowed=allowed)
    seen: set[str] = set()
    for at, grant in written.of(OAuth2):
        if grant.name in seen:
            found = f'"{grant.name}" for a second time'
            yield Complaint(at=(*at, "name"), found=found, allowed="each of them once")
        seen.add(grant.name)


def grants_can_be_asked_for(written: Written) -> Iterator[Complaint]:
    """There is something to show the token server, and it goes there unread by others."""
    for at, grant in written.of(OAuth2):
        if grant.client_secret is None and grant.refresh_token is None:
            allowed = "client_secret, or refresh_token, or both"
            yield Complaint(at=(*at, "client_secret"), found="nothing", allowed=allowed)
        if not _is_protected(grant.token_url):
            allowed = '"https://…", the token endpoint of the provider'
            yield Complaint(at=(*at, "token_url"), found=f'"{grant.token_url}"', allowed=allowed)


def _is_protected(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def logins_are_whole(written: Written) -> Iterator[Complaint]:
    """A user without a password or a grant, or the other way round, is a line that was forgotten."""
    for at, delivery in written.of(Delivery):
        has_credential = delivery.password is not None or delivery.oauth2 is not None
        if (delivery.username is not None) != has_credential:
            absent = "username" if has_credential else "password"
            allowed = "username and password (or oauth2), or none of them"
            yield Complaint(at=(*at, absent), found="nothing", allowed=allowed)
    for at, mailbox in written.of(Mailbox):
        if mailbox.password is None and mailbox.oauth2 is None:
            yield Complaint(at=(*at, "password"), found="nothing", allowed="one of password or oauth2")
    for at, user in written.of(Mailbox) + written.of(Delivery):
        if user.password is not None and user.oauth2 is not None:
            yield Complaint(at=(*at, "oauth2"), found="a password too", allowed="one of password or oauth2")


ACCESS: tuple[Check, ...] = (
    logins_are_whole,
    certificates_can_be_used,
    logins_are_protected,
    grants_exist,
    grants_can_be_asked_for,
)
