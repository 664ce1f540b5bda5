"""HTML as the text a reader sees: hidden parts gone, tables readable, quotes behind ``>``.

lxml and inscriptis are imported at the first HTML mail: they cost a tenth of a second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mailproc.message.marks import (
    ALL_MARKS,
    ATTRIBUTION_CLOSE,
    ATTRIBUTION_OPEN,
    HISTORY_BEGINS,
    QUOTE_CLOSE,
    QUOTE_OPEN,
    SIGNATURE_CLOSE,
    SIGNATURE_OPEN,
    without_marks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 2_000_000
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_NUL = re.compile("[\x00\ufeff]")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d])|max-height\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_SILENT_TAGS = frozenset(("script", "style", "title", "head", "noscript", "template"))
_NO_BORDER = re.compile(r"border\s*:\s*(?:none|0)|margin(?:-left)?\s*:", re.IGNORECASE)
_LEFT_BORDER = re.compile(r"border-left\s*:\s*(?!none|0)|border-left-width\s*:\s*[1-9]", re.IGNORECASE)
_CITING_CLASS = ("gmail_quote", "protonmail_quote", "yahoo_quoted", "tutanota_quote", "moz-email")

# What programs call the element in which the old mail begins. Outlook prefixes foreign names with "x_".
_HISTORY_IDS = {
    "divRplyFwdMsg",
    "mail-editor-reference-message-container",
    "reply-intro",
    "replySplit",
    "stopSpelling",
    "zwchr",
}
_HISTORY_CLASSES = {"OutlookMessageHeader", "yahoo_quoted", "zmail_extra"}
_ATTRIBUTION_CLASSES = {"gmail_attr", "moz-cite-prefix"}
_SIGNATURE_IDS = {"Signature", "ms-outlook-mobile-signature", "AppleMailSignature", "yahoo-signature"}
_SIGNATURE_CLASSES = {
    "gmail_signature",
    "moz-signature",
    "ms-outlook-ios-signature",
    "ms-outlook-mobile-signature",
    "protonmail_signature_block",
    "yahoo-signature",
}
# Word and Windows Mail draw this line above the header lines, whatever their language.
_OUTLOOK_RULE = re.compile(
    r"border-top\s*:\s*solid #(?:E1E1E1|B5C4DF) 1\.0pt|border-top-color\s*:\s*rgb\(229, ?229, ?229\)",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(html: str) -> str:
    """The readable text of an HTML body, with the marks of ``mailproc.message.marks`` in it."""
    import lxml.etree
    import lxml.html

    source = without_marks(_NUL.sub("", _XML_DECLARATION.sub("", html[:_LARGEST])))
    if not source.strip():
        return ""
    try:
        builder: Any = lxml.html  # untyped
        tree = builder.document_fromstring(source)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return ""
    _drop_hidden(tree)
    _mark(tree)
    return _quoted(_rendered(tree))


def has_picture(html: str) -> bool:
    """Whether the HTML shows at least one picture."""
    return "<img" in html or "<IMG" in html


def _rendered(tree: Any) -> str:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.html_engine import Inscriptis
    from inscriptis.model.config import ParserConfig

    try:
        return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text())
    except (RecursionError, ValueError, IndexError, KeyError, TypeError):
        return str(tree.text_content())  # nested or spanned beyond reason: the words, without the layout


def _drop_hidden(tree: Any) -> None:
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        hides = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        silent = hides or element.tag in _SILENT_TAGS
        if silent and element.tag != "body" and element.getparent() is not None:
            element.drop_tree()


def _mark(tree: Any) -> None:
    for element in list(tree.iter("blockquote", "div", "pre", "hr", "span", "table", "p")):
        if element.tag == "blockquote" and _is_citation(element):
            _enclose(element, QUOTE_OPEN, QUOTE_CLOSE)
            continue
        names = {name.removeprefix("x_") for name in (element.get("class") or "").split()}
        identity = (element.get("id") or "").removeprefix("x_")
        if identity in _SIGNATURE_IDS or names & _SIGNATURE_CLASSES:
            _enclose(element, SIGNATURE_OPEN, SIGNATURE_CLOSE)
        elif (
            identity in _HISTORY_IDS
            or names & _HISTORY_CLASSES
            or _OUTLOOK_RULE.search(element.get("style") or "")
        ):
            _put_before(element, HISTORY_BEGINS)
        elif names & _ATTRIBUTION_CLASSES:
            _enclose(element, ATTRIBUTION_OPEN, ATTRIBUTION_CLOSE)


def _is_citation(blockquote: Any) -> bool:
    """Whether a blockquote holds another mail; programs also use it to indent what is written now."""
    if blockquote.get("type") == "cite" or blockquote.get("cite"):
        return True
    names = blockquote.get("class") or ""
    if any(name in names for name in _CITING_CLASS):
        return True
    style = blockquote.get("style") or ""
    return bool(_LEFT_BORDER.search(style)) or not _NO_BORDER.search(style)


def _line(mark: str) -> Any:
    import lxml.html

    builder: Any = lxml.html
    line = builder.Element("div")
    line.text = mark
    return line


def _enclose(element: Any, opening: str, closing: str) -> None:
    first = _line(opening)
    first.tail, element.text = element.text, None
    element.insert(0, first)
    element.append(_line(closing))


def _put_before(element: Any, mark: str) -> None:
    if element.getparent() is not None:
        element.addprevious(_line(mark))


def _quoted(rendered: str) -> str:
    """Turns the marks of quotes into one ``>`` for each level, as plain text writes them."""
    return _BLANK_LINES.sub("\n\n", "\n".join(_with_depth(rendered.replace("\xa0", " ")))).strip("\n")


def _with_depth(rendered: str) -> Iterator[str]:
    depth = 0
    for line in rendered.split("\n"):
        content = line.rstrip()
        mark = content.strip()
        if mark == QUOTE_OPEN:
            depth += 1
        elif mark == QUOTE_CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            yield content
        elif mark not in ALL_MARKS:
            yield f"{'>' * min(depth, 20)} {content.strip()}".rstrip()
