"""Joins the lines of format=flowed text into the paragraphs their writer saw (RFC 3676)."""

from __future__ import annotations


def unfold_flowed(text: str, *, delsp: bool) -> str:
    """Flowed text with its soft breaks taken out, quote depth kept as leading ``>`` (§4.1 - §4.5).

    ``delsp`` drops the blank before each soft break (§4.4).
    """
    paragraphs: list[tuple[int, str]] = []
    open_paragraph: list[str] = []
    open_depth = 0

    def close() -> None:
        if open_paragraph:
            paragraphs.append((open_depth, "".join(open_paragraph)))
            open_paragraph.clear()

    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if content.startswith(" "):
            content = content[1:]  # space-stuffing, §4.4
        soft = content.endswith(" ") and content != "-- "  # the signature line is never flowed, §4.3
        if open_paragraph and (depth != open_depth or content == "-- "):
            close()
        open_depth = depth
        open_paragraph.append(content[:-1] if soft and delsp else content)
        if not soft:
            close()
    close()
    return "\n".join(f"{'>' * depth} {content}" if depth else content for depth, content in paragraphs)
