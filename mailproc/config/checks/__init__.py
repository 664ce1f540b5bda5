"""What must be right between tables, and outside the file, before anything starts.

One module for each subject. Adding a check is adding a function to the tuple of its subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.config.checks.access import ACCESS
from mailproc.config.checks.files import FILES
from mailproc.config.checks.ladder import LADDER
from mailproc.config.checks.people import PEOPLE
from mailproc.config.checks.procedures import PROCEDURES
from mailproc.config.checks.rhythm import RHYTHM
from mailproc.config.checks.tickets import TICKETS
from mailproc.config.checks.wires import WIRES

if TYPE_CHECKING:
    from mailproc.config.checks.written import Check

CHECKS: tuple[Check, ...] = (
    *PEOPLE,
    *WIRES,
    *ACCESS,
    *RHYTHM,
    *PROCEDURES,
    *LADDER,
    *TICKETS,
    *FILES,
)
