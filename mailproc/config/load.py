"""Turns one TOML file and the environment into Settings, or into all their faults at once."""

from __future__ import annotations

import os
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailproc.config.checks import CHECKS
from mailproc.config.checks.written import Written
from mailproc.config.environment import Override, overrides
from mailproc.config.faults import Complaint, ConfigError, Fault, Location, dotted, shown
from mailproc.config.lines import key_lines
from mailproc.config.tables import TABLES, TABLES_IN_LISTS, keys_of
from mailproc.settings import Secret, Settings, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

_POSITION = re.compile(r"\(at line (\d+), column \d+\)")
_ALLOWED = {
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": 'a list such as ["…"]',
    "path_type": "a path in quotes",
    "model_type": "a table",
    "missing": "this key is required",
}

_Model = TypeVar("_Model", bound=BaseModel)


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a configuration file, every path in them absolute.

    Relative paths start from the file's folder. ``MAILPROC_<TABLE>__<KEY>`` in the environment
    goes before the file. Raises ConfigError with every fault that can be known from here.
    """
    data, lines = _parse(path)
    complaints: list[Complaint] = []
    overridden = overrides(environment, complaints)
    for override in overridden:
        override.apply(data)
    tables = {}
    for at, table, model in _tables(data, complaints):
        checked = _validate(table, model, at, complaints)
        if checked is not None:
            tables[at] = checked
    base = path.absolute().parent
    written = Written(data=data, tables=tables, base=base, environment=environment)
    for check in CHECKS:
        complaints.extend(check(written))
    if complaints:
        raise ConfigError(_faults(complaints, path, lines, overridden))
    return _anchored(_settings(written), base)


def _parse(path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        return tomllib.loads(text), key_lines(text)
    except OSError as error:
        found, allowed, line = (
            f"no readable file ({error.strerror})",
            "a configuration file; `mailproc init DIR` writes one",
            None,
        )
    except UnicodeDecodeError as error:
        found, allowed = f"a byte that is no UTF-8 ({error.object[error.start]:#04x})", "a text in UTF-8"
        line = error.object[: error.start].count(b"\n") + 1
    except RecursionError:
        found, allowed, line = "lists in lists without end", "a configuration", None
    except ValueError as error:  # TOMLDecodeError, and int()'s own for a number without end
        position = _POSITION.search(str(error))
        line = int(position[1]) if position else text.count("\n") + 1
        found = f"broken TOML ({_POSITION.sub('', str(error)).partition(';')[0].strip()})"
        allowed = '[table] and key = "value" lines, texts in quotes'
    raise ConfigError([Fault(file=str(path), line=line, key="", found=found, allowed=allowed)])


def _tables(data: dict[str, Any], complaints: list[Complaint]) -> Iterable[tuple[Location, Any, type[Table]]]:
    """Each table that is written, with its model; complains of those that do not exist."""
    for name, content in data.items():
        if name in TABLES:
            yield (name,), content, TABLES[name]
        elif name not in TABLES_IN_LISTS:
            complaints.append(_unknown((name,), [*TABLES, *TABLES_IN_LISTS]))
        elif isinstance(content, list):
            for position, item in enumerate(content):
                yield (name, position), item, TABLES_IN_LISTS[name]
        else:
            complaints.append(Complaint(at=(name,), found=f"[{name}]", allowed=f"[[{name}]], one for each"))


def _validate(table: Any, model: type[_Model], at: Location, complaints: list[Complaint]) -> _Model | None:
    """The table as a value. With faults in it, what is left of it when they are taken out, if
    that is enough: so that the checks between tables can find their faults in the same run."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        details = error.errors(include_url=False)
    complaints.extend(_complaint(detail, table, at, model) for detail in details)
    if not isinstance(table, dict):
        return None
    faulty = {detail["loc"][0] for detail in details if detail["loc"]}
    try:
        return model.model_validate({key: value for key, value in table.items() if key not in faulty})
    except ValidationError:
        return None


def _complaint(detail: ErrorDetails, table: Any, at: Location, model: type[BaseModel]) -> Complaint:
    is_about_the_key = detail["type"] in {"missing", "extra_forbidden"}
    place = (*at, *_written(detail["loc"], table, keep_last=is_about_the_key))
    if detail["type"] == "extra_forbidden":
        return _unknown(place, keys_of(model, place[len(at) : -1]))
    context = detail.get("ctx", {})
    if "error" in context:
        allowed = str(context["error"])
    elif context.get("class_name") == Secret.__name__:
        allowed = '{ file = "…" }, { env = "…" } or { credential = "…" }'
    elif "expected" in context:
        allowed = str(context["expected"]).replace("'", '"')
    else:
        allowed = _ALLOWED.get(detail["type"], detail["msg"])
    found = "nothing" if detail["type"] == "missing" else shown(detail["input"], place)
    return Complaint(at=place, found=found, allowed=allowed)


def _written(location: Location, table: Any, *, keep_last: bool) -> Location:
    """The part of a validator's location that stands in the file: it also names branches of unions."""
    place: Location = ()
    for number, part in enumerate(location, 1):
        is_there = (isinstance(table, dict) and part in table) or (
            isinstance(table, list) and isinstance(part, int)
        )
        if is_there:
            table = table[part]
        if is_there or (keep_last and number == len(location)):
            place = (*place, part)
    return place


def _unknown(at: Location, known: list[str]) -> Complaint:
    name = str(at[-1])
    nearest = get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    homes = [f"[{home}]" for home, model in TABLES.items() if name in model.model_fields]
    if nearest:
        allowed = f"{nearest[0]} (the nearest known key)"
    elif homes and len(at) > 1:
        allowed = f"{', '.join(known)}; {name} belongs to {' or '.join(homes)}"
    else:
        allowed = ", ".join(known)
    return Complaint(at=at, found="an unknown key", allowed=allowed)


def _faults(
    complaints: list[Complaint], path: Path, lines: dict[Location, int], overridden: list[Override]
) -> Iterable[Fault]:
    for complaint in complaints:
        variable = complaint.variable or _variable_behind(complaint.at, lines, overridden)
        place = complaint.at
        while place and place not in lines:
            place = place[:-1]
        yield Fault(
            file="environment" if variable else str(path),
            line=None if variable else lines.get(place),
            key=variable or dotted(complaint.at),
            found=complaint.found,
            allowed=complaint.allowed,
        )


def _variable_behind(at: Location, lines: dict[Location, int], overridden: list[Override]) -> str | None:
    """The variable that gave the value at a place, or the only one that speaks of its table."""
    for override in overridden:
        is_inside = at[: len(override.at)] == override.at
        is_its_table = override.at[: len(at)] == at and at not in lines
        if is_inside or is_its_table:
            return override.variable
    return None


def _settings(written: Written) -> Settings:
    once = {name: table for (name, *position), table in written.tables.items() if not position}
    lists = {name: tuple(table for _, table in written.each(name)) for name in TABLES_IN_LISTS}
    return Settings.model_validate({"base": written.base, **once, **lists})


def _anchored(table: _Model, base: Path) -> _Model:
    """The same settings with every relative path made absolute."""
    return table.model_copy(
        update={name: _anchored_value(getattr(table, name), base) for name in type(table).model_fields}
    )


def _anchored_value(value: Any, base: Path) -> Any:
    if isinstance(value, BaseModel):
        return _anchored(value, base)
    if isinstance(value, tuple):
        return tuple(_anchored_value(item, base) for item in value)
    return base / value if isinstance(value, Path) else value
