"""English words that are written alike and said in two ways: a tear in the eye, and to tear apart.

Told by the words around, where espeak-ng does not; what each row of the data means is said there. The voices that sing
here use it; DiffRhythm keeps the readings that its weights were trained with.
"""

import re
from functools import cache
from importlib.resources import files

from songsmith.lyrics.speech.said import marked, pieces, written

__all__ = ["with_heteronyms"]

_NAMES = {
    "{START}": r"(?:^|(?<=[,;:.!?(\"“—-]))",
    "{END}": r"(?=\s*(?:$|[,;:.!?)\"”—]))",
    "{DET}": r"(?:an?|the|my|your|his|her|its|our|their|this|that|these|those|no|some|any|every|each|another|one|such)",
    "{WHO}": r"(?:i|you|we|they|who|i just|you just|we just|they just|we all|you all)",
    "{DO}": r"(?:to|will|would|wouldn't|can|can't|cannot|could|couldn't|won't|don't|didn't|doesn't|never|must|mustn't|"
    r"should|shouldn't|shall|let's|let (?:me|us|him|her|them|it)|may|might|do|did|does|i'll|you'll|we'll|they'll|he'll|"
    r"she'll|it'll|gonna|wanna|gotta|hafta|i'd|we'd|you'd|they'd|help (?:me|you|us)|make (?:me|you|us))",
    "{OBJ}": r"(?:me|you|us|him|her|it|them|myself|yourself|the|a|an|my|your|his|our|their|this|that|these|those|all|"
    r"every|both|another|each|no)",
}  # fmt: skip
_ANY = "-"
_REACH = 120  # characters on each side that are looked at


def with_heteronyms(text: str) -> str:
    """An English line, in which ways to say words may be marked, with marks at the words it can tell apart too."""
    if not _words().search(text):
        return text
    plain, found = written(text), []
    at = 0
    for words, how in pieces(text):
        found.append(marked(words, how) if how else _marked(plain, at, at + len(words)))
        at += len(words)
    return "".join(found)


def _marked(plain: str, start: int, end: int) -> str:
    """The stretch `[start, end)` of a line with marks at its words."""

    def sound(match: re.Match[str]) -> str:
        first, last = start + match.start(), start + match.end()
        ipa = _sound(
            match[0].lower(), plain[max(0, first - _REACH) : first], plain[last : last + _REACH]
        )
        return marked(match[0], ipa) if ipa else match[0]

    return _words().sub(sound, plain[start:end])


def _sound(word: str, before: str, after: str) -> str:
    """How a word is said between these words, "" if nothing tells."""
    before, after = (text.lower().replace("’", "'") for text in (before, after))
    for own, ipa, left, right in _rows():
        if own == word and left.search(before) and right.match(after):
            return ipa
    return ""


@cache
def _words() -> re.Pattern[str]:
    words = sorted({row[0] for row in _rows()}, key=len, reverse=True)
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(words)})(?![\w'’-])", re.IGNORECASE)


@cache
def _rows() -> tuple[tuple[str, str, re.Pattern[str], re.Pattern[str]], ...]:
    """Word, IPA, and patterns of what is before and after."""
    text = (files("songsmith.lyrics.speech") / "data" / "heteronyms.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return tuple((word, ipa, _before(left), _after(right)) for word, ipa, left, right in rows)


def _before(field: str) -> re.Pattern[str]:
    """Ends where the word begins."""
    return re.compile("" if field == _ANY else rf"(?:^|[\s,;:.!?(\"“—-])(?:{_filled(field)})\s*\Z")


def _after(field: str) -> re.Pattern[str]:
    """Begins where the word ends."""
    return re.compile("" if field == _ANY else rf"\s*(?:{_filled(field)})(?![\w'])")


def _filled(field: str) -> str:
    for name, words in _NAMES.items():
        field = field.replace(name, words)
    return field
