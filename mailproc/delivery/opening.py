"""A conversation is opened as it was configured, or not at all: nothing falls back to plain text."""

from __future__ import annotations

import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from mailproc.delivery.wire import one_line
from mailproc.oauth2.grant import AccessToken
from mailproc.oauth2.sasl import MECHANISMS, Bearer
from mailproc.oauth2.token_server import GrantRefusedError
from mailproc.settings import Security

if TYPE_CHECKING:
    import smtplib
    from collections.abc import Callable

    from mailproc.oauth2.credentials import Credential


class Interrupted(Exception):  # noqa: N818 - the trade's word; what follows is a value, not a crash
    """The conversation ended before the final dot: the other side holds nothing.

    ``is_shut_out`` is true where it does not let us in, and will not as long as nobody mends that.
    """

    def __init__(self, what: str, *, is_shut_out: bool = False) -> None:
        super().__init__(what)
        self.is_shut_out = is_shut_out


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """Who we are to the server at ``host`` and ``port``. What we tell it is asked for anew at each login, so
    it may be renewed at any time."""

    username: str
    credential: Callable[[], Credential]
    host: str
    port: int


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
            words = "the server does not offer STARTTLS, and plain text is not allowed"
            raise Interrupted(words, is_shut_out=True)
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
        credential = login.credential()
    except (GrantRefusedError, ConnectionError) as refusal:
        raise Interrupted(f"no access token: {refusal}") from None
    except Exception as error:  # where it is kept is not the letter's fault; its message may hold it
        raise Interrupted(f"the password could not be read ({type(error).__name__})") from None
    offered = client.esmtp_features.get("auth", "").upper().split()
    if isinstance(credential, AccessToken):
        _show_token(client, login, credential, offered)
    else:
        _say_password(client, login.username, credential, offered)


def _show_token(client: smtplib.SMTP, login: Login, token: AccessToken, offered: list[str]) -> None:
    mechanism = next((each for each in MECHANISMS if each in offered), None)
    if mechanism is None:
        raise Interrupted(f"the server offers none of {', '.join(MECHANISMS)}", is_shut_out=True)
    bearer = Bearer(mechanism, username=login.username, token=token.text, host=login.host, port=login.port)
    opening = b64encode(bearer(b"")).decode()
    code, answer = client.docmd(f"AUTH {mechanism} {opening}")
    if code == 334:  # why it is refused; the refusal itself waits for an answer (RFC 7628 §3.2.3)
        code, answer = client.docmd(b64encode(bearer(_plain(answer))).decode())
    if code != 235:
        why = f"the access token was refused: {code} {one_line(answer)} {one_line(bearer.complaint)}".rstrip()
        may_be_too_old = token.refuse()
        raise Interrupted(_without(why, opening, token.text), is_shut_out=code >= 500 and not may_be_too_old)


def _say_password(client: smtplib.SMTP, username: str, password: str, offered: list[str]) -> None:
    if "PLAIN" in offered:  # RFC 4616
        token = _base64(f"\0{username}\0{password}")
        spoken = [f"AUTH PLAIN {token}"]
    elif "LOGIN" in offered:
        token = _base64(password)
        spoken = ["AUTH LOGIN", _base64(username), token]
    else:
        raise Interrupted("the server offers neither AUTH PLAIN nor AUTH LOGIN", is_shut_out=True)
    code, answer = 334, b""
    for line in spoken:
        if code == 334:
            code, answer = client.docmd(line)
    if code != 235:
        why = f"the login was refused: {code} {one_line(answer)}"
        raise Interrupted(_without(why, token, password), is_shut_out=code >= 500)


def _plain(challenge: bytes) -> bytes:
    try:
        return b64decode(challenge)
    except ValueError:
        return challenge


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
