"""The optional free voice for Mandarin: one vowel for each character, sameness, and what is sung instead."""

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from songsmith.engine.sketch.voices.kokoro import KOKORO_VOICES, has_kokoro
from songsmith.engine.sketch.voices.sounds import sound_kind
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice

pytestmark = pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")


def spoken(text, voice="kokoro-low"):
    utterance = say(voice, text)
    assert utterance is not None
    return utterance


@pytest.mark.parametrize("voice", list(KOKORO_VOICES))
@pytest.mark.parametrize("text", ["窗外的雨下了一整夜", "日子吃喝，死去女儿！你在哪儿", "嗯"])
def test_every_character_has_one_vowel_inside_the_sound(text, voice):
    utterance = spoken(text, voice)
    assert "".join(s.text for s in utterance.syllables) == re.sub(r"\W", "", text)
    sounds = utterance.speech.phonemes
    assert all(a.end == b.start and a.start <= a.end for a, b in pairwise(sounds))
    assert sounds[0].start >= 0 and sounds[-1].end <= len(utterance.speech.samples)
    vowels = [s.nucleus for s in utterance.syllables]
    assert all(sound_kind(v.symbol) == "nucleus" for v in vowels)
    assert min(v.end - v.start for v in vowels) > 0.03 * utterance.speech.rate_hz
    levels = [np.sqrt(np.mean(utterance.speech.samples[v.start : v.end] ** 2)) for v in vowels]
    assert min(levels) > 0.2 * max(levels)


def test_phrases_end_at_marks_and_tones_are_known():
    syllables = spoken("我的月亮，跟着你").syllables
    assert [s.text for s in syllables if s.ends_phrase] == ["亮", "你"]
    assert [s.tone for s in syllables] == [3, 0, 4, 4, 1, 0, 3]


def test_a_text_always_sounds_the_same_whatever_was_said_before():
    program = (
        "import hashlib, sys; from songsmith.engine.sketch.voices.speaking import say\n"
        "for text in sys.argv[1:]: samples = say('kokoro', text).speech.samples\n"
        "print(hashlib.sha256(samples.tobytes()).hexdigest())"
    )
    runs = [("你好",), ("再见", "你好")]
    results = [
        subprocess.run([sys.executable, "-c", program, *texts], capture_output=True, check=True)
        for texts in runs
    ]
    assert results[0].stdout == results[1].stdout != b""
    assert [result.stderr for result in results] == [b"", b""]


def test_english_words_in_a_line_are_sung_by_another_voice():
    texts = [s.text for s in spoken("我说 Hello 你好").syllables]
    assert texts == ["我", "说", "Hel", "lo", "你", "好"]


def test_what_it_cannot_read_is_not_sung():
    assert say("kokoro", "♪ …") is None


def test_it_is_the_low_voice_for_mandarin():
    assert choose_voice("zh", "him").name == choose_voice("zh-CN", "low").name == "kokoro-low"
    assert choose_voice("zh", "kokoro").register == "high"
    assert choose_voice("zh", "cmn+m7").name == "cmn+m7"
    assert choose_voice("en").name not in KOKORO_VOICES
