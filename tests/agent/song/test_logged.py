"""What a song's log says after its verbs, and what it never says."""

from pathlib import Path

import pytest

import songsmith
from songsmith.agent.song.logged import logging_as
from songsmith.agent.song.song_log import LOG_NAME
from songsmith.agent.studio.rendering import RenderWish
from songsmith.agent.studio.results import Logged, Silence
from songsmith.errors import SongsmithError

LRC = """[ti:Night Train]
[la:en]
[00:02.00]The train is late again tonight
[00:05.00]The platform hums a yellow light
"""
KEY = "sk-0123456789abcdef0123"


@pytest.fixture
def song(beep, tmp_path) -> Path:
    made = songsmith.make(lyrics=LRC, length_s=9, seed=3, engine="beep", out=tmp_path)
    return Path(made.folder)


def said_in(song: Path) -> list[str]:
    """The lines of the log without their times and processes."""
    text = (song / LOG_NAME).read_text(encoding="utf-8")
    return [line.split(" ", 2)[2] for line in text.splitlines()]


def test_the_log_tells_what_began_who_sang_and_how_it_ended(song):
    said = said_in(song)
    assert said[0] == f"make: begun by songsmith {songsmith.__version__}"
    assert any(line.startswith("make: engine: beep") for line in said)
    assert said[-1].startswith("make: done in ")


def test_a_verb_inside_a_verb_is_a_part_of_it_and_a_look_leaves_no_line(song):
    before = len(said_in(song))
    studio = songsmith.open_song(song)
    studio.takes()
    studio.versions()
    assert len(said_in(song)) == before
    studio.fix(studio.spans_named("line 2"), RenderWish(engine="beep", seed=5))
    verbs = {line.partition(":")[0] for line in said_in(song)[before:]}
    assert verbs == {"fix"}


def test_an_error_is_told_by_its_kind_and_place_without_its_words(song):
    studio = songsmith.open_song(song)
    with pytest.raises(SongsmithError):
        studio.export(["secret words"])
    line = said_in(song)[-1]
    assert " by " in line and "Error at " in line
    assert "secret" not in line


def test_no_words_of_a_song_and_no_key_get_into_the_log(tmp_path):
    told = Logged(Silence(), tmp_path)
    told.note("line 2: 'The platform hums a yellow light' is long")
    told.note("left out: [00:05.00]The platform hums")
    told.fact("writer", f"m at http://x, refused {KEY}")
    with pytest.raises(ValueError), logging_as("write", tmp_path):
        raise ValueError("The platform hums a yellow light")
    text = (tmp_path / LOG_NAME).read_text(encoding="utf-8")
    assert "platform" not in text and KEY not in text
    assert "write: ended after" in text and "ValueError at test_logged.py:" in text


def test_a_whole_song_leaves_none_of_its_words_in_the_log(song):
    text = (song / LOG_NAME).read_text(encoding="utf-8")
    assert "train is late" not in text
    assert "platform" not in text
