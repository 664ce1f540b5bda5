"""docs/commands.md names every command, and says of each what its help says."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import mailproc.cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8")


def commands(group: Any, path: str = "mailproc") -> Iterator[tuple[str, str]]:
    """Each command with the first line of its help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command.help.partition("\n")[0]


def test_every_command_is_told():
    for module in pkgutil.iter_modules(mailproc.cli.__path__):
        importlib.import_module(f"mailproc.cli.{module.name}")
    application = typer.main.get_command(mailproc.cli.app)
    assert dict(re.findall(r"(?m)^\| `(mailproc [a-z -]+)` \| (.*) \|$", PAGE)) == dict(commands(application))
