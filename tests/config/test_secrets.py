"""A secret is read from its place when it is used, and what goes wrong is said without it."""

from __future__ import annotations

import os

import pytest

from mailproc.secrets import SecretError, read_secret
from mailproc.settings import Secret


def test_a_file_beside_the_configuration(folder):
    place = folder.secret("imap-password", "open sesame \n")

    assert read_secret(Secret(file="imap-password"), folder.path) == "open sesame "
    assert read_secret(Secret(file=place)) == "open sesame "


def test_a_renewed_password_is_found_at_the_next_use(folder):
    folder.secret("imap-password", "old\n")
    before = read_secret(Secret(file="imap-password"), folder.path)
    folder.secret("imap-password", "new\r\n")

    assert (before, read_secret(Secret(file="imap-password"), folder.path)) == ("old", "new")


def test_a_variable_and_a_credential(folder):
    folder.secret("imap-password", "from systemd\n", mode=0o440)
    environment = {"IMAP_PASSWORD": "from the environment", "CREDENTIALS_DIRECTORY": str(folder.path)}

    assert read_secret(Secret(env="IMAP_PASSWORD"), environment=environment) == "from the environment"
    assert read_secret(Secret(credential="imap-password"), environment=environment) == "from systemd"


def test_an_address_that_stands_in_the_configuration_is_its_own_secret():
    assert read_secret("json://127.0.0.1:9999/") == "json://127.0.0.1:9999/"


@pytest.mark.parametrize(
    ("secret", "found"),
    [
        (Secret(env="NOT_SET"), "no variable NOT_SET"),
        (Secret(env="EMPTY"), "no variable EMPTY"),
        (Secret(credential="imap-password"), "no credentials"),
        (Secret(file="missing"), "No such file"),
        (Secret(file="empty"), "an empty file"),
        (Secret(file="open"), "everybody may read"),
        (Secret(file="."), "which is no file"),
        (Secret(file="binary"), "no UTF-8"),
    ],
)
def test_what_keeps_it_from_being_read(folder, secret, found):
    folder.secret("empty", "\n")
    folder.secret("open", "hunter2", mode=0o604)
    folder.secret("binary").write_bytes(b"hunter2\xff")

    with pytest.raises(SecretError, match=found) as refused:
        read_secret(secret, folder.path, {"EMPTY": ""})

    assert "hunter2" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_of_somebody_else(folder):
    folder.secret("imap-password", mode=0o000)

    with pytest.raises(SecretError, match="this user may not read"):
        read_secret(Secret(file="imap-password"), folder.path)
