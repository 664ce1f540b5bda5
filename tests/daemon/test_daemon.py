"""The whole way: mail in by SMTP and IMAP, letters out, killed and stopped in between."""

from __future__ import annotations

import json
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from mailproc.store import inbox
from tests.daemon.running import eventually, mail, running
from tests.delivery.scripted import DROP, Scripted
from tests.servers import PASSWORD, dovecot, pymap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.running import Running


def outcomes(daemon: Running) -> list[tuple[str, str | None]]:
    database = daemon.database()
    with database.read() as connection:
        rows = inbox.listing(connection)
    database.close()
    return [(row["outcome"], row["code"]) for row in reversed(rows)]


def test_a_mail_by_smtp_is_answered(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        daemon.send(mail(213))
        eventually(daemon.answers)
        [letter] = [message_from_bytes(raw, policy=default) for raw in daemon.answers()]
        assert letter["To"].addresses[0].addr_spec == "kim@norda.example"
        assert letter["In-Reply-To"] == "<213@norda.example>"
        assert daemon.stop() == 0


def test_ordinary_mail_goes_on_with_a_trace_line_and_otherwise_as_it_came(tmp_path: Path) -> None:
    raw = mail(1, "Where do I find the page?", subject="A question")
    with running(tmp_path) as daemon:
        daemon.send(raw)
        eventually(lambda: daemon.letters("ordinary"))
        [handed_on] = daemon.letters("ordinary")
        trace, _, rest = handed_on.partition(b"From: Kim")
        assert trace.startswith(b"Return-Path: <kim@norda.example>\r\nReceived: from [127.0.0.1]")
        assert b"From: Kim" + rest == raw
        eventually(lambda: outcomes(daemon) == [("ordinary", "not_an_escalation")])
        assert daemon.letters() == []


def test_ordinary_mail_that_the_next_hop_refuses_is_reported_to_its_sender(tmp_path: Path) -> None:
    people = Scripted(script={"RCPT": "550 5.1.1 No such user"})
    letters = Scripted()
    with running(
        tmp_path,
        delivery=f'transport = "smtp"\nhost = "127.0.0.1"\nport = {letters.port}\nsecurity = "none"',
    ) as daemon:
        config = daemon.config.read_text()
        daemon.stop()
        daemon.config.write_text(
            config.replace('{ maildir = "ordinary" }', f'{{ smtp = "127.0.0.1:{people.port}" }}')
        )
        daemon.start()
        daemon.send(mail(1, "Where do I find the page?", subject="A question"))
        eventually(lambda: len(letters.mails) >= 2)
        report = next(taken for taken in letters.mails if "kim@norda.example" in taken.rcpt)
        assert "<>" in report.mail
        assert b"multipart/report" in report.content
        assert b"report-type=delivery-status" in report.content.replace(b'"', b"")


@pytest.mark.parametrize("server", [pymap, dovecot], ids=["pymap", "dovecot"])
def test_a_shared_mailbox_is_safe(tmp_path: Path, server: object) -> None:
    with server() as imap:  # type: ignore[operator]
        imap.put(mail(1))
        secret = tmp_path / "imap-password"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        more = (
            f'[[mailbox]]\nname = "support"\nhost = "127.0.0.1"\nport = {imap.port}\nsecurity = "none"\n'
            'username = "support"\npassword = { file = "imap-password" }\npoll = "5s"\n'
        )
        with running(tmp_path, more=more) as daemon:
            eventually(lambda: '"connected"' in daemon.log())
            ordinary = imap.put(mail(2, "Where do I find the page?", subject="A question"))
            imap.put(mail(3))
            eventually(lambda: len(daemon.answers()) == 1)
            eventually(lambda: imap.subjects("Escalations") == ["Escalate ticket SBM-48003"])
            assert sorted(imap.subjects()) == ["A question", "Escalate ticket SBM-48001"]
            assert "\\Seen" not in imap.flags(ordinary)
            assert outcomes(daemon) == [("ordinary", "not_an_escalation"), ("accepted", None)]


def test_a_letter_that_was_not_sent_before_the_crash_is_sent_after_it(tmp_path: Path) -> None:
    sink = Scripted(script={"CONNECT": [DROP] * 4})
    delivery = (
        f'transport = "smtp"\nhost = "127.0.0.1"\nport = {sink.port}\nsecurity = "none"\ntimeout = "5s"'
    )
    with running(tmp_path, delivery=delivery) as daemon:
        daemon.send(mail(213))
        eventually(lambda: outcomes(daemon) == [("accepted", None)])
        daemon.kill()
        sink.script.clear()
        database = daemon.database()
        with database.write() as connection:  # the waiting time, without the wait
            connection.exec_driver_sql("UPDATE outbox SET next_attempt_at = '2026-01-01 00:00:00.000000'")
        database.close()
        daemon.start()
        eventually(lambda: len(sink.mails) == 2)  # the answer, and the word to the person on duty
        assert daemon.stop() == 0
        assert sorted(taken.rcpt for taken in sink.mails) == [
            "RCPT TO:<kim@norda.example>",
            "RCPT TO:<priya@helpdesk.example>",
        ]


def test_a_desk_that_is_told_to_stop_finishes_what_it_took(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        for number in range(30):
            daemon.send(mail(number))
        assert daemon.stop() == 0
        daemon.start()
        eventually(lambda: len(daemon.answers()) == 30)
        assert daemon.stop() == 0


def mailproc(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailproc", *arguments],
        input=stdin,
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_a_mail_by_pipe_is_stored_and_handled(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        assert mailproc("ingest", "--config", str(daemon.config), stdin=mail(7)).returncode == 0
        eventually(lambda: len(daemon.answers()) == 1)


def test_a_pipe_without_a_database_says_try_again(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        daemon.stop()
        daemon.config.write_text(
            daemon.config.read_text().replace("sqlite:///desk.db", "postgresql+psycopg://127.0.0.1:1/x")
        )
        done = mailproc("ingest", "--config", str(daemon.config), stdin=mail(7))
        assert done.returncode == 75
        assert b"Traceback" not in done.stderr


def test_a_wrong_configuration_is_explained_with_status_78(tmp_path: Path) -> None:
    wrong = tmp_path / "mailproc.toml"
    wrong.write_text('[desk]\nadress = "support@helpdesk.example"\n')
    done = mailproc("run", "--config", str(wrong))
    assert done.returncode == 78
    assert b"adress" in done.stderr
    assert b"address" in done.stderr
    assert b"Traceback" not in done.stderr


def test_check_sends_a_probe_the_whole_way(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        done = mailproc("check", "--config", str(daemon.config))
        assert done.returncode == 0, done.stdout + done.stderr
        assert b"ok    probe by SMTP" in done.stdout
        assert daemon.letters() == []
        daemon.stop()
        done = mailproc("check", "--config", str(daemon.config), "--wait", "1")
        assert done.returncode == 1
        assert b"FAIL" in done.stdout


def test_what_was_stored_can_be_listed_and_shown(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        daemon.send(mail(213))
        eventually(lambda: len(daemon.answers()) == 1)
        config = ("--config", str(daemon.config))
        [row] = [json.loads(line) for line in mailproc("mail", "list", "--json", *config).stdout.splitlines()]
        assert row["outcome"] == "accepted"
        assert b"SBM-48213" in mailproc("escalations", "list", *config).stdout
        assert b"4,000 euros" in mailproc("escalations", "show", "1", *config).stdout
        assert b"missing_motivation" in mailproc("mail", "show", "1", *config).stdout  # in the trace
        assert (
            mailproc("mail", "show", "1", "--raw", *config).stdout.replace(b"\r\n", b"\n")
            == mail(213).replace(b"\r\n", b"\n")
            or b"SBM-48213" in mailproc("mail", "show", "1", "--raw", *config).stdout
        )
        assert b"sent" in mailproc("outbox", "list", *config).stdout
        assert b"SBM-48213" in mailproc("outbox", "show", "1", *config).stdout
        assert b"SBM-48213" in mailproc("digest", "--preview", *config).stdout
        assert mailproc("mail", "show", "99", *config).returncode == 1
        assert mailproc("mail", "replay", "1", *config).returncode == 1
