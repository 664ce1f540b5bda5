"""What people read while an escalation lives: news, answers to commands, and reminders."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Verb, read_command
from mailproc.escalation.conduct import ORDERS, WITHOUT_WORDS
from mailproc.escalation.status import Status, possible
from mailproc.letters import LetterKind, Letters, compose
from mailproc.letters.life_cases import kinds
from mailproc.letters.matter import INTERNAL
from mailproc.letters.news import Happening, Matter
from mailproc.message.mail import Address
from mailproc.policy.decision import Alert, Step
from mailproc.reading.request import Level
from mailproc.settings import Organisation
from tests.letters.conftest import (
    ANNA,
    ERIK,
    NOW,
    PRIYA,
    SETTINGS,
    TEMPLATES,
    accepted,
    alerting,
    emergency,
    flat,
    mail,
    seen,
)
from tests.letters.test_templates import HOSTILE, tags

KIM = Address(email="kim@norda.example", name="Kim Berg")
STAFF = Address(email=PRIYA.email, name=PRIYA.name)
SECRET = "Their contract ends in May; do not tell them about the old proxy."

MATTER = Matter(
    ticket="SBM-48213",
    level=Level.EMERGENCY,
    status=Status.ACKNOWLEDGED,
    requester=ANNA,
    accepted_at=NOW - timedelta(hours=2),
    organisation="Norda",
    acknowledged_by=PRIYA.email,
)
STARTED = replace(MATTER, status=Status.STARTED, acknowledged_by="")
HIGHER = replace(MATTER, level=Level.HIGHER_PRIORITY)


def happening(kind: str, words: str = "", by: str = "Priya Nair") -> Happening:
    return Happening(kind=kind, by=by, at=NOW - timedelta(minutes=4), words=words)


def news(letters: Letters, kind: str, words: str = "", *, allowed: bool = True, **more):  # type: ignore[no-untyped-def]
    matter = more.pop("matter", MATTER)
    told = happening(kind, words, **more)
    return letters.news(matter, told, to=ANNA, now=NOW, words_allowed=allowed)


# ----------------------------------------------------------------------------------------------------
# News to the requester


def test_the_requester_hears_who_has_taken_it_on(letters: Letters) -> None:
    letter = news(letters, "acknowledged")
    assert letter.kind is LetterKind.NEWS
    assert letter.subject == "SBM-48213: acknowledged"
    assert not letter.reply
    text = flat(letter.text)
    assert text.startswith("Hello Anna Svensson,")
    assert "Priya Nair has taken on the emergency for ticket SBM-48213" in text
    assert "What happens next" in text


def test_a_granted_request_is_told_as_one(letters: Letters) -> None:
    text = flat(news(letters, "acknowledged", matter=HIGHER).text)
    assert "is granted. Priya Nair has taken it on." in text
    assert "emergency" not in text


def test_staff_are_named_even_where_only_their_address_is_known(letters: Letters) -> None:
    text = news(letters, "update", "Testing.", by=PRIYA.email).text
    assert "Priya Nair writes\n> Testing." in text
    assert PRIYA.email not in text


def test_a_declined_request_comes_with_its_reason(letters: Letters) -> None:
    text = news(letters, "declined", "It comes with the next release.").text
    assert "Priya Nair writes\n> It comes with the next release." in text
    assert "reply and tell us" in flat(text)


def test_a_solution_is_accepted_or_rejected_by_one_word(letters: Letters) -> None:
    letter = news(letters, "solution proposed", "Please sign in again.")
    text = flat(letter.text)
    assert "Please sign in again." in text
    assert "reply ACCEPT" in text
    assert "reply REJECT and what is still wrong" in text
    assert "after two days" in text
    assert buttons(letter.html) == ["ACCEPT", "REJECT: "]


def test_whoever_says_it_is_resolved_can_be_contradicted(letters: Letters) -> None:
    letter = news(letters, "resolved by requester", by="Kim Berg")
    text = flat(letter.text)
    assert "Kim Berg has told us that ticket SBM-48213 is resolved." in text
    assert "reply STILL DOWN" in text
    assert buttons(letter.html) == ["STILL DOWN"]


def test_a_close_by_the_clock_names_nobody(letters: Letters) -> None:
    text = flat(news(letters, "closed", by="Helpdesk").text)
    assert "As we have heard nothing else, we have closed the escalation" in text
    assert "Helpdesk has closed" not in text


def test_a_name_that_is_a_link_is_not_repeated(letters: Letters) -> None:
    text = news(letters, "joined", by="https://evil.example/x").text
    assert "evil.example" not in text
    assert "A colleague has written to us" in flat(text)
    assert "kim@norda.example has written" in flat(news(letters, "joined", by="kim@norda.example").text)


def test_times_are_on_the_reader_s_clock() -> None:
    tokyo = Organisation(name="Norda", domains=("norda.example",), time_zone=ZoneInfo("Asia/Tokyo"))
    letters = Letters(SETTINGS.model_copy(update={"organisation": (tokyo,)}), TEMPLATES)
    letter = letters.queued("SBM-48213", until=NOW + timedelta(hours=20), to=ANNA, now=NOW, answers=mail())
    assert "Tuesday 24 November at 20:05 (UTC+9)" in flat(letter.text)


# ----------------------------------------------------------------------------------------------------
# What never reaches a customer


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind not in INTERNAL])
def test_words_that_are_not_for_the_requester_never_appear(letters: Letters, kind: str) -> None:
    """The table of orders decides, and a caller that allows too much cannot overrule it (F6)."""
    meant = {order.happening for order in ORDERS.values() if order.words_to_requester}
    told = happening(kind, SECRET)
    for allowed in (True, False):
        letter = letters.news(MATTER, told, to=ANNA, now=NOW, words_allowed=allowed)
        shown = flat(letter.subject + letter.text) + seen(letter.html)
        assert ("contract ends" in shown) is (allowed and kind in meant)


def test_the_documentation_says_who_reads_what() -> None:
    document = (TEMPLATES.parent / "docs/templates.md").read_text(encoding="utf-8")
    for verb, order in ORDERS.items():
        told = (order.tells_requester, order.words_to_requester, order.tells_staff or order.alerts)
        cells = [verb.replace("_", " ").upper().join("``"), order.happening]
        cells += ["yes" if one else "no" for one in told]
        assert f"| {' | '.join(cells)} |" in document


@pytest.mark.parametrize("kind", sorted(INTERNAL))
def test_what_is_internal_is_never_written_to_a_requester(letters: Letters, kind: str) -> None:
    with pytest.raises(ValueError, match="never told to a requester"):
        letters.news(MATTER, happening(kind, SECRET), to=ANNA, now=NOW, words_allowed=True)


@pytest.mark.parametrize("status", list(Status))
def test_the_status_tells_a_customer_nothing_of_the_timeline(letters: Letters, status: Status) -> None:
    events = [happening(kind, SECRET) for kind in kinds()]
    letter = letters.standing(
        replace(MATTER, status=status), events, to=ANNA, is_staff=False, cooldown_until=None, now=NOW
    )
    shown = letter.text + seen(letter.html)
    assert "contract ends" not in shown
    assert "internal note" not in shown


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.happening)
def test_the_giver_reads_what_was_done_without_anybody_s_words(letters: Letters, order) -> None:  # type: ignore[no-untyped-def]
    for to in (ANNA, STAFF):
        letter = letters.done(MATTER, happening(order.happening, SECRET), to=to, now=NOW, answers=mail())
        assert "contract ends" not in letter.text + seen(letter.html)
        assert letter.subject == "Re: Please take ABC-1234 first"
        assert letter.in_reply_to == "<one@norda.example>"


# ----------------------------------------------------------------------------------------------------
# To staff


@pytest.mark.parametrize("kind", kinds())
def test_staff_read_every_word_and_what_they_can_answer(letters: Letters, kind: str) -> None:
    for status in Status:
        matter = replace(MATTER, status=status)
        letter = letters.staff_news(matter, happening(kind, SECRET, "Kim Berg"), person=PRIYA, now=NOW)
        assert letter.to == PRIYA.email
        assert "contract ends" in flat(letter.text)
        assert "https://tickets.example/SBM-48213" in letter.text
        offered = re.findall(r"^  - ([A-Z ]+?)(?:[:,]| and)", letter.text, re.MULTILINE)
        steps = {str(step) for step in possible(status)} | {"update", "note"}
        assert offered
        assert {word.lower().replace(" ", "_") for word in offered} <= steps


def test_still_down_is_urgent(letters: Letters) -> None:
    letter = letters.staff_news(MATTER, happening("still down", by="Kim Berg"), person=PRIYA, now=NOW)
    assert letter.subject == "SBM-48213: STILL DOWN"
    assert 'class="urgent"' in letter.html


def test_staff_read_by_their_own_clock(letters: Letters) -> None:
    lagos = PRIYA.model_copy(update={"time_zone": ZoneInfo("Africa/Lagos")})
    abroad = Letters(SETTINGS.model_copy(update={"people": (lagos,)}), TEMPLATES)
    told = happening("still down", by="Kim Berg")
    assert "at 13:05 (UTC)" in letters.staff_news(MATTER, told, person=PRIYA, now=NOW).text
    assert "at 14:05 (UTC+1)" in abroad.staff_news(MATTER, told, person=lagos, now=NOW).text


def test_an_emergency_that_nobody_took_is_asked_for_again(letters: Letters) -> None:
    first, again, up = (
        letters.chase(STARTED, person=PRIYA, waiting_since=NOW - timedelta(minutes=15), round=n, now=NOW)
        for n in range(3)
    )
    assert first.subject == "EMERGENCY: SBM-48213"
    assert again.subject == "EMERGENCY, nobody has it yet: SBM-48213"
    assert "has been waiting for 15 minutes" in flat(again.text)
    assert "All who were alerted are asked again." in flat(again.text)
    assert "That is why you are asked now." in flat(up.text)
    for letter in (first, again, up):
        assert "Reply to this mail with ACK as the first word." in flat(letter.text)
        assert buttons(letter.html) == ["ACK"]


def test_a_short_chase_holds_ticket_level_and_code_alone(letters: Letters) -> None:
    title, body = letters.short_chase(STARTED, "4711")
    assert title == "Emergency SBM-48213: nobody has it yet"
    assert "ACK 4711" in body
    assert "SBM-48213" in body
    assert not any(word in title + body for word in ("Anna", "norda", "Norda", "Priya"))
    assert "ACK" not in letters.short_chase(STARTED)[1]


def test_all_who_were_alerted_hear_the_end(letters: Letters) -> None:
    taken = letters.over(MATTER, happening("acknowledged"), person=PRIYA, now=NOW)
    assert taken.subject == "SBM-48213: Priya Nair has it"
    assert "You need not do anything more." in flat(taken.text)
    ended = letters.over(MATTER, happening("closed", SECRET), person=PRIYA, now=NOW)
    assert "is over (closed by Priya Nair)" in flat(ended.text)
    assert "contract ends" in flat(ended.text)


def test_the_requester_is_told_honestly_when_the_list_ends(letters: Letters) -> None:
    text = flat(letters.exhausted(STARTED, to=ANNA, now=NOW).text)
    assert "nobody has confirmed yet that they are on it" in text
    assert "call us on +1 312 555 0100" in text.replace("\u00a0", " ")


def test_an_alert_says_how_it_is_taken_on(letters: Letters) -> None:
    [letter] = letters.alerts(alerting(emergency()), mail(), people=(PRIYA,), now=NOW)
    assert "reply to this mail with ACK as the first word" in flat(letter.text)
    assert "ACK" in buttons(letter.html)
    [calm] = letters.alerts(accepted(emergency(), alert=Alert.DUTY), mail(), people=(PRIYA,), now=NOW)
    assert "ACK" not in calm.text


# ----------------------------------------------------------------------------------------------------
# Answers to a command


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        ("acknowledged", "", "The requester and your colleagues have been told."),
        ("update", "Testing.", "The requester has been told. Your words went out as you wrote them."),
        ("note", "Ask them.", "It is kept for staff alone. The requester does not see it."),
        ("assigned", "Erik", "Your colleagues have been told. The requester has not."),
    ],
)
def test_staff_read_who_was_told(letters: Letters, kind: str, words: str, told: str) -> None:
    letter = letters.done(MATTER, happening(kind, words), to=STAFF, now=NOW, answers=mail())
    assert letter.kind is LetterKind.ANSWER
    assert letter.reply
    assert told in flat(letter.text)


def test_a_requester_who_confirms_reads_that_people_are_alerted(letters: Letters) -> None:
    letter = letters.done(STARTED, happening("confirmed as emergency"), to=ANNA, now=NOW, answers=mail())
    assert "Our project managers have been alerted." in flat(letter.text)


def test_a_stranger_learns_nothing(letters: Letters) -> None:
    written = [
        letters.refused(
            "stranger", verb=verb, matter=matter, possible=steps, to=Address(email="x@evil.example"), now=NOW
        )
        for verb in (Verb.ACK, Verb.STATUS)
        for matter, steps in ((None, ()), (MATTER, ("propose", "close")), (STARTED, ("ack",)))
    ]
    assert len({letter.text for letter in written}) == 1
    assert len({letter.html for letter in written}) == 1
    [text] = {letter.subject + letter.text for letter in written}
    assert not any(word in text for word in ("SBM-48213", "Priya", "Norda", "Emergency", "ACK"))


def test_an_unproven_command_is_asked_for_once_more(letters: Letters) -> None:
    letter = letters.refused(
        "unproven", verb=Verb.STILL_DOWN, matter=MATTER, possible=(), to=ANNA, now=NOW, answers=mail()
    )
    assert "begin with STILL DOWN again" in flat(letter.text)
    assert buttons(letter.html) == ["STILL DOWN"]


@pytest.mark.parametrize("verb", sorted(NEEDS_WORDS))
def test_a_command_without_words_is_answered_with_an_example(letters: Letters, verb: Verb) -> None:
    letter = letters.refused("needs_words", verb=verb, matter=MATTER, possible=(), to=STAFF, now=NOW)
    example = next(
        line
        for line in letter.text.split("\n")
        if line.startswith(verb.upper() + " ") and "needs" not in line
    )
    command = read_command(example)
    assert command
    assert command.verb is verb
    assert command.words


def test_what_is_possible_instead_depends_on_the_reader(letters: Letters) -> None:
    steps = [str(step) for step in possible(Status.SOLUTION_PROPOSED)]
    matter = replace(MATTER, status=Status.SOLUTION_PROPOSED)
    for to, there, absent in ((ANNA, "ACCEPT:", "CLOSE"), (STAFF, "CLOSE,", "STILL DOWN")):
        text = letters.refused("not_now", verb=Verb.ACK, matter=matter, possible=steps, to=to, now=NOW).text
        assert "ACK does not fit where ticket SBM-48213 stands now" in flat(text)
        assert there in text
        assert absent not in text


def test_a_second_ack_names_the_first(letters: Letters) -> None:
    for owner, said in ((ERIK.email, "Erik Lund has taken on"), (PRIYA.email, "You have taken on")):
        matter = replace(MATTER, acknowledged_by=owner)
        letter = letters.refused(
            "acknowledged_already", verb=Verb.ACK, matter=matter, possible=(), to=STAFF, now=NOW
        )
        assert said in flat(letter.text)


def test_an_emergency_that_waits_says_so_and_names_the_telephone(letters: Letters) -> None:
    letter = letters.standing(
        STARTED,
        (),
        to=ANNA,
        is_staff=False,
        cooldown_until=NOW + timedelta(hours=46),
        now=NOW,
        answers=mail(),
    )
    text = flat(letter.text).replace("\u00a0", " ")
    assert "Yes, we have it. Our project managers are alerted" in text
    assert "+1 312 555 0100" in text
    assert "again from Wednesday 25 November at 14:05 (UTC+1)" in text


def test_a_request_that_waits_names_the_next_morning(letters: Letters) -> None:
    waiting = replace(STARTED, level=Level.HIGHER_PRIORITY)
    letter = letters.standing(
        waiting, (), to=ANNA, is_staff=False, cooldown_until=None, now=NOW, answers=mail()
    )
    assert "next on Tuesday 24 November at 14:30 (UTC+1)" in flat(letter.text)


def test_staff_see_the_timeline_with_all_words(letters: Letters) -> None:
    events = [happening("acknowledged"), happening("note", SECRET), happening("everybody alerted", by="")]
    letter = letters.standing(MATTER, events, to=STAFF, is_staff=True, cooldown_until=None, now=NOW)
    assert "Monday 23 November at 15:01 (UTC): internal note (Priya Nair)\n> Their contract" in letter.text
    assert "A colleague" not in letter.text


def test_why_is_the_trace_in_its_order(letters: Letters) -> None:
    trace = (
        Step(rule="missing_ticket_id", said="found in the subject", words="SBM-48213"),
        Step(rule="cooldown", said="no earlier escalation"),
    )
    text = letters.reasons(trace, matter=MATTER, to=STAFF, now=NOW, answers=mail()).text
    assert "- missing_ticket_id: found in the subject (“SBM-48213”)\n  - cooldown: no earlier" in text


def test_help_has_a_line_for_every_word(letters: Letters) -> None:
    for verbs, is_staff, to in ((list(Verb), True, STAFF), (sorted(FOR_REQUESTERS), False, ANNA)):
        text = letters.help(verbs, is_staff=is_staff, to=to, now=NOW, answers=mail()).text
        lines = re.findall(r"^  - ([A-Z ]+)", text, re.MULTILINE)
        read = [read_command(line.strip()) for line in lines]
        assert [command.verb for command in read if command] == verbs


def test_a_second_gap_goes_to_a_person(letters: Letters) -> None:
    text = flat(letters.handed_over(to=ANNA, now=NOW, answers=mail()).text)
    assert "passed your mails on to a colleague" in text


# ----------------------------------------------------------------------------------------------------
# All of them


def test_every_button_holds_a_word_that_the_desk_understands(letters: Letters) -> None:
    found = 0
    for name in letters.previews():
        for word in buttons(letters.preview(name, "en").html):
            command = read_command(word)
            assert command, (name, word)
            assert command.verb.replace("_", " ").upper() == word.partition(":")[0]
            assert (command.verb in NEEDS_WORDS | WITHOUT_WORDS.keys()) is (": " in word)
            found += 1
    assert found > 20


def test_a_button_writes_to_the_signed_address(letters: Letters) -> None:
    letter = news(letters, "solution proposed", 'Write to href="mailto:support@helpdesk.example?subject=x')
    signed = "support+r-e1-cz4-abc@helpdesk.example"
    desk = Address(email="support@helpdesk.example")
    raw = compose(letter, sender=desk, message_id="<a@helpdesk.example>", date=NOW, reply_to=signed)
    body = message_from_bytes(raw, policy=policy.default).get_body(("html",))
    assert body
    html = body.get_content()
    assert html.count(f'href="mailto:{signed}?subject=') == 2
    assert 'href="mailto:support@helpdesk.example?' not in html
    assert "Write to href=&#34;mailto:support@helpdesk.example?subject=x" in html


@pytest.mark.parametrize("kind", kinds())
def test_hostile_words_stay_words(letters: Letters, kind: str) -> None:
    hostile = replace(MATTER, ticket=HOSTILE, requester=Address(email="a@x.example", name=HOSTILE))
    told = happening(kind, HOSTILE, by=HOSTILE)
    written = [
        letters.staff_news(hostile, told, person=PRIYA, now=NOW),
        letters.over(hostile, told, person=PRIYA, now=NOW),
        letters.standing(hostile, (told,), to=STAFF, is_staff=True, cooldown_until=None, now=NOW),
        letters.reasons(
            (Step(rule=HOSTILE, said=HOSTILE, words=HOSTILE),), matter=hostile, to=STAFF, now=NOW
        ),
        letters.chase(hostile, person=PRIYA, waiting_since=NOW, round=1, now=NOW),
    ]
    if kind not in INTERNAL:
        written.append(letters.news(hostile, told, to=ANNA, now=NOW, words_allowed=True))
    for letter in written:
        found = tags(letter)
        assert found.faults == []
        assert found.open == []
        assert not found.tags & {"script", "img"}
        assert not any(name.startswith("on") for name in found.names)
        assert not any(link.startswith(("javascript:", "https://evil")) for link in found.links)
        assert "49" not in letter.subject
        assert "\n" not in letter.subject


def test_endless_words_are_cut(letters: Letters) -> None:
    letter = letters.staff_news(MATTER, happening("still down", "down " * 200_000), person=PRIYA, now=NOW)
    assert len(letter.html) < 100_000
    events = [happening("update", "x " * 10_000)] * 500
    long = letters.standing(MATTER, events, to=STAFF, is_staff=True, cooldown_until=None, now=NOW)
    assert len(long.html) < 100_000
    assert "470 came before them" in flat(long.text)


def buttons(html: str) -> list[str]:
    """The words that the buttons of a letter send."""
    links = re.findall(r'class="button" href="(mailto:[^"]+)"', html)
    bodies = [parse_qs(urlsplit(link.replace("&amp;", "&")).query).get("body", [""])[0] for link in links]
    return [body for body in bodies if body]
