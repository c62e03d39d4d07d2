"""Speech cut into syllables: a nucleus, the consonants that lead to it and those that close it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.sounds import is_nucleus
from songsmith.lyrics.speech.said import written

__all__ = ["Syllable", "split_syllables", "split_word"]
_VOWEL_GROUP = re.compile(
    r"[aeiouœæøıə]+(?:[yw](?![aeiou]))?|(?<!^)y+(?![aeiou])"
    r"|[аеиоуыэюяі]|ου|[αεο][ιυ]|υι|[αεηιουω]"
)
_DIGRAPHS = ("th", "sh", "ch", "ph", "wh", "qu")
_PUNCTUATION = ' \t,.!?"()，。！？、“”«»'


@dataclass(frozen=True)
class Syllable:
    """One sung syllable. `text` is the part of the word it sings, "" if the word has no letters left.

    `stress` is 0, 1 (secondary) or 2 (primary). `ends_phrase` says that the speaker paused after it.
    `tone` is that of Mandarin, 1 to 4, or 0.
    """

    text: str
    stress: int
    onset: tuple[Phoneme, ...]
    nucleus: Phoneme
    coda: tuple[Phoneme, ...]
    starts_word: bool = True
    ends_phrase: bool = False
    tone: int = 0


def split_syllables(speech: Speech, text: str) -> tuple[Syllable, ...]:
    """Syllables of `speech`, which speaks `text`. Consonants between two nuclei go to the word they are
    part of, and inside a word to the syllable that follows, but for the first of several."""
    sounds = speech.phonemes
    nuclei = [index for index, sound in enumerate(sounds) if is_nucleus(sound.symbol)]
    cuts = [_cut(sounds, left, right) for left, right in pairwise(nuclei)]
    bounds = list(zip([0, *cuts], [*cuts, len(sounds)], strict=True)) if nuclei else []
    texts = _texts(sounds, nuclei, speech.words, text)
    syllables = []
    for position, (index, (first, last)) in enumerate(zip(nuclei, bounds, strict=True)):
        nucleus = sounds[index]
        coda = sounds[index + 1 : last]
        syllables.append(
            Syllable(
                text=texts[position],
                stress=max(s.stress for s in sounds[first:last]),
                onset=tuple(s for s in sounds[first:index] if s.symbol),
                nucleus=nucleus,
                coda=tuple(s for s in coda if s.symbol),
                starts_word=position == 0 or sounds[nuclei[position - 1]].word != nucleus.word,
                ends_phrase=position == len(nuclei) - 1 or _pauses(coda, speech.rate_hz),
            )
        )
    return tuple(syllables)


def split_word(word: str, parts: int) -> list[str]:
    """`word` in `parts` written syllables, as a singer reads them under the notes ("ban", "do", "ne", "on")."""
    if parts <= 1 or len(word) <= 1:
        return [word, *[""] * (parts - 1)]
    if len(word) == parts:
        return list(word)
    plain = "".join(map(_plain_letter, word))
    groups = [match.span() for match in re.finditer(_VOWEL_GROUP, plain)]
    if len(groups) > parts and plain.endswith("e") and groups[-1][1] == len(plain):
        groups.pop()  # a mute e
    cuts = [_letter_cut(plain, left[1], right[0]) for left, right in pairwise(groups)]
    cuts = cuts[: parts - 1]
    pieces = [word[a:b] for a, b in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    return pieces + [""] * (parts - len(pieces))


def _plain_letter(letter: str) -> str:
    """A letter without its accents, small; й stays itself, a consonant."""
    small = letter.lower()
    return small if small == "й" else unicodedata.normalize("NFD", small)[0]


def _letter_cut(plain: str, left_end: int, right_start: int) -> int:
    """Where to part the letters between two vowel groups: before the last consonant ("bro-ther", "can-dle")."""
    between = plain[left_end:right_start]
    if between.endswith("ck"):
        return right_start
    wide = between[-2:] in _DIGRAPHS or (len(between) > 1 and plain[right_start - 1 :] == "le")
    return max(left_end, right_start - (2 if wide else 1))


def _cut(sounds: Sequence[Phoneme], left: int, right: int) -> int:
    """Index of the first sound of the syllable whose nucleus is `right`."""
    between = range(left + 1, right)
    for index in reversed(between):
        if not sounds[index].symbol:
            return index + 1
    for index in between:
        if sounds[index].word != sounds[left].word:
            return index
    return left + 1 if len(between) <= 1 else left + 2


def _pauses(coda: Sequence[Phoneme], rate_hz: int) -> bool:
    """Whether the speaker is silent for more than a plosive's closure."""
    return sum(s.end - s.start for s in coda if not s.symbol) > 0.12 * rate_hz


def _texts(
    sounds: Sequence[Phoneme],
    nuclei: Sequence[int],
    words: Sequence[tuple[int, int]],
    text: str,
) -> list[str]:
    counts: dict[int, int] = {}  # by where a word begins: a respelling of two words is one
    for index in nuclei:
        word = sounds[index].word
        start = words[word][0] if word < len(words) else len(text)
        counts[start] = counts.get(start, 0) + 1
    pieces: list[str] = []
    for start, count in counts.items():
        later = [begin for begin, _ in words if begin > start]
        letters = written(text[start : min(later, default=len(text))]).strip(_PUNCTUATION)
        pieces += _split_words(letters.split(), count)
    return pieces


def _split_words(words: Sequence[str], parts: int) -> list[str]:
    """Written words that are spoken as one ("in the") in `parts` syllables."""
    if len(words) <= 1:
        return split_word(words[0] if words else "", parts)
    if parts <= len(words):
        return [*words[: parts - 1], " ".join(words[parts - 1 :])]
    last = parts - len(words) + 1
    return [*words[:-1], *split_word(words[-1], last)]
