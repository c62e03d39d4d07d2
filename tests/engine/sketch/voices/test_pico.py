"""The optional voices of SVOX Pico: what holds for them beside what holds for every voice."""

import pytest

from songsmith.engine.sketch.voices.pico import PICO_VOICES, has_pico
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names

pytestmark = pytest.mark.skipif(not has_pico(), reason="the optional voices are not installed")


def test_its_syllables_are_those_of_the_espeak_voice_that_guides_it():
    for voice, (_, guide) in PICO_VOICES.items():
        mine, its = say(voice, "la luna"), say(guide, "la luna")
        assert mine is not None and its is not None
        assert [s.text for s in mine.syllables] == [s.text for s in its.syllables]


def test_it_sings_only_when_it_is_asked_for():
    assert choose_voice("de").name == "de"
    assert "pico-fr" not in {info.name for info in voice_names("de")}
