"""Writes a commented configuration and the templates into a folder, and never over anything."""

from __future__ import annotations

import shutil
from errno import EEXIST
from typing import TYPE_CHECKING

from mailproc.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

_ANSWER = 'mode = "answer" '
_SHIPPED_LETTERS = '#path = "templates" '
_OWN_LETTERS = 'path = "templates"  '
_OBSERVE = 'mode = "observe"'


def write_example(target: Path) -> list[Path]:
    """Writes ``mailproc.toml`` and ``templates/`` into a folder, making it if it is not there.

    The mode is ``observe``: a new desk decides and records, and a person looks before it answers. The
    templates beside it are the ones that are used.
    Returns the files written. Raises FileExistsError, and writes nothing, if one is there already.
    """
    text = (folder("config") / "mailproc.toml").read_text(encoding="utf-8")
    text = text.replace(_ANSWER, _OBSERVE, 1).replace(_SHIPPED_LETTERS, _OWN_LETTERS, 1)
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
