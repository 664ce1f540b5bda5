"""A wrong configuration is refused with all that is wrong: where, what was found, what is allowed."""

from __future__ import annotations

import pytest

from mailproc.config import ConfigError, load

MAILBOX = """\
[[mailbox]]
name = "support"
host = "127.0.0.1"
username = "support"
password = { file = "imap-password" }
"""
PERSON = '[[people]]\nname = "Priya Nair"\nemail = "priya@helpdesk.example"\n'
LISTENER = '[smtp]\nlisten = "127.0.0.1:8025"\n'


def test_a_fault_reads_like_a_sentence(folder):
    [fault] = folder.faults('[smtp]\nlisten = "127.0.0.1:8025"\nmax_size = "25 apples"\n')

    assert str(fault) == (
        f'{folder.file}:7: smtp.max_size: found "25 apples"; allowed: a size such as "25 MB" or "500 KB"'
    )


@pytest.mark.parametrize(
    ("line", "found", "allowed"),
    [
        ("[desk]\n", "broken TOML (Cannot declare ('desk',) twice)", "[table]"),
        ('[policy]\ncooldown = "two days"', '"two days"', '"48h"'),
        ("[policy]\ncooldown = 48", "48", '"48h"'),
        ('[policy]\ncooldown = "99999999999h"', '"99999999999h"', '"48h"'),
        ('[policy]\nrequire_evidence = "perhaps"', '"perhaps"', "true or false"),
        ('[digest]\ntime = "25:00"', '"25:00"', '"07:30"'),
        ('[digest]\ntime_zone = "Mars/Olympus"', '"Mars/Olympus"', "Europe/Stockholm"),
        ('[digest]\nto = "pm"', '"pm"', "a list"),
        ('[digest]\nto = ["pm"]', '"pm"', "a role of somebody"),
        ("[digest]\ndays = []", "no day", "at least one day"),
        ('[digest]\ndays = ["monday"]', '"monday"', '"mon"'),
        ('[digest]\nwarn_share = "200%"', '"200%"', 'a share such as "20%"'),
        ('[[report]]\nname = "daily"\nkind = "operator"', '"daily"', "another name"),
        ('[[report]]\nname = "europe"\nkind = "monthly"', '"monthly"', '"weekly"'),
        ('[[report]]\nname = "n"\nkind = "weekly"\nto = ["boss"]', '"boss"', "a role of somebody"),
        ("[delivery]\nport = 70000", "70000", "from 1 to 65535"),
        ("[delivery]\nport = true", "true", "from 1 to 65535"),
        ('[delivery]\ntransport = "pigeon"', '"pigeon"', '"smtp" or "maildir"'),
        ('[delivery]\nsecurity = "ssl"', '"ssl"', '"tls", "starttls" or "none"'),
        ('[delivery]\nusername = "mailproc"', "nothing", "username and password"),
        ('[smtp]\nlisten = "8025"', '"8025"', "host and port"),
        ('[smtp]\nmax_size = "1 MB"', "nothing", "this key is required"),
        ('[organisation]\nname = "Norda"', "[organisation]", "[[organisation]]"),
        ('[[organisation]]\nname = "Norda\\nBcc: x"', '"Norda\\nBcc: x"', "one line"),
        ('[[organisation]]\nname = "N"\ndomains = ["@norda"]', '"@norda"', '"example.com"'),
        ('[store]\nurl = "mysql://x"', "a text (hidden", "sqlite:///"),
        ('[templates]\npath = "nowhere"', '"nowhere", which is no folder', "a folder"),
        ('[tickets]\nurl = "https://helpdesk.example/t/"', "an address without {ticket}", "{ticket}"),
        ('[policy]\ncooldwn = "48h"', "an unknown key", "cooldown (the nearest known key)"),
        ('[digest]\ncooldown = "48h"', "an unknown key", "cooldown belongs to [policy]"),
        ("[polizy]", "an unknown key", "policy (the nearest known key)"),
    ],
)
def test_what_was_found_and_what_is_allowed(fault, line, found, allowed):
    only = fault(line)

    assert found in only.found
    assert allowed in only.allowed
    assert only.line is not None


def test_each_fault_stands_on_its_own_line(folder):
    faults = folder.faults(
        """\
[policy]          # line 5
cooldown = [
    "48h",
]
[digest]
time = "late"     # line 10
to = [
    "pm",
    "boss",       # line 13
]
"""
        + PERSON
        + 'roles = ["pm"]\n'
        + PERSON
    )

    assert [(fault.line, fault.key) for fault in faults] == [
        (6, "policy.cooldown"),
        (10, "digest.time"),
        (13, "digest.to"),
        (21, "people.email"),
    ]


def test_who_the_desk_is_and_who_minds_it_have_no_default(folder):
    faults = folder.faults_as_it_stands('[desk]\nname = "Support"\n')

    assert {(fault.line, fault.key) for fault in faults} == {(1, "desk.address"), (None, "operator.email")}


def test_a_misspelt_required_key_is_named_both_ways(folder):
    faults = folder.faults_as_it_stands('[desk]\nadress = "a@b.example"\n[operator]\nemail = "o@b.example"\n')

    assert [(fault.key, fault.found) for fault in faults] == [
        ("desk.address", "nothing"),
        ("desk.adress", "an unknown key"),
    ]


@pytest.mark.parametrize(
    "host", ["imap.example.com", "192.0.2.1", "127.0.0.1.example.com", "localhost.example"]
)
def test_plain_text_to_another_machine_is_refused(folder, host):
    folder.secret("imap-password")

    [fault] = folder.faults(MAILBOX.replace("127.0.0.1", host) + 'security = "none"\n')

    assert (fault.line, fault.key, fault.found) == (10, "mailbox.security", '"none"')


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST.", "imap.localhost"]
)
def test_plain_text_on_this_machine_is_taken(folder, host):
    folder.secret("imap-password")

    assert folder.load(MAILBOX.replace("127.0.0.1", host) + 'security = "none"\n').mailbox[0].host == host


def test_plain_text_delivery_and_hand_over_stay_here_too(folder):
    faults = folder.faults(
        '[delivery]\ntransport = "smtp"\nhost = "mx.example.com"\nsecurity = "none"\n'
        + LISTENER
        + 'ordinary_mail = { smtp = "mx.example.com:25" }\n'
    )

    assert [fault.key for fault in faults] == ["delivery.security", "smtp.ordinary_mail.smtp"]


def test_mail_does_not_go_in_circles(folder):
    faults = folder.faults(
        LISTENER
        + 'ordinary_mail = { smtp = "localhost:8025" }\n'
        + '[delivery]\ntransport = "smtp"\nport = 8025\n'
        + PERSON.replace("priya@", "Support+urgent@")
    )

    assert [fault.key for fault in faults] == ["smtp.ordinary_mail.smtp", "delivery.port", "people.email"]


def test_names_that_must_differ_do(folder):
    folder.secret("imap-password")
    organisation = '[[organisation]]\nname = "Norda"\ndomains = ["norda.example"]\n'

    faults = folder.faults(
        MAILBOX + MAILBOX + organisation + organisation + LISTENER + LISTENER.replace("smtp", "lmtp")
    )

    assert [fault.key for fault in faults] == ["mailbox.name", "organisation.domains", "lmtp.listen"]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("HD-(", "no regular expression"),
        ("HD-\\d+", "with 0 groups"),
        ("(HD)-(\\d+)", "with 2 groups"),
        ("(\\d*)", "matches an empty text"),
        ("(a+)+", "repeats a group"),
        ("HD-((?:\\d|\\d\\d)*)x", "repeats a group"),
        ("((?:\\w+\\s?){2,})", "repeats a group"),
        ("\\s*ticket\\s*(\\d+)", "slow on long texts"),
        ("([A-Z]+-\\d+)", "slow on long texts"),
        ("(\\d*\\d*\\d*\\d*x)", "slow on long texts"),
    ],
)
def test_a_ticket_pattern_no_mail_can_abuse(fault, pattern, problem):
    only = fault(f"[tickets]\npatterns = ['{pattern}']\n")

    assert problem in only.found
    assert only.line == 6


@pytest.mark.parametrize(
    "pattern",
    [
        r"\[#(\d+)\]",
        r"\b([A-Z]{2,10}-\d+)\b",
        r"(?i)case\s*(\d+)",
        r"(?P<id>HD\d{4,})",
        r"T-(\d{1,8}(?:-\d{2})?)",
    ],
)
def test_ticket_patterns_as_people_write_them(folder, pattern):
    assert folder.load(f"[tickets]\npatterns = ['{pattern}']\n").tickets.patterns == (pattern,)


def test_alert_addresses_are_understood_before_they_are_needed(folder):
    folder.secret("pager", "gibberish, hunter2\n")

    faults = folder.faults(
        PERSON
        + 'alerts = [\n"json://127.0.0.1:9999/",\n"nonsense://token-hunter2",\n{ file = "pager" },\n]\n'
    )

    assert [fault.line for fault in faults] == [10, 11]
    assert all(fault.key == "people.alerts" for fault in faults)
    assert "hunter2" not in "\n".join(map(str, faults))


@pytest.mark.parametrize(
    "password",
    [
        '"hunter2"',
        '{ fil = "hunter2" }',
        '{ file = "a", env = "hunter2" }',
        "[]",
        '{ file = 5, x = "hunter2" }',
    ],
)
def test_a_password_is_never_shown(folder, password):
    faults = folder.faults(MAILBOX.replace('{ file = "imap-password" }', password))

    assert faults
    assert "hunter2" not in "\n".join(map(str, faults))
    assert all(fault.line == 9 for fault in faults)


def test_a_secret_file_must_be_there_and_private(folder):
    [missing] = folder.faults(MAILBOX)
    place = folder.secret("imap-password", mode=0o644)
    [open_to_all] = folder.faults(MAILBOX)
    place.chmod(0o640)

    assert "No such file" in missing.found
    assert open_to_all.allowed == f"chmod 600 {place}"
    assert folder.load(MAILBOX).mailbox


def test_a_wrong_variable_is_named_as_such(folder):
    faults = folder.faults(
        "[delivery]\nport = 25\n",
        {
            "MAILPROC_DELIVERY__PORT": "many",
            "MAILPROC_STOER__URL": "sqlite:///x",
            "MAILPROC_MAILBOX__HOST": "imap.example.com",
            "MAILPROC_DESK__ALIASES": "[",
        },
    )

    assert {str(fault).partition(": found")[0] for fault in faults} == {
        "environment: MAILPROC_DELIVERY__PORT",
        "environment: MAILPROC_STOER__URL",
        "environment: MAILPROC_MAILBOX__HOST",
        "environment: MAILPROC_DESK__ALIASES",
    }


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"[desk]\nname = \n", 2, "broken TOML"),
        (b"[desk\n", 1, "broken TOML"),
        (b'[desk]\nname = """never ends\n\n', 4, "broken TOML"),
        (b'[desk]\nname = "Support"\nname = "Again"\n', 3, "broken TOML"),
        (b'[desk]\nname = "Caf\xe9"\n', 2, "no UTF-8 (0xe9)"),
        (b"x = " + b"[" * 5_000, None, "lists in lists"),
        (b"x = " + b"9" * 5_000, None, "broken TOML"),
    ],
)
def test_what_is_no_toml(folder, content, line, found):
    folder.file.write_bytes(content)

    with pytest.raises(ConfigError) as refused:
        load(folder.file, {})

    [fault] = refused.value.faults
    assert found in fault.found
    assert line is None or fault.line == line


def test_no_file_at_all(tmp_path):
    for path in (tmp_path / "nothing.toml", tmp_path):
        with pytest.raises(ConfigError, match="no readable file"):
            load(path, {})
