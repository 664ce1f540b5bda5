"""The same matter is known again by its telling words, in any language, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailproc.policy.recurrence import Matter, Recurrence, recurrence

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def found(asked: str, earlier: str, *, days_closed: float | None = None, **both: str) -> Recurrence:
    closed_at = NOW - timedelta(days=days_closed) if days_closed is not None else None
    other = Matter(
        number="ABC-1", words=earlier, seen_at=NOW - timedelta(days=3), closed_at=closed_at, **both
    )
    return recurrence(
        Matter(number="ABC-2", words=asked, **both), [other], now=NOW, warranty=timedelta(days=14)
    )


@pytest.mark.parametrize(
    ("asked", "earlier"),
    [
        ("VPN drops every ten minutes in Oslo", "Oslo: VPN drops again"),
        ("Fakturaexporten stannar på natten", "Fakturaexporten stannar igen"),
        ("Der Drucker in Halle 4 druckt Streifen", "Drucker druckt wieder Streifen"),
        ("L’export des factures échoue", "Export des factures bloqué"),
        ("東京支店のプリンターが印刷できない", "プリンターが印刷できません（東京支店）"),
    ],
)
def test_the_same_matter_in_other_words(asked: str, earlier: str) -> None:
    assert found(asked, earlier).earlier == ("ABC-1",)


@pytest.mark.parametrize(
    ("asked", "earlier"),
    [
        ("VPN drops every ten minutes", "New laptop for our colleague"),
        ("Please help us with this ticket", "Please help us with this ticket"),
        ("It is not working", "It is not working"),
        ("Printer on floor 3", "Printer cartridge to be ordered"),
        ("経費精算の締め処理", "東京支店のプリンターが印刷できない"),
        ("", ""),
    ],
)
def test_another_matter(asked: str, earlier: str) -> None:
    assert found(asked, earlier).earlier == ()


def test_a_service_that_was_just_completed_for_the_same_contact_counts_whatever_it_was_called() -> None:
    assert found("No sound", "Laptop replaced", days_closed=2, contact="kim@norda.example").warranty == (
        "ABC-1",
    )
    assert found("No sound", "Laptop replaced", days_closed=20, contact="kim@norda.example") == Recurrence()
    assert found("No sound", "Laptop replaced", days_closed=2) == Recurrence()


def test_the_ticket_itself_is_not_its_own_forerunner_and_few_are_named() -> None:
    others = [
        Matter(number=f"ABC-{place}", words="VPN drops in Oslo", seen_at=NOW - timedelta(days=place))
        for place in range(12)
    ]
    asked = Matter(number="abc-0", words="VPN drops in Oslo")
    named = recurrence(asked, others, now=NOW, warranty=timedelta(days=14))
    assert named.earlier == ("ABC-1", "ABC-2", "ABC-3", "ABC-4", "ABC-5")
