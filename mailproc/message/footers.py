"""Sets aside what gateways and programs add around a text: warnings, disclaimers, footers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import SetAsideKind
from mailproc.message.vocabulary import bare, vocabulary

if TYPE_CHECKING:
    from mailproc.message.sheet import Sheet

_MOST_PARAGRAPHS_BELOW = 10
_LINK = re.compile(r"<?\[?https?://[^\s>\]]{1,2000}[>\]]?")


def set_aside_banner(sheet: Sheet) -> None:
    """Sets aside the warnings gateways put on top ("external sender")."""
    index = sheet.next_written(0)
    for _ in range(3):
        end = _banner_end(sheet, index)
        if sheet.next_written(end) >= len(sheet.lines) or not _is_banner(sheet, index, end):
            return
        sheet.set_aside(index, end, SetAsideKind.FOOTER, "warning about external mail")
        index = sheet.next_written(end)


def _banner_end(sheet: Sheet, start: int) -> int:
    """The end of the first paragraph, or the greeting some gateways put their warning right above."""
    end = _paragraph_end(sheet, start, len(sheet.lines))
    greetings = vocabulary().greetings
    below = range(start + 1, end)
    return next((i for i in below if bare(sheet.folded[i].partition(",")[0]) in greetings), end)


def _is_banner(sheet: Sheet, start: int, end: int) -> bool:
    folded = sheet.folded[start].lstrip("*_-=!#⚠️ ")
    phrase = vocabulary().banners.of(folded)
    if phrase is None or end - start > 8:
        return False
    # A tag in brackets may stand before the author's first word.
    return not phrase.startswith(("[", "【")) or folded.endswith(("]", "】"))


def set_aside_disclaimer(sheet: Sheet, start: int, end: int) -> int:
    """From the first paragraph that begins like a disclaimer and speaks like one, to the end."""
    words = vocabulary()
    paragraphs = _paragraphs(sheet, start, end)
    for number, (top, bottom) in enumerate(paragraphs[-_MOST_PARAGRAPHS_BELOW:]):
        if number == 0 and top == start and len(paragraphs) > 1:
            continue
        for index in range(top, bottom):
            phrase = words.disclaimers.of(sheet.folded[index].lstrip("*_-|>#• "))
            if phrase and _starts_paragraph(sheet, index, top) and _speaks_law(sheet, index, bottom, end):
                sheet.set_aside(index, end, SetAsideKind.DISCLAIMER, phrase)
                return sheet.last_written(start, index)
    return end


def _starts_paragraph(sheet: Sheet, index: int, top: int) -> bool:
    """A sentence may begin a line by chance of wrapping: then the line before is a full one."""
    return index == top or len(sheet.lines[index - 1]) < 55


def _speaks_law(sheet: Sheet, index: int, bottom: int, end: int) -> bool:
    text = " ".join(sheet.folded[index : max(bottom, min(end, index + 4))])
    return any(word in text for word in vocabulary().legal_words)


def _paragraphs(sheet: Sheet, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    index = start
    while index < end:
        bottom = _paragraph_end(sheet, index, end)
        found.append((index, bottom))
        index = sheet.next_written(bottom)
    return found


def _paragraph_end(sheet: Sheet, index: int, end: int) -> int:
    while index < end and sheet.folded[index]:
        index += 1
    return index


def set_aside_footers(sheet: Sheet, start: int, end: int) -> int:
    """Mobile, antivirus, print and unsubscribe footers, from the last line upwards."""
    words = vocabulary()
    while end > start:
        last = end - 1
        if _is_mobile_footer(sheet.folded[last]):
            sheet.set_aside(last, end, SetAsideKind.FOOTER, "sent from a device or program")
            end = sheet.last_written(start, last)
            continue
        top = _paragraph_top(sheet, last, start)
        opening = next(
            (
                i
                for i in range(top, end)
                if words.footers.of(sheet.folded[i].lstrip("*_-|#• \U0001f333\U0001f332"))
            ),
            None,
        )
        if opening is None or end - opening > 8 or (opening == start and end - opening > 3):
            return end
        sheet.set_aside(
            opening,
            end,
            SetAsideKind.FOOTER,
            words.footers.of(sheet.folded[opening].lstrip("*_-|#• ")) or "footer",
        )
        end = sheet.last_written(start, opening)
    return end


def _paragraph_top(sheet: Sheet, index: int, start: int) -> int:
    while index > start and sheet.folded[index - 1]:
        index -= 1
    return index


def _is_mobile_footer(folded: str) -> bool:
    text = _LINK.sub("", folded).strip(" *_[]()<>")
    if vocabulary().mobile.of(text) is None or len(text) > 90:
        return False
    return len(text.split()) <= 10 and not (", " in text and text.endswith((".", "!")))
