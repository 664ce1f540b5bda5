"""One IMAP folder over one connection: reads without leaving a trace, moves without losing a mail."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from mailproc.oauth2.grant import AccessToken
from mailproc.oauth2.sasl import MECHANISMS, Bearer
from mailproc.settings import Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from mailproc.oauth2.credentials import Credential
    from mailproc.settings import Mailbox

HANDLED = b"$MailprocHandled"
_TIMEOUT = SocketTimeout(connect=15, read=60)
_LONGEST_IDLE = 25 * 60.0  # seconds; servers may hang up after 30 min (RFC 2177)
_WINDOW = 2_000  # UIDs asked for at once: an answer of any length would not fit a line of the library
_MOST_MOVED = 200  # UIDs in one command
_HEADER_OCTETS = 262_144

# What ends a connection: a stalled answer is a TimeoutError, a cut one an OSError or a protocol error.
CONNECTION_ERRORS = (OSError, IMAPClientError)


class LoginRefusedError(Exception):
    """The server does not take the name and password, or the access token."""


class WithheldError(ConnectionError):
    """The server lists a mail, and does not give it. Another connection may see more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What is asked about a mail before it is fetched. ``size`` in octets."""

    uid: int
    size: int
    received: datetime


class Bell:
    """Wakes a thread that waits for its server."""

    def __init__(self) -> None:
        self._hears, self._rings = socket.socketpair()
        self._hears.setblocking(False)
        self._rings.setblocking(False)

    def ring(self) -> None:
        """May be called from any thread, any number of times."""
        with contextlib.suppress(BlockingIOError):  # it has been rung often enough
            self._rings.send(b"!")

    def wait(self, seconds: float, is_over: Callable[[], bool], *others: socket.socket) -> None:
        """Returns when rung, when one of ``others`` has something to read, when it is over, or in time."""
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for ear in (self._hears, *others):
                selector.register(ear, selectors.EVENT_READ)
            while not is_over() and (left := end - time.monotonic()) > 0:
                if selector.select(min(left, 1.0)):
                    break
        self._drain()

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._hears.recv(4_096):
                pass


class _Client(IMAPClient):
    """Lets ``idle_check`` read what is there, lines already buffered included: ``Bell`` does the waiting."""

    def _poll_socket(self, _sock: Any, _timeout: float | None = None) -> list[bool]:
        return [True]


class Folder:
    """A selected folder. Every method may raise one of ``CONNECTION_ERRORS``: then ``close`` it."""

    def __init__(self, mailbox: Mailbox, credential: Credential, tls: ssl.SSLContext | None = None) -> None:
        """Connects, logs in and selects. Raises LoginRefusedError, or one of ``CONNECTION_ERRORS``."""
        self._client: Any = _connect(mailbox, tls)  # the library has no types
        try:
            _log_in(self._client, mailbox, credential)
            self._client.normalise_times = False
            selected = self._client.select_folder(mailbox.folder)
        except BaseException:
            self.close()
            raise
        self.uidvalidity: int = selected[b"UIDVALIDITY"]
        self._permanent_flags: tuple[bytes, ...] = selected.get(b"PERMANENTFLAGS", ())
        self._last_assigned = int(selected.get(b"UIDNEXT", 1)) - 1
        self._targets: dict[str, str] = {}

    def close(self) -> None:
        """Drops the connection without a word: the server may be gone."""
        _drop(self._client)

    def last_uid(self) -> int:
        """The highest UID given out so far (RFC 9051 §2.3.1.1); 0 in a new folder."""
        self._was_told_of_mail()
        self._client.noop()  # lets the server tell what is new
        found = self._client.search(["UID", "*"])
        self._last_assigned = max(self._last_assigned, *found, 0)
        return self._last_assigned

    def summaries(self, after: int, last: int, since: date | None = None) -> Iterable[list[Summary]]:
        """Size and date of the mails with ``after`` < UID <= ``last``, in order, window by window."""
        criteria = ["SINCE", since] if since else []
        window = _WINDOW
        while after < last:
            end = min(after + window, last)
            uids = sorted(self._client.search(["UID", f"{after + 1}:{end}", *criteria]))
            window = _WINDOW if uids else window * 4  # UIDs may be far apart
            after = end
            if uids:
                yield self._summaries_of(uids)

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The octets of the mails that still exist, fetched without setting ``\\Seen``."""
        return self._octets(uids, "BODY.PEEK[]", b"BODY[]")

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The headers of the mails that still exist, 256 KiB of each at most."""
        return self._octets(uids, f"BODY.PEEK[HEADER]<0.{_HEADER_OCTETS}>", b"BODY[HEADER]<0>")

    def move(self, uids: Sequence[int], target: str) -> Iterable[Sequence[int]]:
        """Moves mails, by what the server can do safely; yields the UIDs that are done.

        MOVE (RFC 6851); else COPY, then the deletion of exactly these (RFC 4315); else the mails stay and get
        a keyword. UIDs that are gone are no error.
        """
        for start in range(0, len(uids), _MOST_MOVED):
            some = uids[start : start + _MOST_MOVED]
            if target and self._client.has_capability("MOVE"):
                self._client.move(some, self._target(target))
            elif target and self._client.has_capability("UIDPLUS"):
                self._client.copy(some, self._target(target))
                self._client.delete_messages(some, silent=True)
                self._client.uid_expunge(some)
            else:
                self._mark(some)
            yield some

    def wait(self, seconds: float, bell: Bell, is_over: Callable[[], bool]) -> None:
        """Waits until the server has news (RFC 2177), the bell rings, or the time is up."""
        if not self._client.has_capability("IDLE"):
            bell.wait(seconds, is_over)
            return
        self._client.idle()
        if not self._was_told_of_mail() and not self._client.idle_check():
            bell.wait(min(seconds, _LONGEST_IDLE), is_over, self._client.socket())
        # A server that is gone shows here, as an error; idle_check would go on returning nothing, at once.
        self._client.idle_done()

    def _was_told_of_mail(self) -> bool:
        """True if an answer since the last call said EXISTS by the way: IDLE would not say it again."""
        return bool(self._client._imap.untagged_responses.pop("EXISTS", None))

    def _summaries_of(self, uids: Sequence[int]) -> list[Summary]:
        """In the order of the UIDs: a server may answer in any other (RFC 9051 §7.5.2)."""
        answers = self._fetched(uids, ["RFC822.SIZE", "INTERNALDATE"], (b"RFC822.SIZE", b"INTERNALDATE"))
        return [
            Summary(uid=uid, size=answer[b"RFC822.SIZE"], received=answer[b"INTERNALDATE"])
            for uid, answer in sorted(answers.items())
        ]

    def _octets(self, uids: Sequence[int], item: str, key: bytes) -> dict[int, bytes]:
        """NIL is an empty mail."""
        return {uid: answer[key] or b"" for uid, answer in self._fetched(uids, [item], (key,)).items()}

    def _fetched(self, uids: Sequence[int], items: list[str], keys: tuple[bytes, ...]) -> dict[int, Any]:
        """The whole answers for the mails that still exist; what is missing is asked for once more.

        Raises WithheldError for a mail that is still listed: passed over, it would never be seen again.
        """
        answers = self._whole_answers(uids, items, keys)
        if missing := [uid for uid in uids if uid not in answers]:
            self._client.noop()  # lets the server tell what was deleted
            answers |= self._whole_answers(missing, items, keys)
        missing = [uid for uid in missing if uid not in answers]
        if missing and (listed := self._client.search(["UID", ",".join(map(str, missing))])):
            raise WithheldError(f"the server lists the mails {listed}, but does not give {items}")
        return answers

    def _whole_answers(
        self, uids: Sequence[int], items: list[str], keys: tuple[bytes, ...]
    ) -> dict[int, Any]:
        """An answer without the items is the server's own news about flags."""
        answers = self._client.fetch(uids, items) if uids else {}
        return {uid: answer for uid, answer in answers.items() if all(key in answer for key in keys)}

    def _mark(self, uids: Sequence[int]) -> None:
        if {HANDLED, b"\\*"} & set(self._permanent_flags):
            self._client.add_flags(uids, [HANDLED], silent=True)

    def _target(self, name: str) -> str:
        """The folder's name on this server; the folder is made where it lacks (RFC 2342 for the prefix)."""
        if name not in self._targets:
            full_name = self._prefix(name) + name
            if not self._client.folder_exists(full_name):
                self._client.create_folder(full_name)
                self._client.subscribe_folder(full_name)
            self._targets[name] = full_name
        return self._targets[name]

    def _prefix(self, name: str) -> str:
        if not self._client.has_capability("NAMESPACE"):
            return ""
        personal = self._client.namespace().personal
        prefix = str(personal[0][0]) if personal else ""
        return "" if name.startswith(prefix) else prefix


def is_loopback(host: str) -> bool:
    """True for this machine itself, by name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connect(mailbox: Mailbox, tls: ssl.SSLContext | None) -> Any:
    """Connects; never falls back to plain text, and checks the certificate for the name of the host."""
    tls = tls or _verified_tls()
    implicit = mailbox.security is Security.TLS
    client: Any = _Client(mailbox.host, mailbox.port, ssl=implicit, ssl_context=tls, timeout=_TIMEOUT)  # type: ignore[arg-type]
    if mailbox.security is Security.STARTTLS:
        try:
            client.starttls(tls)
        except BaseException:
            _drop(client)
            raise
    return client


def _verified_tls() -> ssl.SSLContext:
    """Against the system's authorities (``SSL_CERT_FILE`` names others), TLS 1.2 at least (RFC 8996)."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _drop(client: Any) -> None:
    with contextlib.suppress(OSError):
        client.shutdown()


def _log_in(client: Any, mailbox: Mailbox, credential: Credential) -> None:
    """AUTH=PLAIN where it is offered: LOGIN knows no letters beyond ASCII."""
    if isinstance(credential, AccessToken):
        _show_token(client, mailbox, credential.text)
        return
    log_in = client.plain_login if client.has_capability("AUTH=PLAIN") else client.login
    try:
        log_in(mailbox.username, credential)
    except LoginError as error:
        raise _refusal(error, str(error)) from error


def _show_token(client: Any, mailbox: Mailbox, token: str) -> None:
    mechanism = next((each for each in MECHANISMS if client.has_capability(f"AUTH={each}")), None)
    if mechanism is None:
        raise LoginRefusedError(f"the server offers none of {', '.join(MECHANISMS)}")
    bearer = Bearer(mechanism, username=mailbox.username, token=token, host=mailbox.host, port=mailbox.port)
    try:
        client.sasl_login(mechanism, bearer)
    except LoginError as error:
        raise _refusal(error, f"{error} {bearer.complaint}".replace(token, "…").rstrip()) from error


def _refusal(error: LoginError, what: str) -> Exception:
    """The library reports a connection that broke, and a server that is busy (RFC 5530), as refusals too."""
    if isinstance(error.__context__, IMAPClientAbortError) or "[UNAVAILABLE]" in str(error):
        return ConnectionError(what)
    return LoginRefusedError(what)
