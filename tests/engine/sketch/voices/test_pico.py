"""The optional voices of SVOX Pico: their boundaries, their sameness, and where they sing."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from songsmith.engine.sketch.voices.pico import PICO_VOICES, has_pico
from songsmith.engine.sketch.voices.sounds import sound_kind
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names

pytestmark = pytest.mark.skipif(not has_pico(), reason="the optional voices are not installed")

LINES = {
    "pico-en-us": "I left the kettle on the stove",
    "pico-en-gb": "The garden gate is swinging slow",
    "pico-de": "Der Regen fällt auf unser Haus",
    "pico-es": "La luna duerme sobre el mar",
    "pico-fr": "La lune brille sur la mer",
    "pico-it": "La luna dorme sopra il mare",
}


@pytest.mark.parametrize("voice", PICO_VOICES)
def test_every_syllable_has_a_vowel_inside_the_sound(voice):
    utterance = say(voice, LINES[voice])
    guide = say(PICO_VOICES[voice][1], LINES[voice])
    assert utterance is not None and guide is not None
    assert [s.text for s in utterance.syllables] == [s.text for s in guide.syllables]
    sounds = utterance.speech.phonemes
    assert all(a.end == b.start and a.start <= a.end for a, b in pairwise(sounds))
    assert sounds[0].start >= 0 and sounds[-1].end <= len(utterance.speech.samples)
    vowels = [s.nucleus for s in utterance.syllables]
    assert all(sound_kind(v.symbol) == "nucleus" for v in vowels)
    levels = [np.sqrt(np.mean(utterance.speech.samples[v.start : v.end] ** 2)) for v in vowels]
    assert min(levels) > 0.05 * max(levels)


def test_a_text_always_sounds_the_same_whatever_was_said_before():
    program = (
        "import hashlib, sys; from songsmith.engine.sketch.voices.speaking import say\n"
        "for text in sys.argv[1:]: samples = say('pico-en-us', text).speech.samples\n"
        "print(hashlib.sha256(samples.tobytes()).hexdigest())"
    )
    runs = [("The morning train",), ("A kettle", "Sings in the hall", "The morning train")]
    results = [
        subprocess.run([sys.executable, "-c", program, *texts], capture_output=True, check=True)
        for texts in runs
    ]
    assert results[0].stdout == results[1].stdout != b""


def test_a_voice_sings_high_or_low_as_it_is_told():
    high, low = choose_voice("en", "pico-en-us"), choose_voice("en", "pico-en-us+low")
    assert (high.name, high.register) == ("pico-en-us", "high")
    assert (low.name, low.register) == ("pico-en-us", "low")
    assert high.lowest > low.lowest
    assert choose_voice("de").name == "de"


def test_it_is_listed_with_its_language():
    names = {info.name: info for info in voice_names("de")}
    assert names["pico-de"].is_installed and names["pico-de"].language == "de-de"
    assert "pico-fr" not in names


def test_other_scripts_and_empty_lines():
    assert say("pico-en-us", "♪ …") is None
    utterance = say("pico-en-us", "moon 月亮")
    assert utterance is not None
    assert [s.text for s in utterance.syllables] == ["moon", "月", "亮"]
