"""The configuration in effect can be shown to anybody."""

from __future__ import annotations

import tomllib

from mailproc.config import load, show
from mailproc.resources import folder as shipped

WITH_SECRETS = """\
[store]
url = "postgresql+psycopg://desk:hunter2@db.example/desk?password=hunter2&sslmode=require"
[[people]]
name = "Priya Nair"
email = "priya@helpdesk.example"
alerts = ["json://hunter2:hunter2@127.0.0.1:9999/", { file = "pager" }]
[[mailbox]]
name = "support"
host = "imap.example.com"
username = "support"
password = { env = "IMAP_PASSWORD" }
poll = "1.5s"
"""


def test_what_is_shown_is_a_configuration_again(folder):
    example = load(shipped("config") / "mailproc.toml", {})

    again = folder.load_as_it_stands(show(example))

    assert again.model_copy(update={"base": example.base}) == example


def test_secrets_are_hidden_and_their_places_named(folder):
    folder.secret("pager", "json://hunter2@127.0.0.1:9999/")

    shown = show(folder.load(WITH_SECRETS, {"IMAP_PASSWORD": "hunter2"}))

    assert "hunter2" not in shown
    tables = tomllib.loads(shown)
    assert (
        tables["store"]["url"]
        == "postgresql+psycopg://desk:…hidden@db.example/desk?password=…hidden&sslmode=require"
    )
    assert tables["people"][0]["alerts"] == ["…hidden", {"file": str(folder.path / "pager")}]
    assert tables["mailbox"][0]["password"] == {"env": "IMAP_PASSWORD"}
    assert tables["mailbox"][0]["poll"] == "1500ms"


def test_defaults_are_shown(folder):
    tables = tomllib.loads(show(folder.load('[lmtp]\nlisten = "127.0.0.1:24"\n')))

    assert tables["policy"]["cooldown"] == "48h"
    assert tables["lmtp"]["max_size"] == "25 MB"
    assert tables["digest"] == {
        "time": "07:30",
        "time_zone": "America/Chicago",
        "to": ["pm"],
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "silent_after": "48h",
        "warn_share": "20%",
    }
    assert "smtp" not in tables
