"""The command line and the wires of emergencies: codes, accounts, and an SMS service that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import mailproc.cli.emergencies
from mailproc.cli.app import RefusedError, app
from mailproc.delivery.parcel import Permanent, Sent
from mailproc.settings import Emergency, Person
from mailproc.store.engine import Database
from mailproc.store.migrate import migrate
from tests.daemon.running import eventually
from tests.desk.conftest import DeskAtWork, settings
from tests.desk.test_answers import answer, opened, strike
from tests.desk.test_emergencies import PRIYA, code_in, emergency, row, short_alerts
from tests.desk.test_trouble import dispatching, states

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.delivery.parcel import DeliveryOutcome
    from mailproc.store.outbox import Claimed
    from tests.conftest import HandClock

CONFIGURATION = """
[desk]
address = "support@helpdesk.example"
[operator]
email = "ops@helpdesk.example"
[store]
url = "sqlite:///desk.db"
[emergency]
misuse_limit = 1
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
roles = ["pm"]
[[organisation]]
name = "Norda"
domains = ["norda.example"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "mailproc.toml"
    written.write_text(CONFIGURATION, encoding="utf-8")
    return written


@pytest.fixture
def desk_of_file(file: Path, clock: HandClock) -> DeskAtWork:
    from mailproc.cli.app import now

    clock.now = now()
    database = Database("sqlite:///desk.db", file.parent)
    migrate(database)
    rule = Emergency(misuse_limit=1)
    return DeskAtWork(database, settings(file.parent, emergency=rule), clock)


def mailproc(file: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--config", str(file)])
    if isinstance(result.exception, RefusedError):
        return f"refused: {result.exception}"
    assert result.exit_code == 0, result.exception
    return result.output


def test_a_code_is_taken_once_by_the_command_line(file: Path, desk_of_file: DeskAtWork) -> None:
    opened(desk_of_file, emergency())
    code = code_in(short_alerts(desk_of_file)[0])
    assert mailproc(file, "ack", code.lower()) == "acknowledged\n"
    assert row(desk_of_file)["acknowledged_by"] == "priya@helpdesk.example"
    assert mailproc(file, "ack", code).startswith("refused: this code cannot be used")


def test_a_restriction_is_listed_and_lifted(file: Path, desk_of_file: DeskAtWork) -> None:
    assert "Nobody" in mailproc(file, "accounts", "list")
    _, alert = opened(desk_of_file, emergency())
    answer(desk_of_file, alert, "MISUSE it is a test system", sender=PRIYA)
    assert "Norda" in mailproc(file, "accounts", "list")
    assert "refused" in mailproc(file, "accounts", "restore", "Fjord", "--by", "priya@helpdesk.example")
    assert "refused" in mailproc(file, "accounts", "restore", "Norda", "--by", "eve@curious.example")
    assert mailproc(file, "accounts", "restore", "Norda", "--by", "priya@helpdesk.example") == "restored\n"
    told = {(sent.to, sent.kind) for sent in desk_of_file.everything_sent()[-2:]}
    assert told == {("kim@norda.example", "news"), ("priya@helpdesk.example", "answer")}
    assert "Nobody" in mailproc(file, "accounts", "list")


def test_an_sms_that_fails_stops_neither_the_others_nor_the_mail(desk: DeskAtWork, clock: HandClock) -> None:
    people = tuple(
        Person(
            name=name,
            email=f"{name.lower()}@helpdesk.example",
            roles=("pm",),
            alerts=("json://127.0.0.1:9/",) * 2,
        )
        for name in ("Priya", "Ben")
    )
    crew = DeskAtWork(desk.database, desk.settings.model_copy(update={"people": people}), clock)
    opened(crew, emergency())

    def carry(message: Claimed) -> DeliveryOutcome:
        is_broken = message.recipient == "priya@helpdesk.example#0"
        return Permanent(detail="the service answered 404") if is_broken else Sent()

    with dispatching(crew, "alert", carry=carry):
        eventually(lambda: states(crew).count("alert sent") == 3)
        eventually(lambda: "alert failed" in states(crew))
    assert states(crew).count("alert waiting") == 2  # the letters have not been tried yet
    [notice] = [sent for sent in crew.everything_sent() if sent.kind == "operator"]
    assert "priya@helpdesk.example#0" in notice.text
    clock.forward(minutes=16)
    assert "priya@helpdesk.example#0" in [sent.to for sent in strike(crew)]  # and it is chased
