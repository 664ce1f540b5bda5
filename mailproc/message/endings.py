"""Sets aside what stands below the last sentence: closing, name, contact lines."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from mailproc.message.footers import set_aside_disclaimer, set_aside_footers
from mailproc.message.mail import SetAsideKind
from mailproc.message.vocabulary import bare, vocabulary

if TYPE_CHECKING:
    from mailproc.message.sheet import Sheet

_MOST_SIGNATURE_LINES = 25
_LONGEST_SIGNATURE_LINE = 90
_LOWEST_LINES = 100  # how far up from the end a signature line is looked for
_DASHES = re.compile(r"(?:-{2,}|–{2}|—{2,}|_{2,})\Z")
_STRONG_DASHES = re.compile(r"(?:-- ?|—{3,}|_{10,})\Z")
_PHONE = r"(?:\+|00)\d[\d ()./-]{6,}\d|\(?0\d{1,5}\)?[ /.-]\d[\d ./-]{3,}\d|\(?\d{3}\)?[-. ]\d{3}[-.]\d{4}"
_ADDRESS = r"[^\s@<>]{1,64}@[^\s@<>]{1,190}\.[a-z]{2,}|(?:https?://|www\.)\S{3,200}"
_CONTACT = re.compile(f"{_PHONE}|{_ADDRESS}", re.IGNORECASE)
_LABEL = re.compile(r"([^\W\d_][\w .'-]{0,40}?)\s?[:：]\s*\S")
_BULLET = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
_POSTSCRIPT = re.compile(r"p\.? ?s\.?(?![\w/])", re.IGNORECASE)
_LONGEST_CLOSING, _LONGEST_CLOSING_LINE = 5, 40
_NAME_MARK = " -–—/~*_.,!\t"


def set_aside_ending(sheet: Sheet, start: int, end: int, author: str) -> None:
    """Works upwards from the end of one stretch of own lines."""
    end = _below_signature_line(sheet, start, end)
    end = set_aside_disclaimer(sheet, start, end)
    end = set_aside_footers(sheet, start, end)
    end = _closing(sheet, start, end, author)
    end = _signed_by_author(sheet, start, end, author)
    set_aside_footers(sheet, start, end)


def _below_signature_line(sheet: Sheet, start: int, end: int) -> int:
    """Everything below ``-- `` (RFC 3676 §4.3), or below another rule if it looks like a signature."""
    for index in range(max(start, end - _LOWEST_LINES), end):
        line = sheet.lines[index].strip()
        if len(line) > 80 or not _DASHES.match(line):
            continue
        strong = bool(_STRONG_DASHES.match(line))
        if _is_signature(sheet, index + 1, end, strong=strong) or (
            strong and _is_below_quote(sheet, start, index)
        ):
            sheet.set_aside(index, end, SetAsideKind.SIGNATURE, "signature line")
            return sheet.last_written(start, index)
    return end


def _is_below_quote(sheet: Sheet, start: int, index: int) -> bool:
    """True where nothing of the author's stands between a quote and the dashes, but something above it."""
    between = any(sheet.folded[start:index])
    return not between and any(sheet.folded[above] and sheet.reasons[above] is None for above in range(start))


def _is_signature(sheet: Sheet, start: int, end: int, *, strong: bool) -> bool:
    written = [index for index in range(start, end) if sheet.folded[index]]
    if not written:
        return True
    if len(written) > _MOST_SIGNATURE_LINES + 15 * strong:
        return False
    below = written[: _first_legal(sheet, written)]
    odd = sum(not _is_signature_line(sheet, index) for index in below)
    if strong:
        return odd * 2 <= len(below)
    contacts = sum(_CONTACT.search(sheet.lines[index]) is not None for index in below)
    return odd <= len(below) // 5 and (contacts > 0 or len(below) <= 4) and len(below) <= 15


def _first_legal(sheet: Sheet, written: list[int]) -> int:
    """How many of the lines stand above the first that begins a disclaimer or footer."""
    words = vocabulary()
    for count, index in enumerate(written):
        line = sheet.folded[index]
        if words.disclaimers.of(line) or words.footers.of(line) or words.mobile.of(line):
            return count
    return len(written)


def _is_signature_line(sheet: Sheet, index: int) -> bool:
    """Short, no sentence, no list item, no line of a form."""
    line = sheet.lines[index].strip()
    if len(line) > _LONGEST_SIGNATURE_LINE and not _CONTACT.search(line):
        return False
    if _CONTACT.search(line):
        return len(line) <= 220 and not line.endswith("?")
    if _BULLET.match(line) or line.endswith("?") or _is_form_line(line):
        return False
    words = line.split()
    return len(words) <= 12 and not (line.endswith((".", "!", "。")) and len(words) > 4)


def _is_form_line(line: str) -> bool:
    match = _LABEL.match(line)
    return match is not None and match[1].casefold().strip(" .") not in vocabulary().contact_labels


def _closing(sheet: Sheet, start: int, end: int, author: str) -> int:
    """From the closing phrase to the end, if below it stand only name and signature."""
    written = [index for index in range(start, end) if sheet.folded[index]]
    for index in written[-_MOST_SIGNATURE_LINES:]:
        if _is_closing(sheet.folded[index], author):
            bottom = _signature_end(sheet, index + 1, end)
            if bottom is not None:
                sheet.set_aside(index, index + 1, SetAsideKind.CLOSING, "closing phrase")
                sheet.set_aside(index + 1, bottom, SetAsideKind.SIGNATURE, "below the closing phrase")
                return sheet.last_written(start, index) if bottom == end else end
    return end


def _is_closing(folded: str, author: str) -> bool:
    words = vocabulary()
    if len(folded) > 90:
        return False
    core = bare(folded)
    if all(bare(part) in words.closings for part in core.split("/")):
        return True  # "Mit freundlichen Grüßen / Kind regards"
    head, _, tail = core.partition(",")
    if (
        bare(head) in words.closings
        and tail
        and len(tail.split()) <= 4
        and not any(char.isdigit() for char in tail)
    ):
        return bare(tail) in words.closings or _looks_like_name(tail) or names_author(tail, author)
    if bare(head) in words.thanks and bare(tail) in words.closings:
        return True
    first, _, rest = core.partition(" ")
    if first in words.closings and names_author(rest, author):
        return True
    return _closing_with_name(core, author)


def _closing_with_name(core: str, author: str) -> bool:
    """A closing phrase of several words with the author's name on the same line."""
    parts = core.split()
    return any(
        " ".join(parts[:cut]) in vocabulary().closings and names_author(" ".join(parts[cut:]), author)
        for cut in range(max(1, len(parts) - 3), len(parts))
    )


def _looks_like_name(text: str) -> bool:
    words = text.split()
    return 1 <= len(words) <= 3 and all(word.strip(".-'").isalpha() for word in words)


def _signature_end(sheet: Sheet, start: int, end: int) -> int | None:
    """Where the signature below a closing ends: at the end, or at a postscript. None: it is none."""
    odd = count = 0
    for index in range(start, end):
        if not sheet.folded[index]:
            continue
        if _POSTSCRIPT.match(sheet.lines[index].strip()):
            return index
        count += 1
        odd += not _is_signature_line(sheet, index)
        if odd and count <= 2:
            return None
    return end if odd * 4 <= count and count <= _MOST_SIGNATURE_LINES else None


def _signed_by_author(sheet: Sheet, start: int, end: int, author: str) -> int:
    """The author's own name on a line, with nothing but contact lines below it, and "Thanks," above."""
    written = [index for index in range(start, end) if sheet.folded[index]]
    for index in written[-_MOST_SIGNATURE_LINES:]:
        if not _is_name_line(sheet.lines[index], author):
            continue
        below = [other for other in written if other > index]
        if all(_is_signature_line(sheet, other) for other in below):
            sheet.set_aside(index, end, SetAsideKind.SIGNATURE, "the author's name")
            return _closing_above(sheet, start, index)
    return end


def _is_name_line(line: str, author: str) -> bool:
    text = line.strip()
    if len(text) > 80:
        return False
    head, _, tail = text.partition(",")
    if tail and bare(head.casefold()) in vocabulary().thanks and names_author(tail, author):
        return True
    return names_author(text, author) or (
        text.startswith("/") and 2 < len(text) < 24 and text[1:].strip().isalpha()
    )


def _closing_above(sheet: Sheet, start: int, name: int) -> int:
    """Takes "Thanks" above the author's name as a closing, and what no list holds ("Hugs from Galway")."""
    end = sheet.last_written(start, name)
    if end <= start:
        return end
    if bare(sheet.folded[end - 1]) in vocabulary().thanks:
        rule = "thanks above the author's name"
    elif end == name and _may_close(sheet, start, end - 1):
        rule = "a few words above the author's name"
    else:
        return end
    sheet.set_aside(end - 1, end, SetAsideKind.CLOSING, rule)
    return sheet.last_written(start, end - 1)


def _may_close(sheet: Sheet, start: int, index: int) -> bool:
    """True for a paragraph of a few words that tells nothing: no digits, no verb, no end of a sentence."""
    if index <= start or sheet.folded[index - 1]:
        return False
    line = sheet.folded[index]
    words = line.rstrip(",!").replace("'", " ").split()
    if not 1 <= len(words) <= _LONGEST_CLOSING or len(line) > _LONGEST_CLOSING_LINE or line[-1] in ".?:;…。":
        return False
    return all(any(char.isalpha() for char in word) for word in words) and not (
        any(char.isdigit() or char in "@#>|" for char in line)
        or any(word in vocabulary().telling for word in words)
    )


def names_author(text: str, author: str) -> bool:
    """Whether a text is nothing but the author's name, a part of it, or its initials."""
    said = [word for word in _name_words(text.replace(".", ". ")) if word not in vocabulary().titles]
    known = _known_names(author)
    if not said or not known or len(said) > 5:
        return False
    full = any(word in known and len(word) > 1 for word in said)
    return full and all(word in known or _is_initial(word, known) for word in said)


@lru_cache(maxsize=64)
def _known_names(author: str) -> frozenset[str]:
    return frozenset(_name_words(author[:200].replace(",", " ")))


def _name_words(text: str) -> list[str]:
    """The words of a name without accents: people write Zoë on one line and Zoe on another."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )
    return [word for part in plain.split() if (word := part.strip(_NAME_MARK + "()\"'"))]


def _is_initial(word: str, known: frozenset[str]) -> bool:
    return len(word) == 1 and any(name.startswith(word) for name in known)
