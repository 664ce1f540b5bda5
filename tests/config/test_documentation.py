"""docs/configuration.md tells every table and every key, and its true default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from mailproc.config.tables import TABLES, TABLES_IN_LISTS
from mailproc.settings import Brand, ListenerLimits, ListenerTls, OrdinaryMail, Secret, Table

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
ROW = re.compile(r"(?m)^\| `([a-z_0-9]+)` \| (required|none|`[^`]+`) \| .*\|$")
NO_DEFAULT = {("[desk]", "address"), ("[operator]", "email")}
"""Have a default for `mailproc explain` alone, which needs no configuration."""

EVERY_TABLE = {
    **{f"[{name}]": model for name, model in TABLES.items()},
    **{f"[[{name}]]": model for name, model in TABLES_IN_LISTS.items()},
    "tls": ListenerTls,
    "limits": ListenerLimits,
    "ordinary_mail": OrdinaryMail,
    "brand": Brand,
    "secret": Secret,
}


def section(heading: str) -> dict[str, str]:
    """The keys of a section with their defaults as they are written."""
    [text] = re.findall(rf"(?ms)^## {re.escape(heading)}$(.*?)(?=^## |\Z)", PAGE)
    return dict(ROW.findall(text))


@pytest.mark.parametrize("heading", EVERY_TABLE)
def test_every_key_is_told(heading):
    assert list(section(heading)) == list(EVERY_TABLE[heading].model_fields)


@pytest.mark.parametrize("heading", EVERY_TABLE)
def test_the_defaults_are_true(heading):
    for key, written in section(heading).items():
        field = EVERY_TABLE[heading].model_fields[key]
        if field.is_required() or (heading, key) in NO_DEFAULT:
            assert written == "required", key
        elif field.default in (None, (), ""):
            assert written == "none", key
        else:
            assert value_of(EVERY_TABLE[heading], key, written.strip("`")) == field.default, key


REQUIRED = {"listen": "127.0.0.1:25", "kind": "weekly", "password": {"env": "PASSWORD"}, "roles": ["pm"]}


def value_of(model: type[Table], key: str, written: str) -> object:
    """The value a key has when it is written as the page writes its default."""
    value = tomllib.loads(f"value = {written}")["value"]
    required = {
        name: REQUIRED.get(name, "support@helpdesk.example")
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return getattr(model.model_validate({**required, key: value}), key)
