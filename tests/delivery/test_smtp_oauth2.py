"""A letter goes out by an access token, and a person hears when the server takes none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.delivery.parcel import Sent, Transient
from mailproc.oauth2.credentials import Credentials
from mailproc.secrets import read_secret
from mailproc.settings import Delivery, Settings
from tests.delivery.scripted import Scripted
from tests.delivery.sending import courier, parcel
from tests.oauth2.conftest import terms
from tests.oauth2.token_server import FIRST, SECRET, TokenServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailproc.delivery.smtp import SmtpCourier


class Desk:
    """The grant of a desk, and its clock."""

    def __init__(self, server: TokenServer, folder: Path, **changes: Any) -> None:
        for name, text in (("client-secret", SECRET), ("refresh-token", FIRST)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
        delivery = Delivery(username="desk@norda.example", oauth2="office")
        settings = Settings(base=folder, oauth2=(terms(server.url(), **changes),), delivery=delivery)
        self.credentials = Credentials(
            settings, secret=lambda secret: read_secret(secret, folder), clock=lambda: self.now
        )
        self.credential = self.credentials.of(delivery)

    def courier(self, port: int) -> SmtpCourier:
        return courier(port, username="desk@norda.example", credential=self.credential)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


@pytest.fixture
def desk(tokens: TokenServer, tmp_path: Path) -> Desk:
    return Desk(tokens, tmp_path)


def smtp(tokens: TokenServer, mechanisms: str = "PLAIN XOAUTH2", **changes: Any) -> Scripted:
    return Scripted(offers=(f"AUTH {mechanisms}",), tokens=tokens.alive, **changes)


@pytest.mark.parametrize(
    ("offered", "said"),
    [
        ("LOGIN XOAUTH2", "user=desk@norda.example\x01auth=Bearer access-1\x01\x01"),
        (
            "XOAUTH2 OAUTHBEARER",
            "n,a=desk@norda.example,\x01host=127.0.0.1\x01port={port}\x01auth=Bearer access-1\x01\x01",
        ),
    ],
)
def test_a_letter_by_token(desk: Desk, tokens: TokenServer, offered: str, said: str) -> None:
    with smtp(tokens, offered) as server:
        assert desk.courier(server.port).deliver(parcel()) == Sent(detail="250 taken")
    assert server.secrets == [said.format(port=server.port)]


def test_a_server_that_takes_no_tokens_gets_none(desk: Desk, tokens: TokenServer) -> None:
    with smtp(tokens, "PLAIN LOGIN") as server:
        outcome = desk.courier(server.port).deliver(parcel())
    assert outcome == Transient(detail="the server offers none of OAUTHBEARER, XOAUTH2", is_shut_out=True)
    assert server.secrets == []


@pytest.mark.parametrize(("mechanism", "farewell"), [("XOAUTH2", ""), ("OAUTHBEARER", "\x01")])
def test_a_new_token_that_is_refused_is_told_at_once(
    desk: Desk, tokens: TokenServer, mechanism: str, farewell: str
) -> None:
    with smtp(tokens, mechanism) as server:
        assert desk.credential is not None
        desk.credential()
        tokens.alive.clear()
        outcome = desk.courier(server.port).deliver(parcel())
    why = 'the access token was refused: 535 5.7.3 no {"status":"invalid_token"}'
    assert outcome == Transient(detail=why, is_shut_out=True)
    assert server.secrets[1] == farewell
    assert server.mails == []


def test_a_token_that_was_revoked_meanwhile_is_replaced(desk: Desk, tokens: TokenServer) -> None:
    with smtp(tokens) as server:
        sender = desk.courier(server.port)
        assert isinstance(sender.deliver(parcel()), Sent)
        server.cut_all()
        desk.now += timedelta(minutes=20)
        tokens.alive.clear()
        outcome = sender.deliver(parcel())
        assert isinstance(outcome, Transient)
        assert not outcome.is_shut_out, "the next attempt has a new one"
        assert isinstance(sender.deliver(parcel()), Sent)
    assert [asked["grant_type"] for asked in tokens.asked] == ["refresh_token"] * 2


def test_a_grant_that_ended_is_for_later_and_for_a_person(desk: Desk, tokens: TokenServer) -> None:
    tokens.refresh_token = "another"
    with smtp(tokens) as server:
        outcome = desk.courier(server.port).deliver(parcel())
    assert outcome == Transient(detail="no access token: invalid_grant: The grant has expired.")
    [concern] = desk.credentials.tend()
    assert (concern.grant, concern.is_refused) == ("office", True)
    assert concern.what == "no access: invalid_grant: The grant has expired."


def test_a_grant_is_renewed_before_anybody_needs_it(desk: Desk, tokens: TokenServer) -> None:
    assert desk.credentials.tend() == []
    desk.now += timedelta(minutes=51)
    assert desk.credentials.tend() == []
    assert len(tokens.asked) == 2


def test_a_grant_that_ends_soon_is_a_concern_though_it_still_works(
    tokens: TokenServer, tmp_path: Path
) -> None:
    desk = Desk(tokens, tmp_path, renew_by=date(2026, 11, 30))
    [concern] = desk.credentials.tend()
    assert (concern.is_refused, concern.what) == (False, "the grant ends on 2026-11-30")


def test_a_token_server_that_is_down_for_a_while_is_no_concern_yet(desk: Desk, tokens: TokenServer) -> None:
    tokens.script = [(503, "")]
    assert desk.credentials.tend() == []
    with smtp(tokens) as server:
        assert isinstance(desk.courier(server.port).deliver(parcel()), Sent)
