"""Articulations of comping instruments, and rhythms that a kind of part has to itself."""

import pytest

from songsmith.engine.sketch.band.band import DRUM_NOTES, play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LABELS = ("Verse", "Chorus", "Verse", "Chorus", "Bridge", "Chorus")
LYRICS = Lyrics(
    "",
    "en",
    tuple(
        Section(label, tuple(LyricLine(8 + 4 * (4 * n + i), f"line {n} {i}") for i in range(4)))
        for n, label in enumerate(LABELS)
    ),
)


def played(name):
    style = parse_style(name)
    score = make_score(LYRICS, style, 110.0, seed=1)
    return score, play_band(score, style, seed=1)


def inside(score, track, kind):
    """Notes of a track in the last part of a kind, but for its last bar, where fills are."""
    part = [p for p in score.parts if p.kind == kind][-1]
    last_s = [bar.start_s for bar in score.bars if bar.start_s < part.end_s - 0.1][-1]
    return [n for n in track.notes if part.start_s <= n.start_s < last_s - 0.1]


@pytest.mark.parametrize("name", ["metal", "rock", "blues"])
def test_guitars_mute_their_strings_in_verses_and_let_choruses_ring(name):
    score, tracks = played(name)
    muted = {}
    for kind in ("verse", "chorus"):
        notes = [n for t in tracks if t.stem == "guitar" for n in inside(score, t, kind)]
        muted[kind] = sum(n.touch == "muted" for n in notes) / len(notes)

    assert muted["verse"] > 0.2
    assert muted["chorus"] < 0.5 * muted["verse"] or name == "blues"


def test_folk_picks_its_verses_and_strums_its_choruses():
    score, tracks = played("folk")
    strummer = next(t for t in tracks if t.name == "second guitar")

    assert not inside(score, strummer, "verse")
    assert len(inside(score, strummer, "chorus")) > 50


@pytest.mark.parametrize(("name", "kind"), [("rock", "bridge"), ("pop ballad", "chorus")])
def test_the_ride_takes_over_from_the_hats_where_the_style_has_it(name, kind):
    score, tracks = played(name)
    drums = next(t for t in tracks if t.is_drum)
    heard = [n.pitch for n in inside(score, drums, kind)]

    assert heard.count(DRUM_NOTES["ride"]) > 20
    assert DRUM_NOTES["hat"] not in heard


def test_held_chords_tie_the_tones_they_share():
    score, tracks = played("ambient")
    pad = next(t for t in tracks if t.name == "warm pad")
    longest_s = max(note.end_s - note.start_s for note in pad.notes)

    assert longest_s > 1.9 * (score.bars[1].end_s - score.bars[1].start_s)
    ends = {(n.pitch, round(n.end_s, 2)): n.end_s - n.start_s for n in pad.notes}
    again = [n for n in pad.notes if ends.get((n.pitch, round(n.start_s, 2)), 9) < 6]
    assert len(again) < 0.1 * len(pad.notes)


def test_basses_slide_and_knock_where_the_style_does():
    heard = {
        name: [n.touch for t in played(name)[1] if t.stem == "bass" for n in t.notes]
        for name in ("r&b", "house")
    }

    assert heard["r&b"].count("muted") > 10
    assert heard["r&b"].count("slid") > 3
    assert not any(heard["house"])
