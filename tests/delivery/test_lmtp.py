"""The same promises over LMTP, by TCP and by Unix socket."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailproc.delivery.lmtp import LmtpCourier
from mailproc.delivery.parcel import Permanent, Sent, Transient
from mailproc.settings import Security

from .scripted import DROP, Scripted
from .sending import parcel

if TYPE_CHECKING:
    import ssl


def lmtp(address: str, security: Security = Security.NONE) -> LmtpCourier:
    return LmtpCourier(address, security=security, timeout=5, helo="desk.example.com", connections=2)


def test_mail_goes_over_one_kept_connection() -> None:
    with Scripted(lmtp=True) as server:
        store = lmtp(f"127.0.0.1:{server.port}")
        assert store.deliver(parcel()) == Sent(detail="250 taken")
        assert isinstance(store.deliver(parcel()), Sent)
    assert server.connections == 1
    assert server.verbs()[0] == "LHLO"
    assert server.mails[0].content == parcel().content


def test_mail_goes_through_a_unix_socket() -> None:
    with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
        path = str(Path(folder) / "lmtp")
        with Scripted(lmtp=True, unix=path) as server:
            store = lmtp(path)
            assert isinstance(store.verify(), Sent)
            assert isinstance(store.deliver(parcel()), Sent)
        assert len(server.mails) == 1
        assert isinstance(store.deliver(parcel()), Transient), "the server is gone"


def test_the_answer_for_the_recipient_comes_after_the_dot() -> None:
    with Scripted({"DOT": ["452 4.2.2 over quota", "550 5.2.1 closed", DROP]}, lmtp=True) as server:
        store = lmtp(f"127.0.0.1:{server.port}")
        assert isinstance(store.deliver(parcel()), Transient)
        assert isinstance(store.deliver(parcel()), Permanent)
        assert store.deliver(parcel()) == Transient(detail="no answer after the final dot")
    assert server.connections == 1


@pytest.mark.usefixtures("trusted")
def test_another_machine_is_reached_by_starttls(certified: ssl.SSLContext) -> None:
    with Scripted(lmtp=True, tls=certified, offers=("STARTTLS",)) as server:
        assert isinstance(lmtp(f"127.0.0.1:{server.port}", Security.STARTTLS).deliver(parcel()), Sent)
    assert server.verbs()[:3] == ["LHLO", "STARTTLS", "LHLO"]


@pytest.mark.parametrize("address", ["", "localhost", "localhost:", ":24", "localhost:x", "127.0.0.1:99999"])
def test_an_address_that_leads_nowhere_is_refused_in_words(address: str) -> None:
    with pytest.raises(ValueError, match="write host and port"):
        lmtp(address)


def test_plain_text_to_another_machine_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="for this machine only"):
        lmtp("store.example.com:24")
