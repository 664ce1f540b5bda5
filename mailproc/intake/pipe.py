"""Takes one mail from a pipe, as ``.forward`` files and MTA transports hand it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.message.arrival import Arrival

if TYPE_CHECKING:
    from typing import BinaryIO


class NotAMailError(ValueError):
    """What came through the pipe cannot be taken; the message says why, in the user's words."""


def read_mail(stream: BinaryIO, max_size: int) -> Arrival:
    """Reads one mail to the end of the stream, at most ``max_size`` octets of it.

    A leading mbox separator (RFC 4155) is set aside: local delivery agents put it there, it is no header.
    Raises NotAMailError when there is nothing, or too much.
    """
    separator = stream.readline(1_000)
    raw = b"" if separator.startswith(b"From ") else separator
    raw += stream.read(max_size + 1)
    if not raw.strip():
        raise NotAMailError('no mail was given: put it on standard input, as in "mailproc ingest < mail.eml"')
    if len(raw) > max_size:
        raise NotAMailError(f"the mail is larger than the {max_size:,} octets that are taken")
    return Arrival(raw=raw, way="pipe")
