"""The command line: human tables by default, ``--json`` for programs, no traceback for a user's mistake."""

from __future__ import annotations

import sys

from mailproc.cli.app import app


def main() -> None:
    """Runs a command.

    Exit status: 0 done, 1 not done, 2 misused, 75 try again (EX_TEMPFAIL), 78 configuration (EX_CONFIG).
    """
    from mailproc.cli import (  # noqa: F401 - they register their commands
        emergencies,
        evaluating,
        explaining,
        logins,
        records,
        rehearsing,
        service,
        templates,
        tickets,
    )

    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as fault:
        from mailproc.cli.faults import is_known, sentence, status  # only now: it knows every room

        if not is_known(fault):
            raise
        print(sentence(fault), file=sys.stderr)
        sys.exit(status(fault))
