"""A folder of labelled mails becomes a table, and each mail that was read otherwise is named."""

from __future__ import annotations

import json

import pytest

from mailproc.evaluate import evaluate

ACCEPTED = {
    "verdict": "accepted",
    "code": None,
    "ticket_id": ["SBM-1"],
    "level": "higher_priority",
    "motivation_contains": ["the line stands still"],
    "motivation_excludes": ["Kind regards"],
}
READ = {**ACCEPTED, "ticket_id": "sbm-1", "motivation": "Since nine\nthe line  stands still."}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "en").mkdir()
    for name, label in (("a", ACCEPTED), ("b", {"verdict": "ignored", "code": "not_an_escalation"})):
        (tmp_path / "en" / f"{name}.eml").write_bytes(name.encode())
        (tmp_path / "en" / f"{name}.json").write_text(json.dumps(label))
    (tmp_path / "c.eml").write_bytes(b"c")
    return tmp_path


def explain(raw: bytes) -> dict:
    return READ if raw == b"a" else {"verdict": "accepted", "code": None}


def test_the_table(folder):
    rows = {row.figure: (row.right, row.of) for row in evaluate(folder, explain).rows}
    assert rows == {
        "verdict": (1, 2),
        "code": (1, 2),
        "ticket_id": (1, 1),
        "level": (1, 1),
        "motivation_contains": (1, 1),
        "motivation_excludes": (1, 1),
        "all of it": (1, 2),
    }


def test_the_misses_and_the_unlabelled(folder):
    evaluation = evaluate(folder, explain)
    assert [str(miss) for miss in evaluation.misses] == [
        "b.eml: verdict: wanted 'ignored', got 'accepted'; code: wanted 'not_an_escalation', got None"
    ]
    assert evaluation.unlabelled == (folder / "c.eml",)


def test_the_table_is_printed_with_shares(folder):
    assert "all of it                1/2     0.500" in str(evaluate(folder, explain))


def test_an_id_that_was_invented_is_a_miss(folder):
    (folder / "c.json").write_text(json.dumps({"code": "missing_ticket_id", "ticket_id": []}))
    evaluation = evaluate(folder, lambda raw: {**explain(raw), "code": "missing_ticket_id", "ticket_id": "1"})
    [miss] = [miss for miss in evaluation.misses if miss.mail.name == "c.eml"]
    assert miss.wrong == (("ticket_id", [], "1"),)


@pytest.mark.parametrize("label", ["{", "[]"])
def test_a_broken_label_is_named(folder, label):
    (folder / "c.json").write_text(label)
    with pytest.raises(ValueError, match=r"c\.json"):
        evaluate(folder, explain)
