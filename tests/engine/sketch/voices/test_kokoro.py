"""Kokoro, the optional free voice for Mandarin: what holds for it beside what holds for every voice."""

import pytest

from songsmith.engine.sketch.kokoro.package import has_kokoro
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice

pytestmark = pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")


def test_syllables_without_a_vowel_and_english_words_are_sung():
    for voice in ("kokoro", "kokoro-low"):
        utterance = say(voice, "嗯")
        assert utterance is not None and [s.text for s in utterance.syllables] == ["嗯"]
    utterance = say("kokoro-low", "我说 Hello 你好")
    assert utterance is not None
    assert [s.text for s in utterance.syllables] == ["我", "说", "Hel", "lo", "你", "好"]


def test_it_is_the_low_voice_for_mandarin():
    assert choose_voice("zh", "him").name == choose_voice("zh-CN", "low").name == "kokoro-low"
    assert choose_voice("zh", "kokoro").register == "high"
    assert choose_voice("zh", "cmn+m7").name == "cmn+m7"
    assert not choose_voice("en").name.startswith("kokoro")
