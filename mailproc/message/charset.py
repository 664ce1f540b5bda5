"""Turns octets into text whatever their label says, and names the label that was wrong."""

from __future__ import annotations

import codecs
import re

_WIDER = {
    # The name on the mail → the superset its writer's program really used (WHATWG Encoding §4.2).
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf-8": "utf-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
_PAGES = {65001: "utf-8", 20127: "cp1252", 20866: "koi8-r", 50220: "iso-2022-jp", 51932: "euc-jp"}
_ISO_PAGES = range(28591, 28606)
_NO_CHARSET = frozenset(
    {"", "unknown-8bit", "unknown", "x-unknown", "default_charset", "binary", "8bit", "7bit"}
)
_TEXT_CODEC_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,40}\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DETECT_AT_MOST = 20_000  # octets; detection is slow, and a page of text tells enough
_ENOUGH_TO_DETECT = 20


def decode(octets: bytes, charset: str | None) -> tuple[str, str | None]:
    """The text of some octets, and a defect where the label did not fit (else None).

    Tried in turn: the label's superset, UTF-8, what detection finds, and cp1252 with every octet kept.
    Nothing is dropped: an ID must never be assembled from what is left of undecodable octets.
    """
    label = (charset or "").strip().strip("\"'").lower()
    if octets.isascii() and not _escapes(octets, label):
        return octets.decode("ascii"), None
    if label not in _NO_CHARSET:
        text = _try(octets, _WIDER.get(label, label), forgive_c1=label in ("us-ascii", "iso-8859-1"))
        if text is not None and not (_WIDER.get(label) == "cp1252" and _is_utf8(octets)):
            return text, None
    text = _try(octets, "utf-8")
    if text is not None:
        return text, None if label in _NO_CHARSET else f"charset {label[:40]} was utf-8"
    found = _detected(octets)
    return _decoded_by(octets, found), f"charset {label[:40] or 'missing'} was {found}"


def codec_of_code_page(number: int) -> str:
    """Python's codec for a Windows code page; cp1252 for pages it does not know."""
    codec = _PAGES.get(number) or (f"iso-8859-{number - 28590}" if number in _ISO_PAGES else f"cp{number}")
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return "cp1252"


def _escapes(octets: bytes, label: str) -> bool:
    """Whether pure ASCII octets may still spell other characters (RFC 1468, RFC 2152)."""
    if label.startswith(("utf-16", "utf-32")):
        return True
    if b"\x1b" in octets:
        return True
    return b"~{" in octets if label == "hz-gb-2312" else "utf-7" in label


def _is_utf8(octets: bytes) -> bool:
    """Whether octets beyond ASCII form UTF-8: by chance they hardly ever do."""
    return _try(octets, "utf-8") is not None


def _try(octets: bytes, codec: str, *, forgive_c1: bool = False) -> str | None:
    if not _TEXT_CODEC_NAME.match(codec):
        return None
    try:
        text = octets.decode(codec)
    except (LookupError, UnicodeError, ValueError):
        return octets.decode("latin-1") if forgive_c1 and not _is_utf8(octets) else None
    # Codecs such as UTF-7 can produce lone surrogates, which no other program can store.
    plain = codec == "utf-8" or text.isascii()
    return text if plain or not _SURROGATE.search(text) else None


def _detected(octets: bytes) -> str:
    """The codec charset-normalizer finds: the last resort, for it takes milliseconds.

    A few octets beyond ASCII between Latin letters are a Western text; detection only guesses there.
    """
    sample = octets[:_DETECT_AT_MOST]
    foreign = sum(octet > 127 for octet in sample)
    if foreign < _ENOUGH_TO_DETECT or foreign * 5 < len(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None and _try(octets, best.encoding) is not None else "cp1252"


def _decoded_by(octets: bytes, codec: str) -> str:
    try:
        return octets.decode(codec)
    except (LookupError, UnicodeError):
        return octets.decode("cp1252", "replace")
