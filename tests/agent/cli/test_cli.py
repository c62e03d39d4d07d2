import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.cli.main import main
from songsmith.agent.song.songbook import Song
from songsmith.engine.audio import load_audio
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LRC = """[ti:Night Train]
[00:01.00]The train is late again
[00:04.00]I'm waiting in the rain
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command line in an empty folder; gives back its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.endswith("API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SONGSMITH_ENGINE", "sketch")
    monkeypatch.setenv("SONGSMITH_VOICE", "en-us")  # the one that is ready soonest

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return call


@pytest.fixture
def lrc(tmp_path) -> str:
    path = tmp_path / "song.lrc"
    path.write_text(LRC, encoding="utf-8")
    return str(path)


def test_make_leaves_a_song_folder_and_says_in_json_where(run, tmp_path):
    code, out, err = run("make", "night train", "--length", "12", "--seed", "7", "--json")
    assert code == 0
    made = json.loads(out)
    folder = Path(made["folder"])
    assert folder.name == "night-train"
    assert {path.name for path in folder.iterdir()} >= {"song.json", "v001.lrc", "takes"}
    assert load_audio(folder / "takes" / "t001.flac").shape == (2, 12 * 44_100)
    assert made["writer"] == "offline"
    assert made["engine"] == "sketch"
    assert "singing" in err
    assert [line["text"] for line in made["lines"]] == [
        line.text for line in Song.open(folder).lyrics.lines
    ]


def test_the_same_seed_gives_the_same_song_in_a_second_folder(run):
    first = json.loads(run("make", "night train", "--length", "8", "--seed", "7", "--json")[1])
    second = json.loads(run("make", "night train", "--length", "8", "--seed", "7", "--json")[1])
    assert Path(second["folder"]).name == "night-train-2"
    assert first["takes"][0]["samples_sha256"] == second["takes"][0]["samples_sha256"]


def test_your_words_are_sung_and_other_formats_kept_beside_the_flac(run, lrc):
    code, out, _ = run("make", "--lyrics", lrc, "--style", "folk", "--format", "mp3", "--json")
    assert code == 0
    made = json.loads(out)
    assert [line["text"] for line in made["lines"]] == [
        "The train is late again",
        "I'm waiting in the rain",
    ]
    assert {Path(file).suffix for file in made["takes"][0]["files"]} >= {".flac", ".mp3", ".json"}


def test_words_that_cannot_be_sung_stop_a_song_unless_told_otherwise(run, tmp_path):
    (tmp_path / "bad.lrc").write_text("[00:01.00]Привет\n[00:04.00]hello there\n", encoding="utf-8")
    code, _, err = run("make", "--lyrics", "bad.lrc", "--engine", "sketch", "--length", "900")
    assert code == 1
    assert "Traceback" not in err


def test_the_verbs_make_a_pipeline(run, lrc, tmp_path):
    code, words, _ = run("write", "night train", "--length", "20", "--seed", "3")
    assert code == 0
    assert words.startswith("[ti:")
    code, out, _ = run("check", lrc, "--json")
    assert code == 0
    checked = json.loads(out)
    assert {"line", "start_s", "text", "phonemes", "tokens", "first_frame", "faults"} <= set(
        checked["lines"][0]
    )
    assert "frames" not in checked
    code, out, _ = run("check", lrc, "--json", "--frames")
    assert len(json.loads(out)["frames"]) == 2048
    to = "new/folder/song.wav"
    code, out, _ = run("render", lrc, "--style", "blues", "-o", to, "--seed", "1", "--json")
    assert code == 0
    assert Path(json.loads(out)["takes"][0]["file"]).name == "song.wav"
    assert load_audio(tmp_path / to).shape[0] == 2


def test_check_mends_a_file_and_keeps_what_it_was(run, tmp_path):
    path = tmp_path / "song.lrc"
    path.write_text("[00:09.00]second line here\n[00:04.00]first line here\n", encoding="utf-8")
    code, out, _ = run("check", str(path), "--repair")
    assert code == 0
    assert "+[00:04.00]first line here" in out
    assert path.read_text(encoding="utf-8").index("first") < path.read_text(encoding="utf-8").index(
        "second"
    )
    assert (tmp_path / "song.lrc.orig").read_text(encoding="utf-8").startswith("[00:09.00]")


def test_words_from_stdin_are_mended_to_stdout_alone(run, monkeypatch):
    words = "[00:09.00]second line here\n[00:04.00]first line here\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(words.encode("utf-16"))))
    code, out, err = run("check", "-", "--mend")
    assert code == 0
    assert out == "[00:04.00]first line here\n[00:09.00]second line here\n"
    assert "+[00:04.00]first line here" in err


def test_an_empty_prompt_from_stdin_is_the_input_at_fault(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    code, out, err = run("write", "-")
    assert (code, out) == (1, "")
    assert "stdin: is empty" in err


def test_a_song_can_be_checked_for_another_length_and_model(run, lrc):
    run("make", "--lyrics", lrc, "--title", "Night Train", "--seed", "7", "--length", "8")
    code, out, _ = run(
        "check", "night-train", "--length", "2", "--variant", "full", "--json", "--frames"
    )
    checked = json.loads(out)
    assert (code, checked["variant"], len(checked["frames"])) == (1, "full", 6144)
    assert checked["lrc"].startswith("[ti:Night Train]")
    code, _, err = run("render", "night-train", "-o", "x.flac")
    assert code == 2
    assert "songsmith export" in err


def test_a_sound_file_nobody_named_takes_no_other_ones_place(run, lrc, tmp_path):
    (tmp_path / "song.ogg").write_bytes(b"mine")
    code, out, _ = run("render", lrc, "--format", "ogg", "--length", "6", "--json")
    assert (code, json.loads(out)["takes"][0]["file"]) == (0, "song-2.ogg")
    assert (tmp_path / "song.ogg").read_bytes() == b"mine"


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are not bytes there")
def test_a_prompt_in_bytes_that_cannot_be_read_is_one_clear_line(run):
    prompt = "夏夜的海边".encode("gb18030").decode("utf-8", "surrogateescape")
    code, out, err = run("make", prompt, "--length", "12")
    assert (code, out) == (1, "")
    assert "set the terminal to UTF-8" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_one_clear_line(lrc, tmp_path):
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "songsmith", "check", lrc, "--json"],
            cwd=tmp_path,
            env={**os.environ, "SONGSMITH_CONFIG": str(tmp_path / "c.toml")},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("what is printed: no space left")


def test_voices_are_listed_as_json_too(run):
    code, out, _ = run("make", "--voice", "list", "--language", "zh", "--json")
    assert code == 0
    assert {"name", "language", "register"} <= set(json.loads(out)["voices"][0])


def test_the_natural_voices_are_listed_first_with_a_star(run):
    code, out, _ = run("make", "--voice", "list", "--language", "en")
    stars = [line.startswith("★") for line in out.split("\n\n")[0].splitlines()]
    assert code == 0
    assert any(stars) and not all(stars)
    assert stars == sorted(stars, reverse=True)


def test_output_cut_off_by_its_reader_ends_quietly(tmp_path):
    command = [sys.executable, "-m", "songsmith", "make", "--voice", "list"]
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        command, stdout=write_end, stderr=subprocess.PIPE, cwd=tmp_path, check=False
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (141, b"")


def test_without_a_command_the_help_is_shown(run):
    code, out, err = run()
    assert (code, err) == (2, "")
    assert "turns a sentence into a song" in out.casefold()


def test_check_exits_with_one_for_words_that_cannot_be_sung(run, tmp_path):
    (tmp_path / "bad.lrc").write_text(
        "[00:01.00]" + "very " * 60 + "\n[00:02.00]hi\n", encoding="utf-8"
    )
    code, out, _ = run("check", "bad.lrc")
    assert code == 1
    assert "21.5/s" in out


def test_a_song_is_fixed_picked_undone_and_replayed_from_the_command_line(run, lrc):
    run("make", "--lyrics", lrc, "--title", "Night Train", "--seed", "7", "--length", "8")
    code, out, err = run("fix", "night-train", "--lines", "2", "--seed", "5", "--json")
    assert code == 0, err
    assert json.loads(out)["takes"][0]["parent"] == "t001"
    assert run("pick", "night-train", "1")[0] == 0
    code, out, _ = run("undo", "night-train")
    assert "pick t001" in out
    code, out, _ = run("replay", "night-train", "t002", "--json")
    assert (code, json.loads(out)["is_same"]) == (0, True)
    code, out, _ = run("takes", "night-train", "--json")
    assert [take["take"] for take in json.loads(out)["takes"]] == ["t001", "t002"]
    assert "fix" in run("versions", "night-train")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, ""),
        (["make"], 2, "say what the song is about"),
        (["make", "x", "--engine", "cassette"], 1, "diffrhythm, ace-step, sketch"),
        (["make", "x", "--length", "2"], 1, "2 s"),
        (["make", "x", "--length", "long"], 2, "1:35"),
        (["make", "x", "--format", "aac"], 2, "flac, wav, mp3, ogg"),
        (["make", "x", "--length", "0"], 2, "'0' is not a length"),
        (["make", "x", "--length", "1000"], 1, "5 to 600 s"),
        (["make", "x", "--takes", "100"], 1, "1 to 64"),
        (["make", "x", "--takes", "0"], 2, "1 to 64"),
        (["make", "x", "--lyrics", ""], 1, "folder"),
        (["make", "-", "--lyrics", "-"], 2, "not both"),
        (["make", "x", "--lyrics", "nowhere.lrc"], 1, "nowhere.lrc"),
        (["make", "x", "--steps", "5", "--length", "8"], 1, "steps"),
        (["render", "nowhere.lrc"], 1, "nowhere.lrc"),
        (["render", "song.lrc", "-o", "song.lrc/song.flac"], 1, "nothing can be written here"),
        (["render", "song.lrc", "-o", "song.txt"], 1, ".flac"),
        (["render", "song.lrc", "-o", "song.wav", "--format", "mp3"], 1, "leave one of them out"),
        (["check", "song.lrc", "-o", "mended.lrc"], 2, "--out goes with --repair"),
        (["check", "."], 1, "folder"),
        (["fix", "nowhere", "--lines", "1"], 1, "no song 'nowhere'"),
        (["fix", ".", "--lines", "1"], 1, "'.' is a folder without a song in it"),
        (["dance"], 2, "dance"),
        (["make", "x", "--bpm", "fast"], 2, "--bpm: this is not a number (see"),
        (["retime", "x", "--bpm", "5"], 2, "--bpm: it must be at least 30"),
        (["takes"], 2, "Missing argument 'SONG' (see"),
        (["listen", "nowhere.wav"], 1, "nowhere.wav: there is no such song or sound file"),
        (["make", "x", "--dance"], 2, "--dance"),
        (["make", "x", "--engine", "diffrhythm"], 1, "models pull"),
        (["make", "x", "--voice", "nobody"], 1, "no voice 'nobody'"),
        (["make", "x", "--until-sung", "3"], 2, "--until-sung"),
        (["make", "x", "--writer", "llm"], 1, "config set profile ollama"),
    ],
)
def test_mistakes_are_one_line_with_the_right_exit_code(
    run, lrc, monkeypatch, tmp_path, arguments, code, words
):
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path / "models"))
    ended, out, err = run(*arguments)
    assert ended == code
    assert words in err + out
    assert "Traceback" not in err
    assert not (tmp_path / "songs").exists() or arguments[2:3] == ["--steps"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["style", "{song}", " "], "the style would be empty"),
        (["retime", "{song}", "--length", "3"], "a song can't last 3 s"),
        (["edit", "{song}"], "no terminal to edit in"),
        (["export", "{song}", "--format", "aiff"], "there is no format 'aiff'"),
        (["diff", "{song}", "v9"], "its versions: v1"),
    ],
)
def test_mistakes_with_a_song_change_nothing(run, tmp_path, monkeypatch, arguments, words):
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    song = Song.create(tmp_path, name="x", title="X", prompt="x", language="en")
    lyrics = Lyrics("X", "en", (Section("", (LyricLine(1.0, "The train is late again"),)),))
    song.add_version("write", lyrics=lyrics, new_takes=["t001"], picked="t001")
    code, out, err = run(*(part.format(song=song.folder) for part in arguments))
    assert code == 1
    assert words in err
    assert out == ""
    assert Song.open(song.folder).version.number == 1
    assert not (song.folder / "export").exists()


def test_help_is_in_whole_sentences(run):
    for group in ("models", "config"):
        commands = run(group, "--help")[1].partition("Commands")[2]
        assert commands
        assert "..." not in commands


def test_every_document_of_a_song_says_where_it_stands_and_lists_takes_alike(run, lrc):
    folder = json.loads(run("make", "--lyrics", lrc, "--seed", "1", "--json")[1])["folder"]
    verbs = (["check"], ["takes"], ["style", "folk"], ["pick", "1"], ["undo"], ["versions"])
    for verb, *rest in (*verbs, ["export"], ["diff"], ["retime"]):
        document = json.loads(run(verb, folder, *rest, "--json")[1])
        assert document.keys() >= {"folder", "title", "version", "branch"}, verb
        assert all(take["file"] for take in document.get("takes", [])), verb


def test_a_song_whose_singing_fails_is_named_with_the_command_that_goes_on(run, lrc, toy_folder):
    code, out, err = run("make", "--lyrics", lrc, "--engine", "moody", "--option", "mood=fails")
    assert code == 1 and "not today" in err
    (folder,) = (toy_folder / "songs").iterdir()
    where = folder.relative_to(toy_folder)
    assert f"the words are kept in {where}; songsmith render {where}" in " ".join(out.split())
    assert run("render", str(where), "--engine", "moody")[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_an_interrupt_leaves_a_whole_song_and_exit_code_130(tmp_path):
    environment = {
        **os.environ,
        "SONGSMITH_CONFIG": str(tmp_path / "c.toml"),
        "SONGSMITH_ENGINE": "sketch",
        "SONGSMITH_VOICE": "en-us",
    }
    process = subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "songsmith",
            "make",
            "night train",
            "--length",
            "30",
            "--takes",
            "8",
            "--writer",
            "offline",
        ],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "singing" in line:
            os.killpg(process.pid, signal.SIGINT)
            break
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "interrupted; what was finished is kept"
    assert "Traceback" not in err
    folder = tmp_path / "songs" / "night-train"
    assert len(Song.open(folder).lyrics.lines) >= 4
    assert not list(folder.rglob("*.part*"))


def test_a_repair_that_would_lose_a_line_writes_nothing(run, tmp_path):
    path = tmp_path / "song.lrc"
    words = "[00:99.00]one line here\n[00:04.00]another line here\n"
    path.write_text(words, encoding="utf-8")
    for extra in ((), ("-o", str(tmp_path / "new.lrc"))):
        code, _, err = run("check", str(path), "--repair", *extra)
        assert code == 1
        assert "song.lrc:1: nothing was written" in err
    assert path.read_text(encoding="utf-8") == words
    assert [found.name for found in tmp_path.glob("*.lrc*")] == ["song.lrc"]


@pytest.mark.parametrize("words", ['{"lyrics": [{"words": "hello"}]}', "\n"])
def test_a_file_without_words_is_not_replaced_by_an_empty_one(run, tmp_path, words):
    path = tmp_path / "song.json"
    path.write_text(words, encoding="utf-8")
    code, _, err = run("check", str(path), "--repair")
    assert (code, path.read_text(encoding="utf-8")) == (1, words)
    assert "Traceback" not in err


def test_the_state_before_each_repair_is_kept(run, tmp_path):
    path = tmp_path / "song.lrc"
    drafts = [f"[00:09.00]second {n} here\n[00:04.00]first {n} here\n" for n in ("a", "b", "c")]
    for draft in drafts:
        path.write_text(draft, encoding="utf-8")
        assert run("check", str(path), "--repair")[0] == 0
        assert run("check", str(path), "--repair")[0] == 0
    kept = ("song.lrc.orig", "song.lrc.orig-2", "song.lrc.orig-3")
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in kept] == drafts
    assert len(list(tmp_path.glob("song.lrc*"))) == 4


@pytest.mark.parametrize(
    "text", ["关于雨夜里一个人走路回家的歌" * 12, "a song about “home” and " * 20, "x" * 5_000]
)
@pytest.mark.parametrize("command", ["make", "render", "check", "fix", "listen", "chat", "write"])
def test_a_text_too_long_for_a_path_is_no_path_and_no_crash(run, command, text):
    arguments = ["--length", "2"] if command in ("make", "write") else []
    code, _, err = run(command, text, *arguments, *(["--lines", "1"] if command == "fix" else []))
    assert code in (1, 2)
    assert "Traceback" not in err and len(err.splitlines()) <= 2


@pytest.mark.parametrize(("stamps", "says"), [("auto", "[00:10.40]"), ("songsmith", "one a row")])
def test_the_prompt_is_shown_and_nothing_is_sent(run, monkeypatch, stamps, says):
    monkeypatch.setenv("SONGSMITH_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SONGSMITH_STAMPS", stamps)
    _, shown, _ = run("write", "a night train", "--length", "60", "--show-prompt")
    assert says in shown and "a night train" in shown
    facts = json.loads(run("write", "a night train", "--show-prompt", "--json")[1])
    assert facts["messages"][0]["role"] == "system"


def test_takes_say_in_which_style_each_of_them_is(run, lrc):
    folder = json.loads(run("make", "--lyrics", lrc, "--style", "slow folk", "--json")[1])["folder"]
    run("style", folder, "bossa nova")
    assert "· slow folk" in run("takes", folder)[1]


def test_a_song_that_is_too_long_can_be_sung_in_part(run, tmp_path):
    lines = [f"[{at // 60:02d}:{at % 60:02d}.00]Nobody sings for ever" for at in range(5, 1500, 10)]
    (tmp_path / "long.lrc").write_text("\n".join(lines), "utf-8")
    code, out, _ = run("render", str(tmp_path / "long.lrc"), "-o", str(tmp_path / "x.wav"))
    assert code == 1
    assert "--span 0:00-" in out
    code, out, _ = run(
        "render",
        str(tmp_path / "long.lrc"),
        "--span",
        "1:00-1:20",
        "--json",
        "-o",
        str(tmp_path / "x.wav"),
    )
    assert code == 0
    assert json.loads(out)["length_s"] < 40


def test_the_artist_of_the_words_is_that_of_the_sound_and_their_title_names_the_song(run, tmp_path):
    from mutagen.flac import FLAC

    words = tmp_path / "words.txt"
    words.write_text("[ar:Nina Example]\n[ti:Over the Water]\nBeautiful morning\n", "utf-8")
    run("render", str(words), "--length", "12", "-o", str(tmp_path / "x.flac"))
    assert FLAC(tmp_path / "x.flac")["artist"] == ["Nina Example"]
    made = json.loads(run("make", "--lyrics", str(words), "--length", "12", "--json")[1])
    assert Path(made["folder"]).name == "over-the-water"
    assert FLAC(Path(made["folder"]) / "takes" / "t001.flac")["artist"] == ["Nina Example"]
