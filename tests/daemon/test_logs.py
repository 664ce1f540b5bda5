"""A traceback in the log names places, never what variables hold there: mail, passwords, tokens."""

from __future__ import annotations

import json
import subprocess
import sys

FAULT = """
import structlog
from mailproc.logs import configure
configure()
def log_in(password):
    raise OSError("the server is gone")
try:
    log_in("hunter" + "22")
except OSError:
    structlog.get_logger().exception("not logged in")
"""


def test_a_traceback_holds_no_values() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FAULT], capture_output=True, text=True, timeout=30, check=True
    )
    line = json.loads(ran.stderr)
    assert line["event"] == "not logged in"
    assert "the server is gone" in ran.stderr
    assert [frame["name"] for frame in line["exception"][0]["frames"]] == ["<module>", "log_in"]
    assert "hunter22" not in ran.stderr
