import io
from dataclasses import replace

import mido
import pytest
from symusic.core import ScoreTick

from songsmith.engine.sketch.band.band import play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.export.chord_sheet import format_chordpro
from songsmith.engine.sketch.export.midi import format_midi
from songsmith.engine.sketch.score import Note
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Chord, LyricLine, Lyrics, Section

SYLLABLES = {1: ("row", "me", "o", "ver"), 2: ("ri", "ver", "wide")}


def lyrics_at(stamps_s):
    lines = (LyricLine(stamps_s[0], "Row me over", chords=(Chord(7, "Am"),)),)
    sections = (
        Section("Verse 1", lines),
        Section("副歌", (LyricLine(stamps_s[1], "River wide"),)),
    )
    return Lyrics("River", "en", sections)


def song(style="folk", stamps_s=(4.3, 8.9), duration_s=18.0):
    lyrics = lyrics_at(stamps_s)
    style = parse_style(style)
    score = make_score(lyrics, style, duration_s, seed=1)
    notes = [
        Note(start_s + 0.5 * i, start_s + 0.5 * i + 0.4, 60 + i, 90, line, i)
        for line, start_s in enumerate(stamps_s, start=1)
        for i in range(len(SYLLABLES[line]))
    ]
    return score, play_band(score, style, seed=1), notes


def midi_of(*arguments, **options):
    score, tracks, notes = song(*arguments, **options)
    raw = format_midi(score, tracks, notes, SYLLABLES, title="River")
    return score, notes, mido.MidiFile(file=io.BytesIO(raw), charset="utf-8")


def seconds_of(file, track):
    """(time, message) of a track, along the tempo map of the first one."""
    tempi = []
    tick = 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            tempi.append((tick, message.tempo))

    def at(tick):
        total = 0.0
        for (start, tempo), (end, _) in zip(tempi, [*tempi[1:], (10**9, 0)], strict=True):
            if tick > start:
                total += mido.tick2second(min(tick, end) - start, file.ticks_per_beat, tempo)
        return total

    found, tick = [], 0
    for message in track:
        tick += message.time
        found.append((at(tick), message))
    return found


def track_named(file, name):
    return next(track for track in file.tracks if track.name == name)


@pytest.mark.parametrize("style", ["folk", "waltz", "rock 6/8", "jazz"])
def test_the_melody_falls_where_it_is_sung_along_the_tempo_map(style):
    _, notes, file = midi_of(style, stamps_s=(4.3, 9.1))

    events = seconds_of(file, track_named(file, "Melody"))
    starts_s = [time_s for time_s, m in events if m.type == "note_on"]
    assert starts_s == pytest.approx([note.start_s for note in notes], abs=0.004)


def test_words_are_lyric_events_on_their_notes():
    _, notes, file = midi_of()

    events = seconds_of(file, track_named(file, "Melody"))
    words = [(time_s, m.text) for time_s, m in events if m.type == "lyrics"]
    assert [text for _, text in words] == ["Row ", "me ", "o", "ver\n", "Ri", "ver ", "wide\n"]
    assert [time_s for time_s, _ in words] == pytest.approx([n.start_s for n in notes], abs=0.004)


def test_sections_are_markers_and_bars_have_their_meter():
    score, _, file = midi_of("waltz")

    events = seconds_of(file, file.tracks[0])
    markers = [(m.text, time_s) for time_s, m in events if m.type == "marker"]
    assert [text for text, _ in markers] == [p.label or p.kind.capitalize() for p in score.parts]
    assert [s for _, s in markers] == pytest.approx([p.start_s for p in score.parts], abs=0.004)
    assert ("Verse 1" in dict(markers)) and ("副歌" in dict(markers))
    meters = {m.numerator for _, m in events if m.type == "time_signature"}
    assert 3 in meters
    assert file.length == pytest.approx(score.duration_s, abs=0.02)


def test_another_reader_finds_the_same_tracks_tempi_and_words():
    score, tracks, notes = song()
    raw = format_midi(score, tracks, notes, SYLLABLES, title="River")

    played = ScoreTick.from_midi(raw)

    names = [track.name for track in played.tracks]
    assert {"Melody", "Chords", "acoustic guitar"} <= set(names)
    assert sum(len(track.lyrics) for track in played.tracks) == 7
    assert len(played.markers) == len(score.parts)
    assert any(track.is_drum for track in played.tracks)
    assert played.tempos[0].qpm == pytest.approx(60 / score.bars[0].beat_s, rel=0.02)


def test_players_that_swell_have_their_expression():
    score, tracks, notes = song("pop ballad")
    tracks = [replace(track, swell_db=6.0) for track in tracks]
    file = mido.MidiFile(file=io.BytesIO(format_midi(score, tracks, notes, SYLLABLES, title="")))

    values = [m.value for part in file.tracks for m in part if m.is_cc(11)]
    assert min(values) < 100 < max(values) == 127


def test_the_chord_sheet_has_sections_and_chords_above_their_syllables():
    score, _, notes = song()
    lyrics = lyrics_at((4.3, 8.9))

    sheet = format_chordpro(score, lyrics, notes, SYLLABLES)

    assert sheet.startswith("{title: River}\n{key: ")
    assert "{start_of_verse: Verse 1}" in sheet
    assert "{start_of_chorus: 副歌}" in sheet
    assert "[Am]over" in sheet
    words = [line for line in sheet.splitlines() if line and line[0] != "{"]
    assert any("River" in line or "Ri" in line for line in words)


def test_a_chord_that_goes_on_through_a_line_is_written_once_in_it():
    score, _, notes = song()
    held = [replace(span, harmony=score.chords[0].harmony) for span in score.chords]
    twice = [replace(span, start_s=span.start_s + 0.4) for span in held]
    again = replace(score, chords=tuple(sorted((*held, *twice), key=lambda span: span.start_s)))
    sheet = format_chordpro(again, lyrics_at((4.3, 8.9)), notes, SYLLABLES)
    sung = [line for line in sheet.splitlines() if line.endswith(("over", "wide"))]
    assert [line.count("[Am]") for line in sung] == [1, 1]


def test_a_chord_sheet_of_an_instrumental_lists_its_chords():
    score = make_score(Lyrics("Air"), parse_style("ambient"), 20.0, seed=1)

    sheet = format_chordpro(score, Lyrics("Air"), [], {})

    assert "{comment: Intro}" in sheet
    assert sheet.count("[") >= 4


def test_words_that_look_like_chords_or_directives_are_words_in_a_chord_sheet():
    line = LyricLine(4.3, "Sing {chorus} [C] with me")
    lyrics = Lyrics("{x}", "en", (Section("Verse", (line,)),))
    score = make_score(lyrics, parse_style("folk"), 12.0, seed=1)
    sheet = format_chordpro(score, lyrics, [], {})
    assert "｛chorus｝" in sheet and "［C］" in sheet and "{title: ｛x｝}" in sheet
