"""What brought a command, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.message.mail import IncomingMail


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """The mail that brought a command; from the command line there is none."""

    now: datetime
    mail: IncomingMail | None = None
    mail_id: int | None = None
