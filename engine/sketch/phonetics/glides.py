"""Vowels that are glides: espeak says "nuit" with two vowels in a row, a singer sings it on one note."""

from dataclasses import dataclass, replace

from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.sounds import is_nucleus

__all__ = ["join_glides"]


@dataclass(frozen=True)
class _Rule:
    """An unstressed `vowel` is `glide` before one of `before`, or, with "", at the end of a word after a vowel."""

    vowel: str
    before: tuple[str, ...]
    glide: str


_RULES = {
    "fr": (_Rule("y", ("i",), "ɥ"), _Rule("i", ("ɛ̃",), "j")),
    "it": (_Rule("ʊ", ("ɔ",), "w"), _Rule("i", ("",), "j")),
    "es": (_Rule("u", ("e",), "w"),),
}


def join_glides(speech: Speech, voice: str) -> Speech:
    """`speech` by an espeak `voice` with the glides of its language marked as consonants."""
    rules = _RULES.get(voice.partition("+")[0].split("-")[0], ())
    sounds = list(speech.phonemes)
    for place, sound in enumerate(sounds):
        for rule in rules:
            if sound.symbol == rule.vowel and not sound.stress and _fits(rule, sounds, place):
                sounds[place] = replace(sound, symbol=rule.glide)
    return replace(speech, phonemes=tuple(sounds))


def _fits(rule: _Rule, sounds: list[Phoneme], place: int) -> bool:
    after = _neighbour(sounds, place, 1)
    if rule.before == ("",):
        before = _neighbour(sounds, place, -1)
        return after is None and before is not None and is_nucleus(before.symbol)
    return after is not None and after.symbol in rule.before


def _neighbour(sounds: list[Phoneme], place: int, step: int) -> Phoneme | None:
    """The sound right before or after, if it is part of the same word."""
    other = place + step
    if not 0 <= other < len(sounds) or not sounds[other].symbol:
        return None
    return sounds[other] if sounds[other].word == sounds[place].word else None
