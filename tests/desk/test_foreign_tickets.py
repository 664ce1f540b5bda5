"""Another database as the ticket directory: asked, never written to, and no request waits for it."""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from mailproc.settings import Directory
from tests.desk.test_tickets import ASK, alert_of, desk_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock
    from tests.desk.conftest import DeskAtWork


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The database of a ticket system, with columns of its own names and types; its address."""
    url = f"sqlite:///{tmp_path}/helpdesk.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS helpdesk_ticket"))
        connection.execute(
            text(
                "CREATE TABLE helpdesk_ticket (tn VARCHAR(40) PRIMARY KEY, subject TEXT, state TEXT,"
                " company TEXT, mail TEXT, kind TEXT, urgency INTEGER, agent TEXT, changed TIMESTAMP)"
            )
        )
        row = text(
            "INSERT INTO helpdesk_ticket"
            " VALUES (:tn, :subject, :state, :company, :mail, 'Network', 2, :agent, :at)"
        )
        for tn, subject, state, company, agent in (
            ("SBM-100", "VPN drops every ten minutes in Oslo", "open", "Norda", "Erik"),
            ("SBM-090", "VPN drops in the Oslo office", "solved", "Norda", "Erik"),
            ("SBM-200", "Printer prints stripes", "open", "Harbour", "Erik"),
            ("SBM-300", "New laptop", "solved", "Norda", None),
        ):
            at = datetime.fromisoformat("2026-11-03 09:30" if tn == "SBM-300" else "2026-11-20 09:30")
            values = {
                "tn": tn,
                "subject": subject,
                "state": state,
                "company": company,
                "agent": agent,
                "at": at,
            }
            connection.execute(row, {**values, "mail": "kim@norda.example" if company == "Norda" else None})
    engine.dispose()
    yield url
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE helpdesk_ticket"))
    engine.dispose()


QUERY = (
    "SELECT tn AS number, subject AS title, state AS status, company AS organisation, mail AS contact,"
    " kind AS category, urgency AS priority, agent AS assignee, changed AS changed_at FROM helpdesk_ticket"
)


@pytest.fixture
def asking(database: Database, clock: HandClock, tmp_path: Path, elsewhere: str) -> Callable[..., DeskAtWork]:
    """A desk that asks the other database."""

    def made(**changes: Any) -> DeskAtWork:
        directory = Directory(url=elsewhere, **{"query": QUERY, **changes})
        return desk_with(database, tmp_path, clock, directory=directory)

    return made


def test_another_database_is_asked(asking: Callable[..., DeskAtWork]) -> None:
    desk = asking()
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)
    assert "Service completed lately: SBM-090" in alert_of(desk).text
    assert "Priority: 2" in alert_of(desk).text
    for ticket, code in (
        ("SBM-300", "ticket_closed"),
        ("SBM-200", "not_authorised"),
        ("SBM-404", "unknown_ticket"),
        ("SBM-1'; DROP TABLE helpdesk_ticket; --", "unknown_ticket"),
    ):
        desk.receive(ASK.format(ticket=ticket))
        assert desk.outcome() == ("rejected", code)
    with desk.database.read() as connection:
        assert desk.office.directory.open_count(connection, desk.clock()) == 2


def test_a_query_for_one_ticket_and_a_table_do_as_well(
    asking: Callable[..., DeskAtWork], elsewhere: str
) -> None:
    desk = asking(query=f"{QUERY} WHERE tn = :number;")
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)
    desk.receive(ASK.format(ticket="SBM-404"))
    assert desk.outcome() == ("rejected", "unknown_ticket")
    engine = create_engine(elsewhere)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE VIEW desk_view AS {QUERY}"))
    desk = asking(query=None, table="desk_view")
    desk.receive(ASK.format(ticket="SBM-300"))
    assert desk.outcome() == ("rejected", "ticket_closed")
    desk.office.directory.close()
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW desk_view"))
    engine.dispose()


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM helpdesk_ticket WHERE tn = :number RETURNING tn AS number",
        "WITH x AS (DELETE FROM helpdesk_ticket WHERE tn = :number RETURNING tn) SELECT tn AS number FROM x",
    ],
)
def test_nothing_is_ever_written_there(asking: Callable[..., DeskAtWork], query: str) -> None:
    desk = asking(query=query)
    desk.receive(ASK.format(ticket="SBM-100"))
    assert desk.outcome() == ("accepted", None)  # it could not be asked, so it refuses nothing
    assert "not checked" in trace(desk)
    desk = asking()
    desk.receive(f"{ASK.format(ticket='SBM-100')} Please.", sender="Ann <ann@norda.example>")
    assert "has the ticket" in trace(desk)


@pytest.mark.parametrize("url", ["sqlite:///nowhere.db", "postgresql+psycopg://reader:hunter2@127.0.0.1:9/x"])
def test_a_directory_that_is_away_refuses_nothing(
    database: Database, clock: HandClock, tmp_path: Path, url: str
) -> None:
    directory = Directory(url=url, table="ticket", timeout=timedelta(seconds=2))
    desk = desk_with(database, tmp_path, clock, directory=directory)
    for ticket in ("SBM-1", "SBM-2"):
        desk.receive(ASK.format(ticket=ticket))
        assert desk.outcome() == ("accepted", None)
    told = [letter for letter in desk.everything_sent() if letter.kind == "operator"]
    assert [letter.to for letter in told] == ["ops@helpdesk.example"]
    assert "hunter2" not in told[0].text
    clock.forward(days=1)
    desk.receive(ASK.format(ticket="SBM-3"))
    assert len([letter for letter in desk.everything_sent() if letter.kind == "operator"]) == 2
    assert "not checked" in trace(desk)


def test_a_directory_that_hangs_holds_up_one_mail_and_no_more(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, and never says a word
        url = f"postgresql+psycopg://reader@127.0.0.1:{server.getsockname()[1]}/x"
        directory = Directory(url=url, table="ticket", timeout=timedelta(seconds=0.3))
        desk = desk_with(database, tmp_path, clock, directory=directory)
        begun = time.monotonic()
        for number in range(20):
            desk.put(desk.mail(ASK.format(ticket=f"SBM-{number + 10}")))
        desk.work()
        assert time.monotonic() - begun < 5
    assert len(desk.open_escalations()) == 20


def trace(desk: DeskAtWork) -> str:
    from mailproc.store import decisions, inbox

    with desk.database.read() as connection:
        [newest] = inbox.listing(connection, limit=1)
        made = decisions.of_mail(connection, newest["id"]) or {"trace": []}
    return "\n".join(f"{step['rule']}: {step['said']}" for step in made["trace"])
