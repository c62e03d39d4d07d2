"""Mandarin for singing: readings by pypinyin, put right where the words around a character tell that it has another.

The voices that sing here use these; DiffRhythm keeps the readings that its weights were trained with (`mandarin`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files

from songsmith.lyrics.speech.mandarin import readings, spoken_mandarin
from songsmith.lyrics.speech.said import pieces, way_of

__all__ = ["sung_phrases", "sung_readings"]

_PINYIN = re.compile(r"[a-zü]+[1-5]")
_ADVERB_TAGS = ("d", "ad", "z", "a", "i", "l", "v", "an", "vd")


def sung_phrases(text: str) -> Iterator[list[tuple[str, str]]]:
    """The characters of each phrase of a Chinese line, in which ways to say words may be marked, with their pinyin.

    Characters that have no reading are left out.
    """
    plain, given = "", dict[int, str]()
    for words, how in pieces(text):
        if how and way_of(words, how)[0] == "pinyin":
            given |= {len(plain) + place: one for place, one in enumerate(how.split())}
        plain += words if how else _spoken(words)
    for phrase in re.finditer(r"\S+", plain):
        found = list(sung_readings(phrase[0]))
        read = [given.get(phrase.start() + place, one) for place, one in enumerate(found)]
        yield [pair for pair in zip(phrase[0], read, strict=False) if _PINYIN.fullmatch(pair[1])]


def _spoken(words: str) -> str:
    """What is read of words that nobody says how to say, phrases parted by spaces."""
    parts = re.split(r"\W+", words)
    return " ".join(re.sub(r"\W+", "", spoken_mandarin(part)) for part in parts)


@lru_cache(maxsize=4096)
def sung_readings(run: str) -> tuple[str, ...]:
    """Pinyin with tone digit of a run of Chinese characters, as they are sung; see `mandarin.readings`."""
    found = list(readings(run))
    if len(found) != len(run):
        return tuple(found)
    for place, character in enumerate(run):
        reading = next(
            (rule.reading for rule in _rules().get(character, ()) if rule.fits(run, place)), ""
        )
        if character == "地" and not reading and _is_adverbial(run, place):
            reading = "de5"
        if reading and not _is_sandhi(reading, found[place]):
            found[place] = reading
    return tuple(found)


def _is_sandhi(reading: str, spoken: str) -> bool:
    """Whether what is spoken is this reading with its tone changed before another."""
    return reading[-1] == "3" and spoken == f"{reading[:-1]}2"


def _is_adverbial(run: str, place: int) -> bool:
    """Whether a 地 stands behind a word that says how, and something is done after it; behind 慢慢 it need not be."""
    import rjieba

    if place < 2:
        return False
    if place + 1 == len(run):
        return run[place - 1] == run[place - 2]
    end = 0
    before = ""
    for word, tag in rjieba.tag(run):
        start, end = end, end + len(word)
        if start <= place < end:
            if word == "地":
                return tag in ("uv", "ude2") or before in _ADVERB_TAGS
            return start < place == end - 1 or (start == place and before in _ADVERB_TAGS)
        before = tag
    return False


@dataclass(frozen=True)
class _Rule:
    """A reading, and what must stand before and after the character; see the data."""

    reading: str
    before: str
    after: str

    def fits(self, run: str, place: int) -> bool:
        return _stands(self.before, f"${run[:place]}", str.endswith) and _stands(
            self.after, f"{run[place + 1 :]}$", str.startswith
        )


def _stands(field: str, text: str, there: Callable[[str, str], bool]) -> bool:
    """Whether what a field lists stands at the end of the text that `there` looks at."""
    if field == "-":
        return True
    wanted = not field.startswith("!")
    words = field.removeprefix("!").split()
    return wanted == any(map(partial(_is_there, text, there), words))


def _is_there(text: str, there: Callable[[str, str], bool], word: str) -> bool:
    if word == "*":
        return text != "$"
    if word.startswith("="):
        return any(there(text, character) for character in word[1:])
    return there(text, word)


@cache
def _rules() -> dict[str, tuple[_Rule, ...]]:
    """The rules of each character, in their order."""
    text = (files("songsmith.lyrics.speech") / "data" / "polyphones.tsv").read_text("utf-8")
    rules: dict[str, list[_Rule]] = {}
    for row in text.splitlines():
        if not row.startswith("#"):
            character, *rule = row.split("\t")
            rules.setdefault(character, []).append(_Rule(*rule))
    return {character: tuple(own) for character, own in rules.items()}
