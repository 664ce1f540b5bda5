"""What a desk shows a token server, what it keeps of the answer, and when it calls for a person."""

from __future__ import annotations

import json
import ssl
import threading
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import trustme

from mailproc.oauth2.sasl import Bearer
from mailproc.oauth2.token_server import GrantRefusedError
from mailproc.secrets import SecretError
from tests.oauth2.token_server import CLIENT, FIRST, SECRET, TokenServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.oauth2.conftest import Clock, MakeGrant


def test_by_refresh_token(grant: MakeGrant, tokens: TokenServer) -> None:
    assert grant(scope="https://mail.example/").access_token().text == "access-1"
    assert tokens.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": FIRST,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://mail.example/",
        }
    ]


def test_by_the_clients_own_credentials(grant: MakeGrant, tokens: TokenServer) -> None:
    assert grant(refresh_token=None, scope="https://mail.example/.default").access_token().text == "access-1"
    assert tokens.asked[0]["grant_type"] == "client_credentials"
    assert tokens.asked[0]["scope"] == "https://mail.example/.default"


def test_a_token_is_used_until_it_is_due_and_renewed_before_it_ends(
    grant: MakeGrant, tokens: TokenServer, clock: Clock
) -> None:
    office = grant()
    assert {office.access_token().text for _ in range(3)} == {"access-1"}
    clock.forward(minutes=49)
    assert office.access_token().text == "access-1"
    clock.forward(minutes=2)
    assert office.access_token().text == "access-2", "nine minutes before its end"
    assert len(tokens.asked) == 2


def test_a_short_lived_token_is_not_asked_for_all_the_time(
    grant: MakeGrant, tokens: TokenServer, clock: Clock
) -> None:
    tokens.lifetime = 60
    office = grant()
    office.access_token()
    clock.forward(seconds=29)
    office.access_token()
    assert len(tokens.asked) == 1
    clock.forward(seconds=2)
    office.access_token()
    assert len(tokens.asked) == 2


def test_many_threads_ask_once(grant: MakeGrant, tokens: TokenServer) -> None:
    office = grant()
    threads = [threading.Thread(target=office.access_token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(tokens.asked) == 1


# Rotation


def test_a_rotated_refresh_token_is_kept_for_the_next_start(
    grant: MakeGrant, tokens: TokenServer, secrets: Path
) -> None:
    tokens.rotates = True
    assert grant().access_token().text == "access-2"
    [kept] = [file for file in (secrets / "var").iterdir() if file.suffix == ""]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["token"] == "refresh-1"
    assert FIRST not in kept.read_text()
    assert grant().access_token().text == "access-4", "a new process goes on from there"
    assert [asked["refresh_token"] for asked in tokens.asked] == [FIRST, "refresh-1"]


def test_two_processes_do_not_use_up_each_others_token(
    grant: MakeGrant, tokens: TokenServer, clock: Clock
) -> None:
    tokens.rotates = True
    daemon, check = grant(), grant()
    for _ in range(4):
        daemon.access_token()
        check.access_token()
        clock.forward(hours=1)
    assert len(tokens.asked) == 8


def test_a_grant_given_anew_goes_before_a_kept_one(
    grant: MakeGrant, tokens: TokenServer, secrets: Path
) -> None:
    tokens.rotates = True
    grant().access_token()
    tokens.refresh_token = "granted-anew"
    (secrets / "refresh-token").write_text("granted-anew")
    grant().access_token()
    assert tokens.asked[-1]["refresh_token"] == "granted-anew"


def test_a_kept_file_that_is_broken_is_passed_over(
    grant: MakeGrant, tokens: TokenServer, secrets: Path
) -> None:
    tokens.rotates = True
    grant().access_token()
    tokens.refresh_token = FIRST
    for text in ("", "[]", "{}", '{"token": 1}'):
        [kept] = [file for file in (secrets / "var").iterdir() if file.suffix == ""]
        kept.write_text(text)
        tokens.refresh_token = FIRST
        grant().access_token()


def test_a_state_folder_that_cannot_be_written_stops_nothing_before_the_restart(
    grant: MakeGrant, tokens: TokenServer, secrets: Path, clock: Clock
) -> None:
    tokens.rotates = True
    place = secrets / "var" / f"oauth2-{sha256(b'office').hexdigest()[:16]}"
    (place / "full").mkdir(parents=True)  # a folder, so that nothing can be put in its place
    office = grant()
    for _ in range(3):
        office.access_token()
        clock.forward(hours=1)
    assert tokens.asked[-1]["refresh_token"] != FIRST
    assert "cannot be written" in str(office.warning()), "a person hears of it"
    (place / "full").rmdir()
    place.rmdir()
    office.access_token()
    assert office.warning() is None
    assert place.is_file()


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (
            400,
            '{"error": "invalid_grant", "error_description": "expired\\r\\n forged"}',
            "invalid_grant: expired forged",
        ),
        (401, '{"error": "invalid_client"}', "invalid_client: answer 401"),
        (400, '{"error": "interaction_required"}', "interaction_required: answer 400"),
        (
            400,
            f'{{"error": "invalid_grant", "error_description": "I know {FIRST} and {SECRET}"}}',
            "I know … and …",
        ),
    ],
)
def test_a_refusal_needs_a_person(
    grant: MakeGrant, tokens: TokenServer, status: int, body: str, says: str
) -> None:
    tokens.script = [(status, body)]
    with pytest.raises(GrantRefusedError) as refused:
        grant().access_token()
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, ""),
        (503, '{"error": "invalid_grant"}'),
        (429, ""),
        (400, '{"error": "temporarily_unavailable"}'),
        (200, ""),
        (200, "<html>Log in to the hotel's network</html>"),
        (200, "[1]"),
        (200, "7"),
        (200, '{"access_token": null}'),
        (200, '{"access_token": "line\\r\\nbreak", "token_type": "Bearer"}'),
        (200, '{"access_token": 7, "token_type": "Bearer"}'),
        (200, '{"access_token": "a", "expires_in": "soon", "token_type": "Bearer"}'),
        (200, "[" * 100_000),
    ],
)
def test_a_fault_of_the_server_passes(grant: MakeGrant, tokens: TokenServer, status: int, body: str) -> None:
    tokens.script = [(status, body)]
    office = grant()
    with pytest.raises(ConnectionError):
        office.access_token()
    assert office.access_token().text == "access-1"


def test_the_secrets_go_nowhere_else(grant: MakeGrant, tokens: TokenServer) -> None:
    with TokenServer() as elsewhere:
        tokens.script = [(307, elsewhere.url()), (302, elsewhere.url())]
        for _ in range(2):
            with pytest.raises(ConnectionError):
                grant().access_token()
    assert elsewhere.asked == []


def test_a_server_that_nobody_vouches_for_hears_nothing(
    secrets: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, grant: MakeGrant
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(secrets / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(secrets / "authority.pem"))
    for issuer, name, hears in (
        (authority, "127.0.0.1", 1),
        (stranger, "127.0.0.1", 0),
        (authority, "evil.example", 0),
    ):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert(name).configure_cert(context)
        with TokenServer(tls=context) as server:
            office = grant(token_url=server.url())
            if hears:
                assert office.access_token().text == "access-1"
            else:
                with pytest.raises(ConnectionError, match="certificate verify failed"):
                    office.access_token()
        assert len(server.asked) == hears


def test_nobody_listens(grant: MakeGrant) -> None:
    with pytest.raises(ConnectionError, match="token server was not reached"):
        grant(token_url="http://127.0.0.1:9/token").access_token()


def test_a_secret_that_is_missing_is_said(grant: MakeGrant, secrets: Path) -> None:
    (secrets / "client-secret").unlink()
    with pytest.raises(SecretError):
        grant().access_token()


def test_a_token_that_a_mail_server_refuses_is_replaced_once(
    grant: MakeGrant, tokens: TokenServer, clock: Clock
) -> None:
    office = grant()
    young = office.access_token()
    assert not young.refuse(), "a new one would be refused too"
    clock.forward(minutes=10)
    assert young.refuse()
    assert office.access_token().text == "access-2"
    assert len(tokens.asked) == 2


def test_nothing_shows_a_token(grant: MakeGrant) -> None:
    token = grant().access_token()
    assert token.text not in repr(token)


# The end of a grant


@pytest.mark.parametrize(
    ("renew_by", "says"),
    [
        (date(2027, 3, 1), None),
        (date(2026, 12, 5), "the grant ends on 2026-12-05"),
        (date(2026, 11, 20), "the grant ended on 2026-11-20"),
        (None, None),
    ],
)
def test_the_end_is_told_two_weeks_before(grant: MakeGrant, renew_by: date | None, says: str | None) -> None:
    office = grant(renew_by=renew_by)
    office.access_token()
    assert office.warning() == says


def test_a_server_that_tells_the_end_itself(grant: MakeGrant, tokens: TokenServer) -> None:
    tokens.extra = {"refresh_token_expires_in": 3 * 86_400}
    office = grant(renew_by=date(2027, 3, 1))
    office.access_token()
    assert office.warning() == "the grant ends on 2026-11-24"


# What mail servers are told


def test_the_words_of_the_mechanisms() -> None:
    values = {"username": "a=b,c@norda.example", "token": "t", "host": "imap.example", "port": 993}
    assert Bearer("XOAUTH2", **values)(b"") == b"user=a=b,c@norda.example\x01auth=Bearer t\x01\x01"  # type: ignore[arg-type]
    bearer = Bearer("OAUTHBEARER", **values)  # type: ignore[arg-type]
    opening = b"n,a=a=3Db=2Cc@norda.example,\x01host=imap.example\x01port=993\x01auth=Bearer t\x01\x01"
    assert bearer(b"") == opening
    assert bearer(b'{"status":"401"}') == b"\x01"
    assert bearer.complaint == '{"status":"401"}'
