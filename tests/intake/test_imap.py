"""A mailbox that is shared with people: everything new is taken once, and nothing else is touched."""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.intake.folder import Folder
from mailproc.message.arrival import Position
from tests.intake.conftest import Dovecots, MemoryLedger, Reader, mailbox, make_intake
from tests.servers import PASSWORD, WITHOUT_IDLE, WITHOUT_MOVE, WITHOUT_UIDPLUS, ImapServer, dovecot, pymap

Read = Callable[..., Reader]
JANUARY, MARCH = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)


def a_mail(subject: str, size: int = 0) -> bytes:
    return b"From: ann@norda.example\r\nSubject: %s\r\n\r\nHello\r\n" % subject.encode() + b"x" * size


def test_first_start_begins_at_the_end_of_the_folder(
    server: ImapServer, ledger: MemoryLedger, read: Read
) -> None:
    server.put(a_mail("from before"))
    reader = read(server, ledger).start()
    server.put(a_mail("new"))
    ledger.wait_until(lambda: bool(ledger.taken))
    assert ledger.subjects == ["new"]
    [arrival] = ledger.taken
    assert arrival.way == "imap:support"
    assert arrival.envelope_from is None
    assert reader.troubles == []


def test_octets_are_those_of_the_server(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger).start()
    raw = a_mail("octets") + "räksmörgås\r\n.\r\n\t \r\n".encode("latin-1")
    server.put(raw)
    ledger.wait_until(lambda: bool(ledger.taken))
    assert ledger.taken[0].raw == raw


def test_mail_stays_unread_where_it_was(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger).start()
    uid = server.put(a_mail("a question"))
    ledger.wait_until(lambda: bool(ledger.taken))
    assert "\\Seen" not in server.flags(uid)
    assert server.subjects() == ["a question"]


def test_idle_sees_a_mail_at_once(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger, poll="600s").start()
    for number in range(1, 4):
        came = time.monotonic()
        server.put(a_mail(str(number)))
        ledger.wait_until(lambda n=number: len(ledger.taken) == n)
        assert time.monotonic() - came < 2
    assert ledger.subjects == ["1", "2", "3"]


def test_without_idle_the_mailbox_is_polled(a_dovecot: Dovecots, ledger: MemoryLedger, read: Read) -> None:
    server = a_dovecot(WITHOUT_IDLE)
    read(server, ledger, poll="200ms").start()
    server.put(a_mail("polled"))
    ledger.wait_until(lambda: bool(ledger.taken))


def test_a_backlog_comes_in_batches_and_in_order(
    server: ImapServer, ledger: MemoryLedger, read: Read
) -> None:
    ledger.at = None
    read(server, ledger).start().stop()
    subjects = [f"number {number}" for number in range(55)]
    with server.client() as client:
        for subject in subjects:
            client.append("INBOX", "", "", a_mail(subject))
    read(server, ledger).start()
    ledger.wait_until(lambda: len(ledger.taken) == 55)
    assert ledger.subjects == subjects


def test_position_moves_only_with_the_commit(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger).start()
    before = ledger.at
    ledger.fail = RuntimeError("database is locked")
    uid = server.put(a_mail("again"))
    ledger.wait_until(lambda: bool(ledger.taken))
    assert ledger.fail is None, "the first commit should have failed"
    assert before is not None
    assert before.last_uid < uid
    assert ledger.subjects == ["again"]


def test_deleted_mail_is_passed_over(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger).start().stop()
    gone = server.put(a_mail("gone"))
    server.put(a_mail("stays"))
    server.delete(gone)
    read(server, ledger).start()
    ledger.wait_until(lambda: bool(ledger.taken))
    assert ledger.subjects == ["stays"]


def test_oversize_mail_brings_its_headers_only(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    read(server, ledger, max_size=10_000).start()
    server.put(a_mail("huge", 20_000))
    server.put(a_mail("small"))
    ledger.wait_until(lambda: len(ledger.taken) == 2)
    huge, small = ledger.taken
    assert huge.raw == b"From: ann@norda.example\r\nSubject: huge\r\n\r\n"
    assert huge.oversize == len(a_mail("huge", 20_000))
    assert small.oversize is None


@pytest.mark.parametrize("capability", ["", WITHOUT_MOVE], ids=["MOVE", "COPY and UID EXPUNGE"])
def test_handled_mail_is_moved_after_a_nudge(
    a_dovecot: Dovecots, capability: str, ledger: MemoryLedger, read: Read
) -> None:
    server = a_dovecot(capability)
    reader = read(server, ledger, poll="600s").start()
    handled, other = server.put(a_mail("handled")), server.put(a_mail("other"))
    with server.client() as person:
        person.uid("STORE", str(other), "+FLAGS", "(\\Deleted)")
    ledger.wait_until(lambda: len(ledger.taken) == 2)
    assert server.subjects() == ["handled", "other"], "moved before it was handled"
    ledger.to_be_moved = [handled]
    reader.intake.nudge()
    ledger.wait_until(lambda: ledger.was_moved == [handled])
    assert server.subjects("Escalations") == ["handled"]
    assert server.subjects() == ["other"], "what a person marked as deleted is not ours to expunge"


def test_handled_mail_is_moved_by_pymap_too(ledger: MemoryLedger, read: Read) -> None:
    with pymap() as server:
        reader = read(server, ledger).start()
        uid = server.put(a_mail("handled"))
        ledger.wait_until(lambda: bool(ledger.taken))
        ledger.to_be_moved = [uid]
        reader.intake.nudge()
        ledger.wait_until(lambda: ledger.was_moved == [uid])
        assert (server.subjects(), server.subjects("Escalations")) == ([], ["handled"])
        reader.stop()


def test_a_server_that_cannot_move_gets_a_keyword(
    a_dovecot: Dovecots, ledger: MemoryLedger, read: Read
) -> None:
    server = a_dovecot(WITHOUT_UIDPLUS)
    reader = read(server, ledger).start()
    with server.client() as client:
        client.append("INBOX", "", "", a_mail("handled"))
    ledger.wait_until(lambda: bool(ledger.taken))
    uid = ledger.taken[0].uid
    assert uid is not None
    ledger.to_be_moved = [uid]
    reader.intake.nudge()
    ledger.wait_until(lambda: ledger.was_moved == [uid])
    assert "$MailprocHandled" in server.flags(uid)
    assert server.subjects() == ["handled"]


def test_moving_what_is_gone_is_done(server: ImapServer, ledger: MemoryLedger, read: Read) -> None:
    reader = read(server, ledger).start()
    ledger.to_be_moved = [4_711]
    reader.intake.nudge()
    ledger.wait_until(lambda: ledger.was_moved == [4_711])
    assert reader.troubles == []


def test_server_restart_during_idle(ledger: MemoryLedger, read: Read) -> None:
    with dovecot() as server:
        reader = read(server, ledger, poll="600s").start()
        server.put(a_mail("before"))
        ledger.wait_until(lambda: len(ledger.taken) == 1)
        cpu = time.process_time()
        server.stop()
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            reader.stopping.wait(0.1)
        assert time.process_time() - cpu < 0.5, "spins while the server is gone"
        server.start()
        server.put(a_mail("after"))
        ledger.wait_until(lambda: len(ledger.taken) == 2, 20)
        assert ledger.subjects == ["before", "after"]
        reader.stop()


def test_uidvalidity_change_takes_the_last_days_again(
    a_dovecot: Dovecots, ledger: MemoryLedger, read: Read
) -> None:
    now = datetime.now(UTC)
    server = a_dovecot()
    for number in range(30):
        server.put(a_mail(f"old {number}"), when=now - timedelta(days=60))
    server.put(a_mail("last week"), when=now - timedelta(days=6))
    server.put(a_mail("moved here, but old"), when=now - timedelta(days=90))
    server.put(a_mail("today"))
    ledger.at = Position(uidvalidity=1, last_uid=9_999)
    read(server, ledger).start()
    ledger.wait_until(lambda: len(ledger.taken) == 2)
    server.put(a_mail("next"))
    ledger.wait_until(lambda: len(ledger.taken) == 3)
    assert ledger.subjects == ["last week", "today", "next"]
    assert ledger.at is not None
    assert ledger.at.uidvalidity != 1


def test_refused_login_is_told_at_once_and_not_hammered(
    server: ImapServer, ledger: MemoryLedger, read: Read
) -> None:
    tries: list[float] = []

    def wrong() -> str:
        tries.append(time.monotonic())
        return "wrong"

    reader = read(server, ledger, credential=wrong).start_only()
    assert reader.trouble.wait(10)
    [(name, what)] = reader.troubles
    assert name == "support"
    assert "login was refused" in what
    assert "wrong" not in what.replace("wrong password", "")
    reader.stopping.wait(0.5)
    assert len(tries) == 1


def test_plain_text_to_another_machine_is_refused() -> None:
    server = ImapServer([], 143, Path())
    with pytest.raises(ValueError, match=r'imap\.norda\.example needs "tls" or "starttls"'):
        make_intake(server, MemoryLedger(), host="imap.norda.example")


def test_starttls_and_its_certificate(
    certificate: tuple[Path, Path], ledger: MemoryLedger, read: Read
) -> None:
    with dovecot(tls=certificate) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            Folder(mailbox(server, host="localhost", security="starttls"), PASSWORD)
        known = ssl.create_default_context(cafile=str(certificate[0]))
        reader = read(server, ledger, host="localhost", security="starttls", tls=known).start()
        server.put(a_mail("secret"))
        ledger.wait_until(lambda: bool(ledger.taken))
        reader.stop()


def test_no_fall_back_to_plain_text(a_dovecot: Dovecots) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="STARTTLS"):
        Folder(mailbox(a_dovecot(), host="localhost", security="starttls"), PASSWORD)


def test_backfill_takes_older_mail_and_leaves_the_position(a_dovecot: Dovecots, ledger: MemoryLedger) -> None:
    server = a_dovecot()
    for subject, when in [("too old", JANUARY), ("wanted", MARCH)]:
        server.put(a_mail(subject), when=when)
    last = server.put(a_mail("wanted too"), when=MARCH)
    intake = make_intake(server, ledger)
    assert sum(intake.backfill(date(2026, 3, 1))) == 2
    assert ledger.subjects == ["wanted", "wanted too"]
    assert ledger.at is not None
    assert ledger.at.last_uid == last
