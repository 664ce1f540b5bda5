"""How ticket systems write their IDs: one linear pattern each, the surest first."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A way of writing an ID. A ``sure`` form needs no word such as "ticket" before it; ``literal`` and
    ``sign`` are what every text with such an ID holds, so that the other texts are not searched."""

    name: str
    pattern: re.Pattern[str]
    sign: re.Pattern[str] | None
    sure: bool = True
    bare: bool = False
    any_case: bool = True
    """False where upper and lower case tell IDs apart."""
    literal: str = ""

    def may_stand_in(self, text: str) -> bool:
        """True for a text that is worth a search."""
        return self.literal in text and (self.sign is None or self.sign.search(text) is not None)


_LITERAL = re.compile(r"(?:[\w:#-]|\\[\[(])*")


def _form(name: str, sign: str, pattern: str, *, sure: bool = True, bare: bool = False) -> Form:
    literal, rest = _parted(sign)
    return Form(name=name, literal=literal, sign=rest, pattern=re.compile(pattern), sure=sure, bare=bare)


def _case_sensitive(name: str, sign: str, pattern: str) -> Form:
    literal, rest = _parted(sign)
    return Form(name=name, literal=literal, sign=rest, pattern=re.compile(pattern), any_case=False)


def _parted(sign: str) -> tuple[str, re.Pattern[str] | None]:
    """The characters a sign begins with, and the sign itself where it is more than these."""
    literal = _LITERAL.match(sign)[0]  # type: ignore[index]
    return literal.replace("\\", ""), None if literal == sign else re.compile(sign)


# A look behind comes after the first character: the search then skips to such characters at once.
FORMS: tuple[Form, ...] = (
    _case_sensitive("ref:…:ref", r"ref:", r"\bref:(_?[\w.!]{5,60}):ref\b"),
    _case_sensitive("thread::…::", r"thread::", r"\bthread::([\w-]{5,80})::"),
    _form("[… #123]", r"\[", r"\[[^\[\]#\n]{0,40}#[ :]{0,2}([A-Za-z0-9][A-Za-z0-9-]{0,40})\]"),
    _form("[1G7EOR-0Q2J]", r"\[", r"\[((?=[A-Z-]{0,11}\d)[A-Z0-9]{6}-[A-Z0-9]{4})\]"),
    _form("[slug-123]", r"\[", r"\[([A-Za-z]{2,20}-?\d{1,12})\]"),
    _form("Ticket#: 2023…", r"#", r"\b(?i:Ticket|Case|Issue)#:?[ ]{0,2}(\d{1,20})\b"),
    _form("(#NAME)", r"\(#", r"\(#([A-Za-z0-9-]{2,40})\)"),
    _form("#123", r"#", r"#(?<![\w&/#]#)[ ]?([A-Za-z]{1,20}-\d{1,12}|\d{3,20})\b(?![.,]\d)"),
    _form(
        "INC0010767",
        r"[A-Z]\d{5}",
        r"\b((?:INC|RITM|REQ|SCTASK|TASK|CHG|PRB|CS|SR|TKT|HD)\d{5,12})\b",
    ),
    _form("ABC-123", r"-\d\d", r"([A-Z](?<![\w.-][A-Z])[A-Z0-9]{1,9}-\d{2,12})(?![\w-]|\.\d)"),
    _form(
        "abc-123", r"-\d", r"([A-Za-z](?<![\w.-][A-Za-z])[A-Za-z0-9]{1,9}-\d{1,12})(?![\w-]|\.\d)", sure=False
    ),
    _form("#7", r"#", r"#(?<![\w&/#]#)[ ]?(\d{1,2})\b(?![.,]\d)", sure=False),
    _form(
        "123",
        r"\d\d",
        r"(\d(?<![^\W_]\d)(?:(?<![.:/+_@-]\d)|(?<=\b[Nn][RrOo]\.\d))(?<!\d,\d)\d{1,19})(?![^\W_a-z]|[/_@]|[.,:-]\d)",
        sure=False,
        bare=True,
    ),
)

LINK = re.compile(r"https?://[^\s<>\"')\]]{1,500}", re.IGNORECASE)
LINK_TICKET = re.compile(
    r"(?:/(?:tickets?|cases?|issues?|incidents?|requests?|browse|agent/tickets|servicecall|item|bug|Ticket/Display)"
    r"(?:/(?:view|show|details?|Display\.html))?/"
    r"|[?&;](?:ticket_?(?:id|number)|tid|id|case_?(?:id|number)|issue|selected_?issue|itil_?id|number)=)"
    r"#?([A-Za-z]{0,12}-?\d[\w-]{0,30})",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,250}")

# Written like a key, but a standard, a code, or a paper of another department.
# fmt: off
OTHER_KEYS = frozenset((
    "AES", "AWB", "BATCH", "BIC", "CODE", "COM", "COVID", "CP", "CVE", "DIN", "E", "EN", "ERR", "ERROR",
    "FY", "GDPR", "GS1", "HTTP", "IBAN", "IEC", "INV", "INVOICE", "IP", "IPV", "ISO", "KB", "LOT", "MD",
    "MP", "ORD", "ORDER", "PN", "PO", "Q", "RE", "RFC", "RMA", "RSA", "SHA", "SKU", "SLA", "SN", "SO",
    "TLS", "USB", "UTF", "WIN", "WPA", "X",
))
# fmt: on
