"""Words with a way to say them: `{live|lyve}`, `{live|/laɪv/}`, `{行|hang2}` in a line.

A line in this form is what phonemes, counts and voices read: every other brace or bar of its text is gone, so
that nothing else can be taken for such a mark.
"""

import re
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest
from typing import Literal, NamedTuple

from songsmith.lyrics.lyric import LyricLine, Say, clean_text
from songsmith.lyrics.speech.han import is_han
from songsmith.lyrics.speech.mandarin import readings, syllable_phones

__all__ = [
    "SAID",
    "Piece",
    "Way",
    "marked",
    "pieces",
    "respelled",
    "reworded",
    "said",
    "way_of",
    "written",
]

Way = Literal["respelling", "ipa", "pinyin", ""]

SAID = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
"""A word, and how it is said."""
_PINYIN = re.compile(r"[a-z]+[1-5]")
_TIED = re.compile(r"(?<=[1-5])(?=[a-z])|[ '’-]+")


class Piece(NamedTuple):
    """Words of a line as they are written, and how they are said, "" where nobody says."""

    text: str
    how: str = ""


def said(line: LyricLine) -> str:
    """The line's text, marked; a way that can't be understood, or lies within another, is left out."""
    text, parts, done = line.text, [], 0
    for say in sorted(line.beside.says):
        word = text[say.offset : say.offset + say.length]
        way, how = way_of(word, say.how)
        if way and say.offset >= done:
            parts += [_bare(text[done : say.offset]), marked(_bare(word), how)]
            done = say.offset + say.length
    return "".join([*parts, _bare(text[done:])])


def marked(word: str, how: str) -> str:
    """The word with a mark that says how it is said."""
    return f"{{{word}|{how}}}"


def _bare(text: str) -> str:
    return re.sub(r"[{}|]", " ", text) if re.search(r"[{}|]", text) else text


def pieces(marked_text: str) -> list[Piece]:
    """A marked line in pieces: words that somebody says how to say, and what is between them."""
    found, done = [], 0
    for match in SAID.finditer(marked_text):
        found += [Piece(marked_text[done : match.start()]), Piece(match[1], match[2])]
        done = match.end()
    found.append(Piece(marked_text[done:]))
    return [piece for piece in found if piece.text]


def written(marked_text: str) -> str:
    """The words of a marked line as they are written."""
    return SAID.sub(r"\1", marked_text)


def respelled(marked_text: str) -> str:
    """The words of a marked line as they are read: respellings in the place of their words."""
    return SAID.sub(lambda m: m[2] if way_of(m[1], m[2])[0] == "respelling" else m[1], marked_text)


def reworded(line: LyricLine, words: str) -> LyricLine:
    """The line with other words, ways to say them marked in them; words that stay are said as before."""
    text, says = "", list[Say]()
    for piece in pieces(clean_text(words)):
        if piece.how:
            says.append(Say(len(text), len(piece.text), piece.how))
        text += piece.text
    told = {text[say.offset : say.offset + say.length] for say in says}
    for say in line.beside.says:
        word = line.text[say.offset : say.offset + say.length]
        kept = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        if kept and word not in told:
            says.append(say._replace(offset=kept.start()))
    other = line.reworded(text)
    return replace(other, beside=replace(other.beside, says=tuple(sorted(says))))


@lru_cache(maxsize=1024)
def way_of(word: str, how: str) -> tuple[Way, str]:
    """In which way `how` says the word, and the same in its plain form: "/laɪv/", "hang2", "yin2 hang2".

    Other characters for Chinese ones are a kind of pinyin.

    "" is for what can't be understood: pinyin of no syllable, or of more or fewer than the word has; sounds or a
    respelling in Latin letters for Chinese characters.
    """
    how = " ".join(how.split())
    is_chinese = bool(word) and all(map(is_han, word))
    if re.search(r"[{}|<>\[\]()（）]", how) or not any(character.isalpha() for character in how):
        return "", how
    if how.startswith("/") or how.endswith("/"):
        is_sounds = len(how) > 2 and how[0] == how[-1] == "/" and not is_chinese
        return ("ipa" if is_sounds else ""), how
    if is_chinese and len(how) == len(word) and all(map(is_han, how)):
        return "pinyin", " ".join(readings(how))
    if not is_chinese or not any(
        character.isascii() or character in _ACCENTED for character in how
    ):
        return "respelling", how
    syllables = _syllables(word, how)
    is_whole = len(syllables) == len(word) and all(one in syllable_phones() for one in syllables)
    return ("pinyin", " ".join(syllables)) if is_whole else ("", how)


_ACCENTED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńň"


def _syllables(word: str, how: str) -> list[str]:
    """ "háng" and "hang2" are both "hang2"; syllables are parted by spaces or the digits of their tones."""
    plain = how.casefold().replace("ü", "v").replace("u:", "v")
    return [
        part if _PINYIN.fullmatch(part) else _toned(part, character)
        for part, character in zip_longest(filter(None, _TIED.split(plain)), word, fillvalue="")
    ]


def _toned(part: str, character: str) -> str:
    """Pinyin with a digit; without any tone it is that which the character has with this syllable."""
    from pypinyin import Style, pinyin
    from pypinyin.contrib.tone_convert import to_tone3

    if part.isascii() and character:
        known = pinyin(character, style=Style.TONE3, heteronym=True)[0]
        part = next((reading for reading in known if reading[:-1] == part), part)
    return to_tone3(part, neutral_tone_with_five=True)
