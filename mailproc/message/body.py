"""Finds the text a person is meant to read in a MIME tree, and names every other part without opening it."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from mailproc.message import charset, flowed, html, tnef
from mailproc.message.headers import decoded
from mailproc.message.mail import Attachment
from mailproc.message.marks import without_marks
from mailproc.message.vocabulary import vocabulary

if TYPE_CHECKING:
    from email.message import Message

UNREAD = "text/x-unread"
"""The type the parser gives a mail of which it read only the headers."""

_RETURNED_HEADERS = "text/rfc822-headers"
"""The type of a returned mail of which a report keeps only the headers (RFC 6522 §4)."""

_DEEPEST = 60
_MOST_PARTS = 1_000
_MOST_TEXT = 300_000  # characters; beyond it nobody reads
_MOST_ATTACHED_MAILS = 20
_MOST_PACKED = 3
_PACKED_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_PACKED_NAME = "winmail.dat"
_LONGEST_STUB = 400
_REPORT_TYPES = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")


@dataclass(kw_only=True, slots=True)
class Body:
    """What one mail holds, gathered part by part."""

    text: str = ""
    part_types: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    packed: list[Message] = field(default_factory=list)
    delivery_status: str = ""
    calendar_method: str = ""
    shows_picture: bool = False
    defects: list[str] = field(default_factory=list)

    def unreadable(self) -> str | None:
        """Why there is nothing to read; None where there is text, or the mail is simply empty."""
        if self.text.lstrip().startswith("-----BEGIN PGP MESSAGE-----") or self._holds("multipart/encrypted"):
            return "encrypted"
        if without_marks(self.text).strip():
            return None
        if self._holds("application/pkcs7-mime") or self._holds("application/x-pkcs7-mime"):
            return "encrypted"
        if self._holds(UNREAD):
            return "nested too deeply"
        if self.packed:
            return _PACKED_NAME
        if self.shows_picture or (
            self.attachments and all(a.content_type.startswith("image/") for a in self.attachments)
        ):
            return "picture only"
        return "attachment only" if self.attachments else None

    def _holds(self, content_type: str) -> bool:
        return content_type in self.part_types


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text part, decoded only if it is chosen."""

    part: Message
    subtype: str


def read_body(message: Message) -> Body:
    """The body of a mail. Bounded in depth, parts and characters; what is left out is named as a defect."""
    body = Body()
    pieces = _pieces(message, body, 0)
    texts = []
    for piece in pieces[:_MOST_PARTS]:
        texts.append(_text(piece, body))
    body.text = "\n\n".join(text for text in texts if text.strip())
    if not without_marks(body.text).strip():
        body.text = "\n\n".join(filter(None, (_unpacked(part, body) for part in body.packed[:_MOST_PACKED])))
    if len(body.text) > _MOST_TEXT:
        body.text = body.text[:_MOST_TEXT]
        body.defects.append(f"text cut after {_MOST_TEXT} characters")
    return body


def _pieces(part: Message, body: Body, depth: int) -> list[_Piece]:
    """The text parts to read, in order; everything else is noted in ``body``."""
    if len(body.part_types) >= _MOST_PARTS or depth > _DEEPEST:
        defect = "too many parts" if depth <= _DEEPEST else "parts nested too deeply"
        if defect not in body.defects:
            body.defects.append(defect)
        return []
    content_type = part.get_content_type()
    body.part_types.append(content_type)
    if part.defects:
        body.defects.extend(type(defect).__name__ for defect in part.defects)
    if content_type in _REPORT_TYPES:
        body.delivery_status = body.delivery_status or _raw_status(part)
        return []
    if content_type == "message/rfc822":
        return _attached_mail(part, body)
    if content_type == _RETURNED_HEADERS and body.part_types[0] == "multipart/report":
        return _attach(_returned_headers(part), body)
    if content_type == UNREAD:
        return []
    payload = part.get_payload()
    if isinstance(payload, list):
        children = [child for child in payload if not isinstance(child, str)]
        if content_type == "multipart/alternative":
            return _best_alternative(children, body, depth)
        return _unnamed([_pieces(child, body, depth + 1) for child in children], body)
    if content_type in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        return [_Piece(part, content_type.partition("/")[2])]
    if content_type == "text/calendar" and part.get_content_disposition() != "attachment":
        body.calendar_method = body.calendar_method or str(part.get_param("method", "")).strip().lower()
    attachment = _attachment(part, content_type)
    body.attachments.append(attachment)
    if content_type in _PACKED_TYPES or attachment.filename.lower() == _PACKED_NAME:
        body.packed.append(part)
    return []


def _unnamed(found: list[list[_Piece]], body: Body) -> list[_Piece]:
    """The pieces in order; a text with a file name is a file, read only where nothing else is text."""
    pieces = [piece for group in found for piece in group]
    if len(pieces) < 2:
        return pieces
    files = [piece for piece in pieces if _filename(piece.part)]
    if len(files) == len(pieces):
        files = files[1:]
    body.attachments.extend(_attachment(piece.part, piece.part.get_content_type()) for piece in files)
    return [piece for piece in pieces if piece not in files]


def _best_alternative(children: list[Message], body: Body, depth: int) -> list[_Piece]:
    """The plain version, unless it is empty or only says that the mail needs HTML (RFC 2046 §5.1.4)."""
    choices = [pieces for child in children if (pieces := _pieces(child, body, depth + 1))]
    rich = [pieces for pieces in choices if any(piece.subtype == "html" for piece in pieces)]
    plain = [pieces for pieces in choices if all(piece.subtype == "plain" for piece in pieces)]
    if plain and (not rich or not _is_stub(plain[0])):
        return plain[0]
    return rich[-1] if rich else []


def _is_stub(pieces: list[_Piece]) -> bool:
    text = "".join(_decoded_text(piece.part)[0] for piece in pieces).strip()
    if len(text) > _LONGEST_STUB:
        return False
    return not text or vocabulary().html_stub.search(text.casefold()) is not None


def _text(piece: _Piece, body: Body) -> str:
    text, defect = _decoded_text(piece.part)
    if defect:
        body.defects.append(defect)
    if piece.subtype == "html" or text[:200].lstrip().lower().startswith(("<!doctype html", "<html")):
        body.shows_picture = body.shows_picture or html.has_picture(text)
        return html.to_text(text)
    text = without_marks(text)
    if str(piece.part.get_param("format", "")).lower() == "flowed":
        return flowed.unfold_flowed(text, delsp=str(piece.part.get_param("delsp", "")).lower() == "yes")
    return text


def _decoded_text(part: Message) -> tuple[str, str | None]:
    """The text of a part with plain line ends, and the defect of its charset."""
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return "", None
    try:
        label = part.get_content_charset()
    except (LookupError, UnicodeError, ValueError):
        label = None
    text, defect = charset.decode(octets, label)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""), defect


def _unpacked(part: Message, body: Body) -> str:
    """The text Outlook packed into a winmail.dat; its files are named like those of the mail."""
    octets = part.get_payload(decode=True)
    try:
        packed = tnef.unpacked(octets if isinstance(octets, bytes) else b"")
    except tnef.BrokenTnefError as fault:
        body.defects.append(f"{_PACKED_NAME}: {fault}")
        return ""
    body.attachments.extend(packed.files)
    if not packed.html:
        return without_marks(packed.text)
    body.shows_picture = body.shows_picture or html.has_picture(packed.html)
    return html.to_text(packed.html)


def _attached_mail(part: Message, body: Body) -> list[_Piece]:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and not isinstance(payload[0], str):
        return _attach(payload[0], body)
    body.attachments.append(_attachment(part, "message/rfc822"))
    return []


def _attach(mail: Message, body: Body) -> list[_Piece]:
    if len(body.attached) < _MOST_ATTACHED_MAILS:
        body.attached.append(mail)
    return []


def _returned_headers(part: Message) -> Message:
    return HeaderParser().parsestr(_decoded_text(part)[0].lstrip("\n"))


def _attachment(part: Message, content_type: str) -> Attachment:
    return Attachment(filename=_filename(part), content_type=content_type, size=_size(part))


def _filename(part: Message) -> str:
    try:
        return decoded(part.get_filename() or "")
    except (LookupError, UnicodeError, ValueError, TypeError):
        return ""


def _size(part: Message) -> int:
    """The octets of a part, reckoned from its transfer encoding instead of decoding it (RFC 2045 §6.8)."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return 0
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return len(payload)
    return (len(payload) - payload.count("\n") - payload.count("\r")) * 3 // 4 - payload[-4:].count("=")


def _raw_status(part: Message) -> str:
    """The fields of a report, which the parser took for messages without bodies (RFC 3464 §2.1)."""
    payload = part.get_payload()
    if isinstance(payload, str):
        return payload
    groups = payload if isinstance(payload, list) else []
    fields = (
        "\n".join(f"{name}: {value}" for name, value in group.items())
        for group in groups
        if not isinstance(group, str)
    )
    return "\n\n".join(fields)
