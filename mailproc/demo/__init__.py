"""The desk shown at work: a real daemon, a real mailbox, real mail, and every letter that goes out."""

from mailproc.demo.show import show_demo

__all__ = ["show_demo"]
