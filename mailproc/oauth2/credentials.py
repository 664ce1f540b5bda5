"""What each server is told: a password, or a grant's access token; and which grants need a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mailproc.oauth2.grant import AccessToken, Grant
from mailproc.oauth2.token_server import GrantRefusedError
from mailproc.secrets import SecretError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailproc.settings import Delivery, Mailbox, Secret, Settings

Credential = str | AccessToken
"""A password, or an access token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """A grant that needs a person, now (``is_refused``) or soon."""

    grant: str
    what: str
    is_refused: bool


class Credentials:
    """All grants of the configuration, shared by those who use them."""

    def __init__(
        self, settings: Settings, *, secret: Callable[[Secret], str], clock: Callable[[], datetime]
    ) -> None:
        """``secret`` reads what the settings only name."""
        self._secret = secret
        folder = settings.base / settings.store.state
        self._grants = {
            terms.name: Grant(terms, folder=folder, secret=secret, clock=clock) for terms in settings.oauth2
        }

    def of(self, user: Mailbox | Delivery) -> Callable[[], Credential] | None:
        """What to tell the server, asked for anew at each login; None where there is no login.

        The function raises SecretError, GrantRefusedError, or ConnectionError where asking again may help.
        """
        if user.oauth2 is not None:
            return self._grants[user.oauth2].access_token
        return partial(self._secret, user.password) if user.password else None

    def tend(self) -> list[Concern]:
        """Renews each grant that is due, and says which of them need a person.

        A token server that is not reached is no concern yet: there is time until the token ends.
        """
        return [concern for grant in self._grants.values() if (concern := _concern(grant))]


def _concern(grant: Grant) -> Concern | None:
    try:
        grant.access_token()
    except (GrantRefusedError, SecretError) as refusal:
        return Concern(grant=grant.name, what=f"no access: {refusal}", is_refused=True)
    except ConnectionError:
        return None
    warning = grant.warning()
    return Concern(grant=grant.name, what=warning, is_refused=False) if warning else None
