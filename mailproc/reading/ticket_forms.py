"""How ticket systems write their IDs: one linear pattern each, the surest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A way of writing an ID. A ``sure`` form needs no word such as "ticket" before it;
    a form without a group holds no ticket, and keeps others from reading into it."""

    name: str
    pattern: re.Pattern[str]
    sure: bool = True
    bare: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """Something that looks like an ID: the ID, as written, where, and by which form."""

    ticket: str
    written: str
    start: int
    end: int
    form: Form


_BRACKETED = Form(
    name="[… #123]",
    pattern=re.compile(r"\[[^\[\]#\n]{0,40}#[ :]{0,2}([A-Za-z0-9][A-Za-z0-9-]{0,40})\]"),
)
_ZENDESK = Form(name="[1G7EOR-0Q2J]", pattern=re.compile(r"\[((?=[A-Z0-9-]*\d)[A-Z0-9]{6}-[A-Z0-9]{4})\]"))
_SLUG = Form(name="[slug-123]", pattern=re.compile(r"\[([A-Za-z]{2,20}-?\d{1,12})\]"))
_SALESFORCE = Form(name="ref:…:ref", pattern=re.compile(r"\bref:(_?[\w.!]{5,60}):ref\b"))
_THREAD = Form(name="thread::…::", pattern=re.compile(r"\bthread::([\w-]{5,80})::"))
_HOOK = Form(
    name="Ticket#: 2023…",
    pattern=re.compile(r"\b(?:Ticket|Case|Issue)#:?[ ]{0,2}(\d{1,20})\b", re.IGNORECASE),
)
_FRAPPE = Form(name="(#NAME)", pattern=re.compile(r"\(#([A-Za-z0-9-]{2,40})\)"))
_HASH = Form(
    name="#123", pattern=re.compile(r"(?<![\w&/#])#[ ]?([A-Za-z]{1,20}-\d{1,12}|\d{3,20})\b(?![.,]\d)")
)
_SERVICENOW = Form(
    name="INC0010767",
    pattern=re.compile(r"\b((?:INC|RITM|REQ|SCTASK|TASK|CHG|PRB|CS|SR|TKT|HD)\d{5,12})\b"),
)
_KEY = Form(name="ABC-123", pattern=re.compile(r"(?<![\w.-])([A-Z][A-Z0-9]{1,9}-\d{2,12})(?![\w-]|\.\d)"))
_SMALL_KEY = Form(
    name="abc-123", pattern=re.compile(r"(?<![\w.-])([A-Za-z]{2,10}-\d{3,12})(?![\w-]|\.\d)"), sure=False
)
_DIGITS = Form(
    name="123",
    pattern=re.compile(r"(?<![^\W_]|[.:/+_@-])(?<!\d,)(\d{2,20})(?![^\W_a-z]|[/:_@]|[.,-]\d)"),
    sure=False,
    bare=True,
)

LINK = re.compile(r"https?://[^\s<>\"')\]]{1,500}", re.IGNORECASE)
LINK_TICKET = re.compile(
    r"(?:/(?:tickets?|cases?|issues?|incidents?|requests?|browse|agent/tickets|servicecall|item|bug|Ticket/Display)"
    r"(?:/(?:view|show|details?|Display\.html))?/"
    r"|[?&;](?:ticket_?(?:id|number)|tid|id|case_?(?:id|number)|issue|selected_?issue|itil_?id|number)=)"
    r"#?([A-Za-z]{0,12}-?\d[\w-]{0,30})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,250}")

FORMS: tuple[Form, ...] = (
    _SALESFORCE,
    _THREAD,
    _BRACKETED,
    _ZENDESK,
    _SLUG,
    _HOOK,
    _FRAPPE,
    _HASH,
    _SERVICENOW,
    _KEY,
    _SMALL_KEY,
    _DIGITS,
)

# Written like a key, but a standard, a code, or a paper of another department.
OTHER_KEYS = frozenset(
    [
        "UTF",
        "ISO",
        "RFC",
        "CVE",
        "SHA",
        "COVID",
        "GS1",
        "DIN",
        "EN",
        "IEC",
        "WIN",
        "BIC",
        "PO",
        "INV",
        "RE",
        "ORD",
        "SO",
        "RMA",
        "AWB",
        "KB",
        "HTTP",
        "TLS",
        "IP",
        "MD",
        "AES",
        "RSA",
        "USB",
        "ERR",
        "ERROR",
        "CODE",
        "GDPR",
        "E",
        "X",
        "COM",
        "IBAN",
        "FY",
        "Q",
        "SLA",
        "IPV",
        "CP",
        "WPA",
        "MP",
        "PN",
        "SN",
        "SKU",
        "LOT",
        "BATCH",
        "ORDER",
        "INVOICE",
    ]
)


def sightings(text: str, own: tuple[Form, ...], prefixes: tuple[str, ...]) -> Iterator[Sighting]:
    """Everything in a text that looks like an ID, each stretch read by one form only.

    ``own`` are the desk's configured forms, which read first; ``prefixes`` its own keys.
    """
    taken = [match.span() for match in LINK.finditer(text)] + [m.span() for m in _ADDRESS.finditer(text)]
    covered = bytearray(len(text))
    for start, end in taken:
        covered[start:end] = b"\x01" * (end - start)
    for form in (*own, *FORMS):
        for match in form.pattern.finditer(text):
            written = match[0]
            if any(covered[match.start(1) : match.end(1)]) or _is_other_key(match[1], form, prefixes):
                continue
            covered[match.start() : match.end()] = b"\x01" * len(written)
            yield Sighting(
                ticket=match[1].upper() if not form.name.startswith(("ref", "thread")) else match[1],
                written=written,
                start=match.start(1),
                end=match.end(1),
                form=form,
            )


def linked_tickets(text: str) -> Iterator[Sighting]:
    """The tickets that links lead to."""
    for link in LINK.finditer(text):
        match = LINK_TICKET.search(link[0])
        if match:
            start = link.start() + match.start(1)
            yield Sighting(
                ticket=match[1].upper(),
                written=link[0],
                start=start,
                end=start + len(match[1]),
                form=Form(name="link", pattern=LINK_TICKET),
            )


def same_ticket(one: str, other: str) -> bool:
    """True for an ID with and without its prefix ("SBM-48213" and "48213")."""
    if one == other:
        return True
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return (
        short.isdigit()
        and re.fullmatch(r"[A-Z][A-Z0-9]*-?", long.removesuffix(short)) is not None
        and long.endswith(short)
    )


def _is_other_key(ticket: str, form: Form, prefixes: tuple[str, ...]) -> bool:
    prefix = ticket.rpartition("-")[0].upper()
    if form.bare or not prefix or prefix in {p.strip("-#").upper() for p in prefixes}:
        return False
    return prefix in OTHER_KEYS
