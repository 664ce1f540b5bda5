"""Whoever was copied in a request hears of each change with its requester, and has no power over it."""

from __future__ import annotations

from tests.desk.test_answers import EMERGENCY, answer, status

LEA = "lea@harbour.example"


def opened_with_copy(desk, **headers):
    """An emergency that Kim sends with a copy to Lea, who works elsewhere."""
    id_ = desk.put(desk.mail(EMERGENCY, subject="EMERGENCY", Cc=f"Lea Harbour <{LEA}>", **headers))
    desk.work()
    return {letter.to: letter for letter in desk.sent_for(id_) if letter.kind != "ordinary"}


def test_they_hear_of_the_start_and_of_each_change(desk):
    letters = opened_with_copy(desk)
    receipt, alert = letters[LEA], letters["priya@helpdesk.example"]
    assert "copied you" in receipt.text
    assert "Hello Kim Norda" in receipt.text
    told = {letter.to: letter for letter in answer(desk, alert, "ACK", sender="priya@helpdesk.example")}
    assert "copied you" in told[LEA].text
    assert "copied you" not in told["kim@norda.example"].text
    proposed = answer(desk, alert, "PROPOSE please try again", sender="priya@helpdesk.example")
    [proposal] = [letter for letter in proposed if letter.to == LEA]
    answer(desk, proposal, "ACCEPT", sender=LEA)
    assert status(desk) == "solution_proposed"


def test_a_colleague_who_asks_too_gets_letters_of_their_own(desk):
    letters = opened_with_copy(desk, To="Ann Norda <ann@norda.example>, support@helpdesk.example")
    assert {LEA, "ann@norda.example", "kim@norda.example"} <= set(letters)
    desk.receive(f"{EMERGENCY} We too.", sender="Ann Norda <ann@norda.example>", subject="EMERGENCY")
    news = answer(desk, letters["priya@helpdesk.example"], "ACK", sender="priya@helpdesk.example")
    [to_ann] = [letter for letter in news if letter.to == "ann@norda.example"]
    assert "copied you" not in to_ann.text


def test_nobody_is_written_to_for_a_stranger_or_for_what_is_sent_back(desk):
    id_ = desk.put(desk.mail(EMERGENCY, sender="eve@curious.example", subject="EMERGENCY", Cc=LEA))
    sent_back = desk.put(desk.mail("Please escalate ticket SBM-51009.", Cc=LEA))
    desk.work()
    assert LEA not in {letter.to for letter in (*desk.sent_for(id_), *desk.sent_for(sent_back))}


def test_a_mail_to_a_whole_department_is_answered_to_its_author_alone(desk):
    everybody = ", ".join(f"person{number}@harbour.example" for number in range(11))
    id_ = desk.put(desk.mail(EMERGENCY, subject="EMERGENCY", Cc=everybody))
    desk.work()
    assert not [letter for letter in desk.sent_for(id_) if "harbour" in letter.to]
