"""One-time codes of alerts: one for each person and escalation, and how often somebody was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from mailproc.store.tables import alert_code, decision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

RIGHT = "alert code"
WRONG = "wrong alert code"
"""The routes of decisions about mails that hold a code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedCode:
    """A code as it was sent to ``person``, an address in lower case."""

    id: int
    escalation_id: int
    person: str
    expires_at: datetime
    used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """True while it can be used: once, and for a limited time."""
        return self.used_at is None and now < self.expires_at


def valid(connection: Connection, escalation_id: int, person: str, now: datetime) -> str | None:
    """The code that somebody has already for an escalation, and that still counts."""
    query = (
        select(alert_code.c.code)
        .where(
            alert_code.c.escalation_id == escalation_id,
            alert_code.c.person == person.lower(),
            alert_code.c.expires_at > now,
            alert_code.c.used_at.is_(None),
        )
        .order_by(alert_code.c.id.desc())
        .limit(1)
    )
    code = connection.execute(query).scalar()
    return None if code is None else str(code)


def issue(
    connection: Connection,
    code: str,
    *,
    escalation_id: int,
    person: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keeps a code that was made for somebody."""
    connection.execute(
        insert(alert_code).values(
            code=code,
            escalation_id=escalation_id,
            person=person.lower(),
            made_at=now,
            expires_at=expires_at,
        )
    )


def find(connection: Connection, code: str) -> list[IssuedCode]:
    """Everybody's code of these characters, the newest first: two people may have the same by chance."""
    query = select(alert_code).where(alert_code.c.code == code).order_by(alert_code.c.id.desc()).limit(20)
    return [
        IssuedCode(
            id=row.id,
            escalation_id=row.escalation_id,
            person=row.person,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in connection.execute(query)
    ]


def use(connection: Connection, code_id: int, now: datetime) -> bool:
    """Uses a code up; False where somebody else was quicker."""
    unused = (alert_code.c.id == code_id) & alert_code.c.used_at.is_(None)
    return bool(connection.execute(update(alert_code).where(unused).values(used_at=now)).rowcount)


def holders(connection: Connection, escalation_id: int) -> list[str]:
    """The addresses of all who were sent a code for an escalation."""
    query = select(alert_code.c.person).where(alert_code.c.escalation_id == escalation_id).distinct()
    return list(connection.execute(query).scalars())


def wrong_in_a_row(connection: Connection, person: str, since: datetime) -> int:
    """How many mails of somebody held a wrong code since a moment, and since their last right one."""
    by_person = decision.c.requester == person.lower()
    last = select(func.max(decision.c.decided_at)).where(by_person, decision.c.route == RIGHT)
    last_right: datetime | None = connection.execute(last).scalar()
    begin = max(since, last_right) if last_right else since
    wrong = select(func.count()).where(by_person, decision.c.route == WRONG, decision.c.decided_at > begin)
    return int(connection.execute(wrong).scalar_one())
