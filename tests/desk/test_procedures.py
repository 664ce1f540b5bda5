"""One mailbox, several teams: each mail is judged by the rules of its procedure."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from mailproc.settings import Brand, Organisation, Person, Procedure, Templates
from mailproc.store import decisions, timers
from tests.desk.conftest import GOOD_REASON, DeskAtWork, settings
from tests.desk.test_answers import answer

NO_EVIDENCE = "Please escalate ticket {}, because the new colleague needs it to begin her work."


@pytest.fixture
def desk(database, clock, tmp_path):
    configured = settings(
        tmp_path,
        people=(
            Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",)),
            Person(name="Tom Reyes", email="tom@helpdesk.example", roles=("technician",)),
        ),
        organisation=(
            Organisation(name="Norda", domains=("norda.example",)),
            Organisation(name="Velo", domains=("velo.example",)),
        ),
        procedure=(
            Procedure(
                name="hand-over", addresses=("handover",), roles=("technician",), require_evidence=True
            ),
            Procedure(name="Velo", organisations=("Velo",), cooldown=timedelta(hours=2)),
        ),
    )
    return DeskAtWork(database, configured, clock)


def procedure_of(desk: DeskAtWork) -> str:
    return desk.open_escalations()[0]["procedure"]


def test_an_organisation_has_its_own_cooldown(desk):
    for sender, number in (("mia@velo.example", 1701), ("kim@norda.example", 1702)):
        desk.receive(f"Please escalate ticket SBM-{number}. {GOOD_REASON}", sender=sender)
        desk.close(f"SBM-{number}")
    desk.clock.forward(hours=3)

    desk.receive(f"Please escalate ticket SBM-1701. {GOOD_REASON} Still.", sender="mia@velo.example")
    assert desk.outcome() == ("accepted", None)
    assert procedure_of(desk) == "Velo"
    [letter] = desk.receive(f"Please escalate ticket SBM-1702. {GOOD_REASON} Still.")
    assert desk.outcome() == ("rejected", "cooldown")
    assert "48 hours" in " ".join(letter.text.split())


def test_every_condition_must_hold(desk):
    tickets = (f"SBM-{number}" for number in count(1710))
    plus = {"envelope_to": ("support+handover@helpdesk.example",), "envelope_from": ""}
    for sender, arrival, outcome in (
        ("tom@helpdesk.example", plus | {"envelope_from": "tom@helpdesk.example"}, "rejected"),
        ("tom@helpdesk.example", {}, "accepted"),
        ("kim@norda.example", plus | {"envelope_from": "kim@norda.example"}, "accepted"),
    ):
        desk.put(desk.mail(NO_EVIDENCE.format(next(tickets)), sender=sender), **arrival)
        desk.work()
        assert desk.outcome()[0] == outcome, sender


def test_the_trace_names_the_procedure(desk):
    desk.receive(f"Please escalate ticket SBM-1703. {GOOD_REASON}", sender="mia@velo.example")

    with desk.database.read() as connection:
        made = decisions.of_mail(connection, desk.number)
    assert {"rule": "procedure", "said": "Velo", "words": ""} in made["trace"]


def test_a_queued_request_waits_for_its_own_procedures_cooldown(desk):
    desk.receive(f"Please escalate ticket SBM-1704. {GOOD_REASON}", sender="mia@velo.example")
    desk.close("SBM-1704")
    desk.clock.forward(hours=1)
    [refused] = desk.receive(f"Please escalate SBM-1704 again. {GOOD_REASON}", sender="mia@velo.example")
    assert refused.kind == "cooldown"

    answer(desk, refused, "QUEUE", sender="mia@velo.example")

    with desk.database.read() as connection:
        assert timers.next_due(connection) == desk.clock() + timedelta(hours=1)


def test_a_brand_has_its_own_name_phone_and_words_for_customers_alone(desk):
    own = desk.settings.base / "velo/en"
    own.mkdir(parents=True)
    (own / "letters.toml").write_text('regards = "Ride on"\n')
    brand = Brand(name="Velo Help", phone="+46 8 555 0100", templates=own.parent)
    velo = desk.settings.procedure[1].model_copy(update={"brand": brand})
    branded = desk.settings.model_copy(update={"procedure": (velo,)})
    desk = DeskAtWork(desk.database, branded, desk.clock)

    emergency = "Level: Emergency\nTicket: SBM-1720\n\nProduction is completely down in all our shops."
    id_ = desk.put(desk.mail(emergency, sender="mia@velo.example", subject="EMERGENCY"))
    desk.work()
    [receipt] = [letter for letter in desk.sent_for(id_) if letter.to == "mia@velo.example"]
    [alert] = [letter for letter in desk.sent_for(id_) if letter.to == "priya@helpdesk.example"]
    assert receipt.headers["From"] == "Velo Help <support@helpdesk.example>"
    assert "+46\u00a08\u00a0555\u00a00100" in receipt.text
    assert "Ride on\r\nVelo Help" in receipt.text
    assert alert.headers["From"] == "Support <support@helpdesk.example>"

    news = [sent for sent in answer(desk, alert, "ACK", sender="priya@helpdesk.example") if "mia" in sent.to]
    assert [sent.headers["From"] for sent in news] == ["Velo Help <support@helpdesk.example>"]
    [other] = desk.receive(f"Please escalate ticket SBM-1721. {GOOD_REASON}")
    assert other.headers["From"] == "Support <support@helpdesk.example>"


def test_the_samples_of_own_templates_do_not_reach_the_desk(desk):
    """Templates beside the configuration are tried at the start with sample settings; these stay there."""
    own = desk.settings.base / "letters"
    own.mkdir()
    with_own = desk.settings.model_copy(update={"templates": Templates(path=own)})
    plain, trying = desk, DeskAtWork(desk.database, with_own, desk.clock)
    [expected] = plain.receive(f"Please escalate ticket SBM-1730. {GOOD_REASON}")
    plain.close("SBM-1730")
    [letter] = trying.receive(
        f"Please escalate ticket SBM-1731. {GOOD_REASON}", Message_ID="<b@norda.example>"
    )
    assert letter.text == expected.text.replace("SBM-1730", "SBM-1731")
