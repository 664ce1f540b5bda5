"""Turns a fault into a sentence and an exit status (sysexits.h)."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from mailproc.cli.app import RefusedError
from mailproc.config import ConfigError
from mailproc.letters.words import BrokenTemplateError
from mailproc.secrets import SecretError
from mailproc.store.engine import StoreError

EX_CONFIG = 78

_WRONG_CONFIGURATION = (ConfigError, SecretError, BrokenTemplateError)
_KNOWN = (*_WRONG_CONFIGURATION, RefusedError, StoreError, OperationalError, OSError)


def is_known(fault: BaseException) -> bool:
    """True for what a user or the surroundings can cause; all else is a fault of ours."""
    return isinstance(fault, _KNOWN)


def status(fault: BaseException) -> int:
    """The exit status for a known fault."""
    return EX_CONFIG if isinstance(fault, _WRONG_CONFIGURATION) else 1


def sentence(fault: BaseException) -> str:
    """The fault in the user's words, without a traceback and without a secret."""
    if isinstance(fault, OperationalError):
        return f"the database does not answer: {fault.orig}"
    if isinstance(fault, OSError):
        place = f"{fault.filename}: " if fault.filename else ""
        return f"{place}{fault.strerror or fault}"
    return str(fault)
