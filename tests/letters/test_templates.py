"""The shipped templates are complete and safe, and an operator can change them piece by piece."""

from __future__ import annotations

import json
import re
import tomllib
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import meta

from mailproc.letters import Letters
from mailproc.letters.cases import decisions
from mailproc.letters.digest import DigestContent
from mailproc.letters.digest_cases import operator_days, sample_address, weeks
from mailproc.letters.life_cases import MATTER
from mailproc.letters.news import Happening
from mailproc.letters.tiers import Rung
from mailproc.letters.words import BrokenTemplateError, word_environment
from mailproc.message.mail import Address
from mailproc.policy.decision import Alert, Code
from mailproc.settings import Desk, Organisation, Templates
from tests.letters.conftest import (
    DECIDES_AT,
    ERIK,
    NOW,
    PRIYA,
    SETTINGS,
    TEMPLATES,
    accepted,
    alerting,
    answer,
    emergency,
    flat,
    mail,
    rejected,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailproc.letters import Letter

HOSTILE = (
    "{{ 7 * 7 }} {% include 'layout.txt.j2' %} <script>alert(1)</script>"
    ' <img src=https://evil.example/x onerror=x> "><a href="javascript:alert(1)">here</a> </blockquote></td>'
)


class Tags(HTMLParser):
    """Collects tags, attributes and what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


def tags(letter: Letter) -> Tags:
    found = Tags()
    found.feed(letter.html)
    return found


def with_templates(folder: Path) -> Letters:
    return Letters(SETTINGS.model_copy(update={"templates": Templates(path=folder)}), TEMPLATES)


def every_letter(letters: Letters) -> list[Letter]:
    return [letters.preview(name, "en") for name in letters.previews()]


def test_every_letter_can_be_written_in_every_language(letters: Letters) -> None:
    assert letters.check() == []


def test_every_letter_can_be_written_by_a_desk_with_nothing_set() -> None:
    bare = SETTINGS.model_copy(update={"desk": Desk(), "tickets": type(SETTINGS.tickets)(), "people": ()})
    assert Letters(bare, TEMPLATES).check() == []


def test_every_word_reaches_a_reader(tmp_path: Path) -> None:
    """Each word is marked with its own name; the sample letters together must show every mark."""
    shipped = tomllib.loads((TEMPLATES / "en/letters.toml").read_text(encoding="utf-8"))
    words = {key: word for key, word in flat_keys(shipped) if not re.match(r"dates\.|([\w.]+\.)?tone$", key)}
    (tmp_path / "en").mkdir()
    lines = [f"{key} = {json.dumps(f'[{key}]{word}', ensure_ascii=False)}" for key, word in words.items()]
    (tmp_path / "en/letters.toml").write_text("\n".join(lines), encoding="utf-8")
    letters = with_templates(tmp_path)
    written = [*every_letter(letters), *answers_without_subject(letters), *nameless(letters)]
    several = [("ABC-1234", "K7M3Q9")] * 6
    ended = Happening(kind="closed", by="Priya Nair", at=NOW)
    short = (
        *letters.short_alert("ABC-1234"),
        *letters.short_chase(MATTER, "K7M3Q9"),
        *letters.short_storm(several),
        *letters.team_post(MATTER, ended, evidence=("outage",), is_end=False),
        *letters.team_post(MATTER, ended, evidence=(), is_end=True),
    )
    shown = " ".join(short)
    shown += "".join(letter.subject + unescape(letter.html) for letter in written)
    assert {key for key in words if f"[{key}]" not in shown} == set()


def flat_keys(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat_keys(value, f"{before}{key}.")
        else:
            yield before + key, value


def answers_without_subject(letters: Letters) -> Iterator[Letter]:
    for decision in decisions().values():
        yield from letters.reply(decision, mail(subject=""), now=NOW, decides_at=DECIDES_AT)


def nameless(letters: Letters) -> Iterator[Letter]:
    asked = request(requester=Address(email="a@x.example"))
    yield from letters.reply(accepted(asked), mail(), now=NOW, decides_at=DECIDES_AT)
    somebody = PRIYA.model_copy(update={"name": "https://x.example"})
    yield from letters.alerts(alerting(emergency()), mail(), people=(somebody,), now=NOW)
    morning = DigestContent(day=NOW.date(), due_at=NOW, written_at=NOW, next_day=NOW.date())
    yield letters.digest(morning, somebody, sample_address)
    yield letters.operator_day(operator_days()["operator-day"], somebody)
    yield letters.week(weeks()["week"], somebody)
    taken_on = Happening(kind="acknowledged", by="Erik Lund", at=NOW)
    yield letters.staff_news(MATTER, taken_on, person=somebody, now=NOW)
    yield letters.over(MATTER, taken_on, person=somebody, now=NOW)
    yield letters.handed(MATTER, Rung(tier="Tier 3"), person=somebody, now=NOW)
    yield letters.chase(MATTER, person=somebody, waiting_since=NOW, round=1, now=NOW)
    yield letters.storm((), person=somebody, is_update=False, now=NOW)


def test_letters_hold_nothing_remote_and_are_well_formed(letters: Letters) -> None:
    for letter in every_letter(letters):
        found = tags(letter)
        assert found.faults == []
        assert found.open == []
        assert not found.tags & {"script", "link", "iframe", "form", "input", "object", "svg"}
        assert not re.search(r"url\(|@import", letter.html)
        brought = {f"cid:{picture.name}" for picture in letter.pictures}
        others = [link for link in found.links if link not in brought]
        assert all(link.startswith(("mailto:", "tel:", "https://tickets.example/")) for link in others)
        assert len(letter.html) < 100_000


@pytest.mark.parametrize(
    "decision",
    [
        accepted(request(motivation=HOSTILE, summary=HOSTILE, ticket=HOSTILE), alert=Alert.DUTY),
        rejected(
            request(motivation=HOSTILE, several=(HOSTILE,), ticket=None),
            Code.SEVERAL_TICKETS,
            alert=Alert.DUTY,
        ),
        alerting(emergency(motivation=HOSTILE, summary=HOSTILE, ticket=HOSTILE, evidence=())),
        accepted(
            request(requester=Address(email="a@x.example", name=HOSTILE[:50]), forwarder=ERIK),
            alert=Alert.DUTY,
        ),
    ],
)
def test_marks_and_tags_in_mail_stay_words(letters: Letters, decision) -> None:  # type: ignore[no-untyped-def]
    asked = mail(subject=HOSTILE)
    written = [
        *letters.reply(decision, asked, now=NOW, decides_at=DECIDES_AT),
        *letters.alerts(decision, asked, people=(PRIYA,), now=NOW),
    ]
    assert len(written) >= 2
    for letter in written:
        found = tags(letter)
        assert found.faults == []
        assert found.open == []
        assert not found.tags & {"script", "img"}
        assert not any(name.startswith("on") for name in found.names)
        assert not any(link.startswith(("javascript:", "https://evil")) for link in found.links)
        assert "49" not in letter.subject
    if decision.request.motivation == HOSTILE:
        assert "{{ 7 * 7 }} {% include" in flat("".join(letter.text for letter in written))


def test_only_web_addresses_become_ticket_links() -> None:
    tickets = SETTINGS.tickets.model_copy(update={"url": "javascript:open('{ticket}')"})
    letters = Letters(SETTINGS.model_copy(update={"tickets": tickets}), TEMPLATES)
    [letter] = letters.alerts(alerting(emergency()), mail(), people=(PRIYA,), now=NOW)
    assert "javascript:" not in letter.html


def test_control_characters_are_dropped(letters: Letters) -> None:
    letter = answer(letters, accepted(request(motivation="a\x1b[31mred\x00 \u202etxt.exe", ticket="A\x07-1")))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", letter.text + letter.html)


def test_an_operators_word_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/letters.toml").write_text(
        '[emergency]\nterms = "Night work on {{ ticket }} is billed <twice>."\n', encoding="utf-8"
    )
    letter = answer(with_templates(tmp_path), alerting(emergency()))
    assert "Night work on ABC-1234 is billed <twice>." in letter.text
    assert "is billed &lt;twice&gt;." in letter.html
    assert "top of the queue" in letter.text


def test_an_operators_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "layout.txt.j2").write_text("{{ body }}\nYours, the night shift\n", encoding="utf-8")
    letter = answer(with_templates(tmp_path), accepted(request()))
    assert letter.text.endswith("Yours, the night shift\n")
    assert "Kind regards" in letter.html


def test_another_language_is_a_catalogue_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "is").mkdir()  # Icelandic: no words of it are shipped
    (tmp_path / "is/letters.toml").write_text(
        'greeting = "Sæl {{ name }}!"\n'
        '[dates]\nlocale = "is"\nday = "EEEE d MMMM"\nmoment = "{{ day }} kl. {{ time }} ({{ zone }})"\n'
        '[accepted]\nopening = "Takk, {{ ticket }} er hjá okkur."\n',
        encoding="utf-8",
    )
    letters = with_templates(tmp_path)
    letter = answer(letters, accepted(request(language="is")))
    assert letter.language == "is"
    assert letter.text.startswith("Sæl Anna Svensson!\n\nTakk, ABC-1234 er hjá okkur.\n")
    assert "þriðjudagur 24 nóvember kl. 14:30 (UTC+1)" in flat(letter.text)
    assert "just reply to this mail" in flat(letter.text)
    assert "is: accepted.noted is missing, and is said in English" in letters.check()


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("en/letters.toml", 'accepted.opening = "Hello {{ name"', "accepted.opening"),
        ("en/letters.toml", "accepted.opening = ", "letters.toml"),
        ("en/letters.toml", "accepted.opening = 5", "accepted.opening: found 5"),
        ("layout.html.j2", "{% if %}", "layout.html.j2"),
        ("letters/accepted.j2", "{% endfor %}", "letters/accepted.j2"),
    ],
)
def test_a_broken_template_is_refused_by_its_name(
    tmp_path: Path, file: str, content: str, fault: str
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(BrokenTemplateError, match=fault):
        with_templates(tmp_path)


def test_a_gap_that_cannot_be_filled_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/letters.toml").write_text('accepted.opening = "{{ tikcet }}"\n', encoding="utf-8")
    with pytest.raises(BrokenTemplateError, match="en: accepted: 'tikcet' is undefined"):
        with_templates(tmp_path)


def test_check_names_words_nobody_says_and_gaps_in_other_languages(tmp_path: Path) -> None:
    wrong = {"en": 'accepted.openning = "Hi"', "sv": 'accepted.opening = "{{ tikcet }}"'}
    for language, words in wrong.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "letters.toml").write_text(words, encoding="utf-8")
    faults = with_templates(tmp_path).check()
    assert "en: no letter knows the word accepted.openning" in faults
    assert "sv: accepted: 'tikcet' is undefined" in faults


def test_a_preview_shows_a_letter_and_names_the_others(letters: Letters) -> None:
    assert "Hello Anna Svensson," in letters.preview("accepted", "en").text
    with pytest.raises(LookupError, match="there are: accepted, "):
        letters.preview("acepted", "en")


def test_an_organisation_name_is_no_markup() -> None:
    named = Organisation(name="<b>Norda & Co</b>", domains=("norda.example",))
    letters = Letters(SETTINGS.model_copy(update={"organisation": (named,)}), TEMPLATES)
    [letter] = letters.alerts(alerting(emergency()), mail(), people=(PRIYA,), now=NOW)
    assert "&lt;b&gt;Norda &amp; Co&lt;/b&gt;" in letter.html


def test_the_documentation_names_every_gap() -> None:
    documented = set(
        re.findall(r"`([a-z_]+)`", (TEMPLATES.parent / "docs/templates.md").read_text(encoding="utf-8"))
    )
    environment = word_environment()
    shipped = tomllib.loads((TEMPLATES / "en/letters.toml").read_text(encoding="utf-8"))
    gaps = {
        gap
        for _, word in flat_keys(shipped)
        for gap in meta.find_undeclared_variables(environment.parse(word))
    }
    assert gaps - documented == set()
    assert "decides_at" in gaps
