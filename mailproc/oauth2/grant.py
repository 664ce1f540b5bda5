"""A grant gives access tokens that are good for a while; what its server rotates is on disk before use."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from mailproc.oauth2.token_server import Answer, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mailproc.settings import OAuth2, Secret

log = structlog.get_logger()

_MARGIN = timedelta(minutes=10)  # a token is renewed so long before its end, or at half its life
_NEW = timedelta(minutes=2)  # a token so young that is refused would be refused again
_WARNED = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """What a mail server is told instead of a password."""

    text: str = field(repr=False)
    grant: Grant = field(repr=False)

    def refuse(self) -> bool:
        """A server did not take it. True where a new one is worth a try, because this one was not new."""
        return self.grant.drop(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    text: str = field(repr=False)
    since: datetime
    due: datetime


class Grant:
    """One ``[[oauth2]]`` table at work. For many threads, and several processes, at once."""

    def __init__(
        self,
        terms: OAuth2,
        *,
        folder: Path,
        secret: Callable[[Secret], str],
        clock: Callable[[], datetime],
    ) -> None:
        """``folder`` is where a rotated refresh token is kept, in a file that only its owner may read."""
        self.name = terms.name
        self._terms, self._secret, self._clock = terms, secret, clock
        self._place = folder / f"oauth2-{hashlib.sha256(terms.name.encode()).hexdigest()[:16]}"
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._rotated: str | None = None
        self._ends: datetime | None = None

    def access_token(self) -> AccessToken:
        """A token that is not due yet, from memory or from the token server.

        Raises GrantRefusedError, ConnectionError where asking again may help, and what ``secret`` raises.
        """
        with self._lock:
            if self._held is None or self._held.due <= self._clock():
                self._held = self._renewed()
            return AccessToken(text=self._held.text, grant=self)

    def drop(self, token: str) -> bool:
        """Forgets a token that a server did not take; True where it was not new."""
        with self._lock:
            if self._held is None or self._held.text != token:
                return True
            if self._clock() - self._held.since < _NEW:
                return False
            self._held = None
            return True

    def warning(self) -> str | None:
        """What a person must do in the next fourteen days, or None."""
        if self._rotated is not None:
            return f"the renewed grant cannot be written to {self._place}, and is lost at the next start"
        today = self._clock().date()
        ends = [day for day in (self._terms.renew_by, self._ends and self._ends.date()) if day]
        if not ends or today + _WARNED < min(ends):
            return None
        return f"the grant {'ends' if min(ends) >= today else 'ended'} on {min(ends)}"

    def _renewed(self) -> _Held:
        client_secret = self._secret(self._terms.client_secret) if self._terms.client_secret else None
        if self._terms.refresh_token is None:
            return self._taken(ask(self._terms, client_secret=client_secret, refresh_token=None))
        configured = self._secret(self._terms.refresh_token)
        with self._alone():  # two processes that use up one refresh token would lock each other out
            kept = self._rotated or self._kept(configured)
            answer = ask(self._terms, client_secret=client_secret, refresh_token=kept or configured)
            if answer.refresh_token not in (None, kept or configured):
                self._keep(str(answer.refresh_token), configured)
        return self._taken(answer)

    def _taken(self, answer: Answer) -> _Held:
        now = self._clock()
        lifetime = timedelta(seconds=answer.lifetime)
        if answer.refresh_lifetime is not None:
            self._ends = now + timedelta(seconds=answer.refresh_lifetime)
        log.info("access renewed", grant=self.name, lifetime=answer.lifetime)
        return _Held(text=answer.access_token, since=now, due=now + max(lifetime - _MARGIN, lifetime / 2))

    # The refresh token that came in place of the configured one

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        descriptor = os.open(self._place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _kept(self, configured: str) -> str | None:
        """The kept one, unless the configured one is another since: then a person has granted access anew."""
        try:
            kept = json.loads(self._place.read_text(encoding="utf-8"))
            return str(kept["token"]) if kept["instead_of"] == _digest(configured) else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            log.error("kept refresh token unreadable", grant=self.name, file=str(self._place))
            return None

    def _keep(self, token: str, configured: str) -> None:
        """Puts it on disk before it is used; where that fails, it lives as long as this process."""
        self._rotated = token
        words = json.dumps({"instead_of": _digest(configured), "token": token})
        draft = self._place.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(words)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._place)
            _sync(self._place.parent)
        except OSError as error:
            log.error("refresh token not kept", grant=self.name, file=str(self._place), error=str(error))
        else:
            self._rotated = None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
