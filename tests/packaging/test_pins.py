"""What is installed is pinned by hash, is what the project asks for, and names no place to get it from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PIN = re.compile(r"(?m)^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)(?: ; (.+?))? \\$")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def pins(file: str) -> dict[str, str]:
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    return {name: version for name, version, _ in PIN.findall(text)}


def asked_for(*requirements: str) -> set[str]:
    return {match[0].lower() for match in map(NAME.match, requirements) if match}


PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_dependency_is_pinned():
    runtime = asked_for(*PROJECT["project"]["dependencies"])
    development = asked_for(*PROJECT["dependency-groups"]["dev"])

    assert runtime <= pins("requirements.lock").keys()
    assert runtime | development <= pins("requirements-dev.lock").keys()


def test_what_is_tested_is_what_is_installed():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes_and_none_a_place(file):
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]

    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "index-url" not in text
