"""What must be right about procedures: each one can apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint
from mailproc.reading.form_rules import forms_of
from mailproc.settings import Desk, Form, Organisation, Person, Procedure, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written


def procedures_choose_what_there_is(written: Written) -> Iterator[Complaint]:
    """A procedure that waits for an unknown organisation, form or address would never apply."""
    known = {
        "organisations": {organisation.name for _, organisation in written.of(Organisation)},
        "forms": {
            rule.form.name for rule in forms_of(Settings(form=tuple(form for _, form in written.of(Form))))
        },
        "roles": {role for _, person in written.of(Person) for role in person.roles},
        "addresses": {address for _, desk in written.of(Desk) for address in (desk.address, *desk.aliases)},
    }
    seen: set[str] = set()
    for at, procedure in written.of(Procedure):
        if procedure.name in seen:
            yield Complaint(
                at=(*at, "name"), found=f'"{procedure.name}" for a second time', allowed="each once"
            )
        seen.add(procedure.name)
        for condition, names in known.items():
            for place, name in enumerate(getattr(procedure, condition)):
                is_plus_part = condition == "addresses" and "@" not in name
                if name not in names and not is_plus_part:
                    allowed = ", ".join(sorted(names)) or f"none, as no {condition} are configured"
                    yield Complaint(at=(*at, condition, place), found=f'"{name}"', allowed=allowed)


PROCEDURES: tuple[Check, ...] = (procedures_choose_what_there_is,)
