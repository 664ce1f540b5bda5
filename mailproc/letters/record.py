"""The note that the ticket system keeps of a request: who asked, how urgently, and why (E6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.letters.alerts import cited
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import about_for_staff, happened
from mailproc.letters.quoting import one_line, several_lines

if TYPE_CHECKING:
    from mailproc.letters.matter import Happening, Matter
    from mailproc.letters.pen import Pen
    from mailproc.reading.request import Evidence
    from mailproc.settings import Settings


def record(
    matter: Matter, happening: Happening, evidence: tuple[Evidence, ...], pen: Pen, settings: Settings
) -> Draft:
    """The note for the ticket system's own mail address; its subject begins with the ticket, as configured.

    No word in it asks for anything: a ticket system that sends the note back to the desk must not escalate
    the ticket again.
    """
    mark = settings.tickets.record_mark.replace("{ticket}", one_line(matter.ticket, 60))
    data = {
        **about_for_staff(matter, pen, settings),
        "mark": mark,
        "what": happened(happening, pen),
        "by": one_line(happening.by, 120),
        "at": pen.moment(happening.at),
        "evidence": list(cited(evidence, pen)),
        "motivation": several_lines(happening.words, 4_000),
    }
    return Draft(name="record", kind=LetterKind.RECORD, data=data)
