"""A right configuration becomes settings, and says what it does not say by its defaults."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest

from mailproc.config import advise, check_runnable, load
from mailproc.intake.logins import login_line
from mailproc.resources import folder as shipped
from mailproc.settings import Mode, Secret, Security
from tests.config.conftest import certify

EXAMPLE = shipped("config") / "mailproc.toml"
SWITCHED_OFF = re.compile(r"(?m)^#(?=[\[a-z])")


def test_a_whole_desk(folder):
    folder.secret("imap-password")
    text = (Path(__file__).parent / "a_whole_desk.toml").read_text(encoding="utf-8")

    settings = folder.load_as_it_stands(text)

    assert settings.desk.address == "support@helpdesk.example"
    assert settings.desk.time_zone.key == "America/Chicago"
    assert settings.desk.mode is Mode.ANSWER
    [mailbox] = settings.mailbox
    assert (mailbox.port, mailbox.security, mailbox.poll) == (10143, Security.NONE, timedelta(seconds=60))
    assert mailbox.password == Secret(file=folder.path / "imap-password")
    assert settings.smtp is not None
    assert (settings.smtp.host, settings.smtp.port) == ("127.0.0.1", 8025)
    assert settings.smtp.max_size == 25_000_000
    assert settings.smtp.ordinary_mail is not None
    assert settings.smtp.ordinary_mail.maildir == folder.path / "var/ordinary"
    assert (settings.delivery.transport, settings.delivery.port) == ("smtp", 2525)
    assert [person.name for person in settings.people_with("pm")] == ["Priya Nair"]
    assert settings.policy.cooldown == timedelta(hours=48)
    assert (settings.digest.time, settings.digest.time_zone.key) == (time(7, 30), "America/Chicago")
    assert check_runnable(settings, folder.file, {}) == ()


def test_two_lines_are_enough(folder):
    settings = folder.load()

    assert settings.delivery.transport == "maildir"
    assert settings.delivery.path == folder.path / "var/letters"
    assert settings.base == folder.path


def test_the_shipped_example_starts_as_it_stands():
    settings = load(EXAMPLE, {})

    assert check_runnable(settings, EXAMPLE, {}) == ()
    assert settings.smtp is not None
    assert settings.smtp.host == "127.0.0.1"
    assert settings.delivery.transport == "maildir"


@pytest.fixture
def all_switched_on(folder):
    folder.secret("imap-password")
    folder.secret("smtp-password")
    folder.secret("client-secret")
    folder.secret("refresh-token")
    folder.secret("logins", login_line("printer", "correct-horse"))
    certify(folder)
    (folder.path / "templates").mkdir()
    return folder.load_as_it_stands(SWITCHED_OFF.sub("", EXAMPLE.read_text(encoding="utf-8")))


def test_every_setting_the_example_switches_off_can_be_switched_on(all_switched_on):
    assert [mailbox.name for mailbox in all_switched_on.mailbox] == ["support"]
    assert all_switched_on.lmtp is not None


def test_the_example_shows_true_defaults(all_switched_on):
    """A key that is switched off shows its default, unless its comment tells another or it has none."""
    table, seen = "", []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"#?\[+([a-z0-9]+)\]", line):
            table = header[1]
        elif key := re.match(r"#([a-z_]+) = ", line):
            written = getattr(all_switched_on, table)
            written = written[0] if isinstance(written, tuple) else written
            field = type(written).model_fields[key[1]]
            if "default:" not in line and not field.is_required() and field.default is not None:
                assert getattr(written, key[1]) == field.default, line
                seen.append(key[1])
    assert {"stale_after", "max_size", "poll", "folder", "give_up_after"} <= set(seen)


def test_the_environment_goes_before_the_file(folder):
    environment = {
        "MAILPROC_DESK__LANGUAGE": "sv",
        "MAILPROC_SMTP__LISTEN": "127.0.0.1:2500",
        "MAILPROC_SMTP__ORDINARY_MAIL__MAILDIR": "elsewhere",
        "MAILPROC_DELIVERY__PORT": "587",
        "MAILPROC_DESK__ALIASES": '["help@helpdesk.example"]',
        "MAILPROC_REQUIRE_SERVERS": "1",
    }

    settings = folder.load('[delivery]\nport = 25\n[smtp]\nlisten = "127.0.0.1:8025"\n', environment)

    assert settings.desk.language == "sv"
    assert settings.desk.aliases == ("help@helpdesk.example",)
    assert settings.delivery.port == 587
    assert settings.smtp is not None
    assert settings.smtp.listen == "127.0.0.1:2500"
    assert settings.smtp.ordinary_mail is not None
    assert settings.smtp.ordinary_mail.maildir == folder.path / "elsewhere"


def test_windows_line_ends_and_a_byte_order_mark_are_taken(folder):
    text = '\ufeff[desk]\r\naddress = "a@helpdesk.example"\r\n[operator]\r\nemail = "b@helpdesk.example"\r\n'

    assert folder.load_as_it_stands(text).desk.address == "a@helpdesk.example"


def test_nothing_comes_in_without_a_way(folder):
    settings = folder.load()

    [fault] = check_runnable(settings, folder.file, {})

    assert fault.found == "no way for mail to come in"
    assert "[[mailbox]]" in fault.allowed


@pytest.mark.parametrize("secret", ['{ env = "IMAP_PASSWORD" }', '{ credential = "imap-password" }'])
def test_what_only_the_running_service_has_is_asked_for_when_it_runs(folder, secret):
    mailbox = f'[[mailbox]]\nname = "a"\nhost = "imap.example.com"\nusername = "a"\npassword = {secret}\n'
    settings = folder.load(mailbox)
    folder.secret("imap-password")

    [fault] = check_runnable(settings, folder.file, {})
    running = {"IMAP_PASSWORD": "open sesame", "CREDENTIALS_DIRECTORY": str(folder.path)}

    assert fault.key == "mailbox.password"
    assert check_runnable(settings, folder.file, running) == ()


def test_a_desk_that_could_not_alert_anybody_is_advised(folder):
    lonely = folder.load()
    cared_for = load(EXAMPLE, {})

    assert any('"pm"' in advice for advice in advise(lonely))
    assert not any('"pm"' in advice for advice in advise(cared_for))
