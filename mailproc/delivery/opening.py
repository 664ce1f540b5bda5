"""A conversation is opened as it was configured, or not at all: nothing falls back to plain text."""

from __future__ import annotations

import ssl
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from mailproc.delivery.wire import one_line
from mailproc.settings import Security

if TYPE_CHECKING:
    import smtplib
    from collections.abc import Callable


class Interrupted(Exception):  # noqa: N818 - the trade's word; what follows is a value, not a crash
    """The conversation ended before the final dot: the other side holds nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Who we are to the server. The password is asked for anew at each login, so it may be rotated."""

    username: str
    password: Callable[[], str]


def tls_for(host: str, security: Security) -> ssl.SSLContext | None:
    """The TLS that a connection must have; None where it stays on this machine.

    Certificates and host names are verified against the system's authorities (``SSL_CERT_FILE`` names
    others), TLS 1.2 is the least. Raises ValueError for ``none`` to another machine.
    """
    if security is Security.NONE:
        if not _is_this_machine(host):
            raise ValueError(
                f'security = "none" is for this machine only (127.0.0.1, ::1, localhost), '
                f'not for {host}: write "starttls" or "tls"'
            )
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def introduce(client: smtplib.SMTP, *, starttls: ssl.SSLContext | None, login: Login | None) -> None:
    """Goes from the greeting to the point where mail can be sent.

    Raises Interrupted for whatever is not as it should be. A refusal here concerns us or the server,
    never the letter, which is why none of it is permanent.
    """
    client.command_encoding = "utf-8"  # RFC 6531 §3.3; plain ASCII stays as it is
    _greet(client)
    if starttls is not None:
        if not client.has_extn("starttls"):
            raise Interrupted("the server does not offer STARTTLS, and plain text is not allowed")
        client.starttls(context=starttls)
        _greet(client)  # what was said in plain text does not count (RFC 3207 §4.2)
    if login is not None:
        _log_in(client, login)


def _greet(client: smtplib.SMTP) -> None:
    code, answer = client.ehlo()
    if code != 250:
        raise Interrupted(f"EHLO answered {code} {one_line(answer)}")


def _log_in(client: smtplib.SMTP, login: Login) -> None:
    try:
        password = login.password()
    except Exception as error:  # where it is kept is not the letter's fault; its message may hold it
        raise Interrupted(f"the password could not be read ({type(error).__name__})") from None
    mechanisms = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in mechanisms:  # RFC 4616
        token = _base64(f"\0{login.username}\0{password}")
        spoken = [f"AUTH PLAIN {token}"]
    elif "LOGIN" in mechanisms:
        token = _base64(password)
        spoken = ["AUTH LOGIN", _base64(login.username), token]
    else:
        raise Interrupted("the server offers neither AUTH PLAIN nor AUTH LOGIN")
    code, answer = 334, b""
    for line in spoken:
        if code == 334:
            code, answer = client.docmd(line)
    if code != 235:
        raise Interrupted(_without(f"the login was refused: {code} {one_line(answer)}", token, password))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _without(text: str, *secrets: str) -> str:
    """Some servers repeat in their answer what they were told."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text


def _is_this_machine(host: str) -> bool:
    if host.startswith("/") or host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
