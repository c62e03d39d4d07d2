"""A line of lyrics -> the phonemes and tokens that DiffRhythm's weights were trained on.

English through espeak-ng, Chinese through pinyin, mixed lines cut where the language changes. What can't be
sung is returned as a value (`unknown`, `unsupported_scripts`, an empty line), never dropped in silence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from songsmith.lyrics.speech.english import english_phones, leaves_gap, merged, spoken_english
from songsmith.lyrics.speech.espeak import WORD_BREAK, PhonemeError
from songsmith.lyrics.speech.ipa import ENGLISH_SOUNDS, STRESS, ipa_sounds
from songsmith.lyrics.speech.japanese import count_morae, is_japanese
from songsmith.lyrics.speech.mandarin import mandarin_phones, spoken_mandarin, syllable_phones
from songsmith.lyrics.speech.said import pieces, way_of
from songsmith.lyrics.speech.scripts import (
    MARKS,
    Language,
    segments,
    tidied,
    unsupported_scripts,
)
from songsmith.lyrics.speech.vocabulary import token_of

__all__ = [
    "PhonemeError",
    "PhonemeLine",
    "phonemize",
    "phonemize_lines",
    "spoken_text",
    "syllable_count",
    "unsupported_scripts",
]


@dataclass(frozen=True)
class PhonemeLine:
    """What the model would be given to sing for a line of text.

    `phonemes` are symbols of the vocabulary, "_" between English words, punctuation kept; `tokens` are
    the model's ids of them, without the period that ends a laid line. `unknown` are the sounds of the text
    that the vocabulary lacks, in order: they are not sung. `languages` is empty where nothing can be sung.
    """

    text: str
    phonemes: tuple[str, ...]
    tokens: tuple[int, ...]
    unknown: tuple[str, ...]
    languages: frozenset[str]

    @property
    def is_silent(self) -> bool:
        """Whether the line has nothing to sing: only marks, symbols or letters of other scripts."""
        return not self.languages


def phonemize_lines(texts: Sequence[str]) -> list[PhonemeLine]:
    """Each text's phonemes and tokens; texts seen before cost nothing.

    Raises PhonemeError if espeak-ng can't be used on this machine.
    """
    return [phonemize(text) for text in texts]


@lru_cache(maxsize=8192)
def phonemize(text: str) -> PhonemeLine:
    """Phonemes and tokens of one line, in which ways to say words may be marked (`said`).

    `phonemize_lines` says what can go wrong.
    """
    parts = list(_sounds(text))
    phones: list[str] = []
    for (language, sounds), after in zip_longest(parts, parts[1:]):
        phones += merged(sounds) if language == "en" else sounds
        if after and language == "en" and _is_apart(sounds, *after):
            phones.append(WORD_BREAK)
    known = tuple(phone for phone in phones if phone in token_of())
    return PhonemeLine(
        text=text,
        phonemes=known,
        tokens=tuple(token_of()[phone] for phone in known),
        unknown=tuple(phone for phone in phones if phone not in token_of()),
        languages=frozenset(language for language, _ in parts if phones),
    )


def _sounds(text: str) -> Iterator[tuple[Language, tuple[str, ...]]]:
    """The phones of each stretch of a language, not yet merged."""
    for words, how in pieces(text):
        way = way_of(words, how)[0] if how else ""
        if way == "ipa":
            sounds, unknown = ipa_sounds(how, ENGLISH_SOUNDS)
            spoken = [WORD_BREAK if s == " " else s for s in sounds if s not in STRESS]
            yield "en", (*spoken, *unknown)
        elif way == "pinyin":
            yield "zh", tuple(phone for one in how.split() for phone in syllable_phones()[one])
        else:
            for language, part in _parts(how if way == "respelling" else words):
                read = mandarin_phones if language == "zh" else english_phones
                yield language, read(part)


def _is_apart(sounds: tuple[str, ...], language: Language, after: tuple[str, ...]) -> bool:
    """Whether a word break stands between the phones of English and what comes after them."""
    if language == "zh":
        return leaves_gap(sounds)
    return bool(sounds and after) and sounds[-1] not in MARKS and after[0] not in MARKS


def spoken_text(text: str) -> str:
    """The line as it will be read aloud: numbers, abbreviations and money in words, no silent symbols."""
    spoken = {"en": spoken_english, "zh": spoken_mandarin}
    return " ".join(spoken[language](words) for language, words in _parts(text))


def syllable_count(text: str, language: str = "") -> int:
    """Sung syllables of a line: vowels of its English words, characters of its Chinese, morae of its Japanese.

    The writing tells the languages apart; `language` counts only for a text of digits alone.
    """
    if is_japanese(text):
        return count_morae(text)
    parts = _parts(text, "zh" if language == "zh" else "en")
    return sum(_syllables(part_language, words) for part_language, words in parts)


def _syllables(language: Language, words: str) -> int:
    if language == "zh":
        return sum(character.isalpha() for character in spoken_mandarin(words))
    return sum(phone[0] in _VOWELS or _SYLLABIC in phone for phone in english_phones(words))


_VOWELS = frozenset("aæɐɑɒəɚɛɜeɪiɔoʊuʌᵻyøœ")
"""First letters of the phones that make a syllable."""
_SYLLABIC = "\u0329"
"""The mark under a consonant that makes a syllable of its own, as the n of "button"."""


def _parts(text: str, language_of_digits: Language = "en") -> list[tuple[Language, str]]:
    """The line cut by language; digits without any letter are read in `language_of_digits`."""
    tidy = tidied(text)
    found = segments(tidy)
    if not found and any(character in "0123456789" for character in tidy):
        return [(language_of_digits, tidy)]
    return found
