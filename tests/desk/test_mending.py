"""Staff mend the desk by one word: TAKE and SPLIT; and the requester of several tickets by BOTH."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import mailproc.cli.records  # noqa: F401 - registers its commands
from mailproc.cli.app import app
from mailproc.desk.mending import Taken, Wish
from mailproc.escalation.conduct import Refused
from mailproc.reading.request import Level
from mailproc.store import decisions, escalations, inbox
from mailproc.store.engine import Database
from mailproc.store.migrate import migrate
from tests.desk.conftest import GOOD_REASON, DeskAtWork, Reply, settings
from tests.desk.test_answers import EMERGENCY, KIM, PRIYA, answer, opened, strike, timeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import HandClock

NO_REASON = "Please escalate ticket SBM-9000, it is urgent!"
ORDINARY = "Hello, our printer on the second floor makes a strange noise. What can we do about it?"


def to_staff(desk: DeskAtWork, mail_id: int) -> str:
    """The address of a mail that is signed for Priya, as it stands in her digest."""
    addresses = desk.office.post.addresses
    return addresses.sign(
        "support@helpdesk.example", "mail", mail_id, "priya@helpdesk.example", desk.clock().date()
    )


def take(desk: DeskAtWork, mail_id: int, words: str, sender: str = PRIYA) -> list[Reply]:
    """Answers that address; what it brought."""
    before = len(desk.everything_sent())
    desk.put(desk.mail(words, sender=sender), envelope_to=(to_staff(desk, mail_id),))
    desk.work()
    return desk.everything_sent()[before:]


def flat(letter: Reply) -> str:
    return " ".join(letter.text.split())


def row(desk: DeskAtWork, escalation_id: int = 1) -> dict[str, object]:
    with desk.database.read() as connection:
        found = escalations.entry(connection, escalation_id)
    assert found is not None
    return found


def test_a_rejected_mail_is_taken_at_its_original_time(desk: DeskAtWork, clock: HandClock) -> None:
    id_ = desk.put(desk.mail(NO_REASON))
    desk.work()
    assert desk.outcome(id_) == ("rejected", "missing_motivation")
    asked_at = clock()
    clock.forward(hours=20)
    letters = take(desk, id_, "TAKE")
    assert sorted(letter.to for letter in letters) == ["kim@norda.example", "priya@helpdesk.example"]
    [accepted] = [letter for letter in letters if letter.kind == "accepted"]
    assert accepted.to == "kim@norda.example"
    assert "A colleague has read your mail of earlier once more" in flat(accepted)
    assert "SBM-9000" in accepted.text
    assert desk.outcome(id_) == ("accepted", None)
    assert row(desk)["requested_at"] == asked_at
    assert timeline(desk) == ["started", "taken"]
    with desk.database.read() as connection:
        made = decisions.of_mail(connection, id_)
        sums = inbox.outcomes(connection, asked_at, clock.forward(hours=1))
    assert made is not None
    rules = [step["rule"] for step in made["trace"]]
    assert rules.index("missing_motivation") < rules.index("taken")
    assert sums == {"accepted": 1, "command": 1}


def test_it_is_taken_once(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(NO_REASON))
    desk.work()
    take(desk, id_, "TAKE")
    [refusal] = take(desk, id_, "TAKE")
    assert "a request already" in flat(refusal)
    assert len(desk.open_escalations()) == 1


def test_what_was_completed_since_is_not_taken_a_second_time(desk: DeskAtWork) -> None:
    [rejected] = desk.receive(NO_REASON)
    [again] = answer(desk, rejected, "It is really very urgent, please!", sender=KIM)
    answer(desk, again, GOOD_REASON, sender=KIM)
    assert len(desk.open_escalations()) == 1
    for id_ in (1, 2):
        [refusal] = take(desk, id_, "TAKE SBM-9000")
        assert "a request already" in flat(refusal)


def test_a_queued_request_that_is_taken_is_not_taken_up_again(desk: DeskAtWork, clock: HandClock) -> None:
    opened(desk)
    desk.close("SBM-51007")
    [cooldown] = desk.receive(f"Please escalate ticket SBM-51007. {GOOD_REASON}")
    answer(desk, cooldown, "QUEUE", sender=KIM)
    take(desk, 2, "TAKE")
    assert len(desk.open_escalations()) == 1
    clock.forward(hours=49)
    assert [letter.kind for letter in strike(desk)] == []


def test_an_ignored_mail_needs_a_ticket_and_is_taken_with_one(desk: DeskAtWork, tmp_path: Path) -> None:
    id_ = desk.put(desk.mail(ORDINARY, subject="Printer"))
    desk.work()
    assert desk.outcome(id_) == ("ordinary", "not_an_escalation")
    [refusal] = take(desk, id_, "TAKE")
    assert "TAKE SBM-1234" in refusal.text
    assert desk.outcome(id_) == ("ordinary", "not_an_escalation")
    letters = answer(desk, refusal, "TAKE SBM-4711", sender=PRIYA)
    assert desk.open_escalations()[0]["ticket"] == "SBM-4711"
    assert desk.open_escalations()[0]["requester"] == "kim@norda.example"
    assert "kim@norda.example" in [letter.to for letter in letters]


def test_staff_can_make_an_emergency_of_it(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(ORDINARY))
    desk.work()
    letters = take(desk, id_, "TAKE SBM-4711 emergency")
    assert desk.open_escalations()[0]["level"] == "emergency"
    assert "priya@helpdesk.example#0" in [letter.to for letter in letters]


def test_nobody_else_takes_a_mail(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(NO_REASON))
    desk.work()
    take(desk, id_, "TAKE SBM-9000", sender=KIM)
    take(desk, id_, "TAKE SBM-9000", sender="Eve <eve@curious.example>")
    assert desk.open_escalations() == []
    unsigned = desk.put(
        desk.mail("TAKE", sender=PRIYA, In_Reply_To=desk.sent_for(id_)[0].headers["Message-ID"])
    )
    desk.work()
    assert desk.open_escalations() == []
    [asks] = desk.sent_for(id_)[1:]
    assert asks.to == "priya@helpdesk.example"
    assert desk.outcome(unsigned) == ("command", None)
    answer(desk, asks, "TAKE", sender=PRIYA)
    assert [found["ticket"] for found in desk.open_escalations()] == ["SBM-9000"]


def test_ordinary_mail_whose_text_was_not_kept_is_named_as_gone(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(ORDINARY), way="imap:INBOX")
    desk.work()
    [refusal] = take(desk, id_, "TAKE SBM-4711")
    assert "keeps no copy of ordinary mail" in flat(refusal)
    assert "forward it to support@helpdesk.example" in flat(refusal)


def test_staff_forward_the_mail_with_the_word_on_top(desk: DeskAtWork, clock: HandClock) -> None:
    id_ = desk.put(desk.mail(ORDINARY, subject="Printer"), way="imap:INBOX")
    desk.work()
    came_at = clock()
    clock.forward(hours=5)
    body = (
        "TAKE SBM-4711\n\n---------- Forwarded message ---------\nFrom: Kim Norda <kim@norda.example>\n"
        f"Date: Mon, 23 Nov 2026 at 16:00\nSubject: Printer\nTo: <support@helpdesk.example>\n\n{ORDINARY}\n"
    )
    forwarded = desk.put(desk.mail(body, sender=PRIYA, subject="Fwd: Printer"))
    desk.work()
    [found] = desk.open_escalations()
    assert (found["ticket"], found["requester"]) == ("SBM-4711", "kim@norda.example")
    assert found["requested_at"] == came_at
    assert desk.outcome(id_) == ("accepted", None)
    assert desk.outcome(forwarded) == ("command", None)


def test_staff_forward_a_mail_that_never_came_to_the_desk_as_an_attachment(desk: DeskAtWork) -> None:
    inner = EmailMessage(policy=SMTP)
    inner["From"] = "Ola <ola@norda.example>"
    inner["To"] = "priya@helpdesk.example"
    inner["Subject"] = "The export"
    inner["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    inner["Message-ID"] = "<export@norda.example>"
    inner.set_content("The export stops at half past. If it is not mended by Friday we cannot invoice.")
    outer = EmailMessage(policy=SMTP)
    outer["From"] = PRIYA
    outer["To"] = "support@helpdesk.example"
    outer["Subject"] = "Fwd: The export"
    outer["Date"] = "Mon, 23 Nov 2026 15:00:00 +0000"
    outer["Message-ID"] = "<outer@helpdesk.example>"
    outer.set_content("TAKE SBM-77\n")
    outer.add_attachment(inner)
    id_ = desk.put(outer.as_bytes())
    desk.work()
    [found] = desk.open_escalations()
    assert (found["ticket"], found["requester"]) == ("SBM-77", "ola@norda.example")
    assert str(found["requested_at"]).startswith("2026-11-23 09:00")
    assert desk.outcome(id_) == ("accepted", None)
    letters = {letter.to: letter for letter in desk.sent_for(id_)}
    assert set(letters) == {"ola@norda.example", "priya@helpdesk.example"}
    assert letters["ola@norda.example"].subject == "Re: The export"
    assert letters["ola@norda.example"].headers["In-Reply-To"] == "<export@norda.example>"


def test_a_ticket_that_is_escalated_already_gains_a_voice(desk: DeskAtWork) -> None:
    opened(desk)
    id_ = desk.put(desk.mail(ORDINARY, sender="Ola <ola@norda.example>"))
    desk.work()
    take(desk, id_, "TAKE SBM-51007")
    assert desk.outcome(id_) == ("joined", None)
    assert timeline(desk)[-2:] == ["joined", "taken"]


def test_it_is_taken_on_the_command_line_as_well(desk: DeskAtWork) -> None:
    id_ = desk.put(desk.mail(ORDINARY))
    desk.work()
    [priya] = desk.settings.people
    with desk.database.write() as connection:
        mending, now = desk.office.mending, desk.clock()
        assert mending.take(connection, id_, Wish(person=priya), now) == Refused(because="needs_ticket")
        assert mending.take(connection, 99, Wish(person=priya), now) == Refused(because="gone")
        wish = Wish(person=priya, ticket="SBM-4711", level=Level.EMERGENCY)
        assert isinstance(mending.take(connection, id_, wish, now), Taken)
    assert desk.open_escalations()[0]["level"] == "emergency"


CONFIGURATION = """
[desk]
address = "support@helpdesk.example"
[operator]
email = "ops@helpdesk.example"
[store]
url = "sqlite:///desk.db"
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
roles = ["pm"]
"""


def test_the_command_takes_a_mail_and_says_why_it_cannot(tmp_path: Path, clock: HandClock) -> None:
    file = tmp_path / "mailproc.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    database = Database("sqlite:///desk.db", tmp_path)
    migrate(database)
    desk = DeskAtWork(database, settings(tmp_path), clock)
    id_ = desk.put(desk.mail(ORDINARY))
    desk.work()

    def mailproc(*words: str) -> str:
        result = CliRunner().invoke(app, ["mail", "take", str(id_), *words, "--config", str(file)])
        return f"refused: {result.exception}" if result.exception else result.output

    priya = ("--by", "priya@helpdesk.example")
    assert "say --ticket" in mailproc(*priya)
    assert "--by eve" in mailproc("--by", "eve@curious.example", "--ticket", "SBM-4711")
    assert "--level" in mailproc(*priya, "--ticket", "SBM-4711", "--level", "terrible")
    assert mailproc(*priya, "--ticket", "SBM-4711") == f"mail {id_} is escalation 1 for SBM-4711\n"
    assert "is a request already" in mailproc(*priya, "--ticket", "SBM-4711")
    assert desk.outcome(id_) == ("accepted", None)


# ----------------------------------------------------------------------------------------------------


def joined(desk: DeskAtWork) -> tuple[Reply, int]:
    """An emergency of Kim's that Ola's mail has joined: Priya's alert, and Ola's mail."""
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    id_ = desk.put(desk.mail(EMERGENCY, sender="Ola <ola@norda.example>"))
    desk.work()
    assert desk.outcome(id_) == ("joined", None)
    return alert, id_


def test_the_last_voice_is_split_off_and_both_sides_are_told(desk: DeskAtWork, clock: HandClock) -> None:
    alert, id_ = joined(desk)
    clock.forward(hours=1)
    letters = answer(desk, alert, "SPLIT SBM-60000", sender=PRIYA)
    mails = [letter for letter in letters if "#" not in letter.to and letter.kind != "alert"]
    assert sorted(letter.to for letter in mails) == [
        "kim@norda.example",
        "ola@norda.example",
        "priya@helpdesk.example",
    ]
    [to_ola] = [letter for letter in mails if letter.to == "ola@norda.example"]
    assert "SBM-60000" in to_ola.text
    assert timeline(desk)[-2:] == ["joined for a while", "split off"]
    assert {found["ticket"] for found in desk.open_escalations()} == {"SBM-51007", "SBM-60000"}
    own = row(desk, 2)
    assert own["requester"] == "ola@norda.example"
    assert own["requested_at"] == clock.forward(hours=-1)
    assert desk.outcome(id_) == ("accepted", None)
    clock.forward(hours=2)
    letters = answer(desk, alert, "UPDATE it is the gateway", sender=PRIYA)
    assert "ola@norda.example" not in [letter.to for letter in letters]


def test_what_cannot_be_split_is_refused(desk: DeskAtWork) -> None:
    _, alert = opened(desk)
    answer(desk, alert, "ACK", sender=PRIYA)
    [refusal] = answer(desk, alert, "SPLIT SBM-60000", sender=PRIYA)
    assert "nothing to split off" in flat(refusal)
    desk.put(desk.mail(EMERGENCY, sender="Ola <ola@norda.example>"))
    desk.work()
    for words in ("SPLIT", "SPLIT SBM-51007", "SPLIT them please"):
        refusal = answer(desk, alert, words, sender=PRIYA)[-1]
        assert "SPLIT SBM-1234" in refusal.text
    assert len(desk.open_escalations()) == 1
    answer(desk, alert, "SPLIT SBM-60000", sender=PRIYA)
    refusal = answer(desk, alert, "SPLIT SBM-60001", sender=PRIYA)[-1]
    assert "nothing to split off" in flat(refusal)


# ----------------------------------------------------------------------------------------------------

SEVERAL = f"Please escalate tickets SBM-51007 and SBM-51008. {GOOD_REASON}"


def test_both_tickets_become_requests_and_one_letter_names_them(desk: DeskAtWork, clock: HandClock) -> None:
    id_ = desk.put(desk.mail(SEVERAL))
    desk.work()
    assert desk.outcome(id_) == ("rejected", "several_tickets")
    [rejected] = [letter for letter in desk.sent_for(id_) if letter.to == "kim@norda.example"]
    assert "BOTH" in rejected.text
    came_at = clock()
    clock.forward(hours=2)
    letters = answer(desk, rejected, "BOTH", sender=KIM)
    [answered] = [letter for letter in letters if letter.to == "kim@norda.example"]
    assert "SBM-51007" in answered.text
    assert "SBM-51008" in answered.text
    assert desk.outcome() == ("completed", None)
    found = desk.open_escalations()
    assert sorted(str(one["ticket"]) for one in found) == ["SBM-51007", "SBM-51008"]
    assert {one["requested_at"] for one in found} == {came_at}
    assert GOOD_REASON in str(row(desk, 1)["events"])
    assert GOOD_REASON in str(row(desk, 2)["events"])
    letters = answer(desk, rejected, "BOTH", sender=KIM)
    assert [letter.to for letter in letters].count("kim@norda.example") == 1
    assert len(desk.open_escalations()) == 2


def test_each_ticket_goes_its_own_way(desk: DeskAtWork, clock: HandClock) -> None:
    opened(desk)  # SBM-51007 is open
    desk.receive(f"Please escalate ticket SBM-51008. {GOOD_REASON}")
    desk.close("SBM-51008")
    [rejected] = desk.receive(f"Please escalate SBM-51007, SBM-51008 and SBM-51009. {GOOD_REASON}")
    letters = answer(desk, rejected, "BOTH", sender=KIM)
    [answered] = [letter for letter in letters if letter.to == "kim@norda.example"]
    lines = flat(answered)
    assert "SBM-51007: it is escalated already" in lines
    assert "SBM-51008: it was escalated a short while ago" in lines
    assert "SBM-51009: your request is complete" in lines
    assert [str(found["ticket"]) for found in desk.open_escalations()] == ["SBM-51009", "SBM-51007"]


def test_a_reason_may_stand_behind_the_word(desk: DeskAtWork) -> None:
    [rejected] = desk.receive("Please escalate tickets SBM-51007 and SBM-51008, they are urgent!")
    answer(desk, rejected, f"BOTH: {GOOD_REASON}", sender=KIM)
    assert len(desk.open_escalations()) == 2


def test_without_a_reason_both_are_refused(desk: DeskAtWork) -> None:
    [rejected] = desk.receive("Please escalate tickets SBM-51007 and SBM-51008, they are urgent!")
    answer(desk, rejected, "BOTH", sender=KIM)
    assert desk.open_escalations() == []
    assert desk.outcome() == ("rejected", "missing_motivation")


@pytest.mark.parametrize("sender", ["Eve <eve@curious.example>", "Max <max@norda.example.org>"])
def test_a_stranger_completes_nothing(desk: DeskAtWork, sender: str) -> None:
    [rejected] = desk.receive(SEVERAL)
    answer(desk, rejected, "BOTH", sender=sender)
    assert desk.open_escalations() == []
