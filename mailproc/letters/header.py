"""Header lines that nothing can break out of: cleaned, encoded, folded (RFC 5322 §2.2.3, RFC 2047)."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.message.mail import Address

LINE = 76
"""Octets of a folded line, as RFC 2047 §2 asks of lines with encoded words."""

VALUE_LENGTH = 300
"""Characters of a free text that are kept in a header."""

THREAD_LENGTH = 900
"""Octets of all Message-IDs in one field: some servers refuse headers much longer than a line may be."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_NOT_IN_ADDRESS = str.maketrans("", "", '<>,;:"()[]\\')

# 39 octets are 52 characters of base64: with "=?utf-8?B?" and "?=" an encoded word of 64 (RFC 2047 §2 allows
# 75), which fits on a line beside the field's name.
_WORD_OCTETS = 39
_LONGEST_WORD = 60


def text(name: str, value: str) -> str:
    """A field of free text, such as Subject."""
    clean = _CONTROL.sub(" ", value).strip()[:VALUE_LENGTH]
    if _is_plain(clean):
        return _folded(name, clean.split(" "))
    return _folded(name, _encoded_words(clean))


def mailbox(name: str, who: Address) -> str:
    """A field with one mailbox (RFC 5322 §3.4). An address outside ASCII stays as it is (RFC 6532)."""
    return _folded(name, [*_phrase(who.name), f"<{address(who.email)}>"])


def address(email: str) -> str:
    """A bare address, without anything that could make it two."""
    return _CONTROL_OR_SPACE.sub("", email).translate(_NOT_IN_ADDRESS)


def message_ids(name: str, ids: Iterable[str]) -> str:
    """In-Reply-To or References: the first and the latest Message-IDs that fit; ``""`` where none is one.

    The first stays, because it names the thread (RFC 5322 §3.6.4).
    """
    good = [one for one in dict.fromkeys(ids) if _MESSAGE_ID.fullmatch(one)]
    kept: list[str] = []
    room = THREAD_LENGTH - (len(good[0]) if good else 0)
    for one in reversed(good[1:]):
        room -= len(one) + 3
        if room < 0:
            break
        kept.insert(0, one)
    return _folded(name, [*good[:1], *kept]) if good else ""


def _is_plain(value: str) -> bool:
    longest = max(map(len, value.split(" ")), default=0)
    return value.isascii() and "=?" not in value and longest <= _LONGEST_WORD


def _phrase(name: str) -> list[str]:
    clean = " ".join(_CONTROL.sub(" ", name).split())[:VALUE_LENGTH]
    if not clean:
        return []
    if not _is_plain(clean):
        return _encoded_words(clean)
    if _ATOMS.fullmatch(clean):
        return clean.split(" ")
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.split(" ")


def _encoded_words(value: str) -> list[str]:
    """The value as encoded words of at most 75 characters, none of which cuts a character in two."""
    words, octets = [], b""
    for character in value:
        encoded = character.encode("utf-8")
        if len(octets) + len(encoded) > _WORD_OCTETS:
            words.append(octets)
            octets = b""
        octets += encoded
    return [f"=?utf-8?B?{b64encode(word).decode('ascii')}?=" for word in (*words, octets)]


def _folded(name: str, pieces: list[str]) -> str:
    """The field on as many lines as it needs, without the last line break."""
    lines, line = [], " ".join((f"{name}:", *pieces[:1]))
    for piece in pieces[1:]:
        if len(line) + 1 + len(piece) > LINE:
            lines.append(line)
            line = ""
        line += " " + piece
    return "\r\n".join([*lines, line])
