from functools import lru_cache

import numpy as np
import pytest

from songsmith.engine.sketch.band.band import DRUM_NOTES, _half_fill, play_band
from songsmith.engine.sketch.band.groove import Feel, fit_meter, hits
from songsmith.engine.sketch.band.synth import play_notes, soundfont
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.mixing.effects import play_theremin, pump
from songsmith.engine.sketch.score import Bar, Note
from songsmith.engine.sketch.style.genre import genre_names
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LYRICS = Lyrics(
    "",
    "en",
    (
        Section("Verse", tuple(LyricLine(8.0 + 4 * i, f"line number {i}") for i in range(4))),
        Section("Chorus", tuple(LyricLine(24.0 + 4 * i, f"chorus number {i}") for i in range(4))),
    ),
)


@lru_cache
def band_of(name, seed=1, duration_s=46.0):
    style = parse_style(name)
    score = make_score(LYRICS, style, duration_s, seed=seed)
    return score, play_band(score, style, seed=seed)


@pytest.mark.parametrize("name", genre_names())
def test_every_genre_plays_inside_the_song_and_in_range(name):
    score, tracks = band_of(name)

    notes = [note for track in tracks for note in track.notes]
    assert len(notes) > 60
    assert all(0 <= note.start_s < note.end_s for note in notes)
    assert all(note.start_s < score.duration_s for note in notes)
    assert all(24 <= note.pitch <= 103 and 1 <= note.velocity <= 127 for note in notes)


@pytest.mark.parametrize("name", genre_names())
def test_drums_do_more_in_choruses_than_in_verses(name):
    score, tracks = band_of(name)

    def drive(kind):
        part = next(p for p in score.parts if p.kind == kind)
        inside = [
            note.velocity for note in tracks[0].notes if part.start_s <= note.start_s < part.end_s
        ]
        return sum(inside) / (part.end_s - part.start_s)

    assert drive("chorus") > drive("verse")


def test_grooves_differ_between_genres():
    def rhythm(name):
        score, tracks = band_of(name)
        drums = next(track for track in tracks if track.is_drum)
        bars = [bar for bar in score.bars if score.parts[bar.part].kind == "chorus"]
        grid = np.zeros((len(DRUM_NOTES), 24))
        for bar in bars[:4]:
            for note in drums.notes:
                place = (note.start_s - bar.start_s) / (bar.end_s - bar.start_s)
                if 0 <= place < 1:
                    row = list(DRUM_NOTES.values()).index(note.pitch)
                    grid[row, int(place * 24)] += 1
        return grid / max(float(np.linalg.norm(grid)), 1.0)

    names = [
        "jazz swing",
        "bossa nova",
        "pop ballad",
        "rock",
        "country",
        "house",
        "blues",
        "reggae",
    ]
    grids = [rhythm(name) for name in names]
    alike = [float((a * b).sum()) for i, a in enumerate(grids) for b in grids[i + 1 :]]
    assert max(alike) < 0.85
    assert np.mean(alike) < 0.5


def test_the_jazz_bass_walks_on_every_beat():
    score, tracks = band_of("jazz swing")
    chorus = next(part for part in score.parts if part.kind == "chorus")
    bass = next(track for track in tracks if track.stem == "bass")

    starts_s = np.array([note.start_s for note in bass.notes])
    beats_s = [beat for bar in score.bars for beat in bar.beats_s]
    inside = [beat for beat in beats_s if chorus.start_s <= beat < chorus.end_s - 3]
    assert all(np.abs(starts_s - beat).min() < 0.04 for beat in inside)


def test_swing_delays_the_off_beats():
    feel = Feel(Meter.named("4/4"), Meter.named("4/4"), 0.64, 8, 0.0)

    assert feel.bend(0.5) == pytest.approx(0.64)
    assert feel.bend(1.0) == 1.0


def test_a_rhythm_written_in_triplets_is_not_swung_twice():
    feel = Feel(Meter.named("4/4"), Meter.named("4/4"), 0.64, 8, 0.0)
    bar = Bar(0.0, 4.0, (0.0, 1.0, 2.0, 3.0), 0)

    places = [hit.start_s for hit in hits("x.xx.xx.xx.x", bar, feel)]
    assert places == pytest.approx([0, 0.64, 1, 1.64, 2, 2.64, 3, 3.64])


def test_distortion_bears_root_and_fifth_alone():
    score, tracks = band_of("metal")
    guitar = next(track for track in tracks if track.stem == "guitar")

    for note in guitar.notes:
        harmony = score.chord_at(note.start_s + 0.05)
        assert (note.pitch - harmony.root) % 12 in (0, 6, 7)


def test_drums_that_come_in_with_the_chorus_are_heard_just_before_it():
    score, tracks = band_of("pop ballad")
    verse, chorus = (next(p for p in score.parts if p.kind == k) for k in ("verse", "chorus"))
    strokes_s = [note.start_s for note in tracks[0].notes]

    assert min(strokes_s) > (verse.start_s + verse.end_s) / 2
    assert chorus.start_s - 2 < min(strokes_s) < chorus.start_s


def test_hand_percussion_has_no_crash_cymbal():
    _, tracks = band_of("folk")

    assert DRUM_NOTES["crash"] not in {note.pitch for note in tracks[0].notes}


def test_the_guitar_stays_on_its_strings():
    _, tracks = band_of("folk")

    assert min(n.pitch for t in tracks if t.stem == "guitar" for n in t.notes) >= 40


def test_an_instrumental_has_a_tune_that_returns_and_breathes():
    style = parse_style("country")
    score = make_score(Lyrics(), style, 90.0, seed=4)
    lead = play_band(score, style, seed=4)[-1]

    verses = [part for part in score.parts if part.kind == "verse"]
    rhythms, notes_s = [], [note.start_s for note in lead.notes]
    for verse in verses[:2]:
        bars = [bar for bar in score.bars if verse.start_s <= bar.start_s < verse.end_s][:4]
        rhythms.append(
            [
                {round(8 * (s - b.start_s) / (b.end_s - b.start_s)) for s in notes_s
                 if b.start_s - 0.03 <= s < b.end_s - 0.06}
                for b in bars
            ]
        )  # fmt: skip
    assert rhythms[0] == rhythms[1]
    assert rhythms[0][0]
    assert not rhythms[0][3]


def test_another_instrument_answers_where_the_genre_has_one():
    _, tracks = band_of("chinese ballad")

    assert [track.name for track in tracks[-2:]] == ["dizi flute", "erhu"]


def test_a_groove_fits_other_meters():
    straight = Feel(Meter.named("4/4"), Meter.named("3/4"), 0.5, 8, 0.0)
    compound = Feel(Meter.named("4/4"), Meter.named("6/8"), 0.5, 8, 0.0)

    assert fit_meter("X...x...X...x.x.", straight) == "X...x...x.x."
    assert len(fit_meter("x.x.x.x.x.x.x.x.", compound)) == 12
    assert fit_meter("0.2.3.2.1.3.2.3.", compound) == "0.1.2.3.4.2."
    assert fit_meter("1-------1-----5-", compound) == "1-----------"
    assert fit_meter("d...d.dud...d.du", compound) == "d.....d.d.d."


def test_drums_fill_before_a_new_part_and_crash_into_a_strong_one():
    score, tracks = band_of("rock")
    chorus = next(part for part in score.parts if part.kind == "chorus")
    drums = next(track for track in tracks if track.is_drum)

    crashes_s = [note.start_s for note in drums.notes if note.pitch == DRUM_NOTES["crash"]]
    toms = {DRUM_NOTES[name] for name in ("hightom", "midtom", "floor")}
    toms_s = [note.start_s for note in drums.notes if note.pitch in toms]
    assert any(abs(start_s - chorus.start_s) < 0.02 for start_s in crashes_s)
    assert any(chorus.start_s - 2.5 < start_s < chorus.start_s for start_s in toms_s)


@pytest.mark.parametrize("name", ["jazz swing", "rock", "chinese ballad"])
def test_the_lead_is_silent_while_somebody_sings(name):
    score, tracks = band_of(name)
    lead = tracks[-1]

    assert lead.notes
    for line in score.lines:
        assert not [n for n in lead.notes if n.end_s > line.start_s and n.start_s < line.end_s]


def test_the_seed_varies_the_performance_and_nothing_else_does():
    score, tracks = band_of("folk")
    style = parse_style("folk")

    assert play_band(score, style, seed=1) == tracks
    assert play_band(score, style, seed=2) != tracks


def test_chords_move_by_small_steps():
    _, tracks = band_of("pop ballad")
    strings = next(track for track in tracks if track.stem == "strings")
    tops = [note.pitch for note in strings.notes]

    assert max(tops) - min(tops) <= 24


@pytest.mark.parametrize("program", [0, 24, 33, 48, 66])
def test_a_note_sounds_at_its_time_pitch_and_loudness(program):
    samples = SAMPLE_RATE_HZ * 2
    soft, hard = (
        play_notes(soundfont(), [Note(0.5, 1.5, 69, v)], samples, program=program)
        for v in (50, 110)
    )

    assert not np.any(hard[:, : int(0.499 * SAMPLE_RATE_HZ)])
    assert np.abs(hard).max() > 1.5 * np.abs(soft).max() > 0.01
    middle = hard[0, int(0.7 * SAMPLE_RATE_HZ) : int(1.4 * SAMPLE_RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**19))
    low, high = (int(f * 2**19 / SAMPLE_RATE_HZ) for f in (420, 460))
    found_hz = (low + spectrum[low:high].argmax()) * SAMPLE_RATE_HZ / 2**19
    assert found_hz == pytest.approx(440, rel=0.008)


def test_notes_start_and_end_without_clicks():
    notes = [Note(0.2 * i, 0.2 * i + 0.13, 60 + i % 12, 100) for i in range(20)]

    sound = play_notes(soundfont(), notes, SAMPLE_RATE_HZ * 5, program=48)

    ends = [int(note.end_s * SAMPLE_RATE_HZ) for note in notes]
    jumps = np.abs(np.diff(sound[0]))
    assert max(jumps[end - 5 : end + 1500].max() for end in ends) < 4 * np.percentile(jumps, 99.5)


def test_a_theremin_glides_from_pitch_to_pitch():
    sound = play_theremin([Note(0, 1, 60, 100), Note(1, 2, 72, 100)], SAMPLE_RATE_HZ * 2)[0]

    crossings = np.nonzero((sound[:-1] < 0) & (sound[1:] >= 0))[0]
    pitch_hz = SAMPLE_RATE_HZ / np.diff(crossings)
    between = (pitch_hz > 300) & (pitch_hz < 480)
    assert between.sum() > 15


def test_the_side_chain_ducks_at_kicks_and_comes_back():
    gain = pump([0.5], 6.0, SAMPLE_RATE_HZ)

    assert gain[int(0.3 * SAMPLE_RATE_HZ)] == pytest.approx(1.0, abs=0.01)
    assert gain[int(0.51 * SAMPLE_RATE_HZ)] < 0.6
    assert gain[int(0.95 * SAMPLE_RATE_HZ)] > 0.95


def test_a_fill_swells_over_a_steady_kick():
    score, tracks = band_of("house")
    ends = [b for b, after in zip(score.bars, score.bars[1:], strict=False) if b.part != after.part]
    bar = next(b for b in ends if score.parts[b.part].kind == "verse")
    inside = [n for n in tracks[0].notes if bar.start_s - 0.05 <= n.start_s < bar.end_s - 0.05]
    snare = [n.velocity for n in inside if n.pitch == DRUM_NOTES["snare"]]
    kick = [n.velocity for n in inside if n.pitch == DRUM_NOTES["kick"]]

    assert np.mean(snare[-3:]) > 1.3 * np.mean(snare[:3])
    assert max(kick) < 1.3 * min(kick)


def test_half_a_fill_joins_bars_of_different_steps():
    groove, fill = (
        {"hat": "x.....x....." * 2, "kick": "x.......x......."},
        {"snare": "....x...xxxxxxxx"},
    )
    mixed = _half_fill(groove, fill)

    assert {len(pattern) for pattern in mixed.values()} == {48}
    assert [place for place, step in enumerate(mixed["hat"]) if step == "x"] == [0, 12, 24]
    assert [place for place, step in enumerate(mixed["kick"]) if step == "x"] == [0, 24]
    assert [place for place, step in enumerate(mixed["snare"]) if step == "x"] == [36, 39, 42, 45]
