"""mailproc: an escalation desk that lives in the support mailbox."""

__version__ = "0.1.0"
