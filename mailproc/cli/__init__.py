"""The command line: human tables by default, ``--json`` for programs, no traceback for a user's mistake."""

from __future__ import annotations

import sys

from mailproc.cli.app import app


def main() -> None:
    """Runs a command.

    Exit status: 0 done, 1 not done, 2 misused, 75 try again (EX_TEMPFAIL), 78 configuration (EX_CONFIG).
    """
    from mailproc.cli import explaining, records, service  # noqa: F401 - they register their commands
    from mailproc.cli.faults import CAUGHT, complain

    try:
        app()
    except CAUGHT as fault:
        sys.exit(complain(fault))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
