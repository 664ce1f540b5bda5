"""No letter leaves twice, no end of an attempt is lost, and no failure breeds further letters."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import event, text
from structlog.testing import capture_logs

from mailproc.delivery.parcel import Sent, Transient
from mailproc.desk.undelivered import Undelivered
from mailproc.settings import Operator
from mailproc.store import outbox
from mailproc.store.outbox import Outgoing
from tests.daemon.running import eventually
from tests.desk.conftest import DeskAtWork, settings
from tests.desk.test_trouble import dispatching, states

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Connection

    from mailproc.delivery.parcel import DeliveryOutcome
    from mailproc.store.engine import Database
    from mailproc.store.outbox import Claimed
    from tests.conftest import HandClock

SECRET_ADDRESS = "no-such-service://ops:hunter2@pager.example/"


def put_letters(desk: DeskAtWork, count: int) -> None:
    letters = [
        Outgoing(
            key=f"letter {n}", channel="mail", kind="rejected", recipient="kim@norda.example", content=b"x"
        )
        for n in range(count)
    ]
    with desk.database.write() as connection:
        outbox.put(connection, letters, now=desk.clock(), held=False)


def rows(desk: DeskAtWork) -> list[dict[str, Any]]:
    with desk.database.read() as connection:
        return outbox.listing(connection)


def test_an_alert_to_the_operator_that_fails_for_good_is_told_once_and_by_mail(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    operator = Operator(email="ops@helpdesk.example", alerts=(SECRET_ADDRESS,))
    desk = DeskAtWork(database, settings(tmp_path, operator=operator), clock)
    desk.put(desk.mail("…"), oversize=99_000_000)
    desk.work()
    with dispatching(desk, "alert"):
        eventually(lambda: "operator failed" in states(desk))
    assert states(desk) == ["operator failed", "operator waiting", "operator waiting"]
    letters = [letter.text for letter in desk.everything_sent() if letter.text]
    assert ["operator#0" in letter for letter in letters] == [False, True]
    with database.read() as connection:
        everything = [outbox.entry(connection, row["id"]) for row in outbox.listing(connection)]
    assert "hunter2" not in str(everything)


def test_an_alert_to_a_person_that_fails_for_good_is_told_by_mail(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    operator = Operator(email="ops@helpdesk.example", alerts=(SECRET_ADDRESS,))
    desk = DeskAtWork(database, settings(tmp_path, operator=operator), clock)
    with database.write() as connection:
        gone = Outgoing(
            key="1", channel="alert", kind="alert", recipient="gone@helpdesk.example#0", content=b"{}"
        )
        outbox.put(connection, [gone], now=clock(), held=False)
    with dispatching(desk, "alert"):
        eventually(lambda: "alert failed" in states(desk))
    assert states(desk) == ["alert failed", "operator waiting"]
    [letter] = [row for row in rows(desk) if row["kind"] == "operator"]
    assert letter["recipient"] == "ops@helpdesk.example"


def test_a_database_that_fails_while_an_end_is_recorded_repeats_no_letter(
    desk: DeskAtWork, clock: HandClock
) -> None:
    carried: list[int] = []
    faults = iter(range(2))

    def carry(message: Claimed) -> DeliveryOutcome:
        carried.append(message.id)
        return Sent(detail="250 taken")

    def refuse(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if carried and statement.startswith("UPDATE outbox") and next(faults, None) is not None:
            clock.forward(hours=1)  # the hold on the letter is over, and more
            raise OSError("the disk is full")

    put_letters(desk, 3)
    event.listen(desk.database.engine, "before_cursor_execute", refuse)
    try:
        with dispatching(desk, "mail", carry=carry) as dispatcher:
            eventually(lambda: (dispatcher.ring(), states(desk))[1] == ["rejected sent"] * 3)
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", refuse)
    assert sorted(carried) == [1, 2, 3]
    assert next(faults, None) is None


class UndeliveredThatStumbles(Undelivered):
    """Cannot end the story of one letter, as a fault of ours would make it."""

    def all_well(self, connection: Connection, message: Claimed) -> None:
        if message.id == 1:
            connection.execute(text("SELECT 1"))
            raise RuntimeError("slipped")


def test_a_fault_over_what_follows_one_letter_holds_up_no_other(desk: DeskAtWork) -> None:
    carried: list[int] = []

    def carry(message: Claimed) -> DeliveryOutcome:
        carried.append(message.id)
        return Sent(detail="250 taken")

    put_letters(desk, 10)
    stumbling = UndeliveredThatStumbles(desk.settings, desk.office.operator, "helpdesk.example")
    with capture_logs() as logs, dispatching(desk, "mail", carry=carry, undelivered=stumbling):
        eventually(lambda: states(desk) == ["rejected sent"] * 10)
    assert sorted(carried) == list(range(1, 11))
    assert [line["outbox"] for line in logs if line["log_level"] == "error"] == [1]


def test_attempts_under_way_are_not_claimed_again_and_none_waits_while_its_hold_runs(
    desk: DeskAtWork, clock: HandClock
) -> None:
    go_on = threading.Event()
    carried: list[int] = []

    def carry(message: Claimed) -> DeliveryOutcome:
        carried.append(message.id)
        assert go_on.wait(20)
        return Sent(detail="250 taken")

    put_letters(desk, 12)
    with dispatching(desk, "mail", carry=carry) as dispatcher:
        eventually(lambda: len(carried) == 4)
        assert states(desk) == ["rejected sending"] * 4 + ["rejected waiting"] * 8
        clock.forward(hours=1)  # a next hop that hangs longer than the hold
        put_letters(desk, 13)
        dispatcher.ring()
        go_on.set()
        eventually(lambda: states(desk) == ["rejected sent"] * 13)
    assert len(carried) == len(set(carried)) == 13
    assert {row["attempts"] for row in rows(desk)} == {1}


def test_a_letter_that_is_released_is_tried_like_a_new_one(desk: DeskAtWork, clock: HandClock) -> None:
    def carry(message: Claimed) -> DeliveryOutcome:
        return Transient(detail="451 later")

    def letter() -> dict[str, Any]:
        [row] = [row for row in rows(desk) if row["kind"] == "rejected"]
        return row

    def is_given_up() -> bool:
        clock.forward(hours=5)
        dispatcher.ring()
        return bool(letter()["state"] == "failed")

    put_letters(desk, 1)
    with dispatching(desk, "mail", carry=carry, give_up_after=timedelta(days=1)) as dispatcher:
        eventually(is_given_up)
    assert letter()["attempts"] > 3
    with desk.database.write() as connection:
        assert outbox.release(connection, [letter()["id"]], clock()) == 1
    with dispatching(desk, "mail", carry=carry, give_up_after=timedelta(days=1)):
        eventually(lambda: (letter()["state"], letter()["attempts"]) == ("waiting", 1))
    assert letter()["next_attempt_at"] - clock() <= timedelta(seconds=36)
