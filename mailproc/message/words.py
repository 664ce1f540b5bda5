"""The author's own words: history, signature and footers are set aside, and nothing else is lost.

Where a rule is not sure it leaves the line alone: a line too many does less harm than a reason lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.message.endings import set_aside_ending
from mailproc.message.footers import set_aside_banner
from mailproc.message.forwarded import read_forwarded
from mailproc.message.mail import OwnWords, SetAsideKind
from mailproc.message.marks import (
    ATTRIBUTION_CLOSE,
    ATTRIBUTION_OPEN,
    HISTORY_BEGINS,
    SIGNATURE_CLOSE,
    SIGNATURE_OPEN,
)
from mailproc.message.quotes import (
    attribution_lines,
    columned_block,
    header_block,
    is_forward_subject,
    is_quoted,
    separator,
)
from mailproc.message.sheet import Sheet
from mailproc.message.vocabulary import bare, fold, vocabulary

if TYPE_CHECKING:
    from mailproc.message.mail import Forwarded

_CLOSES = {SIGNATURE_CLOSE: SIGNATURE_OPEN, ATTRIBUTION_CLOSE: ATTRIBUTION_OPEN}
_ENCLOSING = frozenset((*_CLOSES, *_CLOSES.values()))
_MOST_ENDINGS = 50
_WRAPPED_LINE = 58
_BARE_FOOTERS = ("signature line", "sent from a device or program")


def own_words(text: str, *, subject: str = "", author: str = "") -> OwnWords:
    """The author's part of a text. ``subject`` tells a forward from a reply, ``author`` is the sender's name.

    ``text`` may carry the marks of ``mailproc.message.marks``. An empty result means that every line is
    surely quoted, forwarded, signature or footer.
    """
    sheet = Sheet(text)
    _set_aside_marked(sheet)
    if "-----BEGIN PGP" in text:
        _set_aside_armor(sheet)
    set_aside_banner(sheet)
    _set_aside_history(sheet, is_forward_subject(subject))
    for start, end in list(sheet.own_blocks())[-_MOST_ENDINGS:]:
        set_aside_ending(sheet, start, end, author)
    if _says_nothing(sheet.own_text()):
        _trim_less(sheet)
    return OwnWords(
        text=sheet.own_text(),
        set_aside=sheet.aside(),
        quoted=sheet.text_of(SetAsideKind.QUOTE, SetAsideKind.QUOTE_HEADER),
        forwarded=_forwarded(sheet),
    )


def _says_nothing(text: str) -> bool:
    """Whether there is text, but only a greeting or a symbol in it."""
    core = bare(fold(text[:60]))
    return bool(text) and (core in vocabulary().greetings or not any(char.isalnum() for char in text[:60]))


def _trim_less(sheet: Sheet) -> None:
    for index, reason in enumerate(sheet.reasons):
        if reason is not None and reason[1] in _BARE_FOOTERS:
            sheet.give_back(index, index + 1)


def _set_aside_marked(sheet: Sheet) -> None:
    """Takes the marks of signatures and attributions out, with what stands between them."""
    opened: dict[str, int] = {}
    for index, line in enumerate(sheet.lines):
        mark = line.strip()
        if mark not in _ENCLOSING:
            continue
        sheet.blank(index)
        if mark in _CLOSES:
            start = opened.pop(_CLOSES[mark], None)
            if start is not None:
                _set_aside_element(sheet, start, index, mark)
        else:
            opened.setdefault(mark, index)
    if not sheet.has_own_words():
        sheet.give_back(0, len(sheet.lines))  # some people write inside their signature


def _set_aside_element(sheet: Sheet, start: int, end: int, mark: str) -> None:
    if mark == SIGNATURE_CLOSE:
        sheet.set_aside(start, end, SetAsideKind.SIGNATURE, "signature element")
    elif not any(separator(folded) for folded in sheet.folded[start:end] if folded):
        sheet.set_aside(start, end, SetAsideKind.QUOTE_HEADER, "attribution element")


def _set_aside_armor(sheet: Sheet) -> None:
    """Takes the frame of a text signed in itself off (RFC 9580 §7)."""
    start: int | None = None
    for index, line in enumerate(sheet.lines):
        if line.startswith("-----BEGIN PGP SIGN"):
            start = index
        ends_head = not line and start is not None and "SIGNED" in sheet.lines[start]
        if start is not None and (ends_head or line.startswith("-----END PGP SIGNATURE")):
            sheet.set_aside(start, index + 1, SetAsideKind.SIGNATURE, "OpenPGP frame")
            start = None


def _set_aside_history(sheet: Sheet, forwards: bool) -> None:
    """Walks down the lines; the first unmarked history takes the rest, marked quotes only their own lines."""
    index, end = 0, len(sheet.lines)
    written_above = False
    while index < end:
        if sheet.reasons[index] is not None or not sheet.folded[index]:
            index += 1
        elif is_quoted(sheet.lines[index]):
            index = _quoted_run(sheet, index)
        elif (after := _history(sheet, index, forwards, written_above)) is not None:
            index = after
        else:
            written_above = True
            index += 1


def _quoted_run(sheet: Sheet, start: int) -> int:
    """Sets aside neighbouring quoted lines with the blank lines between them."""
    end = start
    while True:
        while end < len(sheet.lines) and (is_quoted(sheet.lines[end]) or _is_wrapped_quote(sheet, end)):
            end += 1
        following = sheet.next_written(end)
        if following >= len(sheet.lines) or not is_quoted(sheet.lines[following]):
            sheet.set_aside(start, end, SetAsideKind.QUOTE, "quote mark")
            return end
        end = following


def _is_wrapped_quote(sheet: Sheet, index: int) -> bool:
    """Whether a line without a mark is the rest of the long quoted line above it, cut off by a gateway."""
    if index + 1 >= len(sheet.lines) or not is_quoted(sheet.lines[index + 1]):
        return False
    return len(sheet.lines[index - 1]) >= _WRAPPED_LINE and sheet.lines[index][:1].islower()


def _history(sheet: Sheet, index: int, forwards: bool, written_above: bool) -> int | None:
    """Sets aside history that begins at this line; the line to go on from, or None where none begins."""
    end = len(sheet.lines)
    if sheet.lines[index].strip() == HISTORY_BEGINS:
        sheet.blank(index)
        kind = SetAsideKind.FORWARD if forwards else SetAsideKind.QUOTE
        sheet.set_aside(index, end, kind, "marked by the mail program")
        return end
    announced = separator(sheet.folded[index])
    if announced is not None:
        kind = SetAsideKind.FORWARD if forwards else announced
        sheet.set_aside(index, end, kind, "separator line")
        return end
    block = header_block(sheet, index)
    if block is not None:
        if not forwards and not written_above:
            # Header lines on top, in a mail that passes nothing on: the text below is the author's.
            sheet.set_aside(index, block.end, SetAsideKind.QUOTE_HEADER, "header lines")
            return block.end
        kind = SetAsideKind.FORWARD if forwards else SetAsideKind.QUOTE
        sheet.set_aside(_rule_above(sheet, index), end, kind, "header lines")
        return end
    if written_above and columned_block(sheet, index) is not None:
        sheet.set_aside(index, end, SetAsideKind.QUOTE, "header columns")
        return end
    count = attribution_lines(sheet, index)
    return _attributed(sheet, index, index + count, written_above) if count else None


def _attributed(sheet: Sheet, start: int, end: int, written_above: bool) -> int:
    """ "On … wrote:" goes with the marked quote below it; without marks all below it is the quote."""
    sheet.set_aside(start, end, SetAsideKind.QUOTE_HEADER, "attribution")
    following = sheet.next_written(end)
    if following < len(sheet.lines) and is_quoted(sheet.lines[following]):
        return following
    if not written_above:
        return end
    sheet.set_aside(end, len(sheet.lines), SetAsideKind.QUOTE, "below the attribution")
    return len(sheet.lines)


def _rule_above(sheet: Sheet, index: int) -> int:
    """The line of underscores Outlook draws above the header lines."""
    above = index - 1
    while above >= 0 and not sheet.folded[above]:
        above -= 1
    if above >= 0 and len(sheet.lines[above]) >= 5 and not sheet.lines[above].strip("_ "):
        return above
    return index


def _forwarded(sheet: Sheet) -> tuple[Forwarded, ...]:
    text = sheet.text_of(SetAsideKind.FORWARD)
    return (read_forwarded(text),) if text.strip() else ()
