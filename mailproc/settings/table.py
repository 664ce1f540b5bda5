"""What every table of the configuration has in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, model_validator


class Table(BaseModel):
    """What every table of the configuration has in common: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Secret(Table):
    """Where a secret is read from: exactly one of a file, a variable, or a systemd credential."""

    file: Path | None = None
    env: str | None = None
    credential: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Secret:
        if sum(place is not None for place in (self.file, self.env, self.credential)) != 1:
            raise ValueError("exactly one of file, env or credential")
        return self


AlertAddress = Annotated[
    Annotated[str, Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "address" if isinstance(value, str) else "secret"),
]
"""Where an alert goes that is not mail: an Apprise address, or the secret that holds one."""
