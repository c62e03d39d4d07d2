from itertools import pairwise

import numpy as np
import pytest

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.kokoro.package import has_kokoro
from songsmith.engine.sketch.phonetics.espeak import speak
from songsmith.engine.sketch.phonetics.heard_pitch import heard_pitch
from songsmith.engine.sketch.phonetics.phoneme_alignment import align_phonemes
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.voices.baker import has_baker
from songsmith.engine.sketch.voices.pico import PICO_VOICES, has_pico
from songsmith.engine.sketch.voices.piper_voice import has_joe
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import accent_note, choose_voice, voice_names

MANDARIN = "baker" if has_baker() else "kokoro-low" if has_kokoro() else "cmn+m7"
FRENCH = "kokoro-claire" if has_kokoro() else "fr"


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", "joe" if has_joe() else "en-us"), ("zh", MANDARIN), ("fr", FRENCH), ("ko", "ko")],
)
def test_a_language_lists_its_own_voices_low_and_high(language, first):
    infos = voice_names(language)
    assert infos[0].name == first
    assert {info.register for info in infos} == {"low", "high"}
    assert choose_voice(language).name == first
    low, high = (choose_voice(language, register=register) for register in ("low", "high"))
    assert high.lowest > low.lowest


def test_without_a_language_all_voices_are_listed():
    names = [info.name for info in voice_names()]
    assert len(names) == len(set(names)) > 200
    assert set(PICO_VOICES) <= set(names)


@pytest.mark.parametrize("word", ["her", "Female", "high", "女声"])
def test_a_voice_may_be_asked_for_by_who_sings(word):
    assert choose_voice("en", word).register == "high"


def test_a_region_falls_back_on_its_language():
    assert choose_voice("zh-CN").name == choose_voice("zh").name
    assert choose_voice("pt-BR", "quick").name == "pt-br"
    assert choose_voice("de_AT").name == "de"


@pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")
@pytest.mark.parametrize(
    ("language", "low", "high"),
    [
        ("pt", "kokoro-alex-pt", "kokoro-dora-pt"),
        ("es-MX", "kokoro-alex-419", "kokoro-dora-419"),
        ("es-ES", "kokoro-alex", "kokoro-dora"),
        ("fr-CH", "kokoro-claire", "kokoro-claire"),
    ],
)
def test_an_accent_is_sung_by_the_network_as_its_language_is(language, low, high):
    assert choose_voice(language).name == low and choose_voice(language, "her").name == high
    assert voice_names(language)[0].name == low
    assert choose_voice(language, "quick").name.split("-")[0] == language.split("-")[0]


@pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")
def test_an_accent_that_is_not_the_one_asked_for_is_told():
    assert "pt-br" in accent_note("pt", choose_voice("pt"))
    assert not any(accent_note(tag, choose_voice(tag)) for tag in ("pt-BR", "es-MX", "en", "de"))
    assert not accent_note("pt", choose_voice("pt", "pt"))


@pytest.mark.skipif(not has_kokoro(), reason="the optional voice is not installed")
def test_spanish_of_america_has_no_lisp():
    here, there = (say(f"kokoro-alex{accent}", "corazón") for accent in ("", "-419"))
    assert here is not None and there is not None and here.script and there.script
    assert "θ" in here.script.letters and "θ" not in there.script.letters


@pytest.mark.parametrize("wanted", ["caruso", "en-us+nobody", "xx+f3"])
def test_an_unknown_voice_is_refused_with_what_there_is(wanted):
    with pytest.raises(EngineError, match="en-us"):
        choose_voice("en", wanted)


def test_a_language_without_a_voice_is_refused():
    with pytest.raises(EngineError, match="no voice for the language 'tlh'"):
        choose_voice("tlh")


@pytest.mark.skipif(has_pico(), reason="the optional voice is installed")
def test_a_voice_that_is_not_installed_says_how_to_install_it():
    with pytest.raises(EngineError, match="pip install py-nanotts"):
        choose_voice("en", "pico-en-us")


def test_symbols_and_pictures_are_not_read_out():
    spoken = say("en-us", "Hello ♪ my 🎵 friend")
    assert spoken is not None
    assert [s.text for s in spoken.syllables] == ["Hel", "lo", "my", "friend"]
    assert say("en-us", "🎵 … !") is None


def test_mandarin_numbers_are_read_and_phrases_are_heard():
    spoken = say("cmn+m7", "二〇二四年，等你")
    assert spoken is not None
    assert "".join(s.text for s in spoken.syllables) == "二零二四年等你"
    assert [s.text for s in spoken.syllables if s.ends_phrase] == ["年", "你"]


def test_all_lines_are_spoken_equally_loud():
    levels = []
    for text in ("Whisper in the dark", "RUN FOR YOUR LIFE!"):
        spoken = say("en-us", text)
        assert spoken is not None
        vowels = [
            np.mean(spoken.speech.samples[s.nucleus.start : s.nucleus.end] ** 2)
            for s in spoken.syllables
        ]
        levels.append(10 * np.log10(np.mean(vowels)))
    assert abs(levels[0] - levels[1]) < 0.1


def test_boundaries_are_found_again_in_another_voice():
    text = "Somewhere past the broken moon"
    guide = speak(text, "en-us", rate_wpm=120)
    other = speak(text, "en-us+m3", rate_wpm=140)
    pitch_hz = heard_pitch(other.samples, other.rate_hz)
    found = align_phonemes(guide, other.samples, other.rate_hz, pitch_hz)
    assert [p.symbol for p in found] == [p.symbol for p in guide.phonemes]
    vowels = [i for i, p in enumerate(found) if sound_kind(p.symbol) == "nucleus"]
    assert [p.symbol for p in other.phonemes] == [p.symbol for p in found]
    errors_s = [abs(found[i].start - other.phonemes[i].start) / other.rate_hz for i in vowels]
    assert np.median(errors_s) < 0.02
    assert all(a.end == b.start for a, b in pairwise(found))
