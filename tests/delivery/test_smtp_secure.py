"""TLS as configured or nothing at all, and a password that is shown to nobody."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from mailproc.delivery.parcel import Permanent, Sent, Transient
from mailproc.delivery.smtp import SmtpCourier
from mailproc.settings import Security

from .conftest import server_context
from .scripted import Scripted
from .sending import courier, parcel

if TYPE_CHECKING:
    import trustme

WITH_TLS = [Security.TLS, Security.STARTTLS]
LOGIN = {"username": "desk", "credential": lambda: "pässword"}


def protected(tls: ssl.SSLContext, security: Security, **changes: object) -> Scripted:
    offers = ("STARTTLS",) if security is Security.STARTTLS else ("AUTH PLAIN LOGIN",)
    values = {"tls": tls, "wrapped": security is Security.TLS, "offers": offers} | changes
    return Scripted(offers_after_tls=("AUTH PLAIN LOGIN",), **values)  # type: ignore[arg-type]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", WITH_TLS)
def test_a_letter_goes_over_tls_after_a_login(certified: ssl.SSLContext, security: Security) -> None:
    with protected(certified, security) as server:
        sender = courier(server.port, security=security, **LOGIN)
        assert sender.deliver(parcel()) == Sent(detail="250 taken")
        assert isinstance(sender.deliver(parcel()), Sent)
    assert server.connections == 1
    assert server.secrets == ["desk", "pässword"]


@pytest.mark.usefixtures("trusted")
def test_a_server_that_knows_auth_login_only(certified: ssl.SSLContext) -> None:
    with protected(certified, Security.TLS, offers=("AUTH LOGIN",)) as server:
        assert isinstance(courier(server.port, security=Security.TLS, **LOGIN).deliver(parcel()), Sent)
    assert server.secrets == ["desk", "pässword"]


@pytest.mark.parametrize("security", WITH_TLS)
def test_a_certificate_of_nobody_known_is_refused(certified: ssl.SSLContext, security: Security) -> None:
    with protected(certified, security) as server:
        outcome = courier(server.port, security=security, **LOGIN).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "certificate verify failed" in outcome.detail
    assert outcome.is_shut_out, "a person hears of it at once"
    assert server.secrets == []
    assert server.mails == []
    assert server.connections == 1


@pytest.mark.parametrize("security", WITH_TLS)
def test_a_certificate_for_another_host_is_refused(trusted: trustme.CA, security: Security) -> None:
    with protected(server_context(trusted, "relay.example.com"), security) as server:
        outcome = courier(server.port, security=security, **LOGIN).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "certificate verify failed" in outcome.detail
    assert outcome.is_shut_out, "a person hears of it at once"
    assert server.mails == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.usefixtures("trusted")
def test_tls_1_1_is_refused(certified: ssl.SSLContext) -> None:
    certified.minimum_version = certified.maximum_version = ssl.TLSVersion.TLSv1_1
    certified.set_ciphers("DEFAULT@SECLEVEL=0")
    with protected(certified, Security.TLS) as server:
        assert "TLSv1.1" in spoken_with(server.port), "the server itself is ready to speak it"
        outcome = courier(server.port, security=Security.TLS).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert server.mails == []


def spoken_with(port: int) -> str:
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    lax.minimum_version = ssl.TLSVersion.TLSv1
    lax.set_ciphers("DEFAULT@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", port)) as plain, lax.wrap_socket(plain) as wrapped:
        return wrapped.version() or ""


def test_a_server_without_starttls_hears_neither_password_nor_letter() -> None:
    with Scripted(offers=("AUTH PLAIN LOGIN",)) as server:
        outcome = courier(server.port, security=Security.STARTTLS, **LOGIN).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert "does not offer STARTTLS" in outcome.detail
    assert outcome.is_shut_out
    assert set(server.verbs()) == {"EHLO"}


@pytest.mark.parametrize("answer", ["454 4.7.0 not now", "502 5.5.1 never heard of it", "250 ok"])
def test_starttls_refused_is_for_later(certified: ssl.SSLContext, answer: str) -> None:
    with protected(certified, Security.STARTTLS, script={"STARTTLS": answer}) as server:
        outcome = courier(server.port, security=Security.STARTTLS, **LOGIN).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert server.secrets == []


@pytest.mark.usefixtures("trusted")
def test_what_was_slipped_in_before_tls_does_not_count(certified: ssl.SSLContext) -> None:
    slipped_in = "220 go ahead\r\n250-evil.example\r\n250 SMTPUTF8"
    with protected(certified, Security.STARTTLS, script={"STARTTLS": slipped_in}) as server:
        sender = courier(server.port, security=Security.STARTTLS)
        assert isinstance(sender.deliver(parcel(recipient="ånn@example.org")), Permanent)
        assert isinstance(sender.deliver(parcel()), Sent)
    assert len(server.mails) == 1


@pytest.mark.parametrize("answer", ["535 5.7.8 wrong", "454 4.7.0 try later", "534 5.7.9 too weak"])
def test_a_refused_login_is_for_later(answer: str) -> None:
    with Scripted({"AUTH": answer}, offers=("AUTH PLAIN",)) as server:
        outcome = courier(server.port, **LOGIN).deliver(parcel())
    assert isinstance(outcome, Transient)
    assert answer in outcome.detail
    assert outcome.is_shut_out == answer.startswith("5"), "a person hears of it at once"
    assert server.mails == []


def test_a_server_that_repeats_the_password_does_not_get_it_into_a_log() -> None:
    token = b64encode("\0desk\0pässword".encode()).decode()
    with Scripted({"AUTH": f"535 no: {token} is pässword"}, offers=("AUTH PLAIN",)) as server:
        outcome = courier(server.port, **LOGIN).deliver(parcel())
    assert outcome == Transient(detail="the login was refused: 535 no: … is …", is_shut_out=True)


def test_a_password_that_cannot_be_read_is_for_later() -> None:
    def missing() -> str:
        raise FileNotFoundError("/etc/mailproc/secret-place")

    with Scripted(offers=("AUTH PLAIN",)) as server:
        outcome = courier(server.port, username="desk", credential=missing).deliver(parcel())
    assert outcome == Transient(detail="the password could not be read (FileNotFoundError)")


def test_plain_text_to_another_machine_is_refused_in_words() -> None:
    with pytest.raises(
        ValueError, match=r'for this machine only .* not for relay\.example\.com: write "start'
    ):
        SmtpCourier(
            "relay.example.com",
            25,
            security=Security.NONE,
            username=None,
            credential=None,
            timeout=5,
            helo="desk.example.com",
            connections=1,
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_plain_text_on_this_machine_is_allowed(host: str) -> None:
    SmtpCourier(
        host,
        25,
        security=Security.NONE,
        username=None,
        credential=None,
        timeout=5,
        helo="desk.example.com",
        connections=1,
    )


def test_a_username_without_a_password_is_refused() -> None:
    with pytest.raises(ValueError, match="go together"):
        courier(25, username="desk")
