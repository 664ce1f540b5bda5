"""What goes wrong is tried again, set aside, told to a person; and stops nothing else."""

from __future__ import annotations

import http.server
import json
import queue
import sqlite3
import threading
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from mailproc.desk.couriers import Couriers
from mailproc.desk.dispatch import Dispatcher
from mailproc.desk.handle import Desk
from mailproc.desk.undelivered import Undelivered
from mailproc.settings import Delivery, Person
from mailproc.store import inbox, outbox
from tests.daemon.running import eventually
from tests.delivery.scripted import DROP, Scripted
from tests.desk.conftest import GOOD_REASON, DeskAtWork, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mailproc.delivery.parcel import DeliveryOutcome
    from mailproc.store.engine import Database
    from mailproc.store.outbox import Claimed
    from tests.conftest import HandClock

EMERGENCY = "Level: Emergency\nTicket: SBM-51007\n\nProduction is completely down in all our shops."


def at_fault(kind: type[Desk], sound: Desk) -> Desk:
    """The same desk, with the fault of a kind."""
    faulty = copy(sound)
    faulty.__class__ = kind
    return faulty


class StumblingDesk(Desk):
    """A desk that cannot handle one kind of mail, as a fault of ours would make it."""

    def handle(self, connection: Any, stored: Any, considered: Any, now: Any) -> Any:
        if b"banana skin" in stored.raw:
            raise RuntimeError("slipped")
        return super().handle(connection, stored, considered, now)


def test_a_mail_that_fails_three_times_is_set_aside_and_stops_no_other(
    desk: DeskAtWork, clock: HandClock
) -> None:
    office = desk.office
    office.desk, sound = (
        at_fault(StumblingDesk, office.desk),
        office.desk,
    )
    poison = desk.put(desk.mail(f"Escalate ticket SBM-4711. A banana skin. {GOOD_REASON}"))
    good = desk.put(desk.mail(f"Escalate ticket SBM-4712. {GOOD_REASON}"))
    desk.work()
    assert desk.outcome(good) == ("accepted", None)
    assert desk.outcome(poison) == ("pending", None)
    for _ in range(3):
        clock.forward(minutes=1)
        desk.work()
    assert desk.outcome(poison) == ("quarantined", "poison")
    [notice] = [letter for letter in desk.everything_sent() if letter.to == "ops@helpdesk.example"]
    assert "slipped" in notice.text
    assert f"mailproc mail show {poison}" in notice.text
    with desk.database.write() as connection:
        assert b"banana skin" in (inbox.raw(connection, poison) or b"")
        assert inbox.replay(connection, poison)
    office.desk = sound
    desk.work()
    assert desk.outcome(poison) == ("accepted", None)


def told_to_the_operator(desk: DeskAtWork) -> list[str]:
    return [letter.text for letter in desk.everything_sent() if letter.to == "ops@helpdesk.example"]


def test_a_mail_that_is_replayed_and_set_aside_again_is_told_again(
    desk: DeskAtWork, clock: HandClock
) -> None:
    office = desk.office
    office.desk = at_fault(StumblingDesk, office.desk)
    poison = desk.put(desk.mail(f"Escalate ticket SBM-4711. A banana skin. {GOOD_REASON}"))
    for times in (1, 2):
        with capture_logs():
            for _ in range(3):
                desk.work()
                clock.forward(minutes=1)
        assert desk.outcome(poison) == ("quarantined", "poison")
        assert len(told_to_the_operator(desk)) == times
        with desk.database.write() as connection:
            inbox.replay(connection, poison)


class DeskThatStumblesOnce(Desk):
    """A desk with a fault that does not come back when each mail is tried alone."""

    has_stumbled = False

    def handle(self, connection: Any, stored: Any, considered: Any, now: Any) -> Any:
        if not self.has_stumbled:
            self.has_stumbled = True
            raise RuntimeError("slipped")
        return super().handle(connection, stored, considered, now)


def test_the_fault_of_a_batch_is_logged_also_when_each_mail_alone_succeeds(desk: DeskAtWork) -> None:
    office = desk.office
    office.desk = at_fault(DeskThatStumblesOnce, office.desk)
    mail = desk.put(desk.mail(f"Escalate ticket SBM-4711. {GOOD_REASON}"))
    with capture_logs() as logs:
        desk.work()
    assert desk.outcome(mail) == ("accepted", None)
    [fault] = [str(line["exc_info"]) for line in logs if line["log_level"] == "error"]
    assert fault == "slipped"


class DeskWithAWrongStatement(Desk):
    """A desk whose database refuses a statement: such a fault carries the statement's values along."""

    def handle(self, connection: Any, stored: Any, considered: Any, now: Any) -> Any:
        connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "hunter2"})
        return super().handle(connection, stored, considered, now)


def test_what_the_operator_is_told_of_a_database_fault_holds_no_values(
    desk: DeskAtWork, clock: HandClock
) -> None:
    office = desk.office
    office.desk = at_fault(DeskWithAWrongStatement, office.desk)
    desk.put(desk.mail(f"Escalate ticket SBM-4711. {GOOD_REASON}"))
    with capture_logs():
        for _ in range(3):
            desk.work()
            clock.forward(minutes=1)
    [notice] = told_to_the_operator(desk)
    assert "nowhere" in notice
    assert "hunter2" not in notice


def test_a_mail_that_ends_the_process_each_time_is_set_aside(desk: DeskAtWork, clock: HandClock) -> None:
    poison = desk.put(desk.mail(f"Escalate ticket SBM-4711. {GOOD_REASON}"))
    for _ in range(3):  # claimed, and never heard of again
        with desk.database.write() as connection:
            assert len(inbox.claim(connection, clock(), 10)) == 1
        clock.forward(minutes=2)
    desk.work()
    assert desk.outcome(poison) == ("quarantined", "poison")


def test_a_mail_too_large_to_fetch_is_set_aside_with_its_reason(desk: DeskAtWork) -> None:
    id_ = desk.put(
        desk.mail("…"), way="imap:support", mailbox="support", uidvalidity=1, uid=9, oversize=99_000_000
    )
    desk.work()
    assert desk.outcome(id_) == ("quarantined", "oversize")
    [notice] = [letter for letter in desk.everything_sent() if letter.to == "ops@helpdesk.example"]
    assert "99,000,000" in notice.text


@contextmanager
def dispatching(
    desk: DeskAtWork,
    *channels: str,
    give_up_after: timedelta = timedelta(days=5),
    carry: Callable[[Claimed], DeliveryOutcome] | None = None,
    undelivered: Undelivered | None = None,
) -> Iterator[Dispatcher]:
    couriers = Couriers(
        desk.settings, desk.database, hostname="helpdesk.example", secret=str, clock=desk.clock
    )
    if carry is None:
        carry = couriers.alert if channels == ("alert",) else couriers.mail
    dispatcher = Dispatcher(
        desk.database,
        channels=channels,
        carry=carry,
        undelivered=undelivered or Undelivered(desk.settings, desk.office.operator, "helpdesk.example"),
        clock=desk.clock,
        threads=4,
        give_up_after=give_up_after,
        hold=timedelta(minutes=3),
    )
    stopping = threading.Event()
    thread = threading.Thread(target=dispatcher.run, args=(stopping,))
    thread.start()
    try:
        yield dispatcher
    finally:
        stopping.set()
        dispatcher.ring()
        thread.join(20)
        couriers.close()
        assert not thread.is_alive()


def states(desk: DeskAtWork) -> list[str]:
    with desk.database.read() as connection:
        return sorted(f"{row['kind']} {row['state']}" for row in outbox.listing(connection))


def tried(desk: DeskAtWork, times: int) -> bool:
    """True once the first letter was attempted so often and waits again, or is done."""
    with desk.database.read() as connection:
        row = outbox.entry(connection, 1)
    return row is not None and row["attempts"] == times and row["state"] != "sending"


def by_smtp(database: Database, clock: HandClock, folder: Path, server: Scripted) -> DeskAtWork:
    delivery = Delivery.model_validate(
        {"transport": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none", "timeout": "5s"}
    )
    return DeskAtWork(database, settings(folder, delivery=delivery), clock)


def test_a_letter_that_is_refused_for_good_is_told_once(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    server = Scripted(script={"RCPT": ["550 5.1.1 No such user"]})
    desk = by_smtp(database, clock, tmp_path, server)
    desk.receive("Please escalate ticket SBM-4711, very urgent!")
    with dispatching(desk, "mail"):
        eventually(lambda: "operator sent" in states(desk))
    assert states(desk) == ["operator sent", "rejected failed"]
    [told] = server.mails
    assert "ops@helpdesk.example" in told.rcpt
    assert b"No such user" in told.content


def test_a_letter_that_is_deferred_is_sent_later_under_the_same_message_id(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    server = Scripted(script={"DOT": [DROP, DROP]})
    desk = by_smtp(database, clock, tmp_path, server)
    desk.receive("Please escalate ticket SBM-4711, very urgent!")
    with dispatching(desk, "mail") as dispatcher:
        for attempt in (1, 2, 3):
            eventually(lambda attempt=attempt: tried(desk, attempt))  # type: ignore[misc]
            clock.forward(hours=1)
            dispatcher.ring()
        eventually(lambda: states(desk) == ["rejected sent"])
    ids = {
        line
        for taken in server.mails
        for line in taken.content.splitlines()
        if line.startswith(b"Message-ID")
    }
    assert len(ids) == 1


def test_a_letter_is_given_up_after_days_and_loudly(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    server = Scripted(script={"RCPT": ["451 4.7.1 Later", "451 4.7.1 Later"]})
    desk = by_smtp(database, clock, tmp_path, server)
    desk.receive("Please escalate ticket SBM-4711, very urgent!")
    with dispatching(desk, "mail", give_up_after=timedelta(days=1)) as dispatcher:
        eventually(lambda: tried(desk, 1))
        clock.forward(days=2)
        dispatcher.ring()
        eventually(lambda: "operator sent" in states(desk))
    assert "rejected failed" in states(desk)


class Listener(http.server.BaseHTTPRequestHandler):
    """Takes an alert as a chat or SMS service would."""

    heard: queue.SimpleQueue[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.put(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_an_emergency_is_heard_by_the_other_way_while_mail_is_down(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    Listener.heard = queue.SimpleQueue()
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    down = Scripted(script={"CONNECT": [DROP] * 1000})
    base = by_smtp(database, clock, tmp_path, down).settings
    address = f"json://127.0.0.1:{service.server_port}/"
    people = (Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",), alerts=(address,)),)
    desk = DeskAtWork(database, base.model_copy(update={"people": people}), clock)
    desk.put(desk.mail(EMERGENCY))
    desk.work()
    with dispatching(desk, "mail"), dispatching(desk, "alert"):
        heard = Listener.heard.get(timeout=20)
    service.shutdown()
    service.server_close()
    assert "SBM-51007" in heard["title"] + heard["message"]
    assert "Kim" not in heard["title"] + heard["message"]
    with database.read() as connection:
        contents = [outbox.entry(connection, row["id"]) for row in outbox.listing(connection)]
    assert address not in str(contents)  # an alert address may hold a secret


class FullDisk(Desk):
    """A desk whose database has no room for the effects of any mail."""

    def handle(self, connection: Any, stored: Any, considered: Any, now: Any) -> Any:
        cause = sqlite3.OperationalError("database or disk is full")
        cause.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("INSERT", {}, cause)


def test_a_full_disk_makes_no_sound_mail_suspect(desk: DeskAtWork, clock: HandClock) -> None:
    office = desk.office
    office.desk, sound = at_fault(FullDisk, office.desk), office.desk
    id_ = desk.put(desk.mail(f"Escalate ticket SBM-4711. {GOOD_REASON}"))
    for _ in range(5):
        desk.work()
        clock.forward(minutes=1)
    assert desk.outcome(id_) == ("pending", None)
    office.desk = sound
    desk.work()
    assert desk.outcome(id_) == ("accepted", None)
