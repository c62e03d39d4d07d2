"""Mandarin for the singer: characters as pinyin, with the readings that the lyrics are checked by.

In a song the melody replaces the tones; they return as small turns of the pitch at the notes' starts.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from songsmith.engine.sketch.espeak import Speech
from songsmith.engine.sketch.syllables import Syllable, split_syllables
from songsmith.lyrics.mandarin import readings, spoken_mandarin

__all__ = ["speak_mandarin"]

_VOICE = "cmn-latn-pinyin"


def speak_mandarin(
    text: str, speaker: Callable[[str, str], Speech]
) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text`.

    `speaker` speaks the pinyin it is given first, as the espeak voice it is given second would read it.
    """
    characters: list[str] = []
    words: list[str] = []
    for phrase in re.split(r"[^\w]+", text):
        run = re.sub(r"\W+", "", spoken_mandarin(phrase))
        for character, reading in zip(run, readings(run) if run else (), strict=False):
            if re.fullmatch(r"[a-zü]+[1-5]", reading):
                characters.append(character)
                words.append(reading)
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
