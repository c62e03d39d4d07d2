from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.engine.engine import EngineError
from songsmith.engine.sketch.composing.form import count_syllables, make_score
from songsmith.engine.sketch.composing.tempo import MAX_DRIFT
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Chord, LyricLine, Lyrics, Section


def lyrics_at(stamps_s, words="the rain is on the window", per_section=4):
    lines = [LyricLine(stamp, words) for stamp in stamps_s]
    labels = ("Verse 1", "Chorus", "Verse 2", "Chorus", "Bridge")
    sections = [
        Section(labels[i // per_section % 5], tuple(lines[i : i + per_section]))
        for i in range(0, len(lines), per_section)
    ]
    return Lyrics("Rain", "en", tuple(sections))


def plan_at(stamps_s, style="pop", duration_s=None, seed=1, **more):
    style = parse_style(style)
    return make_score(
        lyrics_at(stamps_s, **more), style, duration_s or stamps_s[-1] + 9.0, seed=seed
    )


def beats_of(score):
    return np.array([beat_s for bar in score.bars for beat_s in bar.beats_s])


def test_a_song_may_begin_with_its_first_word():
    score = plan_at([0.0, 1.716, 2.984], "folk", 6.0, words="oh my")

    assert score.bars[0].start_s == 0
    assert score.lines[0].start_s == 0


gaps_s = st.lists(st.integers(250, 9000), min_size=0, max_size=12)


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 12_000), gaps=gaps_s, tail=st.integers(2500, 20_000))
def test_any_stamps_get_bars_without_gaps_and_lines_on_their_stamps(first, gaps, tail):
    stamps_s = list(np.cumsum([first, *gaps]) / 1000)
    duration_s = max(stamps_s[-1] + tail / 1000, 5.0)

    score = plan_at(stamps_s, "folk", duration_s, words="oh my")

    assert [line.start_s for line in score.lines] == [round(s, 3) for s in stamps_s]
    assert all(line.end_s > line.start_s for line in score.lines)
    assert all(a.end_s <= b.start_s for a, b in pairwise(score.lines))
    assert score.lines[-1].end_s < duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(score.bars))
    assert all(bar.end_s - bar.start_s > 0.05 for bar in score.bars)
    assert np.all(np.diff([*beats_of(score), score.bars[-1].end_s]) > 0)
    assert 0 <= score.bars[0].start_s < 1.2
    assert score.bars[-1].end_s == duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(score.parts))
    assert all(a.end_s == b.start_s for a, b in pairwise(score.chords))
    assert score.chords[-1].end_s == duration_s


@settings(max_examples=25, deadline=None)
@given(gaps=st.lists(st.integers(1500, 9000), min_size=2, max_size=10))
def test_the_tempo_stays_within_its_limits(gaps):
    stamps_s = list(np.cumsum([4000, *gaps]) / 1000)

    score = plan_at(stamps_s, "rock", words="oh my")

    lengths_s = np.array([bar.beat_s for bar in score.bars[:-1]])
    drift = np.abs(np.log(lengths_s / (60 / score.bpm)))
    assert np.all(drift < np.log(1 + 2 * MAX_DRIFT))


@pytest.mark.parametrize("seed", range(5))
def test_lines_written_on_a_grid_start_on_downbeats(seed):
    stamps_s = [10.43 + 3.92 * i for i in range(16)]

    score = plan_at(stamps_s, "jazz", seed=seed)

    downbeats_s = np.array([bar.start_s for bar in score.bars])
    assert all(np.abs(downbeats_s - stamp).min() < 0.005 for stamp in stamps_s)


@pytest.mark.parametrize("seed", range(5))
def test_uneven_lines_start_on_beats_where_the_tempo_can_bend(seed):
    rng = np.random.default_rng(seed)
    stamps_s = [10 + 3.9 * i + float(rng.uniform(-0.5, 0.5)) for i in range(16)]

    score = plan_at(stamps_s, "pop")

    off_s = [np.abs(beats_of(score) - stamp).min() for stamp in stamps_s]
    assert np.mean(np.array(off_s) < 0.01) >= 0.85


def test_sections_become_parts_with_intro_interlude_and_outro():
    stamps_s = [8.0, 12.0, 16.0, 20.0, 40.0, 44.0, 48.0, 52.0]

    score = plan_at(stamps_s, "pop", 70.0)

    kinds = [part.kind for part in score.parts]
    assert kinds == ["intro", "verse", "interlude", "chorus", "outro"]
    energy = {part.kind: part.energy for part in score.parts}
    assert energy["chorus"] > energy["verse"] > energy["intro"]


def test_sections_without_labels_are_choruses_when_their_words_return():
    sections = [
        Section("", (LyricLine(start_s, words),))
        for start_s, words in (
            (4, "one way"),
            (10, "all of us"),
            (16, "other way"),
            (22, "all of us"),
        )
    ]

    score = make_score(Lyrics("", "en", tuple(sections)), parse_style("pop"), 32.0, seed=1)

    assert [part.kind for part in score.parts][1:5] == ["verse", "chorus", "verse", "chorus"]
    assert score.lines[3].same_as == 2


def test_tempo_meter_and_key_are_obeyed():
    score = plan_at([4.0, 8.0, 12.0], "waltz 120 bpm in D minor")

    assert (score.bpm, score.meter, score.beats_per_bar) == (120, "3/4", 3)
    assert (score.tonic, score.mode) == (2, "minor")
    assert score.scale[0] == 2


def test_six_eight_has_six_beats_and_two_felt_ones():
    score = plan_at([6.0, 10.0], "folk 6/8 60 bpm")

    assert score.beats_per_bar == 6
    assert score.bars[2].end_s - score.bars[2].start_s == pytest.approx(2.0, rel=MAX_DRIFT)


def test_chords_over_the_words_sound_where_they_stand():
    line = LyricLine(4.0, "Row me over river wide", chords=(Chord(0, "Dm"), Chord(12, "Bb")))
    lyrics = Lyrics("", "en", (Section("Verse", (line,)),))

    score = make_score(lyrics, parse_style("folk 120 bpm"), 12.0, seed=3)

    assert score.chord_at(4.05).symbol == "Dm"
    assert score.chord_at(score.lines[0].end_s - 0.1).symbol == "Bb"
    assert (score.tonic, score.mode) == (2, "minor")


def test_blues_has_its_twelve_bars():
    stamps_s = [8.0 + 4.0 * i for i in range(6)]

    score = plan_at(stamps_s, "blues 120 bpm in A", 60.0, per_section=6)

    verse = next(part for part in score.parts if part.kind == "verse")
    roots = [score.chord_at(b.start_s + 0.1).root for b in score.bars if b.start_s >= verse.start_s]
    assert roots[4:8] == [2, 2, 9, 9]
    assert roots[8] == 4


def test_a_blues_too_short_for_twelve_bars_turns_in_eight():
    score = plan_at([8.0 + 4.0 * i for i in range(8)], "blues 120 bpm in A", 60.0)

    verse = next(part for part in score.parts if part.kind == "verse")
    inside = [bar for bar in score.bars if verse.start_s <= bar.start_s < verse.end_s]
    assert len(inside) == 8
    assert score.chord_at(inside[-1].end_s - 0.1).root == 4


def test_seeds_choose_different_keys_and_changes():
    plans = [plan_at([4.0, 8.0], "pop", seed=seed) for seed in range(8)]

    assert len({score.tonic for score in plans}) > 2
    assert plan_at([4.0, 8.0], "pop", seed=3) == plans[3]


def test_an_instrumental_has_a_form_of_its_own():
    score = make_score(Lyrics(), parse_style("rock"), 60.0, seed=1)

    assert not score.lines
    assert {"intro", "verse", "chorus", "outro"} <= {part.kind for part in score.parts}
    assert score.bars[-1].end_s == 60.0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([LyricLine(1, "one two"), LyricLine(1.05, "three")], "line 2 starts 0.05 s after line 1"),
        ([LyricLine(1, "one"), LyricLine(30, "two")], "line 2 starts at 30.00 s"),
        ([LyricLine(1, "la " * 200)], "line 1 has about 200 syllables"),
    ],
)
def test_what_nobody_can_sing_is_refused_with_its_numbers(lines, words):
    with pytest.raises(EngineError, match=words):
        make_score(Lyrics("", "en", (Section("", tuple(lines)),)), parse_style("pop"), 12.0, seed=1)


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("I kept your chair", 4),
        ("月亮代表我的心", 7),
        ("hello 世界", 4),
        ("", 0),
        ("home", 1),
        ("きょうはシャッター", 7),
        ("Луна плывёт", 4),
        ("사랑해요", 4),
    ],
)
def test_syllables_are_counted_about_right(text, syllables):
    assert count_syllables(text) == syllables
