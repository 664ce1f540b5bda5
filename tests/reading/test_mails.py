"""Every labelled mail under tests/mails is read as its label says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailproc.message.parse import parse
from mailproc.reading.read import read
from mailproc.reading.request import EscalationRequest, Kind
from mailproc.settings import Settings

MAILS = Path(__file__).parents[1] / "mails"
DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})


def _pairs() -> list[Any]:
    return [
        pytest.param(
            mail, json.loads(mail.with_suffix(".json").read_text()), id=f"{mail.parent.name}/{mail.stem}"
        )
        for mail in sorted(MAILS.glob("*/*.eml"))
    ]


@pytest.mark.parametrize(("mail", "label"), _pairs())
def test_mail_is_read_as_labelled(mail: Path, label: dict[str, Any]) -> None:
    request = read(parse(mail.read_bytes()), DESK)

    assert request.kind == label["kind"]
    if label["kind"] != Kind.REQUEST:
        return
    assert request.level == label["level"]
    assert (request.misuse is not None) == label["emergency_misuse"]
    assert request.ticket in (label["ticket_id"] or [None])
    assert _first_fault(request) == label["code"]
    assert _faulty_labels(request) == label["missing"]
    said = " ".join((request.motivation or "").split())
    assert [part for part in label["motivation_contains"] if part not in said] == []
    assert [part for part in label["motivation_excludes"] if part in said] == []
    assert set(label.get("evidence", ())) <= {item.kind for item in request.evidence}


def _faulty_labels(request: EscalationRequest) -> list[str]:
    return [section.label for section in request.form.faulty] if request.form else []


def _first_fault(request: EscalationRequest) -> str | None:
    """The first reason code the reading gives rise to, in the published order."""
    faulty = request.form is not None and bool(request.form.faulty)
    faults = (
        ("missing_ticket_id", request.ticket is None and not request.several),
        ("several_tickets", bool(request.several)),
        ("missing_motivation", not (request.motivation or request.excuses or faulty)),
        ("unacceptable_motivation", bool(request.excuses) and not request.evidence),
        ("incomplete_form", faulty),
    )
    return next((code for code, applies in faults if applies), None)
