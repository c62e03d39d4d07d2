import signal

import numpy as np
import pytest

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.phonetics.espeak import interrupts_held, list_espeak_voices, speak
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.syllables import split_syllables, split_word


def test_a_text_gives_the_same_samples_whatever_was_spoken_before():
    first = speak("They polished up the light", "en-us")
    speak("Sechs Zebras zischen", "de")
    again = speak("They polished up the light", "en-us")
    assert np.array_equal(first.samples, again.samples)
    assert first.phonemes == again.phonemes


def test_phonemes_follow_each_other_without_gaps_to_the_end():
    speech = speak("Hello, my old friend", "en-us")
    assert speech.rate_hz == 22_050
    for before, after in zip(speech.phonemes, speech.phonemes[1:], strict=False):
        assert before.start < before.end == after.start
    assert speech.phonemes[-1].end <= len(speech.samples)
    assert next(speech.words[p.word] for p in speech.phonemes if p.stress == 2) == (0, 5)


def test_phonemizer_in_the_same_process_is_not_disturbed():
    from songsmith.lyrics.speech.espeak import pronounce

    before = pronounce("tomorrow never comes")
    samples = speak("tomorrow never comes", "en-us").samples
    speak("月亮", "cmn")
    assert pronounce("tomorrow never comes") == before
    assert np.array_equal(speak("tomorrow never comes", "en-us").samples, samples)


def test_an_unknown_voice_is_named():
    with pytest.raises(EngineError, match="no voice 'xx-none'"):
        speak("hello", "xx-none")


def test_more_than_a_hundred_languages_are_listed():
    files = {voice.file for voice in list_espeak_voices()}
    assert len(files) > 100
    assert {"en-us", "cmn", "ko", "ja", "fr", "de", "es", "ru"} <= files


@pytest.mark.parametrize("word", ["no", "lie", "moo"])
def test_a_vowel_after_a_soft_consonant_begins_earlier_than_espeak_says_but_inside_it(word):
    speech = speak(f"{word} more", "en-us")
    refined = refine_onsets(speech)
    said, heard = speech.phonemes[1].start, refined.phonemes[1].start
    assert speech.phonemes[0].start < heard < said
    assert refined.phonemes[0].end == heard


@pytest.mark.parametrize(
    ("word", "parts", "expected"),
    [
        ("bandstand", 2, ["bands", "tand"]),
        ("polished", 2, ["po", "lished"]),
        ("home", 1, ["home"]),
        ("月亮", 2, ["月", "亮"]),
        ("river", 2, ["ri", "ver"]),
        ("kitchen", 2, ["kit", "chen"]),
        ("brother", 2, ["bro", "ther"]),
        ("candle", 2, ["can", "dle"]),
        ("pocket", 2, ["pock", "et"]),
        ("payphone", 2, ["pay", "phone"]),
        ("2024", 6, ["2024", "", "", "", "", ""]),
        ("a", 3, ["a", "", ""]),
        ("Straße", 2, ["Stra", "ße"]),
        ("моей", 2, ["мо", "ей"]),
        ("Москва", 2, ["Моск", "ва"]),
        ("τραγουδά", 3, ["τρα", "γου", "δά"]),
        ("cœur", 1, ["cœur"]),
        ("corazón", 3, ["co", "ra", "zón"]),
        ("사랑", 2, ["사", "랑"]),
    ],
)
def test_words_are_parted_as_under_notes(word, parts, expected):
    assert split_word(word, parts) == expected


def test_syllables_keep_every_sound_in_order():
    text = "beautiful strangers wandering home"
    speech = speak(text, "en-us")
    syllables = split_syllables(speech, text)
    sounds = [p for s in syllables for p in (*s.onset, s.nucleus, *s.coda)]
    assert sounds == [p for p in speech.phonemes if p.symbol]
    assert len(syllables) == 9
    assert "".join(s.text for s in syllables) == text.replace(" ", "")
    assert [s.text for s in syllables if s.stress == 2] == ["beau", "stran", "wan", "home"]


def test_words_that_are_spoken_as_one_are_written_under_notes_of_their_own():
    text = "Standing in the weather for the daughters"
    syllables = split_syllables(speak(text, "en-us"), text)
    assert [s.text for s in syllables][2:] == [
        "in",
        "the",
        "wea",
        "ther",
        "for",
        "the",
        "daugh",
        "ters",
    ]


def test_an_interrupt_while_espeak_speaks_is_raised_after_it():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        signal.raise_signal(signal.SIGINT)
        done.append("spoken")
    assert done == ["spoken"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_half_the_glide_of_a_soft_consonant_is_the_vowel_after_it():
    speech = speak("морем", "ru")
    place = [p.symbol for p in speech.phonemes].index("ʲ")
    glide, vowel = refine_onsets(speech).phonemes[place : place + 2]
    said = speech.phonemes[place + 1]
    assert glide.end == vowel.start < said.start
    assert vowel.end - vowel.start > 2 * (said.end - said.start)
