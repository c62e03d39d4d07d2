import numpy as np
import pytest

from songsmith.engine.sketch.composing.chords import lay_chords, marked_chords
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Chord, LyricLine, Lyrics, Section

LINES = tuple(LyricLine(4.0 + 4 * number, "a light along the river") for number in range(6))
LYRICS = Lyrics("x", "en", (Section("Verse", LINES[:3]), Section("Chorus", LINES[3:])))


def score_of(style: str, lyrics: Lyrics = LYRICS):
    return make_score(lyrics, parse_style(style), 32.0, seed=3)


@pytest.mark.parametrize("style", genre_names())
def test_chords_fill_the_song_without_gaps_and_it_ends_at_home(style):
    score = score_of(style)
    assert score.chords[0].start_s <= score.bars[0].start_s
    assert score.chords[-1].end_s >= score.bars[-1].end_s - 1e-6
    for one, after in zip(score.chords, score.chords[1:], strict=False):
        assert one.end_s == pytest.approx(after.start_s)
        assert one.start_s < one.end_s
    assert score.tonic in score.chords[-1].harmony.tones


def test_the_same_seed_gives_the_same_chords():
    style = parse_style("pop")
    score = score_of("pop")
    once, again = (lay_chords(score, LYRICS, style, np.random.default_rng(5)) for _ in range(2))
    assert once == again


def test_chords_over_the_words_are_played_where_they_stand():
    line = LyricLine(8.0, "hold me", chords=(Chord(0, "F#m7"), Chord(5, "B7")))
    lyrics = Lyrics("x", "en", (Section("Verse", (LINES[0], line)),))
    score = score_of("pop", lyrics)
    marked = marked_chords(score, lyrics)
    assert [harmony.symbol for _, harmony in marked] == ["F#m7", "B7"]
    beats = {beat_s for bar in score.bars for beat_s in bar.beats_s}
    assert all(time_s in beats for time_s, _ in marked)
    assert score.chord_at(marked[0][0] + 0.01).symbol == "F#m7"


@pytest.mark.parametrize("style", genre_names())
def test_every_style_has_two_progressions_for_each_kind_of_part_in_every_key(style):
    for mode, kinds in genre(style).progressions.items():
        assert set(kinds) == {"verse", "chorus", "bridge"}, mode
        assert all(len(set(choices)) >= 2 for choices in kinds.values()), (mode, kinds)


def test_a_mode_moves_in_chords_of_its_own():
    folk, heard = genre("folk"), set()
    for seed in range(12):
        score = make_score(LYRICS, parse_style("folk in D dorian"), 32.0, seed=seed)
        heard |= {span.harmony.symbol for span in score.chords}

    assert "dorian" in folk.progressions
    assert "G" in heard and "Gm" not in heard
