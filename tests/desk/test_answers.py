"""An escalation is moved by answers: a word in the first line, from the right person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.escalation.command import read_command
from mailproc.settings import Person
from mailproc.store import outbox
from tests.desk.conftest import GOOD_REASON, DeskAtWork, Reply

if TYPE_CHECKING:
    from tests.conftest import HandClock

PRIYA = "Priya Nair <priya@helpdesk.example>"
KIM = "Kim Norda <kim@norda.example>"
EMERGENCY = "Level: Emergency\nTicket: SBM-51007\n\nProduction is completely down in all our shops."


def opened(desk: DeskAtWork, body: str = EMERGENCY, subject: str = "EMERGENCY") -> tuple[Reply, Reply]:
    """An emergency: the letter to the requester, and the alert to the project manager."""
    id_ = desk.put(desk.mail(body, subject=subject))
    desk.work()
    letters = desk.sent_for(id_)
    [answer] = [letter for letter in letters if letter.to == "kim@norda.example"]
    [alert] = [letter for letter in letters if letter.to == "priya@helpdesk.example"]
    return answer, alert


def answer(desk: DeskAtWork, to: Reply, body: str, *, sender: str, address: str | None = None) -> list[Reply]:
    """Answers a letter with a mail client: to its Reply-To, in its thread, the letter quoted below."""
    before = len(desk.everything_sent())
    quoted = "\n".join(f"> {line}" for line in to.text.splitlines()[:5])
    raw = desk.mail(
        f"{body}\n\nOn Monday, Support wrote:\n{quoted}\n",
        sender=sender,
        subject=f"Re: {to.subject}",
        In_Reply_To=to.headers["Message-ID"],
        References=to.headers["Message-ID"],
    )
    desk.put(raw, envelope_to=(address or to.headers["Reply-To"].addresses[0].addr_spec,))
    desk.work()
    return desk.everything_sent()[before:]


def status(desk: DeskAtWork) -> str:
    from mailproc.store import escalations

    with desk.database.read() as connection:
        [row] = escalations.listing(connection, only_open=False)
    return str(row["status"])


def test_a_project_manager_acknowledges_and_the_requester_hears(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    letters = answer(desk, alert, "ACK", sender=PRIYA)
    assert desk.outcome() == ("command", None)
    assert status(desk) == "acknowledged"
    assert sorted(letter.to for letter in letters) == ["kim@norda.example", "priya@helpdesk.example"]
    [news] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "Priya Nair" in news.text
    assert "SBM-51007" in news.subject + news.text


def test_the_whole_life_of_an_escalation(desk: DeskAtWork) -> None:
    letter, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    [*_, proposal] = sorted(
        answer(desk, alert, "PROPOSE: we restarted the gateway, please try again", sender=PRIYA),
        key=lambda sent: sent.to == "kim@norda.example",
    )
    assert "we restarted the gateway" in proposal.text
    assert status(desk) == "solution_proposed"
    answer(desk, proposal, "REJECT still no orders", sender=KIM)
    assert status(desk) == "solution_rejected"
    answer(desk, alert, "PROPOSE: the certificate was renewed", sender=PRIYA)
    answer(desk, proposal, "ACCEPT", sender=KIM)
    assert status(desk) == "solution_accepted"
    answer(desk, alert, "CLOSE the certificate had expired", sender=PRIYA)
    assert status(desk) == "closed"
    letters = answer(desk, letter, "STATUS", sender=KIM)
    assert [sent.to for sent in letters] == ["kim@norda.example"]


def test_what_is_not_possible_is_refused_with_what_is(desk: DeskAtWork) -> None:
    letter, _ = opened(desk)
    [refusal] = answer(desk, letter, "ACCEPT", sender=KIM)
    assert status(desk) == "started"
    assert refusal.to == "kim@norda.example"


def test_a_command_without_the_words_it_needs_is_sent_back(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    [refusal] = answer(desk, alert, "DECLINE", sender=PRIYA)
    assert status(desk) == "started"
    assert "DECLINE" in refusal.text


def test_a_requester_cannot_order_what_is_for_staff(desk: DeskAtWork) -> None:
    letter, _ = opened(desk)
    answer(desk, letter, "CLOSE", sender=KIM)
    assert status(desk) == "started"


def test_another_persons_address_gives_no_power(desk: DeskAtWork) -> None:
    letter, alert = opened(desk)
    stolen = alert.headers["Reply-To"].addresses[0].addr_spec
    answer(desk, letter, "CLOSE", sender="Eve <eve@curious.example>", address=stolen)
    answer(desk, letter, "CLOSE", sender=KIM, address=stolen)
    assert status(desk) == "started"


def test_a_sender_without_a_signed_address_proves_nothing(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    letters = answer(desk, alert, "CLOSE", sender=PRIYA, address="support@helpdesk.example")
    assert status(desk) == "started"
    [refusal] = letters
    assert refusal.to == "priya@helpdesk.example"
    answer(desk, refusal, "CLOSE", sender=PRIYA)  # the refusal itself carries a signed address
    assert status(desk) == "closed"


def test_strangers_are_told_nothing(desk: DeskAtWork) -> None:
    letter, _ = opened(desk)
    [reply] = answer(desk, letter, "STATUS", sender="Eve <eve@curious.example>")
    assert "SBM-51007" not in reply.text + reply.subject.removeprefix(f"Re: {letter.subject}")
    assert "norda" not in reply.text.lower()


def test_a_note_stays_inside(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    letters = answer(desk, alert, "NOTE the customer has not paid since May", sender=PRIYA)
    assert [letter.to for letter in letters] == ["priya@helpdesk.example"]


def test_the_same_command_twice_has_one_effect(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    raw = desk.mail("ACK", sender=PRIYA, In_Reply_To=alert.headers["Message-ID"])
    to = (alert.headers["Reply-To"].addresses[0].addr_spec,)
    desk.put(raw, envelope_to=to)
    desk.work()
    before = len(desk.everything_sent())
    again = desk.put(raw, envelope_to=to)
    desk.work()
    assert desk.outcome(again) == ("duplicate", "duplicate")
    assert len(desk.everything_sent()) == before


def test_the_requester_stands_everybody_down(desk: DeskAtWork, clock: HandClock) -> None:
    letter, _ = opened(desk)
    letters = answer(desk, letter, "This has been resolved: our provider repaired the line", sender=KIM)
    [told] = [sent for sent in letters if sent.to == "priya@helpdesk.example"]
    assert "our provider repaired the line" in told.text
    clock.forward(minutes=20)
    assert strike(desk) == []  # nobody is chased any more
    clock.forward(hours=24)
    strike(desk)
    assert status(desk) == "closed"


def strike(desk: DeskAtWork) -> list[Reply]:
    """Lets the time work; what it sent."""
    before = len(desk.everything_sent())
    with desk.database.write() as connection:
        desk.office.clockwork.strike(connection, desk.clock())
    return desk.everything_sent()[before:]


def test_an_emergency_that_nobody_acknowledges_is_chased_and_the_requester_hears_the_truth(
    desk: DeskAtWork, clock: HandClock
) -> None:
    opened(desk)
    told: list[list[str]] = []
    for _ in range(5):
        clock.forward(minutes=16)
        told.append(sorted({letter.to for letter in strike(desk)}))
    everybody = ["priya@helpdesk.example", "priya@helpdesk.example#0"]
    assert told == [everybody, everybody, ["kim@norda.example", "ops@helpdesk.example"], [], []]


def test_an_acknowledged_emergency_is_not_chased(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(hours=5)
    assert [letter.to for letter in strike(desk)] == ["kim@norda.example"]  # the promised news, and no chase


def test_a_proposal_without_an_answer_is_reminded_of_and_then_closed(
    desk: DeskAtWork, clock: HandClock
) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "PROPOSE: please try again", sender=PRIYA)
    clock.forward(days=2, minutes=1)
    assert [letter.to for letter in strike(desk)] == ["kim@norda.example"]
    clock.forward(days=3)
    strike(desk)
    assert status(desk) == "closed"


def test_evident_trouble_becomes_an_emergency_by_one_word(desk: DeskAtWork) -> None:
    letter, _ = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", "Our web shop")
    letters = answer(desk, letter, "CONFIRM", sender=KIM)
    assert desk.open_escalations()[0]["level"] == "emergency"
    assert "priya@helpdesk.example#0" in [sent.to for sent in letters]


def test_a_strangers_emergency_wakes_everybody_once_it_is_confirmed(desk: DeskAtWork) -> None:
    body = "This is an emergency. Ticket: SBM-51007. Production is down, nobody can pay in our shops."
    id_ = desk.put(desk.mail(body, sender="Max <max@stranger.example>"))
    desk.work()
    [letter] = [sent for sent in desk.sent_for(id_) if sent.to == "max@stranger.example"]
    letters = answer(desk, letter, "CONFIRM", sender="Max <max@stranger.example>")
    assert "priya@helpdesk.example#0" in [sent.to for sent in letters]
    letters = answer(desk, letter, "CONFIRM", sender="Max <max@stranger.example>")
    assert [sent.to for sent in letters] == ["max@stranger.example"]


@pytest.mark.parametrize("word", ["HELP", "WHY", "STATUS"])
def test_staff_can_ask(desk: DeskAtWork, word: str) -> None:
    _, alert = opened(desk)
    [reply] = answer(desk, alert, word, sender=PRIYA)
    assert reply.to == "priya@helpdesk.example"
    assert status(desk) == "started"


def test_a_request_in_the_cooldown_is_queued_and_taken_up_by_itself(
    desk: DeskAtWork, clock: HandClock
) -> None:
    opened(desk)
    clock.forward(hours=2)
    desk.close("SBM-51007")
    [cooldown] = desk.receive(f"Please escalate ticket SBM-51007. {GOOD_REASON}")
    [queued] = answer(desk, cooldown, "QUEUE", sender=KIM)
    assert desk.outcome() == ("queued", None)
    assert "SBM-51007" in queued.subject + queued.text
    clock.forward(hours=45)
    assert strike(desk) == []
    clock.forward(hours=1)
    letters = strike(desk)
    assert [row["ticket"] for row in desk.open_escalations()] == ["SBM-51007"]
    [accepted] = [letter for letter in letters if letter.kind == "accepted"]
    assert accepted.to == "kim@norda.example"


def test_colleagues_who_join_do_not_put_the_chase_off(desk: DeskAtWork, clock: HandClock) -> None:
    opened(desk)
    clock.forward(minutes=10)
    id_ = desk.put(desk.mail(EMERGENCY, sender="Ola <ola@norda.example>"))
    desk.work()
    assert desk.outcome(id_) == ("joined", None)
    clock.forward(minutes=6)
    assert "priya@helpdesk.example#0" in [letter.to for letter in strike(desk)]


def test_who_works_on_it_hears_of_another_voice_and_nobody_is_woken_again(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    id_ = desk.put(desk.mail(EMERGENCY, sender="Ola <ola@norda.example>"))
    desk.work()
    letters = desk.sent_for(id_)
    assert sorted(letter.to for letter in letters) == ["ola@norda.example", "priya@helpdesk.example"]


def test_a_rejected_solution_is_not_closed_by_an_earlier_word(desk: DeskAtWork, clock: HandClock) -> None:
    letter, alert = opened(desk)
    answer(desk, letter, "RESOLVED it seems", sender=KIM)
    answer(desk, alert, "PROPOSE: please try again", sender=PRIYA)
    answer(desk, letter, "REJECT no better", sender=KIM)
    clock.forward(days=6)
    strike(desk)
    assert status(desk) == "solution_rejected"


def test_a_solution_that_does_not_hold_is_not_closed(desk: DeskAtWork, clock: HandClock) -> None:
    letter, alert = opened(desk)
    answer(desk, alert, "PROPOSE: please try again", sender=PRIYA)
    answer(desk, letter, "STILL DOWN", sender=KIM)
    clock.forward(days=6)
    strike(desk)
    assert status(desk) == "solution_rejected"
    answer(desk, alert, "ACK", sender=PRIYA)
    assert status(desk) == "acknowledged"


def test_what_was_accepted_or_closed_and_is_down_again_is_worked_on_again(
    desk: DeskAtWork, clock: HandClock
) -> None:
    letter, alert = opened(desk)
    answer(desk, alert, "PROPOSE please try again", sender=PRIYA)
    answer(desk, letter, "ACCEPT", sender=KIM)
    answer(desk, letter, "STILL DOWN", sender=KIM)
    assert status(desk) == "solution_rejected"
    answer(desk, alert, "CLOSE the certificate had expired", sender=PRIYA)
    told = answer(desk, letter, "STILL DOWN it went down at noon", sender=KIM)
    assert status(desk) == "started"
    assert "it went down at noon" in " ".join(sent.text for sent in told if "priya" in sent.to)
    clock.forward(minutes=15)
    assert "priya@helpdesk.example" in {sent.to for sent in strike(desk) if sent.kind == "chase"}


def test_what_is_opened_again_calls_nobody_off(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    answer(desk, alert, "CLOSE done", sender=PRIYA)
    told = answer(desk, alert, "REOPEN it came back", sender=PRIYA)
    assert all("need not do anything more" not in sent.text for sent in told)


def test_an_sms_that_waits_is_not_sent_once_somebody_has_it(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    with desk.database.read() as connection:
        alerts = [row for row in outbox.listing(connection, limit=50) if row["channel"] == "alert"]
    assert {row["state"] for row in alerts} == {"dropped"}


def test_staff_can_make_it_an_emergency_and_take_that_back(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", "Our web shop")
    letters = answer(desk, alert, "LEVEL emergency", sender=PRIYA)
    assert "priya@helpdesk.example#0" in [letter.to for letter in letters]
    answer(desk, alert, "LEVEL higher priority", sender=PRIYA)
    clock.forward(hours=1)
    assert strike(desk) == []


def test_nobody_is_chased_for_what_is_no_longer_urgent(desk: DeskAtWork, clock: HandClock) -> None:
    letter, _ = opened(desk)
    answer(desk, letter, "no longer urgent", sender=KIM)
    clock.forward(hours=1)
    assert strike(desk) == []
    assert status(desk) == "started"  # it cannot be removed by the requester (P8)


def test_an_old_escalation_is_not_reopened_beside_a_new_one(desk: DeskAtWork, clock: HandClock) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "CANCEL a drill", sender=PRIYA)
    clock.forward(hours=1)
    desk.receive(EMERGENCY)
    [refusal] = answer(desk, alert, "REOPEN it was none", sender=PRIYA)
    assert desk.outcome() == ("command", None)
    assert refusal.to == "priya@helpdesk.example"
    assert len(desk.open_escalations()) == 1


def test_a_promise_that_cannot_be_kept_holds_up_no_other(desk: DeskAtWork, clock: HandClock) -> None:
    from mailproc.store import timers
    from mailproc.store.tables import decision

    opened(desk)
    broken = desk.put(desk.mail("Please escalate ticket SBM-9000, it is urgent!"))
    desk.work()
    with desk.database.write() as connection:
        connection.execute(decision.update().where(decision.c.mail_id == broken).values(understood={}))
        timers.wind(connection, "take up", clock(), mail_id=broken)
    clock.forward(minutes=16)
    assert "priya@helpdesk.example#0" in [letter.to for letter in strike(desk)]


def test_a_question_does_not_make_a_stranger_known(desk: DeskAtWork) -> None:
    letter, _ = opened(desk)
    eve = "Eve <eve@curious.example>"
    answer(desk, letter, "STATUS", sender=eve)
    id_ = desk.put(desk.mail("This is an emergency. Ticket: SBM-7000. Production is down.", sender=eve))
    desk.work()
    assert "priya@helpdesk.example#0" not in [sent.to for sent in desk.sent_for(id_)]


def test_a_word_outside_of_any_thread_is_about_the_ticket_it_names(desk: DeskAtWork) -> None:
    opened(desk)
    [reply] = desk.receive("STATUS SBM-51007", sender=PRIYA, subject="SBM-51007")
    assert desk.outcome() == ("command", None)
    assert "SBM-51007" in reply.text
    [asks] = desk.receive("This has been resolved: we restarted it.", subject="Re: EMERGENCY SBM-51007")
    assert status(desk) == "started"  # anybody could have written that
    answer(desk, asks, "RESOLVED", sender=KIM)
    assert "resolved by requester" in timeline(desk)


def timeline(desk: DeskAtWork) -> list[str]:
    from mailproc.store import escalations

    with desk.database.read() as connection:
        entry = escalations.entry(connection, 1)
    assert entry is not None
    return [event["kind"] for event in entry["events"]]


def test_staff_who_answer_in_prose_are_offered_the_words(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    [offer] = answer(desk, alert, "We are on it, I will call them.", sender=PRIYA)
    assert offer.to == "priya@helpdesk.example"
    assert "ACK" in offer.text
    assert status(desk) == "started"
    assert "note" in timeline(desk)


def test_all_letters_about_an_escalation_are_one_conversation(desk: DeskAtWork) -> None:
    letter, alert = opened(desk)
    letters = answer(desk, alert, "ACK", sender=PRIYA)
    [news] = [sent for sent in letters if sent.to == "kim@norda.example"]
    assert news.headers["In-Reply-To"] == letter.headers["Message-ID"]
    assert letter.headers["Message-ID"] in news.headers["References"]


def test_everybody_who_was_called_hears_that_nobody_need_come_any_more(
    desk: DeskAtWork, clock: HandClock
) -> None:
    people = (*desk.settings.people, Person(name="Ben Lee", email="ben@helpdesk.example", roles=("pm",)))
    called = DeskAtWork(desk.database, desk.settings.model_copy(update={"people": people}), clock)
    _, alert = opened(called)
    letters = answer(called, alert, "ACK", sender=PRIYA)
    [stand_down] = [letter for letter in letters if letter.to == "ben@helpdesk.example"]
    assert stand_down.kind == "over"
    assert "Priya Nair" in stand_down.text


def test_an_order_on_the_command_line_does_what_it_does_by_mail(desk: DeskAtWork) -> None:
    opened(desk)
    command = read_command("ACK")
    assert command is not None
    with desk.database.write() as connection:
        life, [priya] = desk.office.life, desk.settings.people
        assert life.order(connection, 1, command, priya, desk.clock()) == "acknowledged"
        assert life.order(connection, 99, command, priya, desk.clock()) is None
    assert status(desk) == "acknowledged"


def test_who_took_a_higher_priority_on_has_not_taken_on_the_emergency_it_becomes(
    desk: DeskAtWork, clock: HandClock
) -> None:
    _, alert = opened(desk, f"Please escalate ticket SBM-51007. {GOOD_REASON}", subject="SBM-51007")
    answer(desk, alert, "ACK", sender=PRIYA)
    clock.forward(hours=1)
    _, alert = opened(desk)  # now it is an emergency
    assert desk.outcome() == ("raised", None)
    assert status(desk) == "started"
    clock.forward(minutes=15)
    assert "priya@helpdesk.example" in {letter.to for letter in strike(desk) if letter.kind == "chase"}
    answer(desk, alert, "ACK", sender=PRIYA)
    assert status(desk) == "acknowledged"
    clock.forward(minutes=15)
    assert strike(desk) == []
