from functools import lru_cache

import numpy as np
import pytest

from songsmith.engine.sketch.band.band import DRUM_NOTES, play_band
from songsmith.engine.sketch.band.comping import play_chords
from songsmith.engine.sketch.band.groove import Feel, hits
from songsmith.engine.sketch.band.stops import rises, stopped, stops
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.mixing.effects import riser
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.genre import Player
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section


@lru_cache
def song(name, seed=1):
    """Verse and chorus, twice."""
    lines = [LyricLine(8.0 + 4 * i, f"line number {i}") for i in range(16)]
    sections = (
        Section("Chorus" if i // 4 % 2 else "Verse", tuple(lines[i : i + 4]))
        for i in range(0, 16, 4)
    )
    style = parse_style(name)
    score = make_score(Lyrics("", "en", tuple(sections)), style, 80.0, seed=seed)
    return score, style, play_band(score, style, seed=seed)


def part_of(score, kind, index):
    return next(p for p in score.parts if (p.kind, p.index) == (kind, index))


def within(track, part):
    return [n for n in track.notes if part.start_s - 0.02 <= n.start_s < part.end_s - 0.1]


def test_a_band_that_stops_is_silent_for_the_last_beat_before_every_chorus():
    score, _, _ = song("rock")
    silent = stops(score, 1.0, np.random.default_rng(0))
    assert len(silent) == 2
    assert [end_s for _, end_s in silent] == [
        part.start_s for part in score.parts if part.kind == "chorus"
    ]
    first_s, last_s = silent[0]
    notes = [Note(0, 99, 60), Note(first_s + 0.1, last_s, 60), Note(last_s, last_s + 1, 60)]

    kept = stopped(notes, silent[:1])

    assert [note.start_s for note in kept] == [0, last_s]
    assert kept[0].end_s == pytest.approx(first_s, abs=0.05)
    assert stops(score, 0.0, np.random.default_rng(0)) == ()


def test_a_rise_ends_where_the_chorus_begins_and_swells_on_the_way():
    score, _, _ = song("house")
    spans = rises(score)
    assert [end_s for _, end_s in spans] == [
        part.start_s for part in score.parts if part.kind == "chorus"
    ]

    rate = SAMPLE_RATE_HZ
    sound = riser([(1.0, 3.0)], -20.0, 4 * rate, np.random.default_rng(1))
    level = [
        np.sqrt(np.mean(sound[:, int(t * rate) : int((t + 0.2) * rate)] ** 2))
        for t in (0.5, 1.2, 2.6, 3.1)
    ]
    assert level[0] == 0 and level[3] == 0
    assert level[2] > 8 * level[1] > 0


def test_instruments_that_enter_late_leave_the_first_verse_to_the_others():
    score, style, tracks = song("rock")
    late = next(p.name for p in style.genre.players if p.enters)
    track = next(t for t in tracks if t.name == late)

    assert not within(track, part_of(score, "verse", 0))
    assert within(track, part_of(score, "verse", 1))


def test_the_last_chorus_has_a_voice_more_than_the_first():
    score, style, tracks = song("pop")
    drums = next(t for t in tracks if t.is_drum)
    key = DRUM_NOTES[next(iter(style.genre.drums.lift))]

    first, last = (
        [n for n in within(drums, part_of(score, "chorus", index)) if n.pitch == key]
        for index in (0, 1)
    )
    assert len(last) > 8 and not first


def test_a_damped_strum_is_over_at_once():
    score, _, _ = song("folk")
    meter, strum = Meter("4/4", 4), "d...g...u...d---"
    guitar = Player(
        name="guitar", program=25, stem="guitar", low=strum, mid=strum, high=strum, length=0.9
    )
    played = play_chords(score, guitar, Feel(meter, meter, 0.5, 8, 0.0), np.random.default_rng(1))

    bar = score.bars[2]
    damped, strummed = (
        [n.end_s - n.start_s for n in played if abs(n.start_s - at_s) < 0.02]
        for at_s in (bar.beats_s[1], bar.beats_s[3])
    )
    assert damped and max(damped) < 0.06
    assert strummed and min(strummed) > 0.3


def test_a_band_rushes_and_drags_together():
    score, _, _ = song("folk")
    meter = Meter("4/4", 4)
    straight, swaying = (
        [hit.start_s for bar in score.bars for hit in hits("x...x...", bar, feel)]
        for feel in (Feel(meter, meter, 0.5, 8, 0.0), Feel(meter, meter, 0.5, 8, 0.0, 0.01, 3))
    )
    off_s = np.subtract(swaying, straight)
    assert 0.004 < np.abs(off_s).max() <= 0.0101
    assert np.abs(np.diff(off_s)).max() < np.abs(off_s).max()  # slowly, not from stroke to stroke
