"""Postfix in front of the desk: verified TLS, and nothing lost while the desk is away."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

import trustme

from tests.daemon.postfix import Postfix, postfix
from tests.daemon.running import Running, eventually, mail
from tests.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path


def certified(folder: Path, authority: trustme.CA) -> str:
    """The listener's setting, with a certificate for localhost."""
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(folder / "whole.pem"))
    (folder / "whole.pem").chmod(0o600)
    return 'tls = { certificate = "whole.pem", key = "whole.pem", required = true }'


def hand_in(relay: Postfix, number: int, **headers: str) -> None:
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=20) as client:
        client.sendmail("kim@norda.example", ["support@helpdesk.example"], mail(number, **headers))


def test_a_relay_brings_mail_over_verified_tls_and_keeps_it_while_the_desk_is_away(tmp_path: Path) -> None:
    authority, port = trustme.CA(), free_port()
    desk = Running(tmp_path, smtp_more=certified(tmp_path, authority), smtp=port)
    with postfix(port, authority.cert_pem.bytes()) as relay:
        hand_in(relay, 1)
        eventually(lambda: relay.wrote("status=deferred"))
        desk.start()
        try:
            hand_in(relay, 2)
            eventually(lambda: len(desk.answers()) == 2, deadline=30)
            assert relay.wrote("Verified TLS connection established to 127.0.0.1")
            assert len(relay.wrote("status=sent (250 2.0.0 Stored)")) == 2
        finally:
            desk.stop()


def test_a_relay_that_trusts_another_authority_brings_nothing(tmp_path: Path) -> None:
    port = free_port()
    desk = Running(tmp_path, smtp_more=certified(tmp_path, trustme.CA()), smtp=port)
    with postfix(port, trustme.CA().cert_pem.bytes()) as relay:
        desk.start()
        try:
            hand_in(relay, 1)
            eventually(lambda: relay.wrote("status=deferred (Server certificate not"))
            assert desk.answers() == []
        finally:
            desk.stop()
