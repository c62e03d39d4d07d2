from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.engine import Span
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.band.band import play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.take_sound import TakePlan, joined, mixed, played
from songsmith.engine.sketch.window import Window, score_in, windows_around
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

DURATION_S = 30.0
LINES = tuple(LyricLine(4.0 + 4 * k, "some words to sing") for k in range(5))
LYRICS = Lyrics("", "en", (Section("Verse", LINES[:3]), Section("Chorus", LINES[3:])))


def plan_of(name, windows=(Window(0.0, DURATION_S),), gains=Gains()):  # noqa: B008
    style = parse_style(name)
    score = make_score(LYRICS, style, DURATION_S, seed=2)
    tracks = play_band(score, style, seed=2)
    return TakePlan(score, tracks, style.genre, 2, gains, windows, True)


def inside(sound, span, start_s=0.0):
    first, last = (sample_at(at_s) - sample_at(start_s) for at_s in (span.start_s, span.end_s))
    return sound[:, first:last]


def test_spans_that_lie_close_share_a_window_and_others_have_their_own():
    spans = [Span(40.0, 42.0), Span(1.0, 2.0), Span(44.0, 45.013)]

    first, second = windows_around(spans, 45.2)

    assert (first.start_s, first.end_s, first.spans) == (0.0, 2.5, (spans[1],))
    assert (second.start_s, second.end_s) == (35.0, 45.2)
    assert second.spans == (spans[0], spans[2])
    assert second.samples == sample_at(45.2) - sample_at(35.0)


def test_times_in_a_window_count_from_its_start():
    score = plan_of("folk").score

    seen = score_in(score, Window(10.0, 20.0))

    assert seen.duration_s == DURATION_S - 10
    assert seen.lines[2].start_s == score.lines[2].start_s - 10
    assert seen.bars[3].beats_s[1] == pytest.approx(score.bars[3].beats_s[1] - 10)
    assert seen.chord_at(3.0) == score.chord_at(13.0)


@pytest.mark.parametrize("name", ["folk", "psychedelic rock", "house", "ambient", "lo-fi hip-hop"])
def test_a_window_sounds_as_the_same_moments_of_the_whole_song_do(name):
    whole = plan_of(name)
    span = Span(15.0, 18.0)
    (window,) = windows_around([span], DURATION_S)
    (song,) = mixed(whole, played(whole), None)

    small = replace(plan_of(name, [window]), gains=song.gains)
    (piece,) = mixed(small, played(small), None)

    assert piece.gains.is_complete and piece.gains.parts_db == song.gains.parts_db
    for stem in set(piece.stems) - {"drums", "ambience"}:  # their noise is thrown anew
        long, short = (
            inside(song.stems[stem], span),
            inside(piece.stems[stem], span, window.start_s),
        )
        # The limiter hears the drums' noise, so a few moments differ by a little.
        assert np.std(long - short) < 0.1 * np.std(long) + 1e-5
    long, short = inside(song.audio, span), inside(piece.audio, span, window.start_s)
    apart = gated_lufs(power_frames(long)) - gated_lufs(power_frames(short))
    assert abs(apart) < 0.5


def test_a_window_is_laid_into_its_span_alone_and_the_song_ends_as_it_did():
    whole = plan_of("folk")
    (song,) = mixed(whole, played(whole), None)
    spans = [Span(3.0, 4.0), Span(28.5, DURATION_S)]
    small = replace(whole, windows=windows_around(spans, DURATION_S), gains=song.gains, seed=3)

    audio = joined(small, mixed(small, played(small), None), song.audio)

    outside = np.ones(audio.shape[1], dtype=bool)
    for span in spans:
        outside[sample_at(span.start_s) : sample_at(span.end_s)] = False
    assert audio.shape == song.audio.shape
    assert np.array_equal(audio[:, outside], song.audio[:, outside])
    assert np.abs(audio[:, -20:]).max() < 1e-3
    assert np.abs(audio[:, -SAMPLE_RATE_HZ:]).max() > 1e-3
