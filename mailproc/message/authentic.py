"""What the one trusted server found out about a mail's origin; whatever anybody else claims is not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.message.mail import IncomingMail

_TOKEN = re.compile(r'\\.|[\\"();]|[^\\"();]+', re.DOTALL)
_METHOD = re.compile(r"\s*([A-Za-z][\w-]{0,40})\s*(?:/\s*\d{1,5}\s*)?=\s*([A-Za-z]{1,40})(?![\w-])")
# A quoted value is taken whole, so that nothing in it looks like a property of its own.
_PROPERTY = re.compile(
    r'(?<![\w.-])([A-Za-z][\w.-]{0,80})[ \t]{0,9}=[ \t]{0,9}((?:"(?:[^"\\]|\\.)*"|[^\s"])+)', re.DOTALL
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Authentication:
    """The verdicts of the trusted server, in the words of RFC 8601 §2.7; ``none`` where it gave none.

    ``aligned`` is True where the domain of the mail's one sender is proven: by DMARC, or by a signature or an
    envelope sender of that domain or one above it. It is False where it was checked and is not, None where
    the trusted server says nothing at all.
    """

    dmarc: str = "none"
    dkim: str = "none"
    spf: str = "none"
    aligned: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Result:
    """One statement such as ``dkim=pass header.d=norda.example``."""

    method: str
    verdict: str
    properties: dict[str, str]

    @property
    def passes(self) -> bool:
        return self.verdict == "pass"


def results(mail: IncomingMail, trusted: str | None) -> Authentication:
    """Reads the topmost ``Authentication-Results`` of the server ``trusted`` (its authserv-id), and no other.

    That server writes its field above all that came with the mail; a field of the same name further down may
    be forged (RFC 8601 §5). All its verdicts are expected in that one field. Malformed fields prove nothing.
    """
    found = _of_server(mail.authentication_results, trusted.lower()) if trusted else None
    if found is None:
        return Authentication()
    dmarc = _of_method(found, "dmarc")
    dkim = _of_method(found, "dkim")
    spf = [one for one in _of_method(found, "spf") if "smtp.helo" not in one.properties]
    return Authentication(
        dmarc=_worst(dmarc),
        dkim="pass" if any(one.passes for one in dkim) else _worst(dkim),
        spf=_worst(spf),
        aligned=_is_aligned(mail.sender.domain if mail.sender else "", dmarc, dkim, spf),
    )


def _of_server(fields: tuple[str, ...], trusted: str) -> list[_Result] | None:
    for field in fields:
        server, *statements = _statements(field)
        if server.split()[:1] and server.split()[0].strip('"').lower() == trusted:
            return list(_read(statements))
    return None


def _statements(field: str) -> list[str]:
    """Splits at semicolons, except in quoted strings and comments; comments are left out (RFC 5322 §3.2)."""
    statements, depth, quoted = [""], 0, False
    for token in _TOKEN.findall(field):
        if token == '"' and not depth:
            quoted = not quoted
        if not quoted and token in ("(", ")"):
            depth = max(0, depth + (1 if token == "(" else -1))
            statements[-1] += " "
        elif not quoted and not depth and token == ";":
            statements.append("")
        elif not depth:
            statements[-1] += token
    return statements


def _read(statements: list[str]) -> Iterator[_Result]:
    for statement in statements:
        method = _METHOD.match(statement)
        if method:
            properties = _PROPERTY.findall(statement, method.end())
            yield _Result(
                method=method[1].lower(),
                verdict=method[2].lower(),
                properties={name.lower(): value.strip('"').lower() for name, value in properties},
            )


def _of_method(found: list[_Result], method: str) -> list[_Result]:
    return [one for one in found if one.method == method]


def _worst(found: list[_Result]) -> str:
    """The verdict; where there are several, one that is no pass."""
    return next((one.verdict for one in found if not one.passes), found[0].verdict if found else "none")


def _is_aligned(domain: str, dmarc: list[_Result], dkim: list[_Result], spf: list[_Result]) -> bool:
    """DMARC decides where it was checked (RFC 7489 §3.1); else any pass for the sender's own domain."""
    if not domain:
        return False
    if dmarc and _worst(dmarc) != "none":
        return all(one.passes and one.properties.get("header.from", domain) == domain for one in dmarc)
    signed = (one.properties.get("header.d", "") for one in dkim if one.passes)
    sent = (one.properties.get("smtp.mailfrom", "").rpartition("@")[2] for one in spf if one.passes)
    return any(_covers(proven, domain) for proven in (*signed, *sent))


def _covers(proven: str, domain: str) -> bool:
    """True for the domain itself and those above it; a name without a dot is nobody's."""
    return "." in proven and (domain == proven or domain.endswith(f".{proven}"))
