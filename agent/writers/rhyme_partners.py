"""Which lines a line rhymes with in a song as it is, so that a rewrite can keep it."""

from collections.abc import Collection, Mapping, Sequence

from songsmith.agent.writers.offline.finals import rhyme_group
from songsmith.agent.writers.offline.pronounce import rhymes
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.speech.han import has_han

__all__ = ["line_rhymes", "rhyme_partners"]

_REACH = 3


def line_rhymes(one: str, other: str) -> bool:
    """Whether two lines end in a rhyme."""
    if has_han(one) or has_han(other):
        group = rhyme_group(one)
        return bool(group) and group == rhyme_group(other)
    return rhymes(one, other)


def rhyme_partners(lyrics: Lyrics, wanted: Collection[int]) -> Mapping[int, str]:
    """For lines to be rewritten, the nearest line of their section that they rhyme with now and that stays."""
    found: dict[int, str] = {}
    first = 1
    for section in lyrics.sections:
        texts = [line.text for line in section.lines]
        for place in range(len(texts)):
            number = first + place
            partner = _partner(texts, place, {n - first for n in wanted})
            if number in wanted and partner is not None:
                found[number] = f", rhymes with line {first + partner} (“{_end(texts[partner])}”)"
        first += len(texts)
    return found


def _partner(texts: Sequence[str], place: int, changing: Collection[int]) -> int | None:
    near = sorted(
        (other for other in range(len(texts)) if other != place and abs(other - place) <= _REACH),
        key=lambda other: abs(other - place),
    )
    return next(
        (o for o in near if o not in changing and line_rhymes(texts[place], texts[o])), None
    )


def _end(text: str) -> str:
    plain = text.strip(" .,;:!?，。；：！？")
    return plain[-4:] if has_han(plain) else plain.rpartition(" ")[2]
