"""What project managers, the operator and the service desk's manager read in the morning."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailproc.letters import Letters, chart, compose
from mailproc.letters.digest import DigestContent, DigestEntry, Priority, SentBack
from mailproc.letters.digest_cases import sample_address
from mailproc.letters.operator_day import OperatorDay, SetAside, Undelivered, WayIn
from mailproc.letters.week import Day, Week
from mailproc.message.mail import Address
from mailproc.policy.decision import Code, Outcome
from mailproc.reading.request import Level
from tests.letters.conftest import ANNA, DEADLINE, DECIDES_AT, ERIK, NOW, OUTAGE, PRIYA, flat, seen

if TYPE_CHECKING:
    from mailproc.letters import Letter

TUESDAY = date(2026, 11, 24)
ENTRY = DigestEntry(
    escalation_id=1,
    ticket="ABC-1234",
    level=Level.HIGHER_PRIORITY,
    status="started",
    requester=ANNA,
    organisation="Norda",
    asked_at=NOW,
    motivation="It has been waiting for weeks.",
)
MORNING = DigestContent(
    day=TUESDAY, due_at=DECIDES_AT, written_at=DECIDES_AT, next_day=TUESDAY + timedelta(days=1)
)


def written(letters: Letters, **content: object) -> Letter:
    """A morning's digest as Priya gets it."""
    return letters.digest(replace(MORNING, **content), PRIYA, sample_address)  # type: ignore[arg-type]


def links(letter: Letter) -> list[tuple[str, str]]:
    """Where each link for a mail leads to, and the body it begins with."""
    found = (urlsplit(link) for link in re.findall(r'href="(mailto:[^"]+subject[^"]+)"', letter.html))
    return [
        (unquote(link.path), parse_qs(link.query.replace("&amp;", "&")).get("body", [""])[0])
        for link in found
    ]


def test_the_most_pressing_comes_first(letters: Letters) -> None:
    letter = written(
        letters,
        waiting=(
            replace(ENTRY, ticket="NO-1"),
            replace(ENTRY, ticket="REASON-1", evidence=(replace(DEADLINE, due=None),)),
            replace(ENTRY, ticket="LATER-1", evidence=(replace(DEADLINE, due=date(2026, 12, 4)),)),
            replace(ENTRY, ticket="SOON-1", evidence=(DEADLINE,)),
            replace(ENTRY, ticket="DOWN-1", level=Level.EMERGENCY, evidence=(OUTAGE,)),
        ),
    )
    for words in (letter.text, seen(letter.html)):
        places = [words.index(ticket) for ticket in ("DOWN-1", "SOON-1", "LATER-1", "REASON-1", "NO-1")]
        assert places == sorted(places)
    assert letter.subject == "5 requests to decide, 1 emergency: Tuesday 24 November"
    assert "DOWN-1  EMERGENCY" in letter.text


def test_each_reason_is_tied_to_its_sentence(letters: Letters) -> None:
    text = written(letters, waiting=(replace(ENTRY, evidence=(DEADLINE, OUTAGE)),)).text
    assert "Deadline (Friday 27 November)\n  > Without the fix by Friday we cannot invoice." in text
    assert "Outage\n  > Nobody can log in." in text
    assert "Anna Svensson <anna@norda.example>, Norda" in text
    assert "https://tickets.example/ABC-1234" in text


def test_a_date_before_the_next_digest_stands_out(letters: Letters) -> None:
    due = {"tomorrow": 1, "friday": 3, "yesterday": -1}
    texts = {
        name: written(
            letters,
            waiting=(replace(ENTRY, evidence=(replace(DEADLINE, due=TUESDAY + timedelta(days=days)),)),),
        ).text
        for name, days in due.items()
    }
    assert "! Needed before the next digest: Wednesday 25 November" in texts["tomorrow"]
    assert "! The date has passed: Monday 23 November" in texts["yesterday"]
    assert "!" not in texts["friday"].replace("Hello!", "")


def test_what_is_weak_questioned_repeated_or_comes_back_is_marked(letters: Letters) -> None:
    entry = replace(ENTRY, questioned=True, times=3, earlier=("ABC-1001", "ABC-1100"))
    text = flat(written(letters, waiting=(entry,)).text)
    assert "It has been waiting for weeks." in text
    assert "No date, deal or other consequence is named." in text
    assert "Asked for as an emergency, taken as Higher Priority" in text
    assert "Asked for 3 times" in text
    assert "ABC-1001, ABC-1100" in text


def test_each_answer_goes_to_the_address_signed_for_that_matter(letters: Letters) -> None:
    letter = written(
        letters,
        waiting=(replace(ENTRY, escalation_id=7),),
        sent_back=(SentBack(mail_id=4, sender=ANNA.email, subject="Please", code=Code.MISSING_TICKET_ID),),
    )
    seven, four = sample_address("escalation", 7), sample_address("mail", 4)
    assert links(letter) == [(seven, "ACK"), (seven, "DECLINE: "), (seven, "CLOSE"), (four, "TAKE: ")]
    assert f"ACK, DECLINE, CLOSE: {seven}" in letter.text
    assert f"TAKE: {four}" in letter.text


def test_nothing_to_decide_is_one_line(letters: Letters) -> None:
    letter = written(letters)
    assert letter.subject == "Nothing to decide: Tuesday 24 November"
    assert letter.text.startswith("No request waits for a decision.\n")
    assert "No mail came in." in letter.text


def test_what_was_taken_on_is_told_with_whom_and_overdue_apart(letters: Letters) -> None:
    fresh = replace(ENTRY, ticket="NEW-1", status="acknowledged", owner=ERIK.email, evidence=(OUTAGE,))
    silent = replace(fresh, ticket="OLD-1", is_new=False, silent_since=DECIDES_AT - timedelta(days=3))
    text = flat(written(letters, in_work=(fresh, silent)).text)
    assert "Overdue ------- * OLD-1: with Erik Lund, nothing heard for 3 days" in text
    assert "NEW-1: being worked on, Erik Lund, 22 hours: “Nobody can log in.”" in text
    assert text.index("OLD-1") < text.index("NEW-1")


@pytest.mark.parametrize(
    ("escalated", "said", "warned"),
    [(9, "9 of 120 open tickets are escalated: 8%.", False), (99, "82%", True)],
)
def test_too_many_escalated_tickets_are_warned_of_first(
    letters: Letters, escalated: int, said: str, warned: bool
) -> None:
    priority = Priority(escalated=escalated, open_tickets=120, warn_above=0.2)
    text = flat(written(letters, waiting=(ENTRY,), priority=priority).text)
    assert said in text
    assert ("That is more than 20%." in text) is warned
    assert (text.index(said) < text.index("ABC-1234")) is warned
    assert "escalated:" not in written(letters, waiting=(ENTRY,)).text


def test_every_mail_is_accounted_for(letters: Letters) -> None:
    outcomes = ((Outcome.ACCEPTED, 2), (Outcome.REJECTED, 1), (Outcome.ORDINARY, 5))
    text = flat(written(letters, received=8, outcomes=outcomes).text)
    assert "8 mails came in: - new requests taken up: 2" in text
    assert "does not add up" not in text
    assert "9 mails came in, but the list makes 8" in flat(
        written(letters, received=9, outcomes=outcomes).text
    )


def test_a_late_digest_says_so(letters: Letters) -> None:
    late = written(letters, written_at=DECIDES_AT + timedelta(hours=2))
    assert "was due on Tuesday 24 November at 13:30 (UTC)" in flat(late.text)
    in_time = written(letters, written_at=DECIDES_AT + timedelta(minutes=1))
    assert "was due on" not in flat(in_time.text)


def test_a_flood_of_requests_stays_readable(letters: Letters) -> None:
    many = tuple(
        replace(
            ENTRY,
            ticket=f"A-{n}",
            requester=Address(email=f"p{n}@x.example"),
            evidence=(replace(DEADLINE, sentence="We lose the contract. " * 30),),
        )
        for n in range(300)
    )
    sent_back = tuple(
        SentBack(mail_id=n, sender=ANNA.email, subject="Please " * 40, code=Code.MISSING_TICKET_ID)
        for n in range(300)
    )
    letter = written(letters, waiting=many, in_work=many, ended=many, sent_back=sent_back)
    assert "And 260 more that are not shown here." in letter.text
    assert letter.subject.startswith("300 requests")
    assert len(letter.html.encode()) < 100_000


def test_the_operator_reads_one_line_when_all_is_well(letters: Letters) -> None:
    day = OperatorDay(
        day=TUESDAY,
        written_at=DECIDES_AT,
        received=41,
        outcomes=((Outcome.ORDINARY, 41),),
        ways_in=(WayIn(name="smtp", mails=41, last_at=NOW), WayIn(name="support")),
    )
    letter = letters.operator_day(day, PRIYA)
    assert letter.subject == "All well: Helpdesk, Tuesday 24 November"
    assert letter.text.startswith("Every mail has its outcome")
    assert "The sum adds up." in letter.text
    assert "smtp: 41, the last on Monday 23 November at 15:05 (UTC)" in flat(letter.text)
    assert "- support: 0" in flat(letter.text)


def test_the_operator_reads_what_is_wrong_first(letters: Letters) -> None:
    day = OperatorDay(
        day=TUESDAY,
        written_at=DECIDES_AT,
        received=41,
        outcomes=((Outcome.ORDINARY, 40),),
        set_aside=(SetAside(mail_id=4711, sender="kim@norda.example", cause="RecursionError: too deep"),),
        quarantined=2,
        undelivered=(Undelivered(recipient=ANNA.email, subject="Re: Export", cause="550 5.1.1 no user"),),
    )
    letter = letters.operator_day(day, PRIYA)
    text = flat(letter.text)
    assert letter.subject == "Something needs you: Helpdesk, Tuesday 24 November"
    assert "41 mails came in, and 40 are accounted for" in text
    assert "Mail 4711 from kim@norda.example: RecursionError: too deep" in text
    assert "To anna@norda.example, “Re: Export”: 550 5.1.1 no user" in text
    assert "The sum adds up." not in text


def a_week() -> Week:
    return Week(
        first=date(2026, 11, 17),
        last=date(2026, 11, 23),
        written_at=DECIDES_AT,
        emergencies=1,
        higher_priority=4,
        sent_back=2,
        completed=1,
        before=9,
        days=tuple(
            Day(
                day=date(2026, 10, 25) + timedelta(days=n),
                emergencies=n // 29,
                higher_priority=n % 3,
                sent_back=n % 2,
            )
            for n in range(30)
        ),
        reasons=((Code.MISSING_TICKET_ID, 2),),
        misuse=(("Norda", 2),),
        knowledge_gaps=(("Cloudflare ZTNA", 2),),
        corrections=(("reopened", 1),),
    )


def test_the_week_tells_what_the_team_can_learn(letters: Letters) -> None:
    text = flat(letters.week(a_week(), PRIYA).text)
    assert "1 taken up as emergencies, 4 as Higher Priority, 2 sent back, and 1 of those completed" in text
    for line in ("ticket ID missing: 2", "Norda: 2", "Cloudflare ZTNA: 2", "reopened: 1"):
        assert line in text


def test_the_picture_says_nothing_that_its_words_do_not(letters: Letters) -> None:
    letter = letters.week(a_week(), PRIYA)
    [told] = re.findall(r'<img[^>]+alt="([^"]+)"', letter.html)
    assert "23 Nov: 1, 2, 1" in told
    assert flat(told) in flat(letter.text)


def test_the_picture_travels_inside_its_letter(letters: Letters) -> None:
    letter = letters.week(a_week(), PRIYA)
    sender = Address(email="support@helpdesk.example", name="Helpdesk")
    octets = compose(letter, sender=sender, message_id="<w1@helpdesk.example>", date=DECIDES_AT)
    message = message_from_bytes(octets, policy=policy.default)
    shapes = [part.get_content_type() for part in message.walk()]
    assert shapes == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    html, picture = (part for part in message.walk() if part.get_content_type() in ("text/html", "image/png"))
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    assert picture.get_content() == letter.pictures[0].png
    assert picture.get_content_disposition() == "inline"


def pixels(png: bytes) -> list[bytes]:
    """The rows of an indexed picture, from the top; the checksums of all its chunks are right."""
    chunks, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        chunks[kind], at = content, at + 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == height * (width + 1)
    return [rows[n * (width + 1) + 1 : (n + 1) * (width + 1)] for n in range(height)]


def test_bars_are_as_high_as_their_numbers() -> None:
    rows = pixels(chart.bars([(1, 2, 1), (0, 0, 0), (0, 2, 0)]))
    middles = [chart.WIDTH * place // 6 for place in (1, 3, 5)]
    first, nothing, last = ([row[middle] for row in rows] for middle in middles)
    quarter = (chart.HEIGHT - chart.LINE) / 4
    for colour, quarters in ((1, 1), (2, 2), (3, 1)):
        assert abs(first.count(colour) - quarters * quarter) <= 1
    assert first == sorted(first[: -chart.LINE], reverse=True) + first[-chart.LINE :]  # red is below
    assert set(nothing[: -chart.LINE]) == {0}
    assert abs(last.count(2) - 2 * quarter) <= 1


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert len(pixels(chart.bars([]))) == chart.HEIGHT
    assert len(chart.bars([(9, 9, 9)] * 400)) < 20_000


def test_a_chart_of_thirty_days_is_small() -> None:
    assert len(chart.bars([day.parts for day in a_week().days])) < 4_000
