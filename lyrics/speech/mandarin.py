"""Chinese characters -> phonemes: readings by pypinyin, word by word, tone sandhi, syllable table.

The table of phones per syllable is what the weights were trained with (`data/mandarin_syllables.tsv`).
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from songsmith.lyrics.speech.hanzi_numbers import with_numbers_written_out
from songsmith.lyrics.speech.sandhi import joined_words, with_sandhi
from songsmith.lyrics.speech.scripts import MARKS, language_of, with_plain_marks

__all__ = ["mandarin_phones", "readings", "spoken_mandarin", "syllable_phones"]


def spoken_mandarin(text: str) -> str:
    """The characters and marks that will be read: numbers written out, silent symbols left out."""
    text = with_plain_marks(with_numbers_written_out(text.replace("〇", "零")))
    return "".join(char for char in text if char in MARKS or language_of(char) == "zh")


def mandarin_phones(text: str) -> tuple[str, ...]:
    """Phones and punctuation of Chinese text, without word breaks."""
    phones: list[str] = []
    for run in re.split(f"([{re.escape(MARKS)}])", spoken_mandarin(text)):
        if run in MARKS:
            phones += run
        else:
            for syllable in readings(run):
                phones += _phones_of(syllable)
    return tuple(phones)


@lru_cache(maxsize=4096)
def readings(run: str) -> tuple[str, ...]:
    """Pinyin with tone digit of a run of Chinese characters, as spoken: ("ni2", "hao3").

    Characters without a known reading stand for themselves.
    """
    in_context = _read(run)
    spoken: list[str] = []
    place = 0
    for word in joined_words(_words(run)):
        stands_alone = len(word) == 1 and word not in "一不" and len(in_context) == len(run)
        spoken += [in_context[place]] if stands_alone else with_sandhi(word, _read(word))
        place += len(word)
    return tuple(spoken)


@cache
def syllable_phones() -> MappingProxyType[str, tuple[str, ...]]:
    """Phones of every syllable, by pinyin with tone digit."""
    text = (files("songsmith.lyrics.speech") / "data" / "mandarin_syllables.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return MappingProxyType({row[0]: tuple(row[1].split(" ")) for row in rows})


def _phones_of(syllable: str) -> tuple[str, ...]:
    """Phones of a syllable; one that the table lacks, or characters without a reading, as they are."""
    if language_of(syllable[0]) == "zh":
        return tuple(syllable.rstrip("12345"))
    return syllable_phones().get(syllable, (syllable,))


def _words(run: str) -> list[str]:
    """The run parted into words as jieba does."""
    import rjieba

    return list(rjieba.cut(run))


def _read(word: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
