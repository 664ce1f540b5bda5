from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.oauth2.grant import Grant
from mailproc.secrets import read_secret
from mailproc.settings import OAuth2
from tests.oauth2.token_server import CLIENT, FIRST, SECRET, TokenServer

if TYPE_CHECKING:
    from pathlib import Path

MakeGrant = Callable[..., Grant]


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with the secrets of the grant."""
    for name, text in (("client-secret", SECRET), ("refresh-token", FIRST)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    return tmp_path


@pytest.fixture
def grant(tokens: TokenServer, secrets: Path, clock: Clock) -> MakeGrant:
    def make(**changes: Any) -> Grant:
        return Grant(
            terms(tokens.url(), **changes),
            folder=secrets / "var",
            secret=lambda secret: read_secret(secret, secrets),
            clock=clock,
        )

    return make


def terms(url: str, **changes: Any) -> OAuth2:
    values = {
        "name": "office",
        "token_url": url,
        "client_id": CLIENT,
        "client_secret": {"file": "client-secret"},
        "refresh_token": {"file": "refresh-token"},
    }
    return OAuth2.model_validate(values | changes)
