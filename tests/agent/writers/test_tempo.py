import io

import mido
import pytest

from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.offline_writer import OfflineWriter
from songsmith.agent.writers.stamping import stamped
from songsmith.agent.writers.tempo import pulse_of
from songsmith.engine.engine import RenderRequest
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.engine import SketchEngine
from songsmith.engine.sketch.export.midi import format_midi
from songsmith.engine.sketch.style.genre import genre_names
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.timing import natural_duration_s

WORDS = """[Verse]
The river runs below the town
It carries every secret down
I left my shoes upon the stone
And walked the silver water home
[Chorus]
Carry me home, carry me home
River of mine, carry me home
[Verse]
The ferry leaves without a sound
The bell is rusted to the ground
"""


def song_in(style, duration_s=None):
    words = parse_lyrics(WORDS).lyrics
    assert isinstance(words, Draft)
    return stamped(words, duration_s, pulse_of(style))


def tempi_of(lyrics, style, duration_s):
    """Tempo events of the song's MIDI, in beats of the metre a minute, and its metres."""
    score = make_score(lyrics, parse_style(style), duration_s, seed=1)
    file = mido.MidiFile(file=io.BytesIO(format_midi(score, [], [], {}, title="")))
    quarter = 1.5 if score.meter == "6/8" else 1
    tempi = [mido.tempo2bpm(m.tempo) / quarter for m in file.tracks[0] if m.type == "set_tempo"]
    return tempi, {m.numerator for m in file.tracks[0] if m.type == "time_signature"}


@pytest.mark.parametrize("more", ["", ", 84 bpm", ", 140 bpm", ", 3/4, 96 bpm", ", 6/8"])
@pytest.mark.parametrize("name", genre_names())
def test_words_without_stamps_make_a_song_of_exactly_one_tempo(name, more):
    for duration_s in (None, 50.0):
        lyrics, length_s = song_in(name + more, duration_s)
        tempi, _ = tempi_of(lyrics, name + more, length_s)
        assert tempi == [pytest.approx(pulse_of(name + more).bpm, rel=0.002)]


@pytest.mark.parametrize("duration_s", [None, 40.0, 95.0])
@pytest.mark.parametrize("style", ["jazz swing", "waltz", "folk, 84 bpm", "metal", "rock, 6/8"])
def test_sections_begin_on_the_first_beat_of_a_bar(style, duration_s):
    lyrics, _ = song_in(style, duration_s)
    bars = [part.lines[0].start_s / pulse_of(style).bar_s for part in lyrics.sections]
    assert bars == pytest.approx([round(bar) for bar in bars], abs=0.01)


def test_a_waltz_is_counted_in_three():
    lyrics, length_s = song_in("waltz")
    assert tempi_of(lyrics, "waltz", length_s)[1] == {3}


def test_the_tempo_is_that_of_the_flag_then_of_the_style_then_the_usual_one():
    assert pulse_of("folk, 84 bpm", {"bpm": 120.0}) == (120.0, 4, True)
    assert pulse_of("folk, 84 bpm") == (84.0, 4, True)
    assert pulse_of("folk") == (parse_style("folk").bpm_usual, 4, False)
    assert pulse_of("folk", {"time": "6/8"}).beats_per_bar == 2
    assert len({pulse_of(name).bpm for name in genre_names()}) > 10


@pytest.mark.parametrize("duration_s", [30.0, 95.0, 180.0, None])
@pytest.mark.parametrize(
    "prompt",
    ["jazzy nightclub love song", "slow metal, the sea", "waltz for a dancer", "写一首夏天的歌"],
)
def test_every_line_of_the_offline_writer_begins_on_a_bar(prompt, duration_s):
    brief = Brief(prompt=prompt, duration_s=duration_s, seed=3)
    song = OfflineWriter().write(brief, lambda text: None)
    bars = [line.start_s / brief.pulse(song.style).bar_s for line in song.lyrics.lines]
    assert bars == pytest.approx([round(bar) for bar in bars], abs=0.01)
    length_s = duration_s or natural_duration_s(song.lyrics)
    assert len(tempi_of(song.lyrics, song.style, length_s)[0]) == 1


def test_the_flags_of_a_song_reach_the_bars_of_the_offline_writer():
    brief = Brief(prompt="a lighthouse", duration_s=60, seed=1, bpm=140, time="3/4")
    starts_s = [
        line.start_s for line in OfflineWriter().write(brief, lambda text: None).lyrics.lines
    ]
    bars = [start_s / (3 * 60 / 140) for start_s in starts_s]
    assert bars == pytest.approx([round(bar) for bar in bars], abs=0.01)


def test_a_persons_stamps_bend_the_tempo_only_as_far_as_they_need_and_it_is_said():
    lyrics = parse_lyrics(
        "[00:04.00]The river runs below the town\n[00:08.30]It carries every secret down\n"
        "[00:12.10]I left my shoes upon the stone\n[00:16.40]And walked the water home\n"
    ).lyrics
    assert isinstance(lyrics, Lyrics)
    request = RenderRequest(lyrics, "folk, 112 bpm", 24.0, (1,))
    notes = SketchEngine().forecast(request).notes
    assert any("the tempo bends by up to" in note and "retime" in note for note in notes)
    steady, length_s = song_in("folk")
    notes = SketchEngine().forecast(RenderRequest(steady, "folk", length_s, (1,))).notes
    assert not any("bends" in note for note in notes)
