"""A Postfix of its own that hands mail for helpdesk.example on to a desk, over verified TLS."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import servers_are_required
from tests.servers import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAIN = """
compatibility_level = 3.6
myhostname = mx.helpdesk.example
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_transport = error:nobody lives here
relay_domains = helpdesk.example
transport_maps = inline:{{helpdesk.example=smtp:[127.0.0.1]:{next_hop}}}
smtp_host_lookup = native
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = localhost
smtp_tls_CAfile = {folder}/authority.pem
smtp_tls_loglevel = 1
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
"""
_SERVICES = {
    "cleanup": "0",
    "qmgr": "1",
    "rewrite": "-",
    "bounce": "0",
    "defer": "0",
    "trace": "0",
    "smtp": "-",
    "relay": "-",
    "error": "-",
    "retry": "-",
    "discard": "-",
    "proxymap": "-",
    "scache": "1",
    "anvil": "1",
    "tlsmgr": "1",
}
_PUBLIC = ("cleanup", "qmgr")
_PROGRAMS = {
    "rewrite": "trivial-rewrite",
    "defer": "bounce",
    "trace": "bounce",
    "relay": "smtp",
    "retry": "error",
}


@dataclass
class Postfix:
    """A running Postfix: where it takes mail, and what it writes down."""

    port: int
    log: Path

    def wrote(self, words: str) -> list[str]:
        """The lines of its log with these words."""
        return (
            [line for line in self.log.read_text().splitlines() if words in line] if self.log.exists() else []
        )


@contextlib.contextmanager
def postfix(next_hop: int, authority: bytes) -> Iterator[Postfix]:
    """Postfix in front of a desk at port ``next_hop``, trusting one authority. Skips where it cannot run."""
    program = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or os.geteuid() != 0:
        if servers_are_required():
            pytest.fail(
                "Postfix is not installed, or this is not root, and MAILPROC_REQUIRE_SERVERS=1 demands it"
            )
        pytest.skip("Postfix is not installed, or this is not root")
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    port = free_port()
    (folder / "authority.pem").write_bytes(authority)
    (folder / "main.cf").write_text(_MAIN.format(folder=folder, next_hop=next_hop))
    (folder / "master.cf").write_text(_master(port))
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "queue").mkdir()
    with (folder / "started.log").open("wb") as log:
        running = subprocess.Popen(
            [program, "-c", str(folder), "start-fg"], stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for_port(port)
        yield Postfix(port, folder / "postfix.log")
    finally:
        subprocess.run([program, "-c", str(folder), "stop"], capture_output=True, timeout=20, check=False)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _master(port: int) -> str:
    lines = [f"127.0.0.1:{port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
    for name, most in _SERVICES.items():
        private = "n" if name in _PUBLIC else "-"
        lines.append(f"{name} unix {private} - n - {most} {_PROGRAMS.get(name, name)}")
    return "\n".join(lines) + "\n"
