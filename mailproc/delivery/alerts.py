"""Sends an alert to an Apprise address, which is a secret: no answer, log or error ever shows it."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mailproc.delivery.parcel import DeliveryOutcome, Permanent, Sent, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = re.compile(r"[a-z][a-z0-9]{1,15}(?=://)", re.IGNORECASE)
_STATUS = re.compile(r"error\s?[=:]\s?([1-5]\d\d)\b")
_NOT_REACHED = "connection error"

# What Apprise says while it works for this thread. None outside an attempt: it is dropped.
_heard: ContextVar[list[str] | None] = ContextVar("heard_from_apprise", default=None)


class AlertCourier:
    """Makes one attempt for one address: an SMS, a chat room, a page. For many threads at once."""

    def send(self, url: str, title: str, body: str, timeout: float) -> DeliveryOutcome:
        """``timeout`` in seconds, for connecting and for each answer.

        Apprise tells no more than yes or no. No is Transient; Permanent is an address that it does not
        understand. An address with several receivers is repeated for all of them: write one each.
        """
        with _listening() as said:
            service = _service(url)
            if service is None:
                return Permanent(detail=_not_understood(url))
            service.socket_connect_timeout = service.socket_read_timeout = timeout
            try:
                is_sent = _notify(service, title, body)
            except Exception as error:  # of a hundred plugins; its message may hold the address
                return Transient(detail=f"{_scheme(url)}: Apprise failed with {type(error).__name__}")
            if is_sent:
                return Sent(detail=_scheme(url))
            return Transient(detail=f"{_scheme(url)}: {_reason(said)}")

    def close(self) -> None:
        """Nothing is kept open."""


def parse_problem(url: str) -> str | None:
    """What keeps Apprise from understanding the address, without showing it; None if nothing does.

    Connects to nothing.
    """
    with _listening():
        return None if _service(url) is not None else _not_understood(url)


def _service(url: str) -> Any:
    apprise = _apprise()
    # Nothing is written to disk, no name but ours stands in what is sent, and the words of a mail are
    # words: no escapes, no :smileys:.
    asset = apprise.AppriseAsset(
        app_id="mailproc",
        app_desc="mailproc",
        app_url="",
        storage_mode="memory",
        async_mode=False,
        interpret_emojis=False,
        interpret_escapes=False,
        pgp_autogen=False,
        pem_autogen=False,
    )
    return apprise.Apprise.instantiate(url, asset=asset)


def _notify(service: Any, title: str, body: str) -> bool:
    apprise = _apprise()
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    # Said to be text, so that services that speak HTML or Markdown get it escaped.
    return bool(
        sender.notify(
            title=title,
            body=body,
            notify_type=apprise.NotifyType.WARNING,
            body_format=apprise.NotifyFormat.TEXT,
        )
    )


@cache
def _apprise() -> Any:
    """Imported at the first alert: it takes a tenth of a second, and most processes never send one."""
    spoken = logging.getLogger("apprise")
    spoken.setLevel(logging.WARNING)
    spoken.addFilter(_hear)
    for carrier in ("urllib3", "requests", "requests_oauthlib", "oauthlib"):
        logging.getLogger(carrier).setLevel(logging.ERROR)  # below that they write addresses
    import apprise

    return apprise


def _hear(record: logging.LogRecord) -> bool:
    """Keeps the sentence for the attempt it belongs to, and lets no log have it."""
    said = _heard.get()
    if said is not None:
        said.append(record.getMessage())
    return False


@contextmanager
def _listening() -> Iterator[list[str]]:
    said: list[str] = []
    token = _heard.set(said)
    try:
        yield said
    finally:
        _heard.reset(token)


def _reason(said: list[str]) -> str:
    """Only what cannot be a part of the address: Apprise's sentences name hosts, rooms and numbers."""
    for sentence in said:
        status = _STATUS.search(sentence)
        if status is not None:
            return f"the service answered {_status(int(status[1]))}"
        if _NOT_REACHED in sentence.lower():
            return "the service could not be reached"
    return "the service did not take it"


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _scheme(url: str) -> str:
    match = _SCHEME.match(url)
    return match[0].lower() if match else "alert"


def _not_understood(url: str) -> str:
    if _SCHEME.match(url) is None:
        return 'not an Apprise address: it does not begin with "service://"'
    if _scheme(url) not in _apprise().NotificationManager():
        return f'Apprise knows no service "{_scheme(url)}://"'
    return (
        f'Apprise does not understand this "{_scheme(url)}://" address: something in it is missing or wrong'
    )
