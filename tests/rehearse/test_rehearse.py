"""A new policy is tried on the mail of the past before it decides anything."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from mailproc.desk.office import Office
from mailproc.rehearse import Difference, Stage
from mailproc.resources import folder
from mailproc.settings import Policy, Settings
from tests.desk.conftest import GOOD_REASON, DeskAtWork, desk
from tests.desk.test_answers import answer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk"]

WEAK_REASON = "The new colleague needs it to begin her work."


def differences(desk: DeskAtWork, settings: Settings, scratch: Path) -> list[Difference]:
    """What another configuration would have made of this desk's mail."""
    stage = Stage(Office(settings, templates=folder("templates"), key=b"k" * 32), scratch)
    with desk.database.read() as connection:
        found = [each.difference for each in stage.rehearse(connection) if each.difference]
    stage.close()
    return found


def lively(desk: DeskAtWork) -> None:
    """A few days of a desk: a good request, a weak one, an answer to the first."""
    [letter] = desk.receive(f"Please escalate ticket SBM-1800. {GOOD_REASON}")
    desk.clock.forward(hours=2)
    desk.receive(f"Please escalate ticket SBM-1801. {WEAK_REASON}", sender="lea@norda.example")
    desk.clock.forward(hours=2)
    answer(desk, letter, "STATUS", sender="kim@norda.example")


def test_the_same_configuration_makes_no_difference(desk, tmp_path):
    lively(desk)
    assert differences(desk, desk.settings, tmp_path) == []


def test_a_stricter_policy_shows_whom_it_would_send_back(desk, tmp_path):
    lively(desk)
    strict = desk.settings.model_copy(update={"policy": Policy(require_evidence=True)})
    [difference] = differences(desk, strict, tmp_path)
    assert difference.sender == "lea@norda.example"
    assert (difference.before.outcome, difference.after.outcome) == ("accepted", "rejected")
    assert difference.after.code == "missing_motivation"
    assert "letters" in difference.differs


def test_nothing_of_the_desk_is_changed(desk, tmp_path):
    lively(desk)
    before = [(each.to, each.subject) for each in desk.everything_sent()]
    differences(desk, desk.settings.model_copy(update={"policy": Policy(require_evidence=True)}), tmp_path)
    assert [(each.to, each.subject) for each in desk.everything_sent()] == before
    assert {row["ticket"] for row in desk.open_escalations()} == {"SBM-1800", "SBM-1801"}


def test_later_mail_meets_what_the_new_policy_left(desk, tmp_path):
    """Who was sent back under the new rules starts no escalation that a colleague could join."""
    desk.receive(f"Please escalate ticket SBM-1802. {WEAK_REASON}")
    desk.clock.forward(hours=1)
    desk.receive(f"Please escalate ticket SBM-1802. {GOOD_REASON}", sender="lea@norda.example")
    assert desk.outcome() == ("joined", None)

    strict = desk.settings.model_copy(update={"policy": Policy(require_evidence=True)})
    first, second = differences(desk, strict, tmp_path)
    assert first.after.outcome == "rejected"
    assert second.after.outcome == "accepted"


CONFIG = """
[desk]
address = "support@helpdesk.example"
[operator]
email = "ops@helpdesk.example"
[store]
url = "sqlite:///desk.db"
[smtp]
listen = "127.0.0.1:8025"
ordinary_mail = { maildir = "ordinary" }
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
roles = ["pm"]
"""


def mailproc(*words: str, cwd: Path, mail: bytes = b"") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailproc", *words],
        cwd=cwd,
        input=mail.decode(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_shows_what_would_differ_and_sums_up(tmp_path):
    (tmp_path / "mailproc.toml").write_text(CONFIG)
    (tmp_path / "strict.toml").write_text(f"{CONFIG}\n[policy]\nrequire_evidence = true\n")
    for number, reason in ((1, GOOD_REASON), (2, WEAK_REASON)):
        mail = (
            "From: Kim <kim@norda.example>\nTo: support@helpdesk.example\n"
            f"Message-ID: <{number}@norda.example>\n"
            f"Subject: Escalate SBM-190{number}\n\nPlease escalate ticket SBM-190{number}. {reason}\n"
        )
        assert mailproc("ingest", cwd=tmp_path, mail=mail.encode()).returncode == 0
    decide_all(tmp_path)

    shown = mailproc("rehearse", "strict.toml", "--letters", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "2 mails rehearsed, 1 would fare otherwise." in shown.stdout
    [line] = mailproc("rehearse", "strict.toml", "--json", cwd=tmp_path).stdout.splitlines()
    assert json.loads(line)["after"]["code"] == "missing_motivation"
    wrong = mailproc("rehearse", "strict.toml", "--since", "yesterday", cwd=tmp_path)
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)


def decide_all(base: Path) -> None:
    """What the daemon's worker does, without its listeners."""
    from datetime import UTC, datetime

    from mailproc.config import load
    from mailproc.secrets import signing_key
    from mailproc.store.engine import Database

    settings = load(base / "mailproc.toml", {})
    office = Office(settings, templates=folder("templates"), key=signing_key(settings))
    database = Database(settings.store.url, base)
    worker = office.worker(database, lambda: datetime.now(UTC))
    while worker.work():
        pass
    database.close()
