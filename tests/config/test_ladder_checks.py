"""Hours that never open and ladders that nobody can climb are refused before anything starts."""

from __future__ import annotations

from datetime import date

import pytest

STAFF = """\
[[people]]
name = "Sara Lund"
email = "sara@helpdesk.example"
roles = ["tier 3", "manager"]
"""


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ('[hours]\nholidays = "XX"\n', "hours.holidays", '"SE"'),
        ('[hours]\nholidays = "US-ZZ"\n', "hours.holidays", '"US-TX"'),
        ("[hours]\ndays = []\n", "hours.days", '["mon", "tue"]'),
        ('[hours]\ndays = ["monday"]\n', "hours.days", '"mon"'),
        ('[hours]\nend = "24:00"\n', "hours.end", '"07:30"'),
        (STAFF + "hours = { days = [] }\n", "people.hours.days", "days with work"),
        (STAFF + '[[tier]]\nname = "One"\nroles = ["tier 1"]\n', "tier.roles", "manager, tier 3"),
        (STAFF + '[[tier]]\nname = "One"\nroles = ["tier 3"]\nplan = "5m"\n', "tier.plan", "warn_before"),
        (STAFF + '[[tier]]\nname = "One"\nroles = ["tier 3"]\n' * 2, "tier.name", "each once"),
        (
            STAFF + '[[tier]]\nname = "One"\nroles = ["tier 3"]\n[ladder]\nat_the_end = ["boss"]\n',
            "ladder.at_the_end",
            "manager, tier 3",
        ),
        ('[[form]]\nname = "handover"\ntier = "Two"\n', "form.tier", "no [[tier]]"),
        ('[[form]]\nname = "night"\n', "form.sections", "escalation and handover"),
        (
            '[[organisation]]\nname = "Norda"\naccount_manager = "ada@helpdesk.example"\n',
            "organisation.account_manager",
            "[[people]]",
        ),
    ],
)
def test_it_says_what_is_wrong(fault, text, key, allowed):
    said = fault(text)
    assert said.key == key
    assert allowed in said.allowed


def test_a_ladder_as_it_should_be(folder):
    settings = folder.load(
        STAFF
        + '[hours]\nholidays = "SE"\nclosed = [2026-12-23]\n'
        + '[[tier]]\nname = "Tier 3"\nroles = ["tier 3"]\n'
        + '[[form]]\nname = "handover"\nroles = ["technician"]\ntier = "Tier 3"\n'
    )
    assert settings.hours is not None
    assert settings.hours.closed == (date(2026, 12, 23),)
    assert [tier.name for tier in settings.tier] == ["Tier 3"]
