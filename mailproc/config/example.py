"""Writes a commented configuration and the templates into a folder, and never over anything."""

from __future__ import annotations

import shutil
from errno import EEXIST
from typing import TYPE_CHECKING

from mailproc.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

_ANSWER = 'mode = "answer" '
_OBSERVE = 'mode = "observe"'
_SHIPPED_LETTERS = '#path = "templates" '
_OWN_LETTERS = 'path = "templates"  '
_TEMPLATES = (
    '\n[templates]\npath = "templates"                        # yours to edit: they replace those shipped\n'
)


def procedures() -> dict[str, str]:
    """The procedures that can be begun with, each with the first line of its comment."""
    found = sorted((folder("config") / "procedures").glob("*.toml"))
    return {file.stem: file.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for file in found}


def write_example(target: Path, procedure: str | None = None) -> list[Path]:
    """Writes ``mailproc.toml`` and ``templates/`` into a folder, making it if it is not there.

    The mode is ``observe``: a new desk decides and records, and a person looks before it answers. The
    templates beside it are the ones that are used. ``procedure`` names one of ``procedures()``; without it,
    all that can be set is shown.
    Returns the files written. Raises FileExistsError, and writes nothing, if one is there already, and
    LookupError for a procedure that does not exist.
    """
    text = _configuration(procedure).replace(_ANSWER, _OBSERVE, 1)
    shows_templates = _SHIPPED_LETTERS in text
    text = text.replace(_SHIPPED_LETTERS, _OWN_LETTERS, 1) if shows_templates else text + _TEMPLATES
    templates = folder("templates")
    sources = sorted(file for file in templates.rglob("*") if file.is_file())
    copies = {target / "templates" / source.relative_to(templates): source for source in sources}
    configuration = target / "mailproc.toml"
    for file in (configuration, *copies):
        if file.exists():
            raise FileExistsError(EEXIST, "is already there; nothing was written", str(file))
    target.mkdir(parents=True, exist_ok=True)
    configuration.write_text(text, encoding="utf-8")
    for copy, source in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return [configuration, *copies]


def _configuration(procedure: str | None) -> str:
    if procedure is None:
        return (folder("config") / "mailproc.toml").read_text(encoding="utf-8")
    if procedure not in procedures():
        raise LookupError(f"no procedure is called {procedure!r}; there are: {', '.join(procedures())}")
    return (folder("config") / "procedures" / f"{procedure}.toml").read_text(encoding="utf-8")
