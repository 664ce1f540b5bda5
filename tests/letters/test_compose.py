"""A letter as a mail, read back by the standard library."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.letters import Letter, LetterKind, compose
from mailproc.message.mail import Address
from tests.letters.conftest import accepted, answer, request

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mailproc.letters import Letters

DESK = Address(email="support@helpdesk.example", name="Helpdesk")
DATE = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
HEADERS = [
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Mailproc-Loop",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


def letter(**more: Any) -> Letter:
    """A letter with nothing special about it."""
    values: dict[str, Any] = {
        "kind": LetterKind.ACCEPTED,
        "to": "anna@norda.example",
        "to_name": "Anna Svensson",
        "subject": "Re: Export",
        "text": "Hello Anna,\n\nthank you.\n",
        "html": "<p>Hello Anna,</p>\n",
        "language": "en",
        "reply": True,
        "in_reply_to": "<one@norda.example>",
        "references": ("<one@norda.example>",),
    }
    return Letter(**values | more)


def octets(written: Letter, **more: Any) -> bytes:
    values: dict[str, Any] = {"sender": DESK, "message_id": "<a.1@helpdesk.example>", "date": DATE}
    return compose(written, **values | more)


def read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(raw)


def test_a_letter_arrives_as_it_was_written(letters: Letters) -> None:
    written = answer(letters, accepted(request(motivation="Für Łódź: 費用 is due.")))
    got = read(octets(written))
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == written.text
    assert html.get_content().replace("\r\n", "\n") == written.html
    assert got["Subject"] == written.subject
    assert got["To"] == "Anna Svensson <anna@norda.example>"
    assert got["From"] == "Helpdesk <support@helpdesk.example>"
    assert not got.defects


def test_its_headers_say_that_a_machine_wrote_it() -> None:
    got = read(octets(letter()))
    assert list(got.keys()) == HEADERS
    assert got["Auto-Submitted"] == "auto-replied"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert got["X-Mailproc-Loop"] == "support@helpdesk.example"
    assert got["Date"].datetime == DATE
    assert got["In-Reply-To"] == "<one@norda.example>"
    assert read(octets(letter(reply=False)))["Auto-Submitted"] == "auto-generated"


def test_an_answer_can_go_to_another_address() -> None:
    got = read(octets(letter(), reply_to="support+abc@helpdesk.example"))
    assert got["Reply-To"] == "support+abc@helpdesk.example"


def test_the_same_letter_makes_the_same_octets() -> None:
    assert octets(letter()) == octets(letter())
    assert octets(letter()) != octets(letter(), message_id="<a.2@helpdesk.example>")


@pytest.mark.parametrize(
    "subject",
    [
        "Überraschung: " + "größte " * 25,
        "短い件名",
        "=?utf-8?B?ZXZpbA==?= is no encoded word",
        "x" * 290,
        'quotes "and" <brackets>',
        "🙂" * 60,
    ],
)
def test_a_subject_survives_the_wire(subject: str) -> None:
    assert read(octets(letter(subject=subject)))["Subject"] == subject.strip()


@pytest.mark.parametrize("name", ["Svensson, Anna", 'Anna "A" \\ S', "Łukasz Żółć", "a@b.example", "=?x?"])
def test_a_name_survives_the_wire(name: str) -> None:
    [address] = read(octets(letter(to_name=name)))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "anna@norda.example")


def test_a_long_thread_keeps_its_beginning_and_its_end() -> None:
    thread = tuple(f"<{'m' * 60}{n}@norda.example>" for n in range(100))
    got = read(octets(letter(references=thread)))
    kept = str(got["References"]).split()
    assert kept[0] == thread[0]
    assert kept[1:] == list(thread[-len(kept) + 1 :])
    assert 500 < len(str(got["References"])) <= 900


def test_what_is_no_message_id_is_left_out() -> None:
    endless = f"<{'a' * 999}>"
    broken = ("<a b@x.example>", "no brackets", "<ok@x.example>", "<x@y>\r\nBcc: evil@x.example", endless)
    got = read(octets(letter(references=broken, in_reply_to="<a\r\nBcc: x@y.example>")))
    assert got["References"] == "<ok@x.example>"
    assert got["In-Reply-To"] is None
    assert got["Bcc"] is None


def test_quoted_text_cannot_end_its_part() -> None:
    boundary = read(octets(letter())).get_boundary()
    attack = f"\n--{boundary}--\n--{boundary}\nContent-Type: text/html\n\n<b>evil</b>\n"
    got = read(octets(letter(text=attack)))
    parts = list(got.iter_parts())
    assert len(parts) == 2
    assert parts[0].get_content().replace("\r\n", "\n") == attack


def _is_clean(raw: bytes) -> bool:
    bare = raw.replace(b"\r\n", b"")
    return b"\r" not in bare and b"\n" not in bare and max(map(len, raw.split(b"\r\n"))) <= 998


anything = st.text(max_size=400) | st.sampled_from(
    ["\r\nBcc: evil@x.example", "a\nTo: b@x.example", "x\r\n\r\nbody", "\x00\x85\u2028Bcc: x", "\ud800"]
)


@given(subject=anything, name=anything, to=anything, reply_to=anything)
def test_no_value_can_add_a_header_or_a_recipient(subject: str, name: str, to: str, reply_to: str) -> None:
    raw = octets(letter(subject=subject, to_name=name, to=to), reply_to=reply_to or "x@x.example")
    assert _is_clean(raw)
    head = raw.partition(b"\r\n\r\n")[0].decode("utf-8")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert sorted(names) == sorted([*HEADERS, "Reply-To"])
    assert head.count("@") - 8 <= subject.count("@") + name.count("@") + to.count("@") + reply_to.count("@")


@given(ids=st.lists(anything, max_size=5), in_reply_to=anything, message_id=anything)
def test_no_message_id_can_add_a_header(ids: list[str], in_reply_to: str, message_id: str) -> None:
    raw = octets(letter(references=tuple(ids), in_reply_to=in_reply_to), message_id=message_id)
    assert _is_clean(raw)
    head = raw.partition(b"\r\n\r\n")[0].decode("utf-8")
    names = {line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")}
    assert names <= set(HEADERS)


@given(text=st.text(max_size=2_000), html=st.text(max_size=2_000))
def test_any_text_makes_a_well_formed_mail(text: str, html: str) -> None:
    raw = octets(letter(text=text, html=html))
    assert _is_clean(raw)
    assert [part.get_content_type() for part in read(raw).iter_parts()] == ["text/plain", "text/html"]
