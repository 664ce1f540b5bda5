"""Builds the mails of these tests as octets, the way programs send them."""

from __future__ import annotations

_HEADERS = {
    "From": "Anna Berg <anna.berg@example.com>",
    "To": "support@desk.example",
    "Subject": "Printer",
    "Date": "Mon, 03 Mar 2025 09:15:00 +0100",
    "Message-ID": "<m1@example.com>",
    "MIME-Version": "1.0",
}


def letter(
    body: str | bytes,
    *,
    content_type: str = "text/plain; charset=utf-8",
    encoding: str = "8bit",
    **headers: str,
) -> bytes:
    """A mail of one part. Header names are given with underscores; a body of octets goes in as it is."""
    fields = _HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    fields |= {"Content-Type": content_type, "Content-Transfer-Encoding": encoding}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    octets = body if isinstance(body, bytes) else body.encode()
    return head.encode() + b"\r\n" + octets


def parcel(*parts: tuple[str, str], kind: str = "mixed", **headers: str) -> bytes:
    """A multipart mail of (header lines, body) parts."""
    inside = "".join(f"--cut\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts)
    return letter(inside + "--cut--\r\n", content_type=f'multipart/{kind}; boundary="cut"', **headers)


def page(html: str, **headers: str) -> bytes:
    """A mail of HTML alone."""
    return letter(html, content_type="text/html; charset=utf-8", **headers)
