from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from songsmith.engine.sketch.composing.melody import compose
from songsmith.engine.sketch.score import Bar, ChordSpan, Harmony, Note, Score, SongPart, SungLine
from songsmith.engine.sketch.voices.speaking import Utterance, say

BEAT_S = 0.6
REGISTER = (45, 62)
VERSE = (
    "There is a garden on the seventh floor",
    "With rusty chairs beside the kitchen door",
    "My neighbor plants tomatoes in a row",
    "She tells me everything she used to know",
)
CHORUS = (
    "Stay a little longer in the summer air",
    "Nobody is waiting for us anywhere",
    "Stay a little longer in the summer air",
    "Nobody is waiting for us anywhere",
)


def spoken(text: str) -> Utterance:
    utterance = say("en-us", text)
    assert utterance is not None
    return utterance


def make_score() -> Score:
    bar_s = 4 * BEAT_S
    triads = {"C": (0, 4, 7), "Am": (9, 0, 4), "F": (5, 9, 0), "G": (7, 11, 2)}
    order = ["C", "Am", "F", "G", "Am", "F", "G", "C"]
    bars = tuple(
        Bar(i * bar_s, (i + 1) * bar_s, tuple(i * bar_s + k * BEAT_S for k in range(4)), 0)
        for i in range(26)
    )
    chords = tuple(
        ChordSpan(b.start_s, b.end_s, Harmony(s, triads[s][0], triads[s], triads[s][0]))
        for b, s in zip(bars, (order[i % 8] for i in range(26)), strict=True)
    )
    texts = (*VERSE, *CHORUS, *VERSE[:2])
    lines = tuple(
        SungLine(
            i + 1,
            text,
            2 * i * bar_s,
            (2 * i + 2) * bar_s,
            0 if i < 4 else 1 if i < 8 else 2,
            "",
            texts.index(text) + 1,
        )
        for i, text in enumerate(texts)
    )
    parts = (
        SongPart("verse", "Verse 1", 0, 8 * bar_s, 0.5),
        SongPart("chorus", "Chorus", 8 * bar_s, 16 * bar_s, 0.9),
        SongPart("verse", "Verse 2", 16 * bar_s, 20 * bar_s, 0.5, 1),
    )
    scale = (0, 2, 4, 5, 7, 9, 11)
    return Score(26 * bar_s, 100, 4, 0, "major", scale, bars, chords, parts, lines)


def tune(score: Score, seed: int) -> tuple[Note, ...]:
    syllables = {line.line: spoken(line.text).syllables for line in score.lines}
    return compose(score, syllables, seed=seed, register=REGISTER)


@pytest.fixture(scope="module", params=[1, 2, 3])
def song(request) -> tuple[Score, tuple[Note, ...]]:
    score = make_score()
    return score, tune(score, request.param)


def of_line(notes: tuple[Note, ...], line: int) -> list[Note]:
    return [note for note in notes if note.line == line]


def test_every_line_starts_on_its_stamp_and_ends_in_its_slot(song):
    score, notes = song
    for line in score.lines:
        own = of_line(notes, line.line)
        assert own[0].start_s == line.start_s
        assert own[-1].end_s < line.end_s
        assert all(a.end_s <= b.start_s + 1e-9 and a.start_s < a.end_s for a, b in pairwise(own))
        assert {n.syllable for n in own} == set(range(own[-1].syllable + 1))


def test_inner_syllables_are_on_eighths_and_stressed_ones_prefer_beats(song):
    score, notes = song
    stressed: list[float] = []
    weak: list[float] = []
    for line in score.lines:
        syllables = spoken(line.text).syllables
        firsts = {n.syllable: n for n in reversed(of_line(notes, line.line))}
        for index, note in firsts.items():
            eighths = note.start_s / (BEAT_S / 2)
            is_last = line is score.lines[-1]  # it hurries to leave its last note two beats
            assert is_last or abs(eighths - round(eighths)) < 1e-6
            on_beat = round(eighths) % 2 == 0
            (stressed if syllables[index].stress == 2 else weak).append(on_beat)
    assert sum(stressed) / len(stressed) > sum(weak) / len(weak) + 0.2


def test_syllables_that_take_long_to_speak_are_given_more_time(song):
    score, notes = song
    pairs: list[tuple[int, float]] = []
    for line in score.lines:
        syllables = spoken(line.text).syllables
        firsts = {n.syllable: n.start_s for n in reversed(of_line(notes, line.line))}
        for index, (one, after) in enumerate(pairwise(syllables)):
            pairs.append(
                (after.nucleus.start - one.nucleus.start, firsts[index + 1] - firsts[index])
            )
    pairs.sort()
    third = len(pairs) // 3
    short, long = ([length_s for _, length_s in part] for part in (pairs[:third], pairs[-third:]))
    assert sum(long) > 1.15 * sum(short)


def test_the_tune_stays_in_scale_and_register_and_moves_mostly_by_step(song):
    score, notes = song
    assert all(REGISTER[0] <= n.pitch <= REGISTER[1] and n.pitch % 12 in score.scale for n in notes)
    leaps = [abs(a.pitch - b.pitch) for a, b in pairwise(notes) if a.line == b.line]
    assert sum(leap <= 4 for leap in leaps) / len(leaps) > 0.85
    assert max(leaps) <= 9
    assert sum(leap > 0 for leap in leaps) / len(leaps) > 0.5


def test_the_tune_neither_stands_still_nor_wavers(song):
    _, notes = song
    trios = [
        (a.pitch, b.pitch, c.pitch)
        for a, b, c in zip(notes, notes[1:], notes[2:], strict=False)
        if a.line == b.line == c.line
    ]
    assert sum(a == b == c for a, b, c in trios) < 0.08 * len(trios)
    assert sum(a == c != b for a, b, c in trios) < 0.15 * len(trios)


def test_long_notes_and_downbeats_agree_with_their_chords(song):
    score, notes = song
    heavy = [n for n in notes if n.end_s - n.start_s > 0.7]
    fitting = [n.pitch % 12 in score.chord_at(n.start_s + 0.02).tones for n in heavy]
    assert sum(fitting) / len(fitting) > 0.8


def test_the_chorus_is_a_third_to_a_sixth_higher(song):
    _, notes = song

    def middle(lines: range) -> float:
        pitches = [n.pitch for n in notes if n.line in lines]
        return float(sum(pitches) / len(pitches))

    assert 2.5 < middle(range(5, 9)) - middle(range(1, 5)) < 9


def tune_of(notes, line):
    """The pitch of each syllable; of one with several notes that of the longest."""
    by_syllable = {}
    for note in sorted(of_line(notes, line), key=lambda note: note.end_s - note.start_s):
        by_syllable[note.syllable] = note.pitch
    return [pitch for _, pitch in sorted(by_syllable.items())]


def test_repeated_lines_share_their_tune(song):
    _, notes = song
    for first, again in ((5, 7), (6, 8), (1, 9), (2, 10)):
        one, other = (tune_of(notes, line) for line in (first, again))
        top = max(n.pitch for n in notes)
        turned = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        # A tune turns only around the song's highest note, and where the last line comes home.
        assert len(turned) <= 4
        assert not turned or again == 10 or any(tune.count(top) for tune in (one, other))


def test_the_highest_note_is_sung_once_and_in_the_chorus(song):
    _, notes = song
    top = max(note.pitch for note in notes)
    peaks = [note for note in notes if note.pitch == top]
    assert len(peaks) == 1
    assert peaks[0].line in range(5, 9)


def test_the_verse_closes_at_home_or_at_rest(song):
    score, notes = song
    last = of_line(notes, 4)[-1]
    chord = score.chord_at(last.start_s + 0.02)
    wished = {score.tonic} if score.tonic in chord.tones else set(chord.tones)
    assert last.pitch % 12 in wished


def test_only_last_syllables_have_turns_and_of_three_notes_at_most(song):
    score, notes = song
    for line in score.lines:
        counts = Counter(n.syllable for n in of_line(notes, line.line))
        assert all(count == 1 for index, count in counts.items() if index != max(counts))
        assert counts[max(counts)] <= 3


def test_the_same_seed_is_the_same_tune_and_others_differ():
    score = make_score()
    assert tune(score, 5) == tune(score, 5)
    assert len({tuple(n.pitch for n in tune(score, seed)) for seed in range(4)}) == 4


def test_lines_that_start_off_the_grid_are_still_sung_from_their_stamp():
    score = make_score()
    moved = replace(score.lines[1], start_s=score.lines[1].start_s + 0.137)
    shifted = replace(score, lines=(score.lines[0], moved, *score.lines[2:]))
    notes = of_line(tune(shifted, 1), 2)
    assert notes[0].start_s == moved.start_s
    assert notes[-1].end_s < moved.end_s
