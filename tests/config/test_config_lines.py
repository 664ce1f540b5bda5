"""Every key of a TOML text is found on the line where it stands, however the text is laid out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.config.lines import key_lines

NASTY = (Path(__file__).parent / "nasty.toml").read_text(encoding="utf-8")


def places(value: Any, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every table, key and list item of parsed TOML."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        items = []
    here = {at} if at else set()
    return here.union(*(places(item, (*at, key)) for key, item in items))


def test_nasty_layout():
    lines = key_lines(NASTY)
    found = {place: NASTY.splitlines()[line - 1] for place, line in lines.items()}

    assert set(lines) == places(tomllib.loads(NASTY))
    assert lines["quoted key",] == 2
    assert lines["a", "b", "c.d", "y", "z"] == 4
    assert lines["longer",] == 10
    assert lines["list", 1] == 14
    assert found["list", 2, 1] == "    [ 1, 2 ],"
    assert found["list", 3, "k", 0] == '        "v" ] },'
    assert found["table", "with blanks", "key"] == "key = 0xff"
    assert found["many", 0, "inner", "deep"] == "deep = true"
    assert found["many", 1] == "[[many]]"
    assert found["many", 1, "n"] == "n = 2"
    assert found["many", 1, "more", 1, "m"] == "m = 2"


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.floats(allow_nan=False),
    st.datetimes(),
    st.times(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(document=st.dictionaries(KEYS, VALUES, max_size=4), multiline=st.booleans())
def test_no_key_is_missed_and_none_invented(document, multiline):
    text = tomli_w.dumps(document, multiline_strings=multiline).replace("\r\n", "\n")

    lines = key_lines(text)

    assert set(lines) == places(tomllib.loads(text))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
