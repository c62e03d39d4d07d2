"""Mandarin for the singer: characters as pinyin, all in the high level tone.

In a song the melody replaces the tones. Spoken in tone one, every vowel is full and its pitch level, which
is what the analysis hears best; the tone itself returns as a small turn of the pitch at the note's start.
"""

import re
from dataclasses import replace

from songsmith.engine.sketch.espeak import Speech, speak
from songsmith.engine.sketch.onsets import refine_onsets
from songsmith.engine.sketch.syllables import Syllable, split_syllables
from songsmith.lyrics.mandarin import readings, spoken_mandarin

__all__ = ["speak_mandarin"]

_VOICE = "cmn-latn-pinyin"


def speak_mandarin(
    text: str, variant: str, *, rate_wpm: int
) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of Chinese `text` by a variant ("", "f3") of the voice."""
    characters: list[str] = []
    words: list[str] = []
    for piece in re.split(r"(\W+)", spoken_mandarin(text)):
        if re.fullmatch(r"\W+", piece):
            if words:
                words[-1] += ","
            continue
        for character, reading in zip(piece, readings(piece) if piece else (), strict=False):
            if re.fullmatch(r"[a-zü]+[1-5]", reading):
                characters.append(character)
                words.append(reading)
    spoken = " ".join(re.sub(r"[1-5]", "1", word) for word in words)
    voice = f"{_VOICE}+{variant}" if variant else _VOICE
    speech = refine_onsets(speak(spoken, voice, rate_wpm=rate_wpm))
    syllables = split_syllables(speech, spoken)
    if len(syllables) != len(words):
        return speech, syllables
    tones = (int(word.strip(",")[-1]) % 5 for word in words)
    return speech, tuple(
        replace(syllable, text=character, tone=tone, stress=0 if tone == 0 else 1)
        for syllable, character, tone in zip(syllables, characters, tones, strict=True)
    )
