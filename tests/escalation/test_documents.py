"""What the documents say of each command is what the code does."""

from __future__ import annotations

from pathlib import Path

from mailproc.escalation.command import FOR_REQUESTERS
from mailproc.escalation.conduct import ORDERS

PAGE = Path(__file__).parents[2] / "docs" / "escalation.md"


def test_the_table_of_commands_is_true() -> None:
    written = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and line.count("|") == 7
    ]
    meant = [
        (
            verb.name,
            "requester" if verb in FOR_REQUESTERS else "staff",
            order.happening,
            *(
                "yes" if it else "no"
                for it in (order.tells_requester, order.words_to_requester, order.tells_staff)
            ),
        )
        for verb, order in ORDERS.items()
    ]
    assert written[1:] == meant
