"""Who is let in, and how the desk is let in elsewhere: what is wrong is said before anything starts."""

from __future__ import annotations

import pytest
import trustme

from mailproc.config import advise, check_runnable
from mailproc.intake.logins import login_line
from tests.config.conftest import Folder, certify

LISTEN = '[smtp]\nlisten = "127.0.0.1:8025"\n'
TLS = 'tls = { certificate = "chain.pem", key = "key.pem" }\n'
MAILBOX = '[[mailbox]]\nname = "a"\nhost = "imap.example.com"\nusername = "a"\n'
GRANT = (
    '[[oauth2]]\nname = "office"\ntoken_url = "https://login.example/token"\nclient_id = "desk"\n'
    'client_secret = { file = "secret" }\n'
)


def only_fault(folder: Folder, text: str) -> tuple[str, str, str]:
    [fault] = folder.faults(text)
    return fault.key, fault.found, fault.allowed


def test_a_listener_with_everything(folder: Folder) -> None:
    certify(folder)
    folder.secret("logins", login_line("printer", "correct-horse"))
    text = LISTEN + TLS + 'logins = { file = "logins" }\nlimits = { connections = 5 }\n'
    settings = folder.load(text + '[trust]\nrelays = ["192.0.2.7", "2001:db8::/32"]')
    assert settings.smtp is not None
    assert settings.smtp.limits.connections == 5
    assert settings.trust.relays == ("192.0.2.7/32", "2001:db8::/32")
    assert check_runnable(settings, folder.file, {}) == ()


@pytest.mark.parametrize(
    ("listen", "is_advised"), [("0.0.0.0:25", True), ("127.0.0.1:25", False), ("[::1]:25", False)]
)
def test_a_listener_for_the_network_without_tls_is_advised_against(
    folder: Folder, listen: str, is_advised: bool
) -> None:
    advice = advise(folder.load(f'[smtp]\nlisten = "{listen}"\n'))
    assert any("plain text" in line for line in advice) == is_advised


def test_a_certificate_that_is_not_there(folder: Folder) -> None:
    key, found, _ = only_fault(folder, LISTEN + TLS)
    assert (key, found) == (
        "smtp.tls.certificate",
        f"{folder.path / 'chain.pem'} (No such file or directory)",
    )


def test_a_key_that_everybody_may_read(folder: Folder) -> None:
    certify(folder)
    (folder.path / "key.pem").chmod(0o644)
    key, found, allowed = only_fault(folder, LISTEN + TLS)
    assert (key, allowed) == ("smtp.tls.key", f"chmod 600 {folder.path / 'key.pem'}")
    assert found.endswith("key.pem, which everybody may read")


def test_a_key_of_another_certificate(folder: Folder) -> None:
    certify(folder)
    folder.secret("key.pem", trustme.CA().issue_cert("a.example").private_key_pem.bytes().decode())
    key, found, allowed = only_fault(folder, LISTEN + TLS)
    assert key == "smtp.tls.key"
    assert "KEY_VALUES_MISMATCH" in found
    assert "its own key" in allowed


def test_logins_without_tls(folder: Folder) -> None:
    folder.secret("logins", login_line("printer", "correct-horse"))
    key, found, allowed = only_fault(folder, LISTEN + 'logins = { file = "logins" }\n')
    assert (key, found) == ("smtp.logins", "logins without tls")
    assert "plain text" in allowed


@pytest.mark.parametrize(
    ("text", "found"), [("printer:secret\n", "line 1, which is none"), ("# none yet\n", "no login")]
)
def test_a_file_of_logins_that_is_none(folder: Folder, text: str, found: str) -> None:
    certify(folder)
    folder.secret("logins", text)
    assert only_fault(folder, LISTEN + TLS + 'logins = { file = "logins" }\n')[:2] == ("smtp.logins", found)


@pytest.mark.parametrize("relay", ['"mx.example.com"', '"192.0.2.7/24"', "7"])
def test_a_relay_that_is_no_address(folder: Folder, relay: str) -> None:
    key, _, allowed = only_fault(folder, f"[trust]\nrelays = [{relay}]")
    assert key == "trust.relays"
    assert "192.0.2.0/24" in allowed


def test_a_mailbox_and_the_delivery_by_one_grant(folder: Folder) -> None:
    folder.secret("secret")
    delivery = (
        '[delivery]\ntransport = "smtp"\nhost = "smtp.example.com"\nusername = "a"\noauth2 = "office"\n'
    )
    settings = folder.load(GRANT + MAILBOX + 'oauth2 = "office"\n' + delivery)
    assert settings.oauth2[0].name == settings.mailbox[0].oauth2 == settings.delivery.oauth2


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        (MAILBOX, "mailbox.password", "nothing"),
        (MAILBOX + 'oauth2 = "office"', "mailbox.oauth2", '"office"'),
        (
            GRANT + MAILBOX + 'oauth2 = "office"\npassword = { file = "secret" }',
            "mailbox.oauth2",
            "a password too",
        ),
        (GRANT + '[delivery]\noauth2 = "office"', "delivery.username", "nothing"),
        (GRANT + GRANT, "oauth2.name", '"office" for a second time'),
        (GRANT.replace("https:", "http:"), "oauth2.token_url", '"http://login.example/token"'),
        (
            GRANT.replace("https://login", "https://user@login"),
            "oauth2.token_url",
            '"https://user@login.example/token"',
        ),
        (GRANT.replace('client_secret = { file = "secret" }\n', ""), "oauth2.client_secret", "nothing"),
    ],
)
def test_a_way_in_that_is_not_whole(folder: Folder, text: str, key: str, found: str) -> None:
    folder.secret("secret")
    assert only_fault(folder, text)[:2] == (key, found)
