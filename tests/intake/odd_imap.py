"""An IMAP server that keeps to the RFC and still surprises: it answers out of order, or leaves things out."""

from __future__ import annotations

import re
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = 1_000


@dataclass
class OddImap:
    """A mailbox of mails by UID.

    ``withheld`` says how often a FETCH of ``item`` leaves a mail out; each time ``left_out`` is released.
    ``deleted`` mails are gone when ``item`` is fetched, but listed until the server may tell (NOOP).
    """

    mails: dict[int, bytes]
    backwards: bool = False
    item: str = "RFC822.SIZE"
    withheld: dict[int, int] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    left_out: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    port: int = 0
    username: str = "support"
    _gone: set[int] = field(default_factory=set)

    def answer(self, command: str, arguments: str) -> Iterator[bytes]:
        """The untagged answers to one command."""
        if command == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1"
        elif command == "SELECT":
            yield b"* %d EXISTS" % len(self.mails)
            yield b"* OK [UIDVALIDITY 7]"
            yield b"* OK [UIDNEXT %d]" % (max(self.mails, default=0) + 1)
        elif command == "NOOP":
            for uid in sorted(self._gone & set(self.mails)):
                yield b"* %d EXPUNGE" % (sorted(self.mails).index(uid) + 1)
                del self.mails[uid]
        elif command == "UID SEARCH":
            found = self._named(arguments.removeprefix("UID ").split()[0])
            yield b" ".join([b"* SEARCH", *(b"%d" % uid for uid in found)])
        elif command == "UID FETCH":
            uids, _, items = arguments.partition(" ")
            for uid in sorted(self._named(uids), reverse=self.backwards):
                yield from self._fetched(uid, items)

    def _named(self, uids: str) -> list[int]:
        if uids == "*":
            return [max(self.mails)] if self.mails else []
        named = set()
        for part in uids.split(","):
            first, _, last = part.partition(":")
            named |= set(range(int(first), int(last or first) + 1))
        return sorted(named & set(self.mails))

    def _fetched(self, uid: int, items: str) -> Iterator[bytes]:
        if self.item in items and uid in self.deleted:
            self._gone.add(uid)
        elif self.item in items and self.withheld.get(uid, 0) > 0:
            self.withheld[uid] -= 1
            self.left_out.release()
            yield b"* 1 FETCH (UID %d FLAGS ())" % uid
        elif "SIZE" in items:
            date = b'INTERNALDATE "23-Nov-2026 09:00:00 +0000"'
            yield b"* 1 FETCH (UID %d RFC822.SIZE %d %s)" % (uid, len(self.mails[uid]), date)
        else:
            raw = self.mails[uid]
            yield b"* 1 FETCH (UID %d BODY[] {%d}\r\n%s)" % (uid, len(raw), raw)


_LINE = re.compile(r"(\S+) (UID \S+|\S+) ?(.*)")


@contextmanager
def served(odd: OddImap) -> Iterator[OddImap]:
    """Serves the mailbox on a free loopback port."""

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                read = _LINE.fullmatch(line.decode().strip())
                assert read is not None
                for answer in odd.answer(read[2].upper(), read[3].replace("(", "").replace(")", "")):
                    self.wfile.write(answer + b"\r\n")
                self.wfile.write(read[1].encode() + b" OK done\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((HOST, 0), Connection) as server:
        odd.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield odd
        finally:
            server.shutdown()
            thread.join()
