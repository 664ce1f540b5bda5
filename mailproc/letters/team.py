"""Posts for the team's channel: ticket, level, organisation, what speaks for it; nobody's words (E5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.letters.matter import link_of
from mailproc.letters.quoting import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproc.letters.matter import Happening, Matter
    from mailproc.letters.words import Words
    from mailproc.settings import Settings


def team_post(
    matter: Matter,
    happening: Happening,
    say: Words,
    settings: Settings,
    *,
    evidence: Sequence[str],
    lasted: str,
) -> tuple[str, str]:
    """Title and body. ``lasted`` is ``""`` for a request, and how long it took for its end."""
    ticket = one_line(matter.ticket, 60)
    gaps = {
        "ticket": ticket,
        "level": say(f"level.{matter.level}"),
        "organisation": one_line(matter.organisation or "", 80),
        "evidence": ", ".join(say(f"evidence.{kind}") for kind in evidence),
        "what": say(f"happening.{happening.key}"),
        "by": one_line(happening.by, 80),
        "lasted": lasted,
        "desk_name": settings.desk.name,
    }
    key = "over" if lasted else "asked"
    link = link_of(matter.ticket, matter.known_ticket, settings)
    body = say(f"{key}_body", **gaps)
    return say(f"{key}_title", **gaps), f"{body}\n{link}" if link else body
