"""What must be right outside the file: folders, secrets, the database, and where alerts go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint, shown
from mailproc.config.secret_places import secrets_of
from mailproc.secrets import SecretError, problems_of_place, read_secret
from mailproc.settings import Operator, Person, Procedure, Store, Team, Templates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location


def the_store_is_one_we_know(written: Written) -> Iterator[Complaint]:
    """SQLite or PostgreSQL."""
    for at, store in written.of(Store):
        if not store.url.startswith(("sqlite:///", "postgresql+psycopg://")):
            allowed = '"sqlite:///var/mailproc.db" or "postgresql+psycopg://user@host/name"'
            yield Complaint(at=(*at, "url"), found=shown(store.url, ("store", "url")), allowed=allowed)


def folders_exist(written: Written) -> Iterator[Complaint]:
    """What is only read must be there; what is written is made when it is needed."""
    for at, path in _template_folders(written):
        if not (written.base / path).is_dir():
            yield Complaint(at=at, found=f'"{path}", which is no folder', allowed="a folder with templates")


def _template_folders(written: Written) -> Iterator[tuple[Location, Path]]:
    for at, templates in written.of(Templates):
        if templates.path is not None:
            yield (*at, "path"), templates.path
    for at, procedure in written.of(Procedure):
        if procedure.brand and procedure.brand.templates is not None:
            yield (*at, "brand", "templates"), procedure.brand.templates


def secret_files_are_private(written: Written) -> Iterator[Complaint]:
    """The file is there and only its owner and group may read it."""
    for at, secret in secrets_of(written.tables):
        if secret.file is not None:
            for problem in problems_of_place(secret, written.base, written.environment):
                yield Complaint(at=(*at, "file"), found=problem.found, allowed=problem.allowed)


def alert_addresses_are_understood(written: Written) -> Iterator[Complaint]:
    """Apprise knows the kind of each alert address; that somebody hears it only ``check`` can show."""
    addresses = [
        ((*at, "alerts", position), address)
        for at, table in written.of(Operator) + written.of(Person) + written.of(Team)
        for position, address in enumerate(table.alerts)
    ]
    if not addresses:
        return
    # Apprise takes 0.1 s to import: not worth it for a desk without such addresses.
    from mailproc.delivery.alerts import parse_problem

    for at, address in addresses:
        try:
            problem = parse_problem(read_secret(address, written.base, written.environment))
        except SecretError:
            continue  # said by secret_files_are_private, or by check_runnable
        if problem:
            yield Complaint(at=at, found=shown(address, at), allowed=problem)


FILES: tuple[Check, ...] = (
    the_store_is_one_we_know,
    folders_exist,
    secret_files_are_private,
    alert_addresses_are_understood,
)
