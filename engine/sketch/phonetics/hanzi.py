"""Mandarin for the singer: characters as pinyin, with the readings that the lyrics are checked by.

In a song the melody replaces the tones; they return as small turns of the pitch at the notes' starts.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.pinyin_sounds import pinyin_parts
from songsmith.engine.sketch.phonetics.syllables import Syllable, split_syllables
from songsmith.lyrics.speech.polyphones import sung_phrases

__all__ = ["speak_mandarin", "spelled"]

_VOICE = "cmn-latn-pinyin"

# espeak's mnemonics. Its own b, d, g, j and zh are taken for p, t, k, q and ch: voiced ones are not.
_INITIALS = {
    **{"b": "b", "p": "ph", "m": "m", "f": "f", "d": "d", "t": "th", "n": "n", "l": "l"},
    **{"g": "g", "k": "kh", "h": "X", "j": "dZ", "q": "tS;h", "x": "S;", "zh": "dZ"},
    **{"ch": "ts.h", "sh": "s.", "r": "z.", "z": "ts", "c": "tsh", "s": "s", "": ""},
}
# "0" is where the tone stands; "e5" is the toneless one of de and le.
_FINALS = {
    **{"a": "'A0", "o": "'o0", "e": "'o-0", "i": "'i0", "ii": "'i[0", "iii": "'i.0", "u": "'u0"},
    **{"v": "'y0", "ai": "'ai0", "ei": "'ei0", "ao": "'Au0", "ou": "'ou0", "er": "'@r0"},
    **{"ia": "'iA0", "ie": "'iE0", "ua": "w'A0", "uo": "'uo0", "ve": "'yE0", "iao": "j'Au0"},
    **{"iou": "'iou0", "uai": "'uai0", "uei": "'uei0", "an": "'a0n", "en": "'@0n", "in": "'i0n"},
    **{"vn": "'y@0n", "ian": "'iE0n", "uan": "w'a0n", "van": "'y&0n", "uen": "'u@0n"},
    **{"ang": "'A0N", "eng": "'@0N", "ing": "'i0N", "iang": "'iA0N", "uang": "w'A0N"},
    **{"ueng": "w'u@0N", "ong": "'ong0", "iong": "j'ong0", "e5": "'@0"},
}
_ALONE = {"uo": "w'o0", "uai": "w'ai0", "uei": "w'ei0", "uan": "w'A0n"}
_GLIDES = {"i": "j", "u": "w", "v": "j"}
_TONES = {"1": "55", "2": "35", "3": "214", "4": "51", "5": "11"}


def speak_mandarin(
    text: str, speaker: Callable[[str, str], Speech]
) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text`.

    `speaker` speaks the pinyin it is given first, as the espeak voice it is given second would read it.
    """
    characters: list[str] = []
    words: list[str] = []
    for phrase in sung_phrases(text):
        characters += [character for character, _ in phrase]
        words += [reading for _, reading in phrase]
        if words and not words[-1].endswith(","):
            words[-1] += ","
    spoken = " ".join(words).strip(",")
    speech = speaker(spoken, _VOICE)
    syllables = split_syllables(speech, spoken)
    if len(syllables) != len(words):
        return speech, syllables
    tones = (int(word.strip(",")[-1]) % 5 for word in words)
    return speech, tuple(
        replace(syllable, text=character, tone=tone, stress=0 if tone == 0 else 1)
        for syllable, character, tone in zip(syllables, characters, tones, strict=True)
    )


def spelled(words: str) -> str:
    """Pinyin ("ni3 hao3, ma5") in espeak's mnemonics; syllables without a vowel get one."""
    return re.sub(r"[a-zü]+[1-5]", lambda found: _mnemonics(found[0]), words)


def _mnemonics(reading: str) -> str:
    initial, final = pinyin_parts(reading)
    if final not in _FINALS or initial not in _INITIALS:
        initial, final = "", "en"
    if final == "e" and reading.endswith("5"):
        final = "e5"
    sounds = _INITIALS[initial] + _FINALS[final]
    if not initial:
        sounds = _ALONE.get(final, sounds)
        if sounds[0] == "'":
            sounds = _GLIDES.get(final[0], "") + sounds
    return f"[[{sounds.replace('0', _TONES[reading[-1]])}]]"
