"""A Maildir holds each letter whole and once, and a reader can read it."""

from __future__ import annotations

import mailbox
import resource
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailproc.delivery.maildir import MaildirCourier
from mailproc.delivery.parcel import DeliveryOutcome, Sent, Transient

from .sending import parcel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def everything_in(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file())


def test_a_letter_is_found_by_a_reader(tmp_path: Path) -> None:
    assert isinstance(MaildirCourier(tmp_path / "var" / "letters").deliver(parcel()), Sent)
    [letter] = mailbox.Maildir(tmp_path / "var" / "letters", create=False)
    assert letter["Subject"] == "Your request"
    assert letter.get_subdir() == "new"


def test_every_octet_is_kept(tmp_path: Path) -> None:
    content = bytes(range(256)) + b"\r\n.\r\nbare\rand\nodd\xff"
    MaildirCourier(tmp_path / "letters").deliver(parcel(content))
    [file] = everything_in(tmp_path / "letters")
    assert file.parent.name == "new"
    assert file.read_bytes() == content


def test_letters_are_for_their_owner_only(tmp_path: Path) -> None:
    MaildirCourier(tmp_path / "letters").deliver(parcel())
    [file] = everything_in(tmp_path / "letters")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_repeat_makes_no_second_file(tmp_path: Path) -> None:
    for _ in range(3):  # each time a new process, as after a crash
        assert isinstance(MaildirCourier(tmp_path / "letters").deliver(parcel(id="7")), Sent)
    assert len(everything_in(tmp_path / "letters")) == 1


def test_a_repeat_makes_no_second_file_after_the_first_was_read(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    courier.deliver(parcel(id="7"))
    reader = mailbox.Maildir(tmp_path / "letters", create=False)
    [(key, letter)] = reader.items()
    letter.set_subdir("cur")
    letter.set_flags("RS")
    reader[key] = letter
    assert isinstance(courier.deliver(parcel(id="7", repeated=True)), Sent)
    [file] = everything_in(tmp_path / "letters")
    assert file.parent.name == "cur"


def test_only_a_repeat_is_looked_for_among_the_letters_that_were_read(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    courier.deliver(parcel(id="7"))
    [letter] = everything_in(tmp_path / "letters")
    letter.rename(tmp_path / "letters" / "cur" / f"{letter.name}:2,S")
    courier.deliver(parcel(id="7"))  # a first attempt: listing all that was ever read is spared
    assert sorted(file.parent.name for file in everything_in(tmp_path / "letters")) == ["cur", "new"]


def test_a_repeat_makes_no_second_file_although_its_trace_line_is_later(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    for second in range(3):
        trace = b"Received: by desk.example.com; Fri, 20 Nov 2026 07:30:0%d +0000\r\n" % second
        courier.deliver(parcel(trace + b"Message-ID: <1@example.org>\r\n\r\nhello\r\n", id="7"))
    assert len(everything_in(tmp_path / "letters")) == 1


def test_a_new_database_that_counts_from_1_again_loses_no_letter(tmp_path: Path) -> None:
    for number in range(3):
        letter = b"Subject: x\r\nMessage-ID: <%d@desk.example.com>\r\n\r\nhello\r\n" % number
        MaildirCourier(tmp_path / "letters").deliver(parcel(letter, id="outbox-1"))
    assert len(everything_in(tmp_path / "letters")) == 3


def test_different_letters_lie_side_by_side(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    outcomes: list[DeliveryOutcome] = []

    def send(first: int) -> None:
        outcomes.extend(courier.deliver(parcel(id=f"{first}/../{n}")) for n in range(25))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(outcomes) == 100
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(everything_in(tmp_path / "letters")) == 100


@contextmanager
def disk_for(octets: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_letter_that_does_not_fit_on_the_disk_waits_and_leaves_no_half(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    large = parcel(b"x" * 100_000)
    with disk_for(10_000):
        outcome = courier.deliver(large)
    assert isinstance(outcome, Transient)
    assert "too large" in outcome.detail
    assert everything_in(tmp_path / "letters") == []
    assert isinstance(courier.deliver(large), Sent)


def test_a_folder_that_cannot_be_made_is_for_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    courier = MaildirCourier(tmp_path / "file" / "letters")
    for outcome in (courier.deliver(parcel()), courier.verify()):
        assert outcome == Transient(detail=f"{tmp_path}/file/letters: Not a directory")


def test_a_folder_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path / "letters")
    assert courier.verify() == Sent(detail=str(tmp_path / "letters"))
    for folder in ("tmp", "new", "cur"):
        (tmp_path / "letters" / folder).rmdir()
        assert isinstance(courier.deliver(parcel(id=folder)), Sent)
        (tmp_path / "letters" / "new").joinpath(everything_in(tmp_path / "letters")[0].name).unlink()
