"""The configuration: a TOML file and the environment become settings, or a list of all that is wrong.

``load`` is the front door. Nothing starts on a configuration that is only half understood.
"""

from mailproc.config.example import procedures, write_example
from mailproc.config.faults import ConfigError, Fault
from mailproc.config.load import load
from mailproc.config.readiness import advise, check_runnable
from mailproc.config.show import show

__all__ = ["ConfigError", "Fault", "advise", "check_runnable", "load", "procedures", "show", "write_example"]
