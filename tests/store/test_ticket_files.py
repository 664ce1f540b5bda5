"""Tickets from a file, whoever wrote it: the good lines are taken, the others named by their numbers."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mailproc.cli import main
from mailproc.policy.tickets import Ticket
from mailproc.settings import Directory
from mailproc.store import tickets
from mailproc.store.ticket_files import Fault, FileError, read_tickets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock

PLAIN = "number,title,status,organisation\nSBM-1,Träd på linjen,open,Norda\nSBM-2,Printer,closed,Norda\n"


def rows(content: bytes | str, **given: ZoneInfo) -> list[Ticket | Fault]:
    octets = content.encode() if isinstance(content, str) else content
    return list(read_tickets(octets, **given))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("cp1252"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(",", ";").encode(),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode("cp1252"),
        PLAIN.replace(",", "\t").encode("utf-16"),
        PLAIN.replace("number,title,status", "Ticket ID,Subject,State")
        .replace("organisation", "Company")
        .encode(),
        ("\n" + PLAIN.replace("\n", "\n\n")).encode().lstrip(),
    ],
)
def test_spreadsheets_write_the_same_in_many_ways(content: bytes) -> None:
    assert rows(content) == [
        Ticket(number="SBM-1", title="Träd på linjen", status="open", organisation="Norda"),
        Ticket(number="SBM-2", title="Printer", status="closed", organisation="Norda"),
    ]


def test_of_several_columns_for_one_thing_the_best_counts() -> None:
    [ticket] = rows("Key,Number,Requester,Requester email,Foo\nA-1,SBM-1,Kim,kim@norda.example,bar\n")
    assert ticket == Ticket(number="SBM-1", contact="kim@norda.example")


def test_a_wrong_line_is_named_and_the_others_are_taken() -> None:
    read = rows(
        "number;title;status;updated\n"
        'SBM-1;"Two\nlines; and a mark";open;2026-11-20 09:30\n'
        ";No number;open;\n"
        "SBM-2;Fine;open;yesterday\n"
        "SBM-3;One;too;many;fields;here\n"
        "sbm-1;Once more;open;\n"
        'SBM-4;"never ends;open;\n'
        "SBM-5;Fine;open;20.11.2026 09:30\n",
        zone=ZoneInfo("Europe/Stockholm"),
    )
    assert [row.number for row in read if isinstance(row, Ticket)] == ["SBM-1", "SBM-5"]
    faults = {row.line: row.why for row in read if isinstance(row, Fault)}
    assert list(faults) == [4, 5, 6, 7, 8]
    assert faults[4] == "no ticket number"
    assert "yesterday" in faults[5]
    assert "line 2" in faults[7]
    dates = [row.changed_at for row in read if isinstance(row, Ticket)]
    assert dates == [datetime(2026, 11, 20, 8, 30, tzinfo=UTC)] * 2
    [first, *_] = read
    assert isinstance(first, Ticket)
    assert first.title == "Two\nlines; and a mark"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no column is called number"),
        (b"title,status\nPrinter,open\n", "title, status"),
        (b"number,Number\n1,2\n", "two columns"),
        (b"%PDF-1.7 \x00\x01", "no column is called number"),
    ],
)
def test_a_file_without_tickets_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(FileError, match=why):
        rows(content)


def test_a_file_of_wrong_lines_is_read_to_its_end() -> None:
    faults = [
        row for row in rows("number,title\n" + 'SBM-1,"never ends\n' * 20_000) if isinstance(row, Fault)
    ]
    assert [faults[0].line, faults[-1].line] == [2, 20_001]


def test_writing_a_ticket_again_changes_nothing(database: Database, clock: HandClock) -> None:
    directory = Directory()
    one = Ticket(number="#inc0042", title="Printer", status="open", contact="Kim <Kim@Norda.example>")
    with database.write() as connection:
        assert tickets.put(connection, one, directory, now=clock()) == "added"
        clock.forward(days=1)
        assert tickets.put(connection, one, directory, now=clock()) == "unchanged"
        found = tickets.entry(connection, "INC0042")
        assert found is not None
        assert (found.number, found.contact) == ("INC0042", "kim@norda.example")
        assert found.changed_at == clock.now.replace(day=clock.now.day - 1)
        assert tickets.set_status(connection, "inc 0042", "Closed", clock()) is True
        assert tickets.set_status(connection, "INC0043", "Closed", clock()) is False
        assert tickets.open_count(connection, directory) == 0
        known = tickets.entry(connection, "inc0042")
        assert known is not None
        assert known.changed_at == clock()


def test_a_closed_ticket_that_is_new_here_was_not_closed_just_now(
    database: Database, clock: HandClock
) -> None:
    with database.write() as connection:
        tickets.put(connection, Ticket(number="SBM-1", status="closed"), Directory(), now=clock())
        found = tickets.entry(connection, "SBM-1")
    assert found is not None
    assert found.changed_at is None


@pytest.fixture
def mailproc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The command line in a folder with a configuration: its exit status, and all that it said."""
    (tmp_path / "mailproc.toml").write_text(
        '[desk]\naddress = "support@helpdesk.example"\n[operator]\nemail = "ops@helpdesk.example"\n'
    )
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mailproc", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    return run


def test_the_table_is_kept_on_the_command_line(
    mailproc: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "tickets.csv").write_bytes(PLAIN.encode("utf-8-sig") + b",no number,open,Norda\n")
    status, said = mailproc("tickets", "import", "tickets.csv")
    assert status == 1
    assert "tickets.csv:4: no ticket number" in said
    assert "2 added, 0 changed, 0 unchanged." in said
    assert "0 added, 0 changed, 2 unchanged." in mailproc("tickets", "import", "tickets.csv")[1]
    assert mailproc("tickets", "add", "SBM-3", "--title", "Laptop", "--contact", "kim@norda.example")[0] == 0
    assert "status: open" in mailproc("tickets", "show", "sbm-3")[1]
    assert mailproc("tickets", "close", "SBM-3", "SBM-9") == (1, "1 closed.\nno such ticket: SBM-9\n")
    assert mailproc("tickets", "close", "SBM-1", "--status", "open")[0] == 1
    shown = (
        mailproc("tickets", "add", "SBM-3", "--category", "Hardware"),
        mailproc("tickets", "show", "SBM-3"),
    )
    assert "status: closed" in shown[1][1]
    assert "category: Hardware" in shown[1][1]
    assert '"number": "SBM-3"' in mailproc("tickets", "list", "--json")[1]
    assert mailproc("tickets", "show", "SBM-99") == (1, "no ticket SBM-99\n")
    assert mailproc("tickets", "import", "nowhere.csv")[0] == 1
