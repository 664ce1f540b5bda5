"""An SMTP server on loopback that keeps to the protocol, except where a test tells it not to."""

from __future__ import annotations

import contextlib
import socket
import threading
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

DROP = object()
SILENCE = object()


@dataclass
class Taken:
    """A mail that the server answered 250 for, or would have."""

    mail: str
    rcpt: str
    content: bytes


@dataclass
class Scripted:
    """``script`` maps a step to what happens there instead of the usual answer.

    Steps: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (after some octets of it), DOT, RSET,
    NOOP. What happens: an answer, DROP, SILENCE, or a list of these, used up one by one (None: the
    usual). ``offers`` are the EHLO lines, ``tokens`` the access tokens that are taken.
    """

    script: dict[str, object] = field(default_factory=dict)
    offers: tuple[str, ...] = ("SIZE 25000000", "8BITMIME")
    offers_after_tls: tuple[str, ...] | None = None
    tls: ssl.SSLContext | None = None
    wrapped: bool = False
    lmtp: bool = False
    tokens: set[str] = field(default_factory=set)
    unix: str | None = None

    def __post_init__(self) -> None:
        self.connections = 0
        self.said: list[str] = []
        self.secrets: list[str] = []
        self.mails: list[Taken] = []
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        if self.unix:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(self.unix)
            self._listener.listen()
            self.port = 0
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        """Ends every connection, as a restart does."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def verbs(self) -> list[str]:
        return [line.split(" ")[0].upper() for line in self.said]

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError):
            if self.wrapped and self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            self._talk(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        self._answer(connection, "CONNECT", "220 scripted.example")
        offers, mail, rcpt = self.offers, "", ""
        while line := stream.readline():
            text = line.decode().rstrip("\r\n")
            verb = text.split(" ")[0].upper()
            self.said.append(text)
            if verb in ("EHLO", "LHLO"):
                assert (verb == "LHLO") == self.lmtp
                self._answer(connection, "EHLO", "\r\n".join(_ehlo(offers)))
            elif verb == "STARTTLS":
                assert self.tls
                self._answer(connection, "STARTTLS", "220 go ahead")
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                stream = connection.makefile("rb")
                offers = self.offers if self.offers_after_tls is None else self.offers_after_tls
            elif verb == "AUTH":
                self._take_login(connection, stream, text)
            elif verb == "MAIL":
                mail = text
                self._answer(connection, "MAIL", "250 ok")
            elif verb == "RCPT":
                rcpt = text
                self._answer(connection, "RCPT", "250 ok")
            elif verb == "DATA":
                if not self._answer(connection, "DATA", "354 go on").startswith("354"):
                    continue
                content = self._body(stream)
                self.mails.append(Taken(mail, rcpt, content))
                self._answer(connection, "DOT", "250 taken")
            elif verb == "QUIT":
                self._say(connection, "221 bye")
                return
            else:
                self._answer(connection, verb, "250 ok")

    def _body(self, stream: object) -> bytes:
        received = b""
        while True:
            received += stream.readline()  # type: ignore[attr-defined]
            if self.script.get("BODY") is DROP and len(received) > 10:
                raise EOFError
            if received.endswith(b"\r\n.\r\n") or received == b".\r\n":
                return received[:-3]
            if not received or self._over.is_set():
                raise EOFError

    def _take_login(self, connection: socket.socket, stream: object, text: str) -> None:
        _, mechanism, *first = text.split(" ")
        if mechanism in ("XOAUTH2", "OAUTHBEARER"):
            self._take_token(connection, stream, b64decode(first[0]).decode())
            return
        if mechanism == "PLAIN":
            self.secrets.extend(b64decode(first[0]).decode().split("\0")[1:])
        else:
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                self._say(connection, prompt)
                self.secrets.append(b64decode(stream.readline()).decode())  # type: ignore[attr-defined]
        self._answer(connection, "AUTH", "235 welcome")

    def _take_token(self, connection: socket.socket, stream: object, said: str) -> None:
        """A token that is not among ``tokens`` is refused as RFC 7628 §3.2.3 has it."""
        self.secrets.append(said)
        if any(f"auth=Bearer {token}\x01" in said for token in self.tokens):
            self._answer(connection, "AUTH", "235 welcome")
            return
        self._say(connection, "334 " + b64encode(b'{"status":"invalid_token"}').decode())
        self.secrets.append(b64decode(stream.readline()).decode())  # type: ignore[attr-defined]
        self._answer(connection, "AUTH", "535 5.7.3 no")

    def _answer(self, connection: socket.socket, step: str, usual: str) -> str:
        planned = self.script.get(step)
        if isinstance(planned, list):
            planned = planned.pop(0) if planned else None
        if planned is DROP:
            raise EOFError
        if planned is SILENCE:
            self._over.wait(20)
            raise EOFError
        answer = planned if isinstance(planned, str) else usual
        self._say(connection, answer)
        if answer.startswith("421"):
            raise EOFError
        return answer

    def _say(self, connection: socket.socket, answer: str) -> None:
        connection.sendall(answer.encode() + b"\r\n")


def _ehlo(offers: tuple[str, ...]) -> list[str]:
    lines = ["scripted.example", *offers]
    return [f"250{'-' if number < len(lines) - 1 else ' '}{line}" for number, line in enumerate(lines)]
