"""``python -m mailproc`` is the command line."""

from mailproc.cli import main

main()
