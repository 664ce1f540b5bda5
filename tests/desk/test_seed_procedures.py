"""The five procedures to begin with, each through a day of its team, configured as they are shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.config import load
from mailproc.resources import folder
from tests.desk.conftest import GOOD_REASON, DeskAtWork
from tests.desk.test_answers import answer, strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailproc.store.engine import Database
    from tests.conftest import HandClock


@pytest.fixture
def begin(database: Database, clock: HandClock, tmp_path: Path) -> Callable[[str], DeskAtWork]:
    """A desk with one of the shipped procedures, on a Monday in working hours."""

    def with_procedure(name: str) -> DeskAtWork:
        shipped = load(folder("config") / "procedures" / f"{name}.toml", {})
        return DeskAtWork(database, shipped.model_copy(update={"base": tmp_path}), clock)

    return with_procedure


def test_priority_requests_need_a_very_good_reason(begin):
    desk = begin("priority-requests")
    desk.receive("Please escalate ticket SBM-1800. I promised the customer it would be done this week.")
    assert desk.outcome() == ("rejected", "unacceptable_motivation")
    desk.receive("Please escalate ticket SBM-1801, because the new colleague needs it to begin her work.")
    assert desk.outcome() == ("rejected", "missing_motivation")
    [asked] = desk.receive("Please escalate ticket SBM-1803, because the report is slow.")
    answer(desk, asked, "If it is not fixed by Friday we lose the Oslo contract.", sender="kim@norda.example")
    assert desk.outcome() == ("completed", None)
    desk.receive(f"Please escalate ticket SBM-1802. {GOOD_REASON}")
    assert desk.outcome() == ("accepted", None)

    desk.clock.forward(days=1)
    [digest] = [letter for letter in desk.make_digest() if letter.kind == "digest"]
    assert "SBM-1802" in digest.text
    assert "SBM-1800" not in digest.text.partition("Sent back")[0]


HAND_OVER = """Ticket: SBM-1810

Reason for Escalation: Time
Steps Attempted: Restarted the agent, connected to another network, read the event log.
Error Codes: 404 Unable to find managed network beacon
Internal Discussions: Ines knows the beacon servers and suggested to hand it over.
"""


def test_a_hand_over_climbs_when_its_time_is_over(begin):
    desk = begin("hand-over")
    handed = desk.put(
        desk.mail(HAND_OVER, sender="Tom Reyes <tom@helpdesk.example>", subject="Hand-over SBM-1810"),
        envelope_from="tom@helpdesk.example",
        envelope_to=("support+handover@helpdesk.example",),
    )
    desk.work()
    assert desk.outcome(handed) == ("accepted", None)
    [row] = desk.open_escalations()
    assert (row["procedure"], row["form"]) == ("hand-over", "handover")
    tier = row["tier"]

    desk.clock.forward(minutes=31)
    told = {letter.to for letter in strike(desk)}
    assert desk.open_escalations()[0]["tier"] == tier + 1
    assert "sam@helpdesk.example" in told


def test_the_escalation_standard_sends_an_incomplete_form_back_and_keeps_the_customer_out(begin):
    desk = begin("escalation-standard")
    tom = "Tom Reyes <tom@helpdesk.example>"
    [letter] = desk.receive(
        "Issue Summary: SBM-1820 the mail server is down again\nEnvironment: see above", sender=tom
    )
    assert desk.outcome() == ("rejected", "incomplete_form")
    for section in ("User Impact", "Troubleshooting Done", "Recent Changes", "Escalation Reason"):
        assert section in letter.text


def test_a_managed_escalation_is_led_to_its_post_mortem(begin):
    desk = begin("managed-escalations")
    emergency = "Level: Emergency\nTicket: SBM-1830\n\nProduction is completely down in all our shops."
    id_ = desk.put(desk.mail(emergency, subject="EMERGENCY"))
    desk.work()
    [alert] = [letter for letter in desk.sent_for(id_) if letter.to == "ida@helpdesk.example"]
    ida, kim = "ida@helpdesk.example", "kim@norda.example"
    answer(desk, alert, "ACK", sender=ida)
    desk.clock.forward(hours=2, minutes=1)
    assert [letter.to for letter in strike(desk) if letter.to == kim] == [kim]  # the promised news
    [proposal] = [
        letter
        for letter in answer(desk, alert, "PROPOSE we renewed the certificate", sender=ida)
        if letter.to == kim
    ]
    answer(desk, proposal, "ACCEPT", sender=kim)
    closing = answer(desk, alert, "CLOSE the certificate had expired", sender=ida)
    assert kim in {letter.to for letter in closing}
    report = answer(desk, alert, "POSTMORTEM Nobody watched the certificate.", sender=ida)
    [shared] = [letter for letter in report if letter.to == kim]
    assert "> Nobody watched the certificate." in shared.text


def test_two_levels_wait_for_the_morning_or_wake_everybody(begin):
    desk = begin("two-levels")
    quiet = desk.put(desk.mail("Please escalate ticket SBM-1840. The report is due on Friday."))
    loud = desk.put(desk.mail("Level: Emergency\nTicket: SBM-1841\n\nOur checkout is completely down."))
    desk.work()
    assert [letter.to for letter in desk.sent_for(quiet)] == ["kim@norda.example"]
    alerted = {letter.to for letter in desk.sent_for(loud) if letter.kind == "alert"}
    assert alerted == {"priya@helpdesk.example", "omar@helpdesk.example"}

    desk.close("SBM-1841")
    desk.clock.forward(hours=47)
    desk.receive(f"Please escalate ticket SBM-1841. {GOOD_REASON}")
    assert desk.outcome()[1] == "cooldown"
