import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.agent.files import FileError
from songsmith.agent.song.songbook import Song, SongError
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section


def lyrics(*texts: str) -> Lyrics:
    lines = tuple(LyricLine(8.0 + 4 * i, text) for i, text in enumerate(texts))
    return Lyrics("Night Train", "en", (Section("Verse", lines),))


@pytest.fixture
def song(tmp_path) -> Song:
    return Song.create(
        tmp_path, name="Night Train", title="Night Train", prompt="trains", language="en"
    )


def facts(song: Song) -> tuple[object, ...]:
    return (song.lyrics, song.version.style, song.takes, song.picked, song.file.state)


def test_a_song_is_read_back_as_it_was_written(song):
    song.add_version("write", lyrics=lyrics("one", "two"), style="rock", duration_s=30)
    again = Song.open(song.folder)
    assert again.lyrics == lyrics("one", "two")
    assert again.file == song.file
    assert (song.folder / "v001.lrc").read_text(encoding="utf-8").count("[00:") == 2


def test_words_files_are_named_after_the_version_that_made_them(song):
    song.add_version("write", lyrics=lyrics("one"))
    song.add_version("style", style="jazz")
    song.add_version("edit", lyrics=lyrics("two"))
    assert [version.words for version in song.versions] == ["v001.lrc", "v001.lrc", "v003.lrc"]


def test_undo_goes_back_and_redo_forward(song):
    song.add_version("write", lyrics=lyrics("one"))
    song.add_version("edit", lyrics=lyrics("two"))
    song.undo()
    assert song.lyrics == lyrics("one")
    song.redo()
    assert song.lyrics == lyrics("two")
    with pytest.raises(SongError, match="nothing to redo"):
        song.redo()


def test_a_change_after_undo_keeps_the_other_version(song):
    song.add_version("write", lyrics=lyrics("one"))
    song.add_version("edit", lyrics=lyrics("two"))
    song.undo()
    song.add_version("edit", lyrics=lyrics("three"))
    assert song.version.parent == 1
    assert song.lyrics_of(song.version_numbered(2)) == lyrics("two")


def test_branches_are_left_and_entered(song):
    song.add_version("write", lyrics=lyrics("one"))
    song.branch("bitter")
    song.add_version("edit", lyrics=lyrics("bitter"))
    song.branch("main")
    assert song.lyrics == lyrics("one")
    song.branch("bitter")
    assert song.lyrics == lyrics("bitter")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["edit", "style", "pick", "branch a", "branch b", "branch v1"])))
def test_as_many_undos_as_changes_give_the_first_state_back(tmp_path_factory, changes):
    song = Song.create(
        tmp_path_factory.mktemp("songs"), name="x", title="x", prompt="", language=""
    )
    song.add_version("write", lyrics=lyrics("first"), style="rock")
    before = facts(song)
    for number, change in enumerate(changes):
        if change == "edit":
            song.add_version("edit", lyrics=lyrics(f"words {number}"))
        elif change.startswith("branch"):
            song.branch(change.split()[1])
        else:
            song.add_version(change, style=f"{change} {number}", new_takes=[f"t{number:03d}"])
    for _ in changes:
        song.undo()
    assert facts(song) == before
    assert facts(Song.open(song.folder)) == before


def test_two_programs_change_one_song_without_losing_either_change(song):
    other = Song.open(song.folder)
    song.add_version("write", lyrics=lyrics("one"))
    other.add_version("style", style="jazz")
    assert [version.made_by for version in Song.open(song.folder).versions] == ["write", "style"]


def test_files_left_by_a_change_that_was_cut_off_are_not_overwritten(song):
    (song.folder / "v001.lrc").write_text("[00:01.00]left behind", encoding="utf-8")
    (song.folder / "takes" / "t004.flac").write_bytes(b"left behind")
    song.add_version("write", lyrics=lyrics("one"))
    assert song.version.words == "v002.lrc"
    assert song.claim_take() == "t005"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema_version": 99, "title": "x"}', '{"title": "x", "extra": 1}']
)
def test_a_damaged_song_file_is_one_clear_line(song, text):
    (song.folder / "song.json").write_text(text, encoding="utf-8")
    with pytest.raises(SongError, match=r"song\.json"):
        Song.open(song.folder)


def test_a_manifest_that_is_gone_is_not_called_a_take_that_never_was(song):
    song.add_version("render", new_takes=["t001"])
    with pytest.raises(SongError, match=r"t001\.json: the manifest of t001 is gone"):
        song.manifest("t001")
    with pytest.raises(SongError, match="there is no take 't002'; its takes: t001"):
        song.manifest("t002")


def test_a_folder_without_a_song_says_how_to_make_one(tmp_path):
    with pytest.raises(SongError, match="songsmith make"):
        Song.open(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(FileError, match=r"in the way|not a directory|exists"):
        Song.create(tmp_path / "file" / "songs", name="x", title="x", prompt="", language="")


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_song_that_cannot_begin_leaves_no_folder(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(FileError, match="can't be written"):
            Song.create(tmp_path, name="x", title="x", prompt="x", language="")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


def test_the_song_file_holds_a_schema_version(song):
    assert (
        json.loads((song.folder / "song.json").read_text(encoding="utf-8"))["schema_version"] == 1
    )
