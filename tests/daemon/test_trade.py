"""The desk and the servers of the trade: swaks as the client of SMTP and LMTP."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from mailproc.store import inbox
from tests.conftest import servers_are_required
from tests.daemon.running import REASON, eventually, running
from tests.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def swaks() -> str:
    program = shutil.which("swaks")
    if program is None and servers_are_required():
        pytest.fail("swaks is not installed, and MAILPROC_REQUIRE_SERVERS=1 demands it")
    if program is None:
        pytest.skip("swaks is not installed")
    return program


def send(swaks: str, port: int, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(swaks, "--server", f"127.0.0.1:{port}", "--from", "kim@norda.example", "--timeout", "20"),
            *("--h-From", "Kim <kim@norda.example>", "--h-Subject", "Escalate ticket SBM-48213"),
            *("--body", f"Please escalate ticket SBM-48213. {REASON}", *more),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_swaks_is_answered(swaks: str, tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        done = send(swaks, daemon.smtp, "--to", "support+emergency@helpdesk.example")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "<-  250 2" in done.stdout
        eventually(daemon.answers)
        assert b"SBM-48213" in daemon.answers()[0]


def test_swaks_cannot_use_the_desk_as_a_relay(swaks: str, tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        done = send(swaks, daemon.smtp, "--to", "somebody@elsewhere.example")
        assert done.returncode != 0
        assert "<** 550 5.7.1" in done.stdout or "<** 550 5.1" in done.stdout


def test_swaks_tells_whose_mail_it_brings_where_it_is_trusted(swaks: str, tmp_path: Path) -> None:
    told = (
        "--to",
        "support@helpdesk.example",
        "--xclient-addr",
        "192.0.2.7",
        "--xclient-name",
        "mx.norda.example",
    )
    with running(tmp_path, more='[trust]\nrelays = ["127.0.0.1"]') as daemon:
        done = send(swaks, daemon.smtp, *told)
        assert done.returncode == 0, done.stdout + done.stderr
        eventually(daemon.answers)
        with daemon.database().read() as connection:
            [entry] = inbox.listing(connection)
        assert entry["peer"] == "192.0.2.7"
        daemon.stop()


def test_lmtp_answers_for_each_recipient(swaks: str, tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, more=f'[lmtp]\nlisten = "127.0.0.1:{port}"\n') as daemon:
        done = send(
            swaks,
            port,
            *("--protocol", "LMTP", "--to", "support@helpdesk.example,support+emergency@helpdesk.example"),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        final = done.stdout.split(" -> .")[1]
        assert final.count("<-  250 2") == 2
        eventually(lambda: len(daemon.answers()) == 1)
