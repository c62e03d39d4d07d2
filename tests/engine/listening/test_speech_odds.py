import numpy as np
import soxr

from songsmith.engine.listening.ears import EARS_RATE_HZ
from songsmith.engine.listening.speech_odds import speech_odds
from songsmith.engine.sketch.voices.speaking import say


def spoken(text):
    utterance = say("en-us", text)
    assert utterance is not None
    speech = utterance.speech
    return soxr.resample(speech.samples, speech.rate_hz, EARS_RATE_HZ).astype(np.float32)


def test_a_voice_is_told_from_noise_and_silence_when_it_sounds():
    voice = spoken("the morning train is leaving soon and nobody is waiting")
    noise = 0.01 * np.random.default_rng(1).standard_normal(2 * EARS_RATE_HZ)
    silence = np.zeros(EARS_RATE_HZ)
    odds = speech_odds(np.concatenate([noise, silence, voice]).astype(np.float32))
    assert len(odds) == 1 + (len(noise) + len(silence) + len(voice)) // 160
    assert odds[:280].max() < 0
    assert np.median(odds[320:-20]) > 2


def test_a_sound_without_anything_in_it_has_no_voice():
    assert speech_odds(np.zeros(1000, dtype=np.float32)).max() < 0
