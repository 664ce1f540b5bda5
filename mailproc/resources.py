"""Finds the files that are shipped with the program: in an installed wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def folder(name: Literal["templates", "config", "systemd"]) -> Path:
    """The folder of shipped files with this name. Raises FileNotFoundError if neither has it."""
    for place in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the installation is incomplete: it has no folder {name}")
