"""The words of styles: instruments, moods, tempi, voices, and where in a text they stand.

What a text names is looked up in `data/vocabulary.json`, in the genres' own words, and in those of five more
languages that mean the same. Every place counts once:
a word inside a longer one of any kind ("blue" in "blues", "快" in "欢快") says nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict

from songsmith.engine.sketch.style.other_languages import with_other_languages
from songsmith.lyrics.speech.han import HAN

__all__ = ["Instrument", "Mention", "Mood", "StyleWords", "TempoWord", "Words", "vocabulary"]

_PARTS = re.compile(
    r"[,，;；、。/|\n·+&()（）]|\.\s|\s[-–—]\s|\b(?:and|with|y|con|et|avec|und|mit|com)\b"
)
_MOST_WORDS = 4
"""Words of a tag; a longer one is a sentence, and a text with a sentence in it is a tale, not a list of tags."""
_MOST_IDEOGRAPHS = 8
_MOST_LEFT = 4
_LONGEST_NO = 40
"""Characters before a word in which a "without any" that belongs to it stands."""
_IDEOGRAPHS = re.compile(f"[{HAN}]")
_LETTER = "[a-z0-9\u00df-\u00f6\u00f8-\u017f]"  # Latin script; a style may mix it with Chinese without spaces


Words = Annotated[tuple[str, ...], AfterValidator(with_other_languages)]
"""Words as a data file holds them in English and Chinese, with those of other languages that mean the same."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: Words


class Instrument(_Entry):
    """An instrument people name; program 128 and up are the synthesizer's own."""

    name: str
    program: int
    role: Literal["lead", "keys", "guitar", "strings", "bass", "drums"]
    low: int = 0
    high: int = 0


class Mood(_Entry):
    """What a mood does to a song."""

    say: str
    energy: float = 0.0
    tempo: float = 1.0
    mode: str = ""
    brightness_db: float = 0.0
    room: float = 1.0


class TempoWord(_Entry):
    """A place in a genre's range of tempi, 0 the slowest, 1 the fastest."""

    say: str
    place: float


class Vocabulary(BaseModel):
    """Everything but the genres. `voices` are words for a singer, `alone` for one instrument by itself,
    `unaccompanied` for none at all, `voice_only` for that too but not in a tale, `without` for what is not
    wanted, `filler` say nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    instruments: tuple[Instrument, ...]
    moods: tuple[Mood, ...]
    tempo: tuple[TempoWord, ...]
    times: dict[str, Words]
    voices: dict[str, Words]
    instrumental: Words
    unaccompanied: Words
    voice_only: Words
    alone: Words
    without: Words
    filler: Words


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words in `data/vocabulary.json`."""
    text = (files("songsmith.engine.sketch.style") / "data" / "vocabulary.json").read_text("utf-8")
    return Vocabulary.model_validate(json.loads(text))


class Mention(NamedTuple):
    """Where in the text an entry is named, and which."""

    start: int
    end: int
    entry: int


class StyleWords:
    """A style text to look things up in, and what of it was understood."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.casefold().split())
        self._taken: list[tuple[int, int]] = []
        self._over: dict[int, set[tuple[int, int]]] = {}

    @property
    def understood(self) -> tuple[str, ...]:
        """The words that counted, in the order of the text."""
        words: list[str] = []
        reached = 0
        for start, end in sorted(self._taken, key=lambda place: (place[0], -place[1])):
            if end > reached:
                words.append(self.text[start:end])
                reached = end
        return tuple(dict.fromkeys(words))

    def take(self, phrase: str) -> None:
        """Count a phrase of the text that was understood by other means."""
        plain = " ".join(phrase.casefold().split())
        start = self.text.find(plain)
        if start >= 0:
            self._count(start, start + len(plain))

    def mentions(self, entries: Iterable[tuple[str, int]]) -> list[Mention]:
        """Every entry that is named, in the order of the text; phrases that lie in a longer one don't count."""
        found: list[Mention] = []
        covered = bytearray(len(self.text) + 1)
        for word, entry in sorted(set(entries), key=lambda item: (-len(item[0]), item)):
            for start, end in self._places(word):
                if not any(covered[start:end]):
                    found.append(Mention(start, end, entry))
                    covered[start:end] = b"\1" * (end - start)
        for mention in found:
            self._count(mention.start, mention.end)
        return sorted(found)

    def _count(self, start: int, end: int) -> None:
        """Note that the text from `start` to `end` was understood."""
        self._taken.append((start, end))
        for place in range(start, end):
            self._over.setdefault(place, set()).add((start, end))

    def has(self, words: Sequence[str]) -> bool:
        return bool(self.mentions((word, 0) for word in words))

    def named(self, table: dict[str, tuple[str, ...]]) -> str:
        """The first key of a table one of whose words stands in the text, else ""."""
        return next((name for name, words in table.items() if self.has(words)), "")

    def is_unwanted(self, mention: Mention) -> bool:
        """Whether a "no" stands before it."""
        before = self.text[max(0, mention.start - _LONGEST_NO) : mention.start].rstrip()
        ends = (rf"(?<![a-z]){re.escape(w)}(?: (?:a|an|any|the))?$" for w in vocabulary().without)
        return any(re.search(end, before) for end in ends)

    @property
    def is_tale(self) -> bool:
        """Whether it is more than a list of tags: what a song is about, perhaps."""
        parts = (self.text[start:end] for start, end in _parts(self.text))
        return any(
            len(part.split()) > _MOST_WORDS or len(_IDEOGRAPHS.findall(part)) > _MOST_IDEOGRAPHS
            for part in parts
        )

    def left_over(self) -> tuple[str, ...]:
        """Words of a list of tags that nothing was made of, as they stand together; of a tale, none."""
        if self.is_tale:
            return ()
        covered = [False] * len(self.text)
        for start, end in self._taken:
            covered[start:end] = [True] * (end - start)
        left = (self._rest(start, covered[start:end]) for start, end in _parts(self.text))
        return tuple(dict.fromkeys(phrase for phrases in left for phrase in phrases))[:_MOST_LEFT]

    def _rest(self, start: int, covered: list[bool]) -> list[str]:
        """Runs of words of one part that were not understood, without those that say nothing."""
        shown = "".join(
            "\n" if is_covered else character
            for character, is_covered in zip(self.text[start:], covered, strict=False)
        )
        filler = sorted(vocabulary().filler, key=len, reverse=True)
        # A single ideograph that says nothing by itself may be part of a word: 来 in 未来.
        particles = "".join(word for word in filler if len(word) == 1 and not word.isascii())
        for word in filler:
            if word not in particles and word.casefold() in shown:
                shown = re.sub(_pattern(word), "\n", shown)
        runs = (run.strip(" '’\"“”!！?？.:：-" + particles) for run in shown.split("\n"))
        return [run for run in runs if len(run) > 1 and re.search(r"[^\W\d_]", run)]

    def _places(self, word: str) -> Iterator[tuple[int, int]]:
        """Where `word` stands: whole words (or plurals) in Latin script, anywhere in others."""
        if word.casefold() not in self.text:  # what most words are, without a pattern to compile
            return
        for match in re.finditer(_pattern(word), self.text):
            start, end = match.span()
            over = self._over.get(start, set())
            is_torn = any(self._is_torn_from(start, end, *whole) for whole in over)
            # "blues" is not the plural of "blue".
            is_plural = end - start > len(word)
            is_other = is_plural and any(a <= start and end <= b for a, b in over)
            if not is_torn and not is_other:
                yield start, end

    def _is_torn_from(self, start: int, end: int, first: int, last: int) -> bool:
        """Whether `[start, end)` is a piece of the word or phrase at `[first, last)`, cut inside a word."""
        if not (first <= start and end <= last and end - start < last - first):
            return False
        is_cut_before = start > first and self.text[start - 1] not in " -"
        return is_cut_before or (end < last and self.text[end] not in " -")


def _pattern(word: str) -> str:
    pattern = re.escape(word.casefold())
    if _IDEOGRAPHS.search(word):
        return pattern
    return rf"(?<!{_LETTER}){pattern}(?:s|es)?(?!{_LETTER})"


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The tags of a list, between its commas."""
    start = 0
    for cut in _PARTS.finditer(text):
        yield start, cut.start()
        start = cut.end()
    yield start, len(text)
