"""The search for known words, on models that leave no doubt what sounds when."""

import numpy as np

from songsmith.engine.listening.forced_alignment import chain_of, place_chain, sound_at
from songsmith.engine.listening.sound_models import SoundModels
from songsmith.engine.listening.spoken_lines import SpokenSound, SpokenWord, spoken_words

SYMBOLS = ("m", "i", "n")


def word(offset, *symbols):
    sounds = (SpokenSound(symbol, symbol == "i", np.zeros((1, 40))) for symbol in symbols)
    return SpokenWord(offset, "".join(symbols), tuple(sounds))


def models_of(sounds):
    """Models of a song in which frame k is the sound `sounds[k]`, or a pause (-1), beyond doubt."""
    sounds = np.array(sounds)
    means = 40.0 * np.eye(3, 30)
    features = np.where(sounds[:, None] >= 0, means[np.maximum(sounds, 0)], 0.0)
    odds = np.where(sounds >= 0, 6.0, -6.0)
    return SoundModels(
        SYMBOLS, np.zeros((len(sounds), 40)), features, means, means, np.ones(30), odds, odds
    )


SONG = [-1] * 50 + [0] * 6 + [1] * 30 + [-1] * 40 + [2] * 6 + [1] * 60 + [-1] * 30


def test_sounds_are_found_where_they_are_and_pauses_are_left_out():
    lines = [[word(0, "m", "i")], [word(0, "n", "i")]]
    placed = place_chain(chain_of(lines, SYMBOLS, [0.4, 1.2], len(SONG)), models_of(SONG))
    vowels = [(place.start, place.end) for place in placed if place.link.is_vowel]
    assert vowels == [(56, 86), (132, 192)]
    assert sound_at(placed, len(SONG)).tolist() == SONG


def vowel_starts(song, starts_s):
    lines = [[word(0, "m", "i"), word(2, "m", "i")]]
    chain = chain_of(lines, SYMBOLS, [0.3], len(song), starts_s)
    placed = place_chain(chain, models_of(song))
    return [place.start for place in placed if place.link.is_vowel]


def test_of_two_places_that_sound_the_same_a_word_is_put_where_it_was_heard():
    song = [-1] * 30 + ([0] * 6 + [1] * 28) * 3 + [-1] * 30
    assert vowel_starts(song, [{1: 0.75}])[1] == 70
    assert vowel_starts(song, [{1: 1.09}])[1] == 104


def test_a_word_heard_where_it_cannot_be_is_put_where_it_sounds():
    song = [-1] * 30 + ([0] * 6 + [1] * 28) * 2 + [-1] * 60
    assert vowel_starts(song, [{1: 1.4}]) == [36, 70]


def test_a_line_that_does_not_fit_its_window_is_not_forced_into_it():
    lines = [[word(offset, "m", "i", "n") for offset in range(12)]]
    chain = chain_of(lines, SYMBOLS, [0.1], 60)
    assert place_chain(chain, models_of([1] * 60)) == []


def test_words_are_spoken_one_by_one_and_characters_too():
    english = spoken_words("I kept, your chair", "en")
    assert [word.offset for word in english] == [0, 2, 8, 13]
    assert all(any(sound.is_vowel for sound in word.sounds) for word in english)
    assert [word.offset for word in spoken_words("我等你", "zh")] == [0, 1, 2]
    assert len(spoken_words("きみのこえ", "ja")) == 1
    assert spoken_words("♪ ...", "en") == ()
