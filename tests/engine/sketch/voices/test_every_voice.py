"""What holds for every voice that speaks for the singer: espeak-ng's own and each named one that is installed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.voices.registry import kokoro_speaker, named_voices, speaking_voice
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import choose_voice, voice_names

LINES = {
    "en": ("I left the kettle on the stove", "The garden gate is swinging slow"),
    "de": ("Der Regen fällt auf unser Haus", "Ein kleines Licht im Fenster"),
    "es": ("La luna duerme sobre el mar", "Una casa blanca y sola"),
    "fr": ("La lune brille sur la mer", "Une maison au bord du lac"),
    "pt": ("A lua dorme sobre o mar", "Uma casa branca e triste"),
    "hi": ("चाँद सागर पर सोता है", "एक सफ़ेद घर"),
    "it": ("La luna dorme sopra il mare", "Una casa tra le rose"),
    "cmn": ("窗外的雨下了一整夜", "日子吃喝，死去女儿！你在哪儿"),
    "ja": ("つきがでた", "さくらのはな"),
}
ESPEAK = ("en-us", "en-us+f3", "en", "de", "es+f3", "fr", "it", "cmn+m7", "cmn+f3", "ja")
INSTALLED = [name for name, voice in named_voices().items() if voice.is_installed()]
SINGERS = [name for name in INSTALLED if kokoro_speaker(name)]
SPEAKERS = [*ESPEAK, *(name for name in INSTALLED if name not in SINGERS)]
VOICES = [*SPEAKERS, *SINGERS]
THE_SAME_AGAIN = "kokoro-low"
"""A voice that takes seconds for a line, and is the network of "kokoro" with another speaker."""
OTHERS = {"cmn": "moon", "ja": "moon", "fr": "月亮"}
"""Words that no voice of the language reads; Chinese ones take a second, so that one language is enough."""
LOW_SHARE = {"cmn": 0.2}


def family(voice: str) -> str:
    return speaking_voice(voice).language.split("-")[0]


def asked(voices: Iterable[str]) -> list[object]:
    """Voices as the parameters of a test; one is asked in the long tests alone."""
    return [
        pytest.param(voice, marks=pytest.mark.long if voice == THE_SAME_AGAIN else ())
        for voice in voices
    ]


def spoken(voice, text):
    utterance = say(voice, text)
    assert utterance is not None
    return utterance


@pytest.mark.parametrize("voice", asked(SPEAKERS))
def test_every_syllable_has_a_vowel_that_sounds(voice):
    for text in LINES[family(voice)]:
        utterance = spoken(voice, text)
        speech = utterance.speech
        sounds = speech.phonemes
        assert all(a.end == b.start and a.start <= a.end for a, b in pairwise(sounds))
        assert sounds[0].start >= 0 and sounds[-1].end <= len(speech.samples)
        vowels = [syllable.nucleus for syllable in utterance.syllables]
        assert all(sound_kind(vowel.symbol) == "nucleus" for vowel in vowels)
        levels = [np.sqrt(np.mean(speech.samples[v.start : v.end] ** 2)) for v in vowels]
        assert min(levels) > LOW_SHARE.get(family(voice), 0.05) * max(levels)


@pytest.mark.parametrize("voice", SINGERS)
def test_what_a_network_reads_has_a_time_for_every_symbol_and_a_vowel_for_every_syllable(voice):
    for text in LINES[family(voice)]:
        utterance = spoken(voice, text)
        script, sounds = utterance.script, utterance.speech.phonemes
        assert script is not None and len(utterance.speech.samples) == 0
        assert min(script.frames) >= 1
        assert {len(script.letters), len(script.owners), len(script.frames)} == {len(script.tokens)}
        assert all(a.end <= b.start and a.start <= a.end for a, b in pairwise(sounds))
        for syllable in utterance.syllables:
            assert sound_kind(syllable.nucleus.symbol) == "nucleus"
            assert syllable.nucleus.end > syllable.nucleus.start


@pytest.mark.parametrize("voice", asked(VOICES))
def test_all_of_the_text_is_said(voice):
    for text in LINES[family(voice)]:
        said = "".join(syllable.text for syllable in spoken(voice, text).syllables)
        assert re.sub(r"\W", "", said) == re.sub(r"\W", "", text)
        assert not speaking_voice(voice).unknown_sounds(text)


@pytest.mark.parametrize("voice", asked(name for name in VOICES if family(name) == "cmn"))
def test_a_mandarin_voice_says_a_vowel_a_character_and_knows_tones_and_phrases(voice):
    syllables = spoken(voice, "我的月亮，跟着你").syllables
    assert [s.text for s in syllables] == list("我的月亮跟着你")
    assert [s.text for s in syllables if s.ends_phrase] == ["亮", "你"]
    assert [s.tone for s in syllables] == [3, 0, 4, 4, 1, 0, 3]
    vowels = [syllable.nucleus for syllable in syllables]
    rate_hz = spoken(voice, "我的月亮，跟着你").speech.rate_hz
    assert min(v.end - v.start for v in vowels) > 0.02 * rate_hz


@pytest.mark.parametrize("voice", asked(VOICES))
def test_what_it_cannot_read_is_said_by_another_voice_or_not_at_all(voice):
    assert say(voice, "♪ …") is None
    own = LINES[family(voice)][0].split()[0]
    other = OTHERS.get(family(voice), "луна")
    texts = [syllable.text for syllable in spoken(voice, f"{own} {other}").syllables]
    assert "".join(texts).endswith(other)


SOUNDS = """
import hashlib, json, sys
from songsmith.engine.sketch.voices.speaking import say

def sounds(voice, texts):
    found = []
    for text in texts:
        say.cache_clear()
        said = say(voice, text)
        script = repr(said.script).encode() if said.script else b""
        found.append(hashlib.sha256(said.speech.samples.tobytes() + script).hexdigest())
    return found
"""
IN_A_NEW_PROCESS = """
for line in sys.stdin:
    voice, texts = json.loads(line)
    print(voice, *sounds(voice, texts))
"""


def sounds_in_a_new_process(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """The sound of each text of each voice, said in this order."""
    done = subprocess.run(
        [sys.executable, "-c", SOUNDS + IN_A_NEW_PROCESS],
        input="\n".join(map(json.dumps, texts.items())),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}


def test_a_text_always_sounds_the_same_whatever_was_said_before_and_in_every_process():
    # Voices of one kind in one language are the same network with another speaker: the last of each is asked.
    kinds = {(family(name), name in SINGERS, name.split("-")[0]): name for name in VOICES}
    lines = {voice: LINES[family(voice)] for voice in kinds.values()}
    if "kokoro" in lines:
        lines["kokoro"] = ("窗外", "日子")  # a whole line takes seconds
    there = sounds_in_a_new_process({voice: [first, first] for voice, (first, _) in lines.items()})
    here: dict[str, Any] = {}
    exec(SOUNDS, here)
    differing = []
    for voice, (first, second) in reversed(lines.items()):
        said = here["sounds"](voice, [second, second[: len(second) // 2], first])
        if {*there[voice], said[-1]} != {said[-1]} or len(there[voice]) != 2:
            differing.append(voice)
    assert differing == []


@pytest.mark.parametrize("name", named_voices())
def test_a_named_voice_is_listed_with_its_language_and_says_what_to_install(name):
    voice = named_voices()[name]
    listed = {info.name: info for info in voice_names(voice.language)}
    assert listed[name].is_installed == voice.is_installed()
    assert (listed[name].register, listed[name].language) == (voice.register, voice.language)
    assert voice.install.startswith("pip install")


@pytest.mark.parametrize("name", INSTALLED)
def test_a_named_voice_sings_where_it_is_told_to(name):
    low, high = (choose_voice("", f"{name}+{register}") for register in ("low", "high"))
    assert (low.name, low.register, high.name, high.register) == (name, "low", name, "high")
    assert low.lowest < high.lowest
    assert choose_voice("", name).register == named_voices()[name].register
