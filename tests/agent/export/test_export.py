import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from hashlib import sha256

import mido
import music21
import mutagen
import numpy as np
import pytest
import soundfile
from tinytag import TinyTag

from songsmith.agent.export.formats import FORMATS, ExportError, parse_formats
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.engine.audio import load_audio, measure_loudness
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.reading.subtitles import read_subtitles

LRC = (
    "[ti:River: Wide]\n[ar:The Ferrymen]\n[la:en]\n[Verse]\n[00:02.00]Row me over, river\n[Chorus]\n"
    "[00:05.00]<00:05.00>Morning <00:06.00>comes {slow} \\<b>&\n"
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    parent = tmp_path_factory.mktemp("songs")
    song = Song.create(parent, name="river", title="River", prompt="", language="en")
    studio = Studio(song)
    studio.edit(parse_lyrics(LRC), duration_s=9)
    studio.style("folk, 100 bpm, D minor")
    studio.render(RenderWish(seed=1))
    return studio


@pytest.fixture(scope="module")
def exported(studio, tmp_path_factory):
    to = tmp_path_factory.mktemp("out")
    formats = [name for name, form in FORMATS.items() if form.kind != "video" and name != "m4a"]
    result = studio.export(formats, to=to, lufs=-16.0)
    assert result.folder == to
    return {path.name.removeprefix("river-wide"): path for path in result.files}


@pytest.mark.parametrize("name", ["flac", "wav", "mp3", "ogg", "opus"])
def test_another_library_reads_what_a_player_shows(exported, name):
    tag = TinyTag.get(exported[FORMATS[name].ending], image=True)
    assert (tag.title, tag.artist) == ("River: Wide", "The Ferrymen")
    assert "Made by a machine: songsmith, engine sketch" in str(tag.comment)
    assert tag.duration == pytest.approx(9.0, abs=0.1)
    assert tag.images.any is not None and tag.images.any.data.startswith(b"\x89PNG")
    assert "Row me over, river" in str(
        tag.other.get("lyrics") or mutagen.File(exported[FORMATS[name].ending])
    )


def test_an_mp3_has_plain_and_timed_words_tempo_and_key(exported):
    tags = mutagen.File(exported[".mp3"]).tags
    assert (
        tags["TBPM"].text == ["100"]
        and tags["TKEY"].text == ["Dm"]
        and tags["TLAN"].text == ["eng"]
    )
    assert tags["USLT::eng"].text.splitlines()[0] == "Row me over, river"
    assert tags["SYLT::eng"].text == [
        ("Row me over, river", 2000),
        ("\nMorning ", 5000),
        ("comes {slow} <b>&", 6000),
    ]


def test_lossless_sound_is_the_take_and_only_its_volume_changes(studio, exported, tmp_path):
    take = load_audio(studio.song.audio_path("t001"))
    studio.export(["wav"], to=tmp_path)
    assert np.array_equal(load_audio(tmp_path / "river-wide.wav"), take)
    assert measure_loudness(load_audio(exported[".flac"])).lufs == pytest.approx(-16.0, abs=0.05)


def test_depth_and_rate_are_as_asked_and_always_the_same_file(studio, tmp_path):
    for folder in ("a", "b"):
        studio.export(["flac"], to=tmp_path / folder, bits=16, rate_hz=48_000)
    one, other = ((tmp_path / folder / "river-wide.flac").read_bytes() for folder in ("a", "b"))
    assert one == other
    info = soundfile.info(io.BytesIO(one))
    assert (info.samplerate, info.subtype) == (48_000, "PCM_16")


def test_peaks_are_held_and_it_is_said_when_the_loudness_is_not_reached(studio, tmp_path):
    result = studio.export(["flac"], to=tmp_path, lufs=-6.0)
    loudness = measure_loudness(load_audio(tmp_path / "river-wide.flac"))
    assert loudness.true_peak_dbtp <= -0.95
    assert f"{loudness.lufs:.1f} LUFS, not -6" in result.notes[0]


def test_words_are_written_so_that_nothing_in_them_is_markup(exported):
    assert exported[".lrc"].read_text() == exported[".words.lrc"].read_text()
    assert "{slow}" not in exported[".ass"].read_text()
    vtt = exported[".vtt"].read_text()
    assert vtt.startswith("WEBVTT\n\n00:00:02.000 --> ")
    assert "Morning <00:00:06.000>comes {slow} &lt;b&gt;&amp;" in vtt
    assert exported[".txt"].read_text().splitlines()[:4] == [
        "River: Wide",
        "",
        "[Verse]",
        "Row me over, river",
    ]
    events, faults = read_subtitles(exported[".srt"].read_text().splitlines())
    assert len(events) == 2 and not faults


def test_midi_and_chords_are_made_again_for_a_take_that_did_not_keep_them(studio, exported):
    assert studio.song.manifest("t001").attachments == ()
    midi = mido.MidiFile(exported[".mid"], charset="utf-8")
    words = "".join(m.text for track in midi.tracks for m in track if m.type == "lyrics")
    assert words.startswith("Row me over, river\nMorning comes ")
    assert "{title: River: Wide}" in exported[".cho"].read_text()


def test_another_program_reads_the_notes_words_and_chords(exported):
    score = music21.converter.parse(exported[".musicxml"])
    assert isinstance(score, music21.stream.Score)
    part = score.parts[0]
    measures = part.getElementsByClass(music21.stream.Measure)
    full = [m.barDuration.quarterLength == m.duration.quarterLength for m in measures]
    assert all(full)
    sung = [
        note
        for note in part.recurse().notes
        if note.lyric and not isinstance(note, music21.harmony.ChordSymbol)
    ]
    assert "".join(note.lyric for note in sung).lower().startswith("rowmeover,river")
    symbols = part.recurse().getElementsByClass(music21.harmony.ChordSymbol)
    assert len(symbols) >= 3
    assert part.recurse().getElementsByClass(music21.key.KeySignature)[0].sharps == -1
    midi = mido.MidiFile(exported[".mid"], charset="utf-8")
    melody = next(track for track in midi.tracks if track.name == "Melody")
    pitches = [m.note for m in melody if m.type == "note_on" and m.velocity]
    written = [
        n.pitch.midi
        for n in part.recurse().notes
        if isinstance(n, music21.note.Note) and not (n.tie and n.tie.type in ("stop", "continue"))
    ]
    assert written == pitches


def test_stems_have_the_takes_length_and_together_are_the_mix(studio, exported):
    take = load_audio(studio.song.audio_path("t001"))
    names = [name for name in exported if name.endswith(".flac") and name != ".flac"]
    assert ".vocal.flac" in names
    total = np.sum([load_audio(exported[name]) for name in names], axis=0)
    assert total.shape == take.shape
    assert float(np.abs(total - take).max()) < 0.02
    assert "Drag all stems" in exported[".import.txt"].read_text()
    assert exported[".markers.csv"].read_text().splitlines()[0] == "#,Name,Start,End,Length"
    labels = [row.split("\t")[2] for row in exported[".labels.txt"].read_text().splitlines()]
    assert "Verse" in labels and "Chorus" in labels


def test_stems_of_a_take_with_a_fixed_span_are_the_parents_outside_it(studio, exported, tmp_path):
    studio.fix(studio.spans_named("line 2"), RenderWish(seed=9), take="t001")
    take = load_audio(studio.song.audio_path("t002"))
    result = studio.export(["stems"], take="t002", to=tmp_path)
    stems = [load_audio(path) for path in result.files if path.suffix == ".flac"]
    total = np.sum(stems, axis=0)
    assert float(np.abs(total - take).max()) < 0.05
    assert not result.notes
    studio.undo()


def test_the_cover_is_a_square_picture_and_a_drawing_of_the_same_song(exported):
    data = exported[".png"].read_bytes()
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert width == height == 1400
    assert ElementTree.fromstring(exported[".svg"].read_text()).tag.endswith("svg")


def test_how_it_was_made_lies_beside_it_with_hashes(studio, exported):
    facts = json.loads(exported[".provenance.json"].read_text())
    assert facts["made_by_machine"] and facts["seed"] == 1 and facts["engine"] == "sketch"
    assert facts["samples_sha256"] == studio.song.manifest("t001").samples_sha256
    for path in exported.values():
        if path.name in facts["files"]:
            assert facts["files"][path.name] == sha256(path.read_bytes()).hexdigest()
    assert len(facts["files"]) == len(exported) - 1


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
def test_video_and_aac_are_as_long_as_the_song(tmp_path, beep):
    song = Song.create(tmp_path, name="short", title="Short", prompt="", language="en")
    studio = Studio(song)
    studio.edit(parse_lyrics("[ti:River: Wide]\n[ar:The Ferrymen]\n[00:01.00]Row"), duration_s=3)
    studio.render(RenderWish(engine="beep", seed=1))
    studio.export(["mp4-tall", "m4a"], to=tmp_path)
    video = tmp_path / "river-wide.tall.mp4"
    ask = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "stream=width,height:format=duration",
        "-of",
        "json",
    ]
    found = json.loads(subprocess.run([*ask, str(video)], capture_output=True, check=True).stdout)
    assert {"width": 1080, "height": 1920} in found["streams"]
    assert float(found["format"]["duration"]) == pytest.approx(3.0, abs=0.2)
    tag = TinyTag.get(tmp_path / "river-wide.m4a")
    assert (tag.title, tag.artist) == ("River: Wide", "The Ferrymen")


def test_what_ffmpeg_is_needed_for_is_said_where_there_is_none(studio, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("mp4", "m4a"):
        with pytest.raises(ExportError, match="needs ffmpeg, which is not installed here"):
            studio.export([name], to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"formats": ["aiff"]}, "there is no format 'aiff'; choose flac, wav"),
        ({"formats": []}, "no format was named"),
        ({"formats": ["flac"], "lufs": 3.0}, "can't be brought to 3 LUFS"),
        ({"formats": ["flac"], "bits": 8}, "no files of 8 bits"),
        ({"formats": ["flac"], "rate_hz": 44_000}, "44000 Hz is no rate"),
        ({"formats": ["mp3"], "rate_hz": 96_000}, "mp3 files have at most 48000 Hz"),
    ],
)
def test_what_can_not_be_had_is_one_line_and_nothing_is_written(studio, tmp_path, arguments, words):
    with pytest.raises(ExportError, match=words):
        studio.export(**arguments, to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_formats_are_named_as_people_name_them():
    assert parse_formats(["MP3"]) == ("mp3", "lrc", "srt", "ass")
    assert parse_formats(["mp3, .vtt"]) == ("mp3", "vtt")
    assert parse_formats(["mid", "xml", "cover", "video"]) == ("midi", "musicxml", "png", "mp4")


def test_an_engine_without_scores_says_so(beep, tmp_path):
    song = Song.create(tmp_path, name="x", title="", prompt="", language="en")
    studio = Studio(song)
    studio.edit(parse_lyrics("[00:01.00]one two\n"), duration_s=6)
    studio.render(RenderWish(engine="beep", seed=1))
    with pytest.raises(ExportError, match="beep makes no midi"):
        studio.export(["midi"])
    with pytest.raises(ExportError, match="when each word is sung is not known"):
        studio.export(["elrc"])
    assert (
        studio.export(["flac"]).files[0].name == "x.flac"
    )  # named after the folder where there is no title
