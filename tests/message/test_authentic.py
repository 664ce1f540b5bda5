"""Only the trusted server's own words about a mail's origin count."""

from __future__ import annotations

import time

import pytest

from mailproc.message.authentic import Authentication, results

from .written import written

MX = "mx.helpdesk.example"
NOTHING = Authentication()
FORGED = f"{MX}; dmarc=pass header.from=harbour.example; dkim=pass header.d=harbour.example"


def judged(
    *fields: str, trusted: str | None = MX, sender: str = "Maja <maja@harbour.example>"
) -> Authentication:
    """A mail with these fields, the topmost first, as the trusted server sees it."""
    lines = "\r\nAuthentication-Results: ".join(fields)
    return results(written("Text.", **{"Authentication-Results": lines, "From": sender}), trusted)


def test_all_that_the_server_found() -> None:
    found = judged(
        f"{MX};\r\n dkim=pass (2048-bit key; unprotected) header.d=harbour.example header.s=a;\r\n"
        " spf=pass smtp.mailfrom=maja@harbour.example;\r\n dmarc=pass (p=reject) header.from=harbour.example"
    )
    assert found == Authentication(dmarc="pass", dkim="pass", spf="pass", aligned=True)


@pytest.mark.parametrize("trusted", [None, "", "mx.other.example", "helpdesk.example"])
def test_nobody_else_is_believed(trusted: str | None) -> None:
    assert judged(FORGED, trusted=trusted) == NOTHING


def test_a_forged_copy_below_is_not_read() -> None:
    found = judged(f"{MX}; dmarc=fail header.from=harbour.example; spf=softfail", FORGED)
    assert found == Authentication(dmarc="fail", spf="softfail", aligned=False)


def test_fields_of_other_servers_above_are_passed_over() -> None:
    assert judged("inner.example; none", f"{MX}; dmarc=pass").aligned is True


def test_the_server_that_found_nothing_proves_nothing() -> None:
    assert judged(f"{MX} 1; none", FORGED) == Authentication(aligned=False)


@pytest.mark.parametrize(
    ("said", "aligned"),
    [
        ("dmarc=pass", True),
        ("DMARC/1 = Pass header.from=Harbour.Example", True),
        ("dmarc=pass header.from=other.example", False),
        ("dmarc=fail; dkim=pass header.d=harbour.example", False),
        ("dmarc=temperror; dkim=pass header.d=harbour.example", False),
        ("dmarc=none; dkim=pass header.d=harbour.example", True),
        ("dkim=pass header.d=other.example; dkim=pass header.d=harbour.example", True),
        ("dkim=fail header.d=harbour.example; dkim=pass header.d=other.example", False),
        ("dkim=pass header.d=notharbour.example", False),
        ("dkim=pass header.d=example", False),
        ("dkim=pass header.d=mail.harbour.example", False),
        ("spf=pass smtp.mailfrom=bounce@harbour.example", True),
        ("spf=pass smtp.mailfrom=harbour.example", True),
        ("spf=pass smtp.helo=harbour.example", False),
        ("spf=neutral smtp.mailfrom=maja@harbour.example", False),
        ("dmarc=pass; dmarc=fail", False),
    ],
)
def test_what_proves_the_senders_domain(said: str, aligned: bool) -> None:
    assert judged(f"{MX}; {said}").aligned is aligned


def test_a_signature_of_the_domain_above_counts() -> None:
    found = judged(f"{MX}; dkim=pass header.d=harbour.example", sender="a@mail.harbour.example")
    assert found.aligned is True


def test_two_authors_are_never_proven() -> None:
    assert judged(FORGED, sender="a@harbour.example, b@other.example").aligned is False


@pytest.mark.parametrize(
    "said",
    [
        'spf=fail smtp.mailfrom="x;dmarc=pass header.from=harbour.example"@evil.example',
        r'spf=fail smtp.mailfrom="x\";dmarc=pass"@evil.example',
        "spf=fail (as told; dmarc=pass) smtp.mailfrom=evil.example",
        "spf=fail (a \\) b; dmarc=pass) smtp.mailfrom=evil.example",
        "spf=fail (a (b) c; dmarc=pass) smtp.mailfrom=evil.example",
        "spf=fail smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass=3B?=@evil.example",
        'spf=fail reason="header.d=harbour.example; dkim=pass"',
        'dkim=pass reason="x header.d=harbour.example" header.d=evil.example',
        'dkim=pass header.i="x header.d=harbour.example"@evil.example header.d=evil.example',
        'spf=fail smtp.mailfrom="x; dmarc=pass',
        "spf=fail xdmarc=pass",
    ],
)
def test_words_of_the_mail_itself_are_no_verdict(said: str) -> None:
    found = judged(f"{MX}; {said}")
    assert found.dmarc == "none"
    assert found.aligned is False


@pytest.mark.parametrize(
    "field", ["", ";", ";;;", "\x00", '"', "(", f"{MX}", f"{MX};", f"{MX}; =pass", f"{MX}; dkim"]
)
def test_what_is_no_such_field(field: str) -> None:
    assert not judged(field).aligned


@pytest.mark.parametrize("seed", ["(", '"', "a", "a=", 'a="', "\\", ";", "x.", "= ", "dkim=pass ", ' a="\\"'])
def test_hostile_fields_are_read_in_time(seed: str) -> None:
    field = f"{MX}; dkim=pass " + seed * (100_000 // len(seed))
    mail = written("Text.", **{"Authentication-Results": field})
    began = time.perf_counter()
    results(mail, MX)
    assert time.perf_counter() - began < 0.1
