"""The room of mail: octets become an ``IncomingMail``, with the author's own words found."""

from mailproc.message.parse import parse
from mailproc.message.words import own_words

__all__ = ["own_words", "parse"]
