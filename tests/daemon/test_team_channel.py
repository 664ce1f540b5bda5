"""A post reaches the team's channel from a running desk, and a channel that hangs holds up no answer (E5)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.running import eventually, mail, running, ticket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Channel(ThreadingHTTPServer):
    """A web hook on loopback; it answers nobody while it ``hangs``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.posts: list[dict[str, Any]] = []
        self.hangs = False
        self.over = threading.Event()


class Hook(BaseHTTPRequestHandler):
    server: Channel

    def do_POST(self) -> None:
        self.server.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.server.hangs:
            self.server.over.wait(30)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def channel() -> Iterator[Channel]:
    server = Channel()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("hangs", [False, True], ids=["it answers", "it hangs"])
def test_each_request_is_posted_and_answered(tmp_path: Path, channel: Channel, hangs: bool) -> None:
    channel.hangs = hangs
    team = f'[team]\nalerts = ["json://127.0.0.1:{channel.server_port}/team"]\n'
    with running(tmp_path, more=team) as daemon:
        daemon.send(mail(1))
        eventually(lambda: len(daemon.answers()) == 1 and len(channel.posts) == 1)
        daemon.send(mail(2))
        eventually(lambda: len(daemon.answers()) == 2)
        if not hangs:
            eventually(lambda: len(channel.posts) == 2)
    assert ticket(1) in channel.posts[0]["title"]
    assert "Money is being lost" in channel.posts[0]["message"]
    assert "web shop" not in channel.posts[0]["message"]
