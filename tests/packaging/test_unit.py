"""The systemd unit is hardened, watched and bounded, and systemd itself says so."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess

import pytest

from mailproc.resources import folder

UNIT = folder("systemd") / "mailproc.service"
MOST_EXPOSURE = 1.5


def test_the_exposure_is_small():
    if shutil.which("systemd-analyze") is None:
        assert not os.environ.get("MAILPROC_REQUIRE_SERVERS"), "systemd-analyze is missing"
        pytest.skip("systemd-analyze is not installed")

    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    overall = re.search(r"Overall exposure level for mailproc\.service: ([0-9.]+)", said.stdout)
    assert overall is not None, said.stderr
    assert float(overall[1]) <= MOST_EXPOSURE
    assert "Unknown key" not in said.stderr


def test_it_is_watched_bounded_and_not_restarted_into_a_wrong_configuration():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    service = unit["Service"]

    assert service["Type"] == "notify"
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "78"
    assert int(service["TimeoutStopSec"].removesuffix("s")) > 30
    assert {"WatchdogSec", "MemoryMax", "TasksMax"} <= set(service)
