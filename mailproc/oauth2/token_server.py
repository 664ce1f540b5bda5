"""Asks a token server for an access token (RFC 6749 §4.4 and §6), over verified TLS and to nobody else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

if TYPE_CHECKING:
    from mailproc.settings import OAuth2

_TIMEOUT = 15.0  # seconds, for connecting and for each piece of the answer
_LONGEST_ANSWER = 262_144
_USUAL_LIFETIME = 600.0  # where the server does not say (RFC 6749 §5.1 only recommends it)
_LATER = ("server_error", "temporarily_unavailable", "slow_down")


class GrantRefusedError(Exception):
    """The token server gives no more tokens for this grant: a person has to renew it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A new access token. Lifetimes are in seconds; ``refresh_token`` is None where the old one stays."""

    access_token: str = field(repr=False)
    lifetime: float
    refresh_token: str | None = field(repr=False)
    refresh_lifetime: float | None


def ask(terms: OAuth2, *, client_secret: str | None, refresh_token: str | None) -> Answer:
    """One request: by the refresh token, or without one by the client's own credentials.

    Raises GrantRefusedError with the server's words, or ConnectionError where asking again may help.
    """
    secrets = tuple(filter(None, (client_secret, refresh_token)))
    try:
        status, body = _post(terms.token_url, _body(terms, client_secret, refresh_token))
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)  # what urllib has wrapped
        raise ConnectionError(_hidden(f"the token server was not reached: {reason}", secrets)) from None
    return _read(status, body, secrets)


def _body(terms: OAuth2, client_secret: str | None, refresh_token: str | None) -> str:
    from oauthlib.oauth2 import BackendApplicationClient

    client = BackendApplicationClient(terms.client_id)
    scope = terms.scope.split() or None
    secret = {"client_secret": client_secret} if client_secret else {}
    if refresh_token is None:
        return str(client.prepare_request_body(scope=scope, include_client_id=True, **secret))
    known = {"client_id": terms.client_id, **secret}
    return str(client.prepare_refresh_body(refresh_token=refresh_token, scope=scope, **known))


def _post(url: str, body: str) -> tuple[int, str]:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    opener = build_opener(HTTPSHandler(context=context), _StayHere)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    request = Request(url, data=body.encode(), headers=headers, method="POST")
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            return answer.status, answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read(_LONGEST_ANSWER).decode("utf-8", "replace")


class _StayHere(HTTPRedirectHandler):
    """Follows nobody: the request holds secrets, which are for the configured server only."""

    def redirect_request(self, *_: Any) -> None:
        """No request is made."""
        return


def _read(status: int, body: str, secrets: tuple[str, ...]) -> Answer:
    from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

    if status >= 500 or status == 429:
        raise ConnectionError(f"the token server answered {status}")
    try:
        token = BackendApplicationClient("").parse_request_body_response(body)
    except OAuth2Error as refusal:
        said = _hidden(f"{refusal.error}: {refusal.description or f'answer {status}'}", secrets)
        if refusal.error in _LATER or refusal.error == "missing_token":
            raise ConnectionError(f"the token server answered {status}, {said}") from None
        raise GrantRefusedError(said) from None
    except (ValueError, TypeError, AttributeError, RecursionError):  # the library expects a JSON object
        raise ConnectionError(f"the token server answered {status}, without a token") from None
    if not isinstance(token["access_token"], str) or not token["access_token"].isprintable():
        raise ConnectionError(f"the token server answered {status}, without a token that can be used")
    refresh_token = token.get("refresh_token")
    return Answer(
        access_token=token["access_token"],
        lifetime=_seconds(token.get("expires_in")) or _USUAL_LIFETIME,
        refresh_token=refresh_token if isinstance(refresh_token, str) and refresh_token else None,
        refresh_lifetime=_seconds(token.get("refresh_token_expires_in")),
    )


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 1e9 else None


def _hidden(text: str, secrets: tuple[str, ...]) -> str:
    """The server's words on one line, and without what it was told."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]
