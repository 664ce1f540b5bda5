"""Turns a request into plain JSON values and back, unchanged, so that it can wait for its missing part."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from mailproc.message.mail import Address
from mailproc.reading.request import (
    Candidate,
    EscalationRequest,
    Evidence,
    EvidenceKind,
    Excuse,
    ExcuseKind,
    Finding,
    FormReading,
    Kind,
    Level,
    Misuse,
    MisuseFinding,
    Section,
    Source,
)


def to_record(request: EscalationRequest) -> dict[str, Any]:
    """The request as a dict of JSON values: texts, numbers, booleans, lists, dicts and None."""
    plain: dict[str, Any] = _plain(request)
    return plain


def from_record(record: dict[str, Any]) -> EscalationRequest:
    """The request of ``to_record``. Raises KeyError, TypeError or ValueError for anything else."""
    return EscalationRequest(
        **{
            **record,
            "kind": Kind(record["kind"]),
            "requester": _address(record["requester"]),
            "forwarder": _address(record["forwarder"]),
            "several": tuple(record["several"]),
            "candidates": tuple(
                Candidate(**{**each, "source": Source(each["source"])}) for each in record["candidates"]
            ),
            "level": Level(record["level"]) if record["level"] else None,
            "misuse": _misuse(record["misuse"]),
            "evidence": tuple(map(_evidence, record["evidence"])),
            "excuses": tuple(
                Excuse(**{**each, "kind": ExcuseKind(each["kind"])}) for each in record["excuses"]
            ),
            "form": _form(record["form"]),
            "trace": tuple(Finding(**each) for each in record["trace"]),
        }
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _address(record: dict[str, str] | None) -> Address | None:
    return Address(**record) if record else None


def _misuse(record: dict[str, str] | None) -> MisuseFinding | None:
    if record is None:
        return None
    return MisuseFinding(kind=Misuse(record["kind"]), sentence=record["sentence"], words=record["words"])


def _evidence(record: dict[str, Any]) -> Evidence:
    due = date.fromisoformat(record["due"]) if record["due"] else None
    return Evidence(**{**record, "kind": EvidenceKind(record["kind"]), "due": due})


def _form(record: dict[str, Any] | None) -> FormReading | None:
    if record is None:
        return None
    return FormReading(name=record["name"], sections=tuple(Section(**each) for each in record["sections"]))
