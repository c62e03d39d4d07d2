"""Syllables that are sung on several notes, by the notes."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from songsmith.engine.sketch.band.band import DRUM_NOTES, play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.composing.melody import compose
from songsmith.engine.sketch.composing.pitches import pentatonic
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.voices.speaking import say
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

WORDS = ("Carry me over the river", "Nobody knows where I am", "Hold on the morning", "Stay away")


@lru_cache
def sung(style, seed=1):
    verse, chorus = (
        tuple(LyricLine(first_s + 5.0 * place, text) for place, text in enumerate(WORDS))
        for first_s in (6.0, 26.0)
    )
    lyrics = Lyrics("", "en", (Section("Verse", verse), Section("Chorus", chorus)))
    parsed = parse_style(style)
    score = make_score(lyrics, parsed, 50.0, seed=seed)
    said = {line.line: say("en-us", line.text) for line in score.lines}
    syllables = {number: utterance.syllables for number, utterance in said.items() if utterance}
    notes = compose(score, syllables, seed=seed, register=(45, 62), genre=parsed.genre)
    by_syllable: dict[tuple[int, int], list[Note]] = {}
    for note in notes:
        by_syllable.setdefault((note.line, note.syllable), []).append(note)
    return score, syllables, by_syllable


def melismas(style):
    """Syllables inside lines that have several notes, over three seeds."""
    found = []
    for seed in (1, 2, 3):
        _, syllables, by_syllable = sung(style, seed)
        found += [
            (syllables[line][place], notes)
            for (line, place), notes in by_syllable.items()
            if len(notes) > 1 and place < len(syllables[line]) - 1
        ]
    return found


def test_rhythm_and_blues_sings_stressed_syllables_on_several_notes_and_rock_does_not():
    found = melismas("r&b")

    assert len(found) >= 5
    assert all(syllable.stress > 0 for syllable, _ in found)
    assert not melismas("rock")


@pytest.mark.parametrize("style", ["r&b", "chinese ballad", "soul", "jazz swing"])
def test_notes_of_one_syllable_follow_each_other_and_none_is_too_short_to_be_sung(style):
    _, _, by_syllable = sung(style)

    for notes in by_syllable.values():
        lengths = [note.end_s - note.start_s for note in notes]
        assert min(lengths) > 0.05 if len(notes) > 1 else lengths
        assert all(
            abs(a.end_s - b.start_s) < 1e-6 and a.pitch != b.pitch for a, b in pairwise(notes)
        )


def test_turns_of_a_chinese_ballad_are_pentatonic():
    turns = []
    for seed in (1, 2, 3):
        score, _, by_syllable = sung("chinese ballad", seed)
        for notes in by_syllable.values():
            tones = pentatonic(score.scale_at(notes[0].start_s))
            turns += [note.pitch % 12 in tones for note in notes[:-1]]

    assert len(turns) >= 10
    assert np.mean(turns) > 0.9


def test_hats_of_hip_hop_roll_in_triplets():
    score, _, _ = sung("hip-hop")
    (drums,) = (t for t in play_band(score, parse_style("hip-hop"), seed=1) if t.is_drum)

    hats = sorted(n.start_s for n in drums.notes if n.pitch == DRUM_NOTES["hat"])
    steps = np.diff(hats) / score.bars[2].beat_s
    assert np.sum(np.abs(steps - 1 / 6) < 0.04) >= 6


def test_a_part_that_is_longer_than_its_progression_closes_as_that_does():
    from songsmith.engine.sketch.composing.chords import _in_loop

    assert [_in_loop(place, 6, 4) for place in range(6)] == [0, 1, 2, 3, 2, 3]
    assert [_in_loop(place, 8, 4) for place in range(8)] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert [_in_loop(place, 3, 4) for place in range(3)] == [0, 1, 2]
