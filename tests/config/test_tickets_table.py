"""What [tickets], [directory] and the partners of an organisation may say."""

from __future__ import annotations

import pytest

from mailproc.config import show


@pytest.mark.parametrize(
    ("lines", "found", "allowed"),
    [
        ('[directory]\ntable = "ticket"', "nothing", "the address of the database that table is for"),
        ('[directory]\nurl = "sqlite:///x.db"', "neither query nor table", "exactly one"),
        (
            '[directory]\nurl = "sqlite:///x.db"\ntable = "t"\nquery = "SELECT 1"',
            "both query and table",
            "exactly one",
        ),
        ('[directory]\nurl = "nonsense"\ntable = "t"', "hidden", "an SQLAlchemy address"),
        ('[directory]\nurl = "sqlite:///x.db"\nquery = "DELETE FROM t"', "DELETE", "a SELECT"),
        ('[directory]\nrequires = ["colour"]', '"colour"', '"category"'),
        ('[directory]\ntimeout = "soon"', '"soon"', '"48h"'),
        ('[directory]\nurl = { file = "nowhere" }\ntable = "t"', "nowhere", "a file that can be read"),
        ('[tickets]\nrecord_to = "support@helpdesk.example"', '"support@', "not the desk's"),
        (
            '[[organisation]]\nname = "N"\ndomains = ["norda.example"]\n'
            '[tickets]\nrecord_to = "kim@norda.example"',
            '"kim@norda.example"',
            "no customer's",
        ),
        ('[tickets]\nrecord_mark = "[#]"', '"[#]"', "{ticket}"),
        ('[tickets]\nnotifies_from = ["tickets"]', '"tickets"', "support@example.com"),
        ('[[organisation]]\nname = "N"\ndomains = ["gmail.com"]', '"gmail.com"', "one by one"),
        ('[[organisation]]\nname = "N"\npartners = ["the reseller"]', '"the reseller"', "a domain"),
    ],
)
def test_what_was_found_and_what_is_allowed(fault, lines, found, allowed):
    only = fault(lines)

    assert found in only.found
    assert allowed in only.allowed
    assert only.line is not None


def test_a_password_of_the_directory_is_not_shown(folder):
    settings = folder.load('[directory]\nurl = "postgresql+psycopg://reader:hunter2@db/x"\ntable = "ticket"')

    assert "hunter2" not in show(settings)
    assert "reader" in show(settings)


def test_partners_are_domains_and_addresses(folder):
    settings = folder.load('[[organisation]]\nname = "N"\npartners = ["Reseller.example", "Jo@solo.example"]')

    assert settings.organisation[0].partners == ("reseller.example", "jo@solo.example")
