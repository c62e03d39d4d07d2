"""Several processes on one song, folders from strangers, files left by kills: nothing is lost, nothing leads out."""

import json
import subprocess
import sys

import pytest

from songsmith.agent.files import FileError, write_new
from songsmith.agent.song.file_names import ForeignPath, file_in
from songsmith.agent.song.song_file import TakeManifest
from songsmith.agent.song.songbook import Song, SongError
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from tests.agent.song.racing import words_of_processes


def lyrics(*texts: str) -> Lyrics:
    lines = tuple(LyricLine(8.0 + 4 * i, text) for i, text in enumerate(texts))
    return Lyrics("Night Train", "en", (Section("Verse", lines),))


@pytest.fixture
def song(tmp_path) -> Song:
    made = Song.create(tmp_path, name="night train", title="Night Train", prompt="", language="en")
    made.add_version("write", lyrics=lyrics("one", "two", "three"))
    return made


def manifest(name: str = "t001", **values: object) -> TakeManifest:
    fields = {"file": f"{name}.flac", "engine": "sketch", "seed": 1, "lyrics": "", "style": ""}
    return TakeManifest.model_validate(
        {"take": name, **fields, "duration_s": 8.0, "made_at": "now", **values}
    )


def test_two_changes_of_different_lines_are_merged(song):
    other = Song.open(song.folder)
    song.add_version("edit line 1", lyrics=lyrics("ONE", "two", "three"))
    other.add_version("edit line 3", lyrics=lyrics("one", "two", "THREE"))
    assert [line.text for line in Song.open(song.folder).lyrics.lines] == ["ONE", "two", "THREE"]


def test_two_changes_of_the_same_line_are_told_with_its_number(song):
    other = Song.open(song.folder)
    song.add_version("edit line 2", lyrics=lyrics("one", "TWO", "three"))
    with pytest.raises(SongError, match=r"'edit line 2' \(v2\), line 2 too"):
        other.add_version("edit line 2", lyrics=lyrics("one", "deux", "three"))
    assert Song.open(song.folder).lyrics.lines[1].text == "TWO"


def test_another_number_of_lines_is_no_ground_for_a_merge(song):
    other = Song.open(song.folder)
    song.add_version("edit", lyrics=lyrics("one", "two"))
    with pytest.raises(SongError, match="changed meanwhile"):
        other.add_version("edit line 3", lyrics=lyrics("one", "two", "THREE"))


def test_words_that_are_new_as_a_whole_stand_beside_the_other_change(song):
    other = Song.open(song.folder)
    song.add_version("edit", lyrics=lyrics("one"))
    other.add_version("write", lyrics=lyrics("new", "song"), is_whole=True)
    assert [line.text for line in Song.open(song.folder).lyrics.lines] == ["new", "song"]


def test_takes_of_two_processes_are_both_in_the_newest_version(song):
    other = Song.open(song.folder)
    song.add_version("fix → t001", new_takes=["t001"], picked="t001")
    other.add_version("fix → t002", new_takes=["t002"], picked="t002")
    assert Song.open(song.folder).takes == ("t001", "t002")


def test_takes_of_one_render_are_versions_of_their_own_and_one_undo(song):
    first = song.add_version("render → t001", new_takes=["t001"], picked="t001")
    second = song.add_version("render → t001, t002", new_takes=["t002"], continues=first)
    assert (first.takes, second.takes, second.picked) == (("t001",), ("t001", "t002"), "t001")
    assert song.undo().number == 1
    assert song.redo().number == second.number


def test_a_render_goes_on_beside_the_change_of_another_process(song):
    first = song.add_version("render → t001", new_takes=["t001"])
    Song.open(song.folder).add_version("edit", lyrics=lyrics("else"))
    song.add_version("render → t001, t002", new_takes=["t002"], continues=first)
    made_by = [version.made_by for version in Song.open(song.folder).versions]
    assert made_by == ["write", "render → t001", "edit", "render → t001, t002"]
    assert song.lyrics == lyrics("else")


def test_words_and_versions_are_counted_past_the_thousandth(song):
    (song.folder / "v1000.lrc").write_text("[00:01.00]left behind", encoding="utf-8")
    song.add_version("edit", lyrics=lyrics("later"))
    assert song.version.words == "v1001.lrc"


def test_a_file_that_exists_is_never_written_again(tmp_path):
    write_new(tmp_path / "t001.flac", b"first")
    with pytest.raises(FileError, match="already there"):
        write_new(tmp_path / "t001.flac", b"second")
    assert (tmp_path / "t001.flac").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["t001.flac"]


def test_every_hearing_is_kept_and_the_last_one_counts(song):
    song.add_manifest(manifest(hearing={"summary": "in an old manifest"}))
    assert (song.hearing("t001") or {})["summary"] == "in an old manifest"
    for number in range(1, 12):
        song.add_hearing("t001", {"summary": f"hearing {number}"})
    assert (song.hearing("t001") or {})["summary"] == "hearing 11"
    assert len(list((song.folder / "takes").glob("t001.hearing*.json"))) == 11
    assert song.stray_takes() == ("t001",)


@pytest.mark.parametrize(
    "values",
    [
        {"file": "../../x.flac"},
        {"file": "/etc/passwd"},
        {"file": "..\\x.flac"},
        {"attachments": ["x/../../../secret.toml"]},
        {"attachments": ["c:secret"]},
        {"take": "../t001"},
    ],
)
def test_a_manifest_names_no_file_outside_its_folder(song, values):
    text = json.dumps({**manifest().model_dump(), **values})
    (song.folder / "takes" / "t001.json").write_text(text, encoding="utf-8")
    with pytest.raises(SongError, match="not a manifest"):
        song.manifest("t001")


def test_a_version_names_no_words_outside_its_folder(song):
    path = song.folder / "song.json"
    path.write_text(path.read_text("utf-8").replace("v001.lrc", "../outside.lrc"), "utf-8")
    with pytest.raises(SongError, match="plain name"):
        Song.open(song.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("name", ["v001.lrc", "takes/t001.flac", "takes/t001.json", "song.json"])
def test_links_in_a_song_are_not_followed(song, tmp_path, name):
    song.add_manifest(manifest())
    secret = tmp_path / "secret"
    secret.write_text("[00:01.00]secret", encoding="utf-8")
    (song.folder / name).unlink(missing_ok=True)
    (song.folder / name).symlink_to(secret)
    with pytest.raises(ForeignPath, match="link"):
        opened = Song.open(song.folder)
        opened.audio_path("t001")
        assert opened.lyrics


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_that_is_a_link_is_not_written_through(song, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (song.folder / "export").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ForeignPath):
        file_in(song.folder, "export")


def test_what_killed_processes_left_is_swept_when_the_song_is_opened(song):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (song.folder / "takes" / f".t001.flac.{dead.pid}.part").write_bytes(b"half")
    (song.folder / f".song.json.{dead.pid}.part").write_bytes(b"half")
    (song.folder / "takes" / "t002.claim").write_text(str(dead.pid), encoding="utf-8")
    Song.open(song.folder)
    assert not list(song.folder.rglob("*.part"))
    assert not list(song.folder.rglob("*.claim"))


def test_the_folder_of_a_making_that_was_killed_is_swept_by_the_next(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".night-train.abc.{dead.pid}.part" / "takes").mkdir(parents=True)
    Song.create(tmp_path, name="x", title="x", prompt="", language="")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_many_processes_make_songs_of_one_name_and_each_gets_its_own_folder(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from songsmith.agent.song.songbook import Song\n"
        "sys.stdin.readline()\n"
        "for _ in range(8):\n"
        "    made = Song.create(Path(sys.argv[1]), name='x', title='x', prompt='', language='')\n"
        "    print(made.folder.name)"
    )
    names = words_of_processes(code, str(tmp_path))
    assert len(names) == len(set(names)) == 24
    assert {path.name for path in tmp_path.iterdir()} == set(names)
