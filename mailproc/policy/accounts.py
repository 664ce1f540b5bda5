"""Whose emergencies are counted together, and when there were too many that were none (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.settings import Emergency


def account_of(organisation: str | None, email: str) -> str:
    """The organisation, by its name; whoever belongs to none answers for one address alone."""
    return organisation or email


def counted_since(now: datetime, rule: Emergency) -> datetime:
    """Misuse before this moment is forgotten."""
    return now - rule.misuse_within


def is_too_much(misuses: int, rule: Emergency) -> bool:
    """True once emergencies of an account are taken as Higher Priority."""
    return misuses >= rule.misuse_limit
