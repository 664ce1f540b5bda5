"""One mail, one transaction, one outcome: requests, rejections, cooldown, and what is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.store.ledger import Ledger
from tests.desk.conftest import GOOD_REASON, HOUR, DeskAtWork, settings

if TYPE_CHECKING:
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock


def test_a_request_with_a_ticket_and_a_reason_is_accepted(desk: DeskAtWork) -> None:
    [reply] = desk.receive(f"Please escalate ticket SBM-48213.\n\n{GOOD_REASON}", subject="Please hurry")
    assert desk.outcome() == ("accepted", None)
    assert reply.to == "kim@norda.example"
    assert "SBM-48213" in reply.subject + reply.text
    assert "4,000 euros an hour" in reply.text
    assert "Tuesday" in reply.text  # the next digest after a Monday, 15:00 UTC
    [escalation] = desk.open_escalations()
    assert (escalation["ticket"], escalation["level"], escalation["organisation"]) == (
        "SBM-48213",
        "higher_priority",
        "Norda",
    )


def test_the_answer_is_threaded_and_marked_as_automatic(desk: DeskAtWork) -> None:
    [reply] = desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}", Message_ID="<first@norda.example>")
    assert reply.headers["In-Reply-To"] == "<first@norda.example>"
    assert reply.headers["References"] == "<first@norda.example>"
    assert reply.headers["Auto-Submitted"] == "auto-replied"
    assert reply.headers["Message-ID"].endswith("@helpdesk.example>")
    assert reply.headers.get_body(("html",)) is not None


def test_a_missing_ticket_is_explained(desk: DeskAtWork) -> None:
    [reply] = desk.receive(f"Please escalate our web shop problem. {GOOD_REASON}", subject="Please hurry")
    assert desk.outcome() == ("rejected", "missing_ticket_id")
    assert "ticket ID" in reply.text
    assert desk.open_escalations() == []


def test_all_faults_stand_in_one_letter(desk: DeskAtWork) -> None:
    [reply] = desk.receive("Please escalate my ticket, it is very urgent!", subject="Escalation")
    assert desk.outcome() == ("rejected", "missing_ticket_id")
    assert "ticket ID" in reply.text
    assert "reason" in reply.text


def test_a_promise_to_the_customer_is_no_reason(desk: DeskAtWork) -> None:
    desk.receive("Please escalate ticket SBM-1700. I promised the customer it would be done today.")
    assert desk.outcome() == ("rejected", "unacceptable_motivation")


def test_staff_see_the_reason_that_does_not_count(desk: DeskAtWork) -> None:
    [reply] = desk.receive(
        "Please escalate ticket SBM-1700. I promised the customer it would be done today.",
        sender="Priya Nair <priya@helpdesk.example>",
    )
    assert "I promised the customer" in reply.text


def test_an_emergency_alerts_every_project_manager_at_once(desk: DeskAtWork) -> None:
    body = "Level: Emergency\nTicket: SBM-51007\n\nProduction is completely down, all 300 shops stand still."
    id_ = desk.put(desk.mail(body, subject="EMERGENCY"))
    desk.work()
    sent = desk.sent_for(id_)
    assert [(letter.to, letter.kind) for letter in sent if letter.kind == "alert"] == [
        ("priya@helpdesk.example", "alert"),
        ("priya@helpdesk.example#0", "alert"),
    ]
    [mailed] = [letter for letter in sent if letter.to == "priya@helpdesk.example"]
    assert "SBM-51007" in mailed.subject
    assert "all 300 shops stand still" in mailed.text
    assert desk.open_escalations()[0]["level"] == "emergency"


def test_a_known_sender_without_a_ticket_id_is_still_heard_at_once(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail("This is an emergency! Production is down in all our shops, nobody can pay."))
    desk.work()
    assert desk.outcome(id_) == ("rejected", "missing_ticket_id")
    assert "priya@helpdesk.example" in [letter.to for letter in desk.sent_for(id_)]


def test_a_strangers_emergency_reaches_one_person(desk: DeskAtWork) -> None:
    body = "Emergency! Ticket: SBM-51007. Production is down, nobody can pay in our shops."
    id_ = desk.put(desk.mail(body, sender="Max <max@stranger.example>"))
    desk.work()
    told = [letter for letter in desk.sent_for(id_) if letter.kind == "alert"]
    assert [letter.to for letter in told] == ["priya@helpdesk.example"]


def test_the_same_ticket_joins_its_open_escalation(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=3)
    [reply] = desk.receive(
        f"Please escalate ticket SBM-48213. {GOOD_REASON}", sender="Ola <ola@norda.example>"
    )
    assert desk.outcome() == ("joined", None)
    assert "SBM-48213" in reply.text
    assert len(desk.open_escalations()) == 1


def test_within_the_cooldown_the_exact_end_is_named(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=5)
    desk.close("SBM-48213")
    [reply] = desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    assert desk.outcome() == ("rejected", "cooldown")
    assert "25 November" in reply.text  # 48 hours after Monday, 23 November
    assert "15:00" in reply.text or "3:00" in reply.text
    desk.receive(f"Escalate ticket SBM-48214. {GOOD_REASON}")
    assert desk.outcome() == ("accepted", None)
    clock.forward(hours=44)
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    assert desk.outcome() == ("accepted", None)


def test_after_the_cooldown_an_open_escalation_is_seen_again(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=49)
    desk.receive(f"Escalate ticket SBM-48213, it is still not working. {GOOD_REASON}")
    assert desk.outcome() == ("accepted", None)
    assert len(desk.open_escalations()) == 1


def test_higher_priority_is_raised_to_an_emergency_within_the_cooldown(
    desk: DeskAtWork, clock: HandClock
) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    clock.forward(hours=1)
    desk.receive("Level: Emergency\nTicket: SBM-48213\n\nNow production is completely down in all shops.")
    assert desk.outcome() == ("raised", None)
    assert desk.open_escalations()[0]["level"] == "emergency"


def test_others_learn_nothing_of_an_escalation(desk: DeskAtWork) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    [reply] = desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}", sender="Eve <eve@curious.example>")
    assert desk.outcome() == ("rejected", "not_authorised")
    assert "norda" not in reply.text.lower()
    assert "kim" not in reply.text.lower()


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        (
            {"Auto_Submitted": "auto-replied", "subject": "Automatic reply: escalate"},
            ("automatic", "automatic_reply"),
        ),
        ({"List_Id": "<news.example>", "subject": "Escalate your sales"}, ("bulk", "bulk")),
        ({"subject": "How do I change my password?"}, ("ordinary", "not_an_escalation")),
        ({"sender": "support@helpdesk.example", "subject": "Escalate 1"}, ("automatic", "own_mail")),
        ({"X_Mailproc_Loop": "support@helpdesk.example"}, ("automatic", "own_mail")),
    ],
)
def test_what_is_no_request_is_recorded_and_never_answered(
    desk: DeskAtWork, headers: dict[str, str], outcome: tuple[str, str]
) -> None:
    assert desk.receive("Where do I find the page?", **headers) == []
    assert desk.outcome() == outcome


def test_ordinary_mail_by_smtp_is_handed_on(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail("Where do I find the page?", subject="A question"))
    desk.work()
    assert [(letter.kind, letter.to) for letter in desk.sent_for(id_)] == [
        ("ordinary", "support@helpdesk.example")
    ]


def test_ordinary_mail_in_a_shared_mailbox_is_left_there(desk: DeskAtWork) -> None:
    place = {"way": "imap:support", "mailbox": "support", "uidvalidity": 1, "uid": 5}
    ordinary = desk.put(desk.mail("Where do I find the page?", subject="A question"), **place)
    request = desk.put(desk.mail(f"Escalate ticket SBM-1. {GOOD_REASON}"), **{**place, "uid": 6})
    desk.work()
    assert desk.sent_for(ordinary) == []
    assert desk.sent_for(request) != []
    assert to_move(desk) == [6]


def to_move(desk: DeskAtWork) -> list[int]:
    return list(Ledger(desk.database, desk.clock).to_move("support", 1))


def test_one_mail_over_two_ways_is_answered_once(desk: DeskAtWork) -> None:
    raw = desk.mail(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    first = desk.put(raw)
    second = desk.put(
        b"Received: from a by b\r\n" + raw, way="imap:support", mailbox="support", uidvalidity=1, uid=5
    )
    desk.work()
    assert desk.outcome(first) == ("accepted", None)
    assert desk.outcome(second) == ("duplicate", "duplicate")
    assert desk.sent_for(second) == []
    assert to_move(desk) == [5]  # a handled request does not lie in the mailbox as if it were open


def test_observe_decides_and_holds_every_letter(database: Database, clock: HandClock, tmp_path: Path) -> None:
    base = settings(tmp_path)
    quiet = DeskAtWork(
        database, base.model_copy(update={"desk": base.desk.model_copy(update={"mode": "observe"})}), clock
    )
    place = {"way": "imap:support", "mailbox": "support", "uidvalidity": 1, "uid": 5}
    id_ = quiet.put(quiet.mail(f"Escalate ticket SBM-48213. {GOOD_REASON}"), **place)
    quiet.work()
    assert quiet.sent_for(id_)
    assert to_move(quiet) == []  # people answer it
    from mailproc.store import outbox

    with database.write() as connection:
        rows = outbox.listing(connection)
        assert {row["state"] for row in rows} == {"held"}
        assert outbox.claim(connection, clock(), 10, ("mail", "alert"), HOUR) == []
        outbox.release(connection, None, clock())
        assert len(outbox.claim(connection, clock(), 10, ("mail", "alert"), HOUR)) == len(rows)


def test_a_request_without_an_author_is_left_to_people(desk: DeskAtWork) -> None:
    lines = desk.mail(f"Escalate ticket SBM-1. {GOOD_REASON}").splitlines(keepends=True)
    raw = b"".join(line for line in lines if not line.startswith(b"From:"))
    id_ = desk.put(raw)
    desk.work()
    assert desk.outcome(id_) == ("ordinary", "not_an_escalation")
    assert [letter.kind for letter in desk.sent_for(id_)] == ["ordinary"]


def test_the_null_sender_is_never_answered(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(f"Escalate ticket SBM-48213. {GOOD_REASON}"), envelope_from="")
    desk.work()
    assert desk.outcome(id_)[0] in ("automatic", "bounce")
    assert [letter for letter in desk.sent_for(id_) if letter.kind != "ordinary"] == []


def test_a_mail_that_goes_in_circles_is_set_aside(desk: DeskAtWork) -> None:
    raw = b"Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n" * 101 + desk.mail("…")
    id_ = desk.put(raw)
    desk.work()
    assert desk.outcome(id_) == ("quarantined", "malformed")


def test_last_weeks_emergency_wakes_nobody(desk: DeskAtWork) -> None:
    body = "Level: Emergency\nTicket: SBM-51007\n\nProduction is completely down in all shops."
    id_ = desk.put(desk.mail(body, Date="Mon, 16 Nov 2026 09:00:00 +0000"))
    desk.work()
    told = [letter.to for letter in desk.sent_for(id_) if letter.kind == "alert"]
    assert told == ["priya@helpdesk.example"]  # a person looks at it, by mail; no telephone rings


def test_every_mail_has_one_outcome_and_the_sum_balances(desk: DeskAtWork, clock: HandClock) -> None:
    desk.receive(f"Escalate ticket SBM-48213. {GOOD_REASON}")
    desk.receive("Please escalate ticket SBM-2, very urgent!")
    desk.receive("Where do I find the page?", subject="A question")
    clock.forward(hours=23)
    [digest] = desk.make_digest()
    assert "3" in digest.text
    assert "SBM-48213" in digest.text


def test_a_mail_of_two_authors_is_answered_and_gives_nobodys_rights(desk: DeskAtWork) -> None:
    raw = desk.mail(
        "Level: Emergency\nTicket: SBM-51007\n\nProduction is completely down in all our shops.",
        sender="Kim <kim@norda.example>, Lee <lee@norda.example>",
        Sender="Lee <lee@norda.example>",
    )
    id_ = desk.put(raw)
    desk.work()
    assert desk.outcome(id_) == ("accepted", None)
    letters = desk.sent_for(id_)
    assert "lee@norda.example" in [letter.to for letter in letters]
    assert "priya@helpdesk.example#0" not in [letter.to for letter in letters]  # unverified: one person hears
