"""A token server on loopback that keeps to RFC 6749 and RFC 7662, except where a test tells it not to."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    import ssl

CLIENT, SECRET, FIRST = "desk-client", "client-secret-7", "refresh-0"


@dataclass
class TokenServer:
    """Knows one client and one user, ``support``.

    ``rotates`` gives a new refresh token for each that is used, which is then worth nothing any more.
    ``script`` holds answers (status, body) that are given instead of the usual ones, in turn. ``alive`` are
    the access tokens that the mail servers take.
    """

    tls: ssl.SSLContext | None = None
    rotates: bool = False
    lifetime: float = 3600
    extra: dict[str, Any] = field(default_factory=dict)
    script: list[tuple[int, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    alive: set[str] = field(default_factory=set)
    refresh_token: str = FIRST

    def __enter__(self) -> TokenServer:
        knows, numbers = self, itertools.count(1)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                said = {key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()}
                status, body = knows.answer(self.path, said, numbers)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", body)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/token") -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_port}{path}"

    def answer(self, path: str, said: dict[str, str], numbers: Any) -> tuple[int, str]:
        if path == "/introspect":
            is_active = said["token"] in self.alive
            return 200, json.dumps(
                {"active": is_active, "username": "support"} if is_active else {"active": False}
            )
        self.asked.append(said)
        if self.script:
            return self.script.pop(0)
        if (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
            return 401, json.dumps({"error": "invalid_client", "error_description": "no such client"})
        token: dict[str, Any] = {"token_type": "Bearer", "expires_in": self.lifetime, **self.extra}
        if said["grant_type"] == "refresh_token":
            if said["refresh_token"] != self.refresh_token:
                return 400, json.dumps(
                    {"error": "invalid_grant", "error_description": "The grant has expired."}
                )
            if self.rotates:
                self.refresh_token = token["refresh_token"] = f"refresh-{next(numbers)}"
        token["access_token"] = f"access-{next(numbers)}"
        self.alive.add(token["access_token"])
        return 200, json.dumps(token)
