"""Decision or event in, letter out: words in text and HTML, in the reader's language."""

from mailproc.letters.compose import compose
from mailproc.letters.letter import Letter, LetterKind
from mailproc.letters.writer import Letters

__all__ = ["Letter", "LetterKind", "Letters", "compose"]
