"""A group that is the desk's own mailbox: what comes through it is its author's mail, and only that."""

from __future__ import annotations

import pytest

from mailproc.desk.consider import consider
from mailproc.message.mail import IncomingMail, Nature
from mailproc.settings import Desk, Settings
from tests.message.writing import letter

GROUP = "it-help.harbour.example"
PLEA = "Please take ticket 60601 first, the crane stands still and ships are turned away."


def through_the_group(own_lists: tuple[str, ...], text: str = PLEA, **fields: str) -> IncomingMail:
    """What a desk with these lists of its own makes of a mail that a group sent on."""
    settings = Settings(desk=Desk(address="it-help@harbour.example", own_lists=own_lists))
    head = {"To": "it-help@harbour.example", "List_Id": f"IT help <{GROUP}>", "Precedence": "list"} | fields
    return consider(letter(text, **head), settings).mail


@pytest.mark.parametrize("own", [GROUP, "it-help@harbour.example"])
def test_mail_through_an_own_list_is_a_persons(own: str) -> None:
    mail = through_the_group((own,))
    assert mail.signals == ()
    assert mail.sender is not None
    assert mail.sender.email == "anna.berg@example.com"


@pytest.mark.parametrize("own", [(), ("other.harbour.example",)])
def test_mail_through_any_other_list_stays_bulk(own: tuple[str, ...]) -> None:
    assert through_the_group(own).nature is Nature.BULK


@pytest.mark.parametrize("field", ["X_Original_From", "Reply_To"])
def test_the_author_is_read_where_the_list_writes_itself_into_from(field: str) -> None:
    rewritten = {
        "From": "'Anna Berg' via IT help <it-help@harbour.example>",
        field: "Anna Berg <anna.berg@example.com>",
    }
    mail = through_the_group((GROUP,), **rewritten)
    assert mail.signals == ()
    assert [str(one) for one in (mail.sender, mail.reply_author)] == ["Anna Berg <anna.berg@example.com>"] * 2


def test_the_author_is_not_taken_from_reply_to_where_from_is_a_persons() -> None:
    mail = through_the_group((GROUP,), Reply_To="Somebody Else <else@stranger.example>")
    assert mail.sender is not None
    assert mail.sender.email == "anna.berg@example.com"


def test_a_list_that_keeps_its_author_to_itself_leaves_its_own_address() -> None:
    mail = through_the_group((GROUP,), From="IT help <it-help@harbour.example>")
    assert mail.sender is not None
    assert mail.sender.email == "it-help@harbour.example"


@pytest.mark.parametrize(
    "fields", [{"Auto_Submitted": "auto-replied"}, {"From": "noreply@shop.example"}, {"X_Campaign": "spring"}]
)
def test_a_machine_that_writes_to_the_list_stays_one(fields: dict[str, str]) -> None:
    assert through_the_group((GROUP,), **fields).is_automatic
