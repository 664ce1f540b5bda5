"""Takes the author's reasons out of a mail: the words without label lines, greetings and the bare wish."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mailproc.reading.labels import LINE
from mailproc.reading.sentences import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.message.mail import Address
    from mailproc.reading.sentences import Sentence
    from mailproc.reading.speech import Passage

FEWEST_WORDS_OF_A_REASON = 2
FEWEST_LETTERS_OF_A_REASON = 3
"""For scripts in which a letter is a word."""
LONGEST_SIGN_OFF, LONGEST_SIGN_OFF_LINE = 6, 200
"""Words and characters of a line that only says who writes."""
LONGEST_ADDRESS = 5
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ASKING = ("intent.request", "intent.with_ticket", "intent.urgency", "level.emergency")
_ASKING_ALONE = ("intent.request", "intent.urgency", "level.emergency", "motivation.courtesy")
"""Words whose clause asks or is polite, and tells nothing. "First" and "today" stand in clauses that tell,
too."""
_SAYS_NOTHING = ("motivation.courtesy", "motivation.empty", "motivation.hollow", *_ASKING)
_EVIDENCE_OR_EXCUSE = ("evidence.", "excuses.")


def motivation_text(words: Passage, author: Address | None) -> str:
    """The stretch of the author's words that may hold reasons.

    Behind a label ("Reason: …") everything from the label on; else all words but the lines that
    carry an ID, a level or another reference, and the name at the end.
    """
    text, kept, cut_from = words.text, [], 0
    for line in words.labelled:
        if line.kind == "motivation":
            kept.append(text[cut_from : line.start] if cut_from else "")
            kept.append(line.value + "\n")
        else:
            kept.append(text[cut_from : line.start])
        cut_from = line.end
    kept.append(text[cut_from:])
    return _BLANK_LINES.sub("\n\n", _without_sign_off("".join(kept), author)).strip()


def holds_reason(passage: Passage, author: Address | None) -> bool:
    """True where something is said beyond the wish itself, its urgency and politeness."""
    if any(match.key.startswith(_EVIDENCE_OR_EXCUSE) and not match.negated for match in passage.matches):
        return True
    names = frozenset(words_of(f"{author.name} {author.email}")) if author else frozenset()
    return any(
        _is_enough(_substance(passage, sentence, clause, names))
        for sentence in passage.sentences
        for clause in _clauses_with_own_thoughts(passage, sentence)
    )


def without_mere_asking(reasons: Passage, author: Address | None) -> str:
    """The reasons without greetings and sentences that do nothing but ask, at both ends.

    What stands between two sentences that say something is kept, and where nothing would remain,
    everything is.
    """
    names = frozenset(words_of(f"{author.name} {author.email}")) if author else frozenset()
    greeted = 1 if reasons.sentences and _is_address(reasons.sentences[0]) else 0
    sentences = reasons.sentences[greeted:]
    first = next((s.text.strip() for s in sentences if _tells(reasons, s, names)), None)
    last = next((s.text.strip() for s in reversed(sentences) if _tells(reasons, s, names)), None)
    if first is None or last is None:
        return reasons.text
    start, end = reasons.text.find(first), reasons.text.rfind(last) + len(last)
    return reasons.text[start:end] if 0 <= start < end else reasons.text


def _is_address(sentence: Sentence) -> bool:
    """ "Hi Kim," and "Sehr geehrte Frau Berg,": few words, and a comma at the end."""
    return len(sentence.words) <= LONGEST_ADDRESS and sentence.text.rstrip().endswith(",")


def _tells(passage: Passage, sentence: Sentence, names: frozenset[str]) -> bool:
    return bool(_substance(passage, sentence, range(len(sentence.words)), names)) or any(
        match.key.startswith(_EVIDENCE_OR_EXCUSE) for match in passage.matches_in(sentence)
    )


def _is_enough(words: list[str]) -> bool:
    by_letter = bool(words) and words[0] > "\u3000"
    return len(words) >= (FEWEST_LETTERS_OF_A_REASON if by_letter else FEWEST_WORDS_OF_A_REASON)


def _without_sign_off(text: str, author: Address | None) -> str:
    """The text without a short last line, and what follows it, that holds the author's name."""
    if author is None:
        return text
    names = {word for word in words_of(author.name) if len(word) > 1}
    names |= {word for word in words_of(author.local_part) if len(word) > 2}
    lines = [match for match in LINE.finditer(text) if match[0].strip()]
    for line in lines[1:][-LONGEST_SIGN_OFF:]:
        if len(line[0]) > LONGEST_SIGN_OFF_LINE:
            continue
        words = words_of(line[0])
        if (
            len(words) <= LONGEST_SIGN_OFF
            and names & set(words)
            and not line[0].rstrip().endswith((".", "?", ":"))
        ):
            return text[: line.start()]
    return text


def _clauses_with_own_thoughts(passage: Passage, sentence: Sentence) -> Iterator[range]:
    """The clauses of a sentence that do more than ask. One that asks counts from "because" on."""
    asking = list(passage.found_in(sentence, *_ASKING_ALONE))
    because = [m.first for m in passage.found_in(sentence, "motivation.because")]
    edges = sorted({0, len(sentence.words), *sentence.breaks, *because})
    for start, stop in pairwise(edges):
        if start in because or not any(m.first < stop and start <= m.last for m in asking):
            yield range(start, stop)


def _substance(passage: Passage, sentence: Sentence, clause: range, names: frozenset[str]) -> list[str]:
    """The words of a clause that say something: no little words, no politeness, no numbers, no names."""
    covered = {
        place
        for match in passage.found_in(sentence, *_SAYS_NOTHING)
        for place in range(match.first, match.last + 1)
    }
    return [
        sentence.words[place]
        for place in clause
        if place not in covered
        and not _is_little(sentence.words[place], passage)
        and sentence.words[place] not in names
    ]


def _is_little(word: str, passage: Passage) -> bool:
    """True for numbers, for "the" and "of", for hollow words, and for the letters of Japanese grammar."""
    return (
        not word[0].isalpha()
        or "\u3040" <= word <= "\u309f"
        or word in passage.common
        or passage.is_hollow(word)
    )
