"""A desk that is shut out calls its operator by the other channel at once; one with TLS takes mail."""

from __future__ import annotations

import json
import smtplib
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import trustme

from mailproc.intake.logins import login_line
from tests.daemon.running import eventually, mail, running
from tests.delivery.scripted import Scripted
from tests.oauth2.token_server import CLIENT, FIRST, SECRET, TokenServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Pager:
    """What the operator carries: a service that takes alerts."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                heard.append(f"{said['title']}\n{said['message']}")
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pager]:
    pager = Pager()
    monkeypatch.setenv("MAILPROC_OPERATOR__ALERTS", json.dumps([pager.address]))
    yield pager
    pager.close()


def by_smtp(server: Scripted, credential: str) -> str:
    return (
        f'transport = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        f'username = "desk"\n{credential}'
    )


def grant(server: TokenServer) -> str:
    return (
        f'[[oauth2]]\nname = "office"\ntoken_url = "{server.url()}"\nclient_id = "{CLIENT}"\n'
        'client_secret = { file = "client-secret" }\nrefresh_token = { file = "refresh-token" }\n'
    )


def secrets_in(folder: Path) -> None:
    for name, text in (("client-secret", SECRET), ("refresh-token", FIRST), ("password", "hunter22")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)


def test_a_refused_login_is_told_by_the_other_channel_at_once(tmp_path: Path, pager: Pager) -> None:
    secrets_in(tmp_path)
    with Scripted({"AUTH": "535 5.7.8 wrong: hunter22"}, offers=("AUTH PLAIN",)) as server:
        delivery = by_smtp(server, 'password = { file = "password" }')
        with running(tmp_path, delivery=delivery) as daemon:
            daemon.send(mail(1))
            eventually(lambda: pager.heard, deadline=15)
            daemon.stop()
    assert "127.0.0.1 does not let the desk in" in pager.heard[0]
    assert "535 5.7.8 wrong: …" in pager.heard[0]
    assert "hunter22" not in "".join(pager.heard) + daemon.log()


def test_a_grant_that_ended_is_told_before_anybody_needs_it(tmp_path: Path, pager: Pager) -> None:
    secrets_in(tmp_path)
    with TokenServer(refresh_token="another") as tokens, Scripted(offers=("AUTH XOAUTH2",)) as server:
        delivery = by_smtp(server, 'oauth2 = "office"')
        with running(tmp_path, delivery=delivery, more=grant(tokens)) as daemon:
            eventually(lambda: pager.heard, deadline=15)
            daemon.stop()
    assert "office does not let the desk in" in pager.heard[0]
    assert "invalid_grant: The grant has expired." in pager.heard[0]
    assert SECRET not in daemon.log()
    assert FIRST not in daemon.log()


def test_letters_go_out_by_a_grant_that_rotates(tmp_path: Path, pager: Pager) -> None:
    secrets_in(tmp_path)
    with TokenServer(rotates=True) as tokens:
        with Scripted(offers=("AUTH XOAUTH2",), tokens=tokens.alive) as server:
            delivery = by_smtp(server, 'oauth2 = "office"')
            for number in (1, 2):
                with running(tmp_path, delivery=delivery, more=grant(tokens)) as daemon:
                    daemon.send(mail(number))
                    eventually(lambda: any(b"Escalat" in sent.content for sent in server.mails))
                    server.mails.clear()
                    daemon.stop()
        assert "refresh-1" in [asked.get("refresh_token") for asked in tokens.asked]
        assert not pager.heard
        assert not any(token in daemon.log() for token in tokens.alive)


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
def test_a_listener_with_tls_and_logins(tmp_path: Path, mode: str) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "whole.pem"))
    (tmp_path / "logins").write_text(login_line("printer", "correct-horse"))
    for name in ("whole.pem", "logins"):
        (tmp_path / name).chmod(0o600)
    settings = f'tls = {{ certificate = "whole.pem", key = "whole.pem", mode = "{mode}" }}\n'
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    with running(tmp_path, smtp_more=settings) as daemon:
        checked = subprocess.run(
            [sys.executable, "-m", "mailproc", "check", "--config", str(daemon.config)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "ok    probe by SMTP" in checked.stdout
        daemon.stop()
    with running(tmp_path, smtp_more=settings + 'logins = { file = "logins" }\n') as daemon:
        client = (
            smtplib.SMTP_SSL("localhost", daemon.smtp, context=trusting)
            if mode == "implicit"
            else smtplib.SMTP("localhost", daemon.smtp)
        )
        with client:
            if mode == "starttls":
                client.starttls(context=trusting)
            client.login("printer", "correct-horse")
            client.sendmail("kim@norda.example", ["support@helpdesk.example"], mail(7))
        eventually(daemon.answers)
        daemon.stop()
    assert "correct-horse" not in daemon.log()
