"""An alert reaches its service, or the reason is known; the address is known to nobody."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.delivery.alerts import AlertCourier, parse_problem
from mailproc.delivery.parcel import Permanent, Sent, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = ("s3cr3tuser", "s3cr3tword", "s3cr3tpath", "s3cr3tquery")


class Service(ThreadingHTTPServer):
    """A web hook on loopback that answers with ``status``, or not at all."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.status: int | None = 200
        self.got: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        user, word, path, query = SECRETS
        return f"json://{user}:{word}@127.0.0.1:{self.server_port}/{path}?-token={query}"


class Hook(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((body, dict(self.headers)))
        if self.server.status is None:
            self.server.over.wait(20)
            return
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def send(url: str, **changes: Any) -> Any:
    values = {"title": "Emergency ABC-12", "body": "ACK with code 1234", "timeout": 5.0} | changes
    return AlertCourier().send(url, **values)


def test_an_alert_arrives_as_it_was_written(service: Service) -> None:
    body = "Ticket <b>ABC-12</b> & co: *all* {{ down }} ${HOME} :smile: \\n åäö"
    assert send(service.url, body=body) == Sent(detail="json")
    [(got, headers)] = service.got
    assert got["title"] == "Emergency ABC-12"
    assert got["message"] == body
    assert headers["User-Agent"] == "mailproc"
    assert "pprise" not in json.dumps([got, headers])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "401 Unauthorized"),
        (429, "429 Too Many Requests"),
        (503, "503 Service Unavailable"),
        (599, "599"),
    ],
)
def test_a_refusal_is_for_later_and_named(service: Service, status: int, reason: str) -> None:
    service.status = status
    assert send(service.url) == Transient(detail=f"json: the service answered {reason}")
    assert len(service.got) == 1, "one attempt"


def test_a_service_that_is_silent_is_given_up_in_time(service: Service) -> None:
    service.status = None
    started = time.monotonic()
    assert send(service.url, timeout=0.2) == Transient(detail="json: the service could not be reached")
    assert 0.19 < time.monotonic() - started < 3


def test_a_service_that_is_gone_is_for_later(service: Service) -> None:
    url = service.url
    service.shutdown()
    service.server_close()
    assert send(url) == Transient(detail="json: the service could not be reached")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "does not begin with"),
        ("s3cr3tword", "does not begin with"),
        ("s3cr3tword@example.com", "does not begin with"),
        ("nosuch://s3cr3tword@example.com", 'knows no service "nosuch://"'),
        ("slack://s3cr3tword", 'does not understand this "slack://" address'),
        ("json://", 'does not understand this "json://" address'),
        ("twilio://s3cr3tword", 'does not understand this "twilio://" address'),
        ("https://example.com/s3cr3tword", '"https://"'),
    ],
)
def test_an_address_that_is_none_is_refused_without_showing_it(
    url: str, problem: str, capfd: pytest.CaptureFixture[str]
) -> None:
    said = parse_problem(url)
    assert said is not None
    assert problem in said
    assert send(url) == Permanent(detail=said)
    assert "s3cr3t" not in said + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1:9999/",
        "mailto://ann:word@example.com",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
    ],
)
def test_an_address_that_apprise_understands_has_no_problem(url: str) -> None:
    assert parse_problem(url) is None


@pytest.mark.parametrize("status", [200, 403, None])
def test_the_address_is_in_no_log_and_no_answer(
    service: Service, status: int | None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    service.status = status
    with caplog.at_level(logging.NOTSET):
        outcome = send(service.url, timeout=0.2)
    shown = outcome.detail + caplog.text + "".join(capfd.readouterr())
    assert service.got, "it was sent"
    for secret in (*SECRETS, "127.0.0.1", str(service.server_port)):
        assert secret not in shown


def test_alerts_at_once_do_not_hear_each_other(service: Service) -> None:
    unreachable = "json://127.0.0.1:1/"
    outcomes: dict[str, Any] = {}
    threads = [
        threading.Thread(target=lambda url=url: outcomes.update({url: send(url)}))
        for url in (service.url, unreachable, service.url + "&x=1", unreachable + "x")
    ]
    service.status = 403
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [outcome.detail for url, outcome in sorted(outcomes.items())] == [
        "json: the service could not be reached",
        "json: the service could not be reached",
        "json: the service answered 403 Forbidden",
        "json: the service answered 403 Forbidden",
    ]


def test_nothing_is_written_to_disk_and_apprise_is_imported_late(service: Service, tmp_path: Path) -> None:
    program = (
        "import sys; from mailproc.delivery.alerts import AlertCourier; "
        "assert 'apprise' not in sys.modules; "
        "outcome = AlertCourier().send(sys.argv[1], 'a', 'b', 5.0); "
        "assert 'apprise' in sys.modules; print(type(outcome).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, service.url],
        env={"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("Sent\n", "")
    assert list(tmp_path.rglob("*")) == []
