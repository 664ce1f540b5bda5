"""Turns a fault into a sentence and an exit status (sysexits.h)."""

from __future__ import annotations

import sys

from sqlalchemy.exc import OperationalError

from mailproc.cli.app import RefusedError
from mailproc.config import ConfigError
from mailproc.secrets import SecretError
from mailproc.store.engine import StoreError

EX_TEMPFAIL = 75
EX_CONFIG = 78

CAUGHT = (RefusedError, ConfigError, SecretError, StoreError, OperationalError, OSError)


def complain(fault: BaseException) -> int:
    """Says on standard error what went wrong; the exit status."""
    print(sentence(fault), file=sys.stderr)
    if isinstance(fault, ConfigError | SecretError):
        return EX_CONFIG
    return 1


def sentence(fault: BaseException) -> str:
    """The fault in the user's words, without a traceback and without a secret."""
    if isinstance(fault, OperationalError):
        return f"the database does not answer: {fault.orig}"
    if isinstance(fault, OSError) and not isinstance(fault, SecretError):
        place = f"{fault.filename}: " if fault.filename else ""
        return f"{place}{fault.strerror or fault}"
    return str(fault)
