"""Emergencies: who is called, the code in the SMS, the chase, storms, strangers, and misuse."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mailproc.escalation.alert_code import read_code
from mailproc.escalation.command import read_command
from mailproc.settings import Emergency, Hours, Person
from mailproc.store import accounts, escalations, outbox
from tests.desk.conftest import DeskAtWork, Reply
from tests.desk.test_answers import answer, opened, strike

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import HandClock

PRIYA = "Priya Nair <priya@helpdesk.example>"
BEN = "Ben Lee <ben@helpdesk.example>"
KIM = "Kim Norda <kim@norda.example>"
EVE = "Eve <eve@curious.example>"

SMS = "json://127.0.0.1:9/"
PEOPLE = (
    Person(name="Priya Nair", email="priya@helpdesk.example", roles=("pm",), alerts=(SMS,)),
    Person(name="Ben Lee", email="ben@helpdesk.example", roles=("pm", "duty"), alerts=(SMS,)),
    Person(name="Maja Holm", email="maja@helpdesk.example", roles=("manager",)),
)


@pytest.fixture
def crew(desk: DeskAtWork, clock: HandClock) -> Callable[..., DeskAtWork]:
    """The desk with a crew, whose settings a test may change."""

    def with_people(
        people: tuple[Person, ...] = PEOPLE, hours: Hours | None = None, **rule: Any
    ) -> DeskAtWork:
        changed = {"people": people, "emergency": Emergency(**rule), "hours": hours}
        return DeskAtWork(desk.database, desk.settings.model_copy(update=changed), clock)

    return with_people


def emergency(number: int = 51007) -> str:
    return f"Level: Emergency\nTicket: SBM-{number}\n\nProduction is completely down in shop {number}."


def short_alerts(desk: DeskAtWork, to: str = "priya@helpdesk.example") -> list[str]:
    """The SMS to somebody, oldest first, as the courier gets them."""
    with desk.database.read() as connection:
        rows = outbox.listing(connection, limit=1000)
        found = [outbox.entry(connection, row["id"]) for row in rows if row["channel"] == "alert"]
    texts = [
        (row["id"], json.loads(row["content"])) for row in found if row and row["recipient"] == f"{to}#0"
    ]
    return [f"{text['title']}\n{text['body']}" for _, text in sorted(texts, key=lambda item: item[0])]


def code_in(text: str) -> str:
    [code] = [word.strip(".,") for word in text.split() if read_code(word.strip(".,"))]
    return code


def row(desk: DeskAtWork, number: int = 1) -> dict[str, Any]:
    with desk.database.read() as connection:
        found = escalations.entry(connection, number)
    assert found is not None
    return found


def addressees(letters: list[Reply]) -> list[str]:
    return sorted(letter.to for letter in letters)


# ----------------------------------------------------------------------------------------------------
# The code in the SMS


def test_a_code_from_the_sms_acknowledges(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    opened(desk, emergency())
    [sms] = short_alerts(desk)
    assert "SBM-51007" in sms
    assert "Kim" not in sms
    assert "Norda" not in sms
    desk.put(desk.mail(f"{code_in(sms)}\n\n--\nSent from my phone", sender=PRIYA))
    desk.work()
    assert desk.outcome() == ("command", None)
    assert row(desk)["status"] == "acknowledged"
    assert row(desk)["acknowledged_by"] == "priya@helpdesk.example"


def test_everybody_has_a_code_of_their_own_and_hears_that_one_has_it(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    opened(desk, emergency())
    [hers], [his] = short_alerts(desk), short_alerts(desk, "ben@helpdesk.example")
    assert code_in(hers) != code_in(his)
    letters = desk.receive(f"ack {code_in(his).lower()}", sender=BEN)
    [over] = [letter for letter in letters if letter.to == "priya@helpdesk.example"]
    assert over.kind == "over"
    assert "Ben Lee" in over.text
    [late] = desk.receive(code_in(hers), sender=PRIYA)
    assert "Ben Lee is on SBM-51007 already" in late.text or "has taken on SBM-51007" in late.text
    assert row(desk)["acknowledged_by"] == "ben@helpdesk.example"


def test_a_code_works_once_and_not_for_ever(crew: Callable[..., DeskAtWork], clock: HandClock) -> None:
    desk = crew()
    opened(desk, emergency())
    code = code_in(short_alerts(desk)[0])
    clock.forward(hours=25)
    [refusal] = desk.receive(code, sender=PRIYA)
    assert "too old" in refusal.text
    assert row(desk)["status"] == "started"


def test_a_colleagues_code_wins_nothing(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    opened(desk, emergency())
    [refusal] = desk.receive(code_in(short_alerts(desk)[0]), sender=BEN)
    assert refusal.to == "ben@helpdesk.example"
    assert row(desk)["status"] == "started"


def test_a_code_from_a_private_address_asks_its_owner(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    opened(desk, emergency())
    code = code_in(short_alerts(desk)[0])
    before = len(desk.everything_sent())
    for _ in range(2):
        desk.put(desk.mail(code, sender="P <priya.n@home.example>"))
        desk.work()
    assert row(desk)["status"] == "started"
    [asks] = desk.everything_sent()[before:]
    assert asks.to == "priya@helpdesk.example"
    answer(desk, asks, "ACK", sender=PRIYA)
    assert row(desk)["status"] == "acknowledged"
    id_ = desk.put(desk.mail(emergency(9000), sender="P <priya.n@home.example>"))
    desk.work()  # the code has made no known sender of them
    assert "maja@helpdesk.example" not in addressees(desk.sent_for(id_))
    assert not [sent for sent in desk.sent_for(id_) if sent.to == "priya@helpdesk.example#0"]


def test_a_thousand_guesses_in_somebodys_name_win_nothing(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    _, alert = opened(desk, emergency())
    code = code_in(short_alerts(desk)[0])
    before = len(desk.everything_sent())
    guesses = [f"A{a}C{c}D{d}" for a in range(2, 10) for c in range(2, 10) for d in range(2, 10)]
    guesses = [guess for guess in (*guesses, *(g.replace("A", "X") for g in guesses)) if guess != code][:1000]
    for guess in guesses:
        desk.put(desk.mail(guess, sender=PRIYA))
    desk.put(desk.mail(code, sender=PRIYA))  # even the right one does not count now
    desk.work()
    assert len(guesses) == 1000
    assert row(desk)["status"] == "started"
    sent = desk.everything_sent()[before:]
    assert addressees(sent) == ["ops@helpdesk.example", *["priya@helpdesk.example"] * 5]
    answer(desk, alert, "ACK", sender=PRIYA)  # the other way stays open
    assert row(desk)["status"] == "acknowledged"
    clock.forward(minutes=61)
    id_ = desk.put(desk.mail(emergency(7007)))
    desk.work()
    assert desk.outcome(id_) == ("accepted", None)
    desk.receive(code_in(short_alerts(desk)[-1]), sender=PRIYA)
    assert row(desk, 2)["status"] == "acknowledged"


def test_guesses_of_strangers_are_ordinary_mail(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    opened(desk, emergency())
    before = len([sent for sent in desk.everything_sent() if sent.kind != "ordinary"])
    for number in range(2, 10):
        desk.put(desk.mail(f"A{number}C3D4", sender=EVE))
    desk.work()
    assert desk.outcome() == ("ordinary", "not_an_escalation")
    assert len([sent for sent in desk.everything_sent() if sent.kind != "ordinary"]) == before


def test_a_code_on_the_command_line(crew: Callable[..., DeskAtWork], clock: HandClock) -> None:
    desk = crew()
    opened(desk, emergency())
    code = code_in(short_alerts(desk)[0])
    with desk.database.write() as connection:
        receipts = desk.office.receipts
        assert receipts.order(connection, "A2C3D4", clock()) is None
        assert receipts.order(connection, code.lower(), clock()) == "acknowledged"
        assert receipts.order(connection, code, clock()) is None


# ----------------------------------------------------------------------------------------------------
# Who is called, and when again


def called_for(desk: DeskAtWork) -> list[str]:
    id_ = desk.put(desk.mail(emergency()))
    desk.work()
    return sorted({sent.to for sent in desk.sent_for(id_) if sent.kind == "alert" and "#" not in sent.to})


def test_whoever_is_away_or_off_work_is_not_called_first(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    priya, ben, maja = PEOPLE
    night = Hours(days=("mon",), start=time(22), end=time(6))
    off = ben.model_copy(update={"hours": night})
    assert called_for(crew((priya, off, maja))) == ["priya@helpdesk.example"]
    clock.forward(minutes=16)
    desk = crew((priya, off, maja))
    told = addressees(strike(desk))
    assert "ben@helpdesk.example" in told  # nobody answered: now hours spare nobody
    assert "maja@helpdesk.example" not in told


def test_never_is_nobody_called(crew: Callable[..., DeskAtWork]) -> None:
    away = tuple(one.model_copy(update={"away_until": date(2026, 12, 1)}) for one in PEOPLE)
    assert called_for(crew(away)) == ["ben@helpdesk.example", "priya@helpdesk.example"]


def test_where_there_is_nobody_at_all_the_truth_is_told_at_once(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew(people=())
    desk.put(desk.mail(emergency()))
    desk.work()
    assert addressees(strike(desk)) == ["kim@norda.example", "ops@helpdesk.example"]


def test_while_all_pms_are_away_the_manager_is_called(crew: Callable[..., DeskAtWork]) -> None:
    *pms, maja = PEOPLE
    away = tuple(one.model_copy(update={"away_until": date(2026, 12, 1)}) for one in pms)
    assert called_for(crew((*away, maja))) == ["maja@helpdesk.example"]


def test_whoever_is_back_today_is_called(crew: Callable[..., DeskAtWork]) -> None:
    priya, *_ = PEOPLE
    back = priya.model_copy(update={"away_until": date(2026, 11, 23)})
    assert called_for(crew((back,))) == ["priya@helpdesk.example"]


def test_the_one_on_duty_first_then_all_then_the_manager(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew(alert="duty")
    assert called_for(desk) == ["ben@helpdesk.example"]
    told = []
    for _ in range(3):
        clock.forward(minutes=16)
        told.append([to for to in addressees(strike(desk)) if "#" not in to])
    assert told == [
        ["ben@helpdesk.example", "priya@helpdesk.example"],
        ["ben@helpdesk.example", "maja@helpdesk.example", "priya@helpdesk.example"],
        ["kim@norda.example", "ops@helpdesk.example"],  # the truth, to both sides
    ]


def test_it_is_chased_later_at_night_but_not_into_the_morning(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    clock.now = clock.now.replace(hour=12)  # 06:00 in Chicago
    desk = crew(hours=Hours(), chase_outside_hours=timedelta(hours=5))
    called_for(desk)
    clock.forward(hours=2)  # 08:00, and it is open
    assert strike(desk) == []
    clock.forward(minutes=15)
    assert "priya@helpdesk.example" in addressees(strike(desk))
    clock.forward(minutes=15)
    assert "maja@helpdesk.example" in addressees(strike(desk))


def test_the_second_round_hears_that_it_is_over_too(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    _, alert = opened(desk, emergency())
    for _ in range(2):
        clock.forward(minutes=16)
        strike(desk)
    letters = answer(desk, alert, "ACK", sender=PRIYA)
    assert addressees([one for one in letters if one.kind == "over"]) == [
        "ben@helpdesk.example",
        "maja@helpdesk.example",
    ]


def test_colleagues_of_the_requester_read_the_truth_as_well(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    opened(desk, emergency())
    desk.put(desk.mail(emergency(), sender="Ola <ola@norda.example>"))
    desk.work()
    for _ in range(2):
        clock.forward(minutes=16)
        strike(desk)
    clock.forward(minutes=16)
    assert addressees(strike(desk)) == ["kim@norda.example", "ola@norda.example", "ops@helpdesk.example"]


# ----------------------------------------------------------------------------------------------------
# Storms


def storm(desk: DeskAtWork, count: int, first: int = 60000) -> None:
    for number in range(first, first + count):
        desk.put(desk.mail(emergency(number)))
    desk.work()


def test_a_storm_is_told_together_and_no_alert_is_lost(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    storm(desk, 100)
    assert len(desk.open_escalations()) == 50  # the listing's limit; all hundred are taken
    assert len(short_alerts(desk)) == 5
    [*_, hers] = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    assert hers.subject.startswith("95 EMERGENCIES")
    assert [number for number in range(60005, 60100) if f"SBM-{number}" not in hers.text] == []
    assert len(short_alerts(desk)) == 6
    assert "90 more" in short_alerts(desk)[-1]
    storm(desk, 3, first=70000)
    assert strike(desk) == []  # not every minute
    clock.forward(minutes=5)
    [update] = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    assert update.subject.startswith("3 EMERGENCIES")
    clock.forward(minutes=5)
    assert [letter for letter in strike(desk) if letter.kind == "storm"] == []


def test_each_of_a_storm_is_acknowledged_by_its_code_or_its_button(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew(group_above=1)
    storm(desk, 3)
    [letter] = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    codes = [word for word in letter.text.split() if read_code(word)]
    assert len(set(codes)) == 2
    told = desk.receive(codes[0], sender=PRIYA)
    assert "ben@helpdesk.example" in addressees([one for one in told if one.kind == "over"])
    assert row(desk, 2)["status"] == "acknowledged"
    html = letter.headers.get_body(("html",))
    assert html is not None
    [_, button] = [part.partition("?")[0] for part in html.get_content().split("mailto:")[1:]][:2]
    desk.put(desk.mail("ACK", sender=PRIYA), envelope_to=(button,))
    desk.work()
    assert row(desk, 3)["status"] == "acknowledged"
    clock.forward(minutes=6)
    assert strike(desk) == []


def test_what_is_resolved_before_it_was_told_calls_nobody(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew(group_above=1)
    storm(desk, 3)
    [letter] = desk.sent_for(3)
    answer(desk, letter, "RESOLVED it came back", sender=KIM)
    [told] = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    assert "SBM-60001" in told.text
    assert "SBM-60002" not in told.text


def test_an_answer_to_a_letter_about_many_is_asked_which(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew(group_above=1)
    storm(desk, 3)
    [letter] = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    before = len(desk.everything_sent())
    desk.put(desk.mail("ACK", sender=PRIYA, In_Reply_To=letter.headers["Message-ID"]))
    desk.work()
    [which] = desk.everything_sent()[before:]
    assert "Which emergency" in which.subject
    [is_it_you] = answer(desk, which, "ACK SBM-60002", sender=PRIYA)
    answer(desk, is_it_you, "ACK", sender=PRIYA)
    assert [row(desk, number)["status"] for number in (1, 2, 3)] == ["started", "started", "acknowledged"]


def test_a_storm_is_chased_together_too(crew: Callable[..., DeskAtWork], clock: HandClock) -> None:
    desk = crew(group_above=2)
    storm(desk, 10)
    strike(desk)
    clock.forward(minutes=16)
    strike(desk)
    clock.forward(seconds=1)
    told = [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    assert [letter.subject[:14] for letter in told] in ([], ["8 EMERGENCIES,"])
    clock.forward(minutes=5)
    told += [letter for letter in strike(desk) if letter.to == "priya@helpdesk.example"]
    assert [letter.subject[:14] for letter in told] == ["8 EMERGENCIES,"]


def test_emergencies_without_a_ticket_do_not_flood_the_telephone(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    for number in range(20):
        desk.put(
            desk.mail(
                f"This is an emergency! Production is completely down in shop {number}.", subject="Help"
            )
        )
    desk.work()
    assert desk.outcome() == ("rejected", "missing_ticket_id")
    assert 5 <= len(short_alerts(desk)) <= 7
    assert len([sent for sent in desk.everything_sent() if sent.to == "priya@helpdesk.example"]) == 20


# ----------------------------------------------------------------------------------------------------
# Strangers


def stranger(desk: DeskAtWork, number: int) -> list[Reply]:
    id_ = desk.put(desk.mail(emergency(number), sender=f"S <s{number}@curious{number}.example>"))
    desk.work()
    return desk.sent_for(id_)


def test_strangers_call_one_person_a_few_times_and_everybody_when_they_confirm(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    told = [stranger(desk, number) for number in range(61000, 61005)]
    announced = [[one for one in sent if one.kind == "alert"] for sent in told]
    assert [len(alerts) for alerts in announced] == [1, 1, 1, 0, 0]
    assert {alert.to for alerts in announced for alert in alerts} == {"ben@helpdesk.example"}
    assert "For a while you are not told" in " ".join(announced[2][0].text.split())
    [asks] = told[4]
    assert "CONFIRM" in asks.text
    assert "person on duty" not in asks.text
    before = len(desk.everything_sent())
    answer(desk, asks, "CONFIRM", sender="S <s61004@curious61004.example>")
    sent = desk.everything_sent()[before:]
    assert {"ben@helpdesk.example#0", "priya@helpdesk.example#0"} <= set(addressees(sent))
    clock.forward(minutes=61)
    assert "ben@helpdesk.example" in addressees(stranger(desk, 61009))


def test_a_stranger_who_completes_the_request_has_proved_the_address(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    [asks] = desk.receive("This is an emergency! Production is completely down.", sender=EVE, subject="Help")
    letters = answer(desk, asks, "SBM-62000", sender=EVE)
    assert "priya@helpdesk.example#0" in addressees(letters)


# ----------------------------------------------------------------------------------------------------
# Misuse, and what follows


def misused(desk: DeskAtWork, number: int) -> list[Reply]:
    _, alert = opened(desk, emergency(number))
    return answer(desk, alert, "MISUSE it is a test system", sender=PRIYA)


def to_kim(letters: list[Reply]) -> str:
    [letter] = [one for one in letters if one.to == "kim@norda.example"]
    return " ".join(letter.text.split())


def test_misuse_is_counted_and_restricts_the_account_and_a_pm_lifts_that(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    assert "This has now happened once. At 3 times" in to_kim(misused(desk, 63001))
    clock.forward(hours=1)
    assert "happened 2 times" in to_kim(misused(desk, 63002))
    clock.forward(hours=1)
    last = misused(desk, 63003)
    assert "taken as Higher Priority for now" in to_kim(last)
    [receipt] = [one for one in last if one.to == "priya@helpdesk.example"]
    assert "RESTORE" in receipt.text

    clock.forward(hours=1)
    id_ = desk.put(desk.mail(emergency(63004), sender="Ola <ola@norda.example>"))  # the same organisation
    desk.work()
    assert desk.outcome(id_) == ("accepted", None)
    assert row(desk, 4)["level"] == "higher_priority"
    letters = desk.sent_for(id_)
    assert addressees(letters) == ["ben@helpdesk.example", "ola@norda.example"]
    [kind] = [one for one in letters if one.to == "ola@norda.example"]
    assert "restricted for your account" in " ".join(kind.text.split())
    [refusal] = answer(desk, kind, "CONFIRM", sender="Ola <ola@norda.example>")
    assert "restricted" in refusal.text
    assert row(desk, 4)["level"] == "higher_priority"

    [alert] = [one for one in letters if one.to == "ben@helpdesk.example"]
    told = answer(desk, alert, "RESTORE", sender=BEN)
    assert {"ben@helpdesk.example", "ola@norda.example"} <= set(addressees(told))
    answer(desk, kind, "CONFIRM", sender="Ola <ola@norda.example>")
    assert row(desk, 4)["level"] == "emergency"
    [again] = answer(desk, alert, "RESTORE", sender=BEN)
    assert "as it is" in " ".join(again.text.split())


def test_the_person_on_duty_may_make_it_an_emergency_all_the_same(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew(misuse_limit=1)
    misused(desk, 63001)
    id_ = desk.put(desk.mail(emergency(63002)))
    desk.work()
    [alert] = [one for one in desk.sent_for(id_) if one.to == "ben@helpdesk.example"]
    letters = answer(desk, alert, "LEVEL emergency", sender=BEN)
    assert "priya@helpdesk.example#0" in addressees(letters)


def test_misuse_is_forgotten_after_a_year_and_staff_are_never_restricted(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew(misuse_limit=1)
    misused(desk, 63001)
    id_ = desk.put(desk.mail(emergency(63005), sender=PRIYA))
    desk.work()
    assert "priya@helpdesk.example#0" in addressees(desk.sent_for(id_))
    clock.forward(days=366)
    id_ = desk.put(desk.mail(emergency(63006)))
    desk.work()
    assert "priya@helpdesk.example#0" in addressees(desk.sent_for(id_))


def test_the_restriction_is_lifted_by_the_command_line(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew(misuse_limit=1)
    misused(desk, 63001)
    clock.forward(minutes=1)
    restore = read_command("RESTORE")
    assert restore is not None
    with desk.database.write() as connection:
        since = clock() - timedelta(days=1)
        [account] = accounts.listing(connection, since)
        assert (account["account"], account["misuses"]) == ("Norda", 1)
        said = desk.office.life.order(connection, account["escalation_id"], restore, PEOPLE[0], clock())
        assert said == "restored"
        assert accounts.listing(connection, since) == []
    assert "You can ask for emergencies again" in [sent.subject for sent in desk.everything_sent()]


# ----------------------------------------------------------------------------------------------------
# A questioned emergency


QUESTIONED = (
    "Level: Emergency\nTicket: SBM-64000\n\n"
    "Please add a dark mode to the staging system, that would be nice to have."
)


def test_a_questioned_emergency_is_confirmed_by_one_word_once(
    crew: Callable[..., DeskAtWork], clock: HandClock
) -> None:
    desk = crew()
    id_ = desk.put(desk.mail(QUESTIONED, subject="EMERGENCY"))
    desk.work()
    [letter] = desk.sent_for(id_)
    assert row(desk)["level"] == "higher_priority"
    joined = desk.put(
        desk.mail("Please escalate ticket SBM-64000, our customer leaves.", sender="Ola <ola@norda.example>")
    )
    desk.work()
    assert desk.outcome(joined) == ("joined", None)
    told = answer(desk, letter, "CONFIRM", sender=KIM)
    assert row(desk)["level"] == "emergency"
    assert {"priya@helpdesk.example#0", "ben@helpdesk.example#0", "ola@norda.example"} <= set(
        addressees(told)
    )
    [again] = answer(desk, letter, "CONFIRM", sender=KIM)  # a second one wakes nobody
    assert again.to == "kim@norda.example"
    clock.forward(minutes=16)
    assert "priya@helpdesk.example#0" in addressees(strike(desk))  # and it is chased


def test_a_confirmation_after_the_end_wakes_nobody(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    id_ = desk.put(desk.mail(QUESTIONED, subject="EMERGENCY"))
    desk.work()
    [letter] = desk.sent_for(id_)
    desk.close("SBM-64000")
    [refusal] = answer(desk, letter, "CONFIRM", sender=KIM)
    assert refusal.to == "kim@norda.example"
    assert short_alerts(desk) == []


def test_whoever_passed_a_questioned_emergency_on_may_confirm_it(crew: Callable[..., DeskAtWork]) -> None:
    desk = crew()
    forwarded = (
        "FYI, this came to me.\n\n---------- Forwarded message ---------\n"
        "From: Kim Norda <kim@norda.example>\nDate: Mon, 23 Nov 2026 at 14:02\n"
        "Subject: SBM-64000\nTo: Maja Holm <maja@helpdesk.example>\n\n"
        "Hi Maja,\n\nplease escalate ticket SBM-64000, "
        "it is an emergency. Please add a dark mode to the staging system, that would be nice to have.\n\nKim"
    )
    id_ = desk.put(desk.mail(forwarded, sender="Maja Holm <maja@helpdesk.example>", subject="Fwd: SBM-64000"))
    desk.work()
    copies = {letter.to: letter for letter in desk.sent_for(id_)}
    assert set(copies) == {"kim@norda.example", "maja@helpdesk.example"}
    answer(desk, copies["maja@helpdesk.example"], "CONFIRM", sender="Maja Holm <maja@helpdesk.example>")
    assert row(desk)["level"] == "emergency"


def test_what_waits_in_a_storm_is_on_disk(crew: Callable[..., DeskAtWork], clock: HandClock) -> None:
    desk = crew(group_above=1)
    storm(desk, 3)
    restarted = DeskAtWork(desk.database, desk.settings, clock)
    clock.forward(minutes=1)
    told = [one for one in strike(restarted) if one.to == "priya@helpdesk.example"]
    assert [one.kind for one in told] == ["storm"]
