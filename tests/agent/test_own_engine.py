"""An engine that a program registers under its own name is as good as one of ours, in every face."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import songsmith
from songsmith.agent.chat.loop import Chat
from songsmith.agent.cli.main import main
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.rendering import Engines, RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.agent.views.terminal import Terminal
from songsmith.engine.audio import load_audio
from songsmith.engine.engine import (
    EngineError,
    engine_card,
    engine_names,
    forget_engine,
    load_engine,
    register_engine,
)
from tests.agent.beep import CARD, BeepEngine

LRC = """[ti:Night Train]
[la:en]
[Verse]
[00:02.00]The train is late again tonight
[00:05.00]The platform hums a yellow light
[Chorus]
[00:08.00]Carry me over, carry me home
[00:11.00]Carry me over the river of stone
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, beep):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.endswith("API_KEY")]:
        monkeypatch.delenv(name)
    (tmp_path / "song.lrc").write_text(LRC, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    return call


MAKE = ("make", "--lyrics", "song.lrc", "--length", "15", "--seed", "7", "--engine", "beep")


def test_the_library_makes_checks_fixes_and_replays_with_it(folder):
    made = songsmith.make(
        lyrics=LRC, length_s=15, engine="beep", render=RenderWish(options={"pitch_hz": "440"})
    )
    assert made.rendered.engine == "beep"
    studio = songsmith.open_song(made.song.folder)
    (take,) = studio.takes().takes
    assert (take.engine, take.options) == ("beep", {"pitch_hz": 440})
    assert not studio.check(engine="beep").report.has_errors
    fixed = studio.fix(studio.spans_named("line 2"), RenderWish(seed=8))
    assert fixed.takes[0].engine == "beep" and fixed.takes[0].options == {"pitch_hz": 440}
    first, second = (load_audio(studio.song.audio_path(name)) for name in ("t001", "t002"))
    assert np.array_equal(first[:, : 4 * 44_100], second[:, : 4 * 44_100])
    assert not np.array_equal(first, second)
    assert studio.replay("t002").is_same


def test_the_command_line_makes_checks_fixes_lists_and_replays_with_it(run, folder):
    code, out, err = run(*MAKE, "--option", "pitch_hz=330", "--json")
    assert code == 0, err
    made = json.loads(out)
    assert made["engine"] == "beep"
    song = made["folder"]
    assert run("check", song, "--engine", "beep")[0] == 0
    code, out, err = run("fix", song, "--lines", "2", "--seed", "8", "--json")
    assert code == 0, err
    assert json.loads(out)["engine_why"] == "as t001"
    takes = json.loads(run("takes", song, "--json")[1])["takes"]
    assert [take["engine"] for take in takes] == ["beep", "beep"]
    assert json.loads(run("replay", song, "2", "--json")[1])["is_same"]


def test_a_chat_sings_with_it_and_takes_its_options(folder):
    song = Song.create(folder, name="a", title="a", prompt="", language="en")
    settings = load_settings(None, {"engine": "beep"})
    Studio(song, settings=settings).edit(songsmith.parse_lyrics(LRC), duration_s=15)
    screen = io.StringIO()
    chat = Chat(
        song.folder,
        is_plain=True,
        screen=Terminal(plain=True, file=screen),
        overrides={"engine": "beep"},
    )
    chat.run(
        [
            "/render 2 pitch_hz=440",
            "/fix line 2 pitch_hz=500",
            "/render pitch_hz=9",
            "/engines",
            "/engines beep",
        ]
    )
    printed = screen.getvalue()
    assert "pitch_hz can't be '9'" in printed
    assert "one tone a line" in printed and "pitch of the first line" in printed
    manifests = [Song.open(song.folder).manifest(name) for name in ("t001", "t002", "t003")]
    assert [m.options["pitch_hz"] for m in manifests] == [440, 440, 500]


def test_it_is_listed_with_its_options_and_never_chosen_unasked(run):
    code, out, _ = run("engines", "--json")
    states = {state["name"]: state for state in json.loads(out)["engines"]}
    assert code == 0 and list(states) == ["diffrhythm", "ace-step", "sketch", "beep"]
    assert states["beep"]["is_ready"] and states["beep"]["song_s"] == 0.6
    assert not states["diffrhythm"]["is_ready"] and states["diffrhythm"]["fetch_bytes"] > 5e9
    shown = run("engines", "show", "beep")[1]
    assert "pitch_hz" in shown and "50 to 2000" in shown and "pitch of the first line" in shown
    assert Engines().choose("", "en")[0].name == "sketch"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--option", "volume=9"), "the beep engine has no option 'volume'; it has stems"),
        (("--option", "pitch_hz"), "write name=value"),
        (("--option", "pitch_hz=low"), "option pitch_hz can't be 'low'"),
        (("--length", "90"), "ask for 1 to 60 s"),
    ],
)
def test_what_it_can_not_do_is_one_line(run, folder, arguments, words):
    code, _, err = run(*MAKE, *arguments)
    assert code == 1 and words in err and "Traceback" not in err
    assert not (folder / "songs").exists()


def test_a_song_of_an_engine_that_is_not_there_says_which_there_are(run):
    song = json.loads(run(*MAKE, "--json")[1])["folder"]
    forget_engine("beep")
    code, _, err = run("replay", song)
    assert (
        code == 1 and "there is no engine 'beep'" in err and "diffrhythm, ace-step, sketch" in err
    )
    register_engine(CARD, BeepEngine)


def test_check_goes_by_what_the_engine_says_of_itself(run, folder):
    limits = replace(CARD.limits, takes_stamps=False, lines_per_min=10.0)
    register_engine(replace(CARD, name="placer", limits=limits), BeepEngine)
    jumbled = LRC.replace("00:05", "00:01")
    Path("jumbled.lrc").write_text(jumbled, encoding="utf-8")
    try:
        assert run("check", "jumbled.lrc", "--engine", "beep")[0] == 1
        code, out, _ = run("check", "jumbled.lrc", "--engine", "placer", "--length", "15", "--json")
        assert code == 0
        assert {fault["code"] for fault in json.loads(out)["faults"]} == {"too-many-lines"}
    finally:
        forget_engine("placer")


@pytest.mark.parametrize("name", ["sketch", "Two Words", "../up", ""])
def test_a_name_that_is_taken_or_none_is_refused(name):
    with pytest.raises(EngineError, match="can't be called"):
        register_engine(replace(CARD, name=name), BeepEngine)


def test_engines_of_our_own_are_loaded_from_their_cards():
    for name in engine_names():
        assert load_engine(name).name == name == engine_card(name).name
        assert load_engine(name).card is engine_card(name)


def test_a_song_folder_can_not_bring_an_engine(run):
    song = Path(json.loads(run(*MAKE, "--json")[1])["folder"])
    (song / "evil.py").write_text("raise SystemExit(99)\n", encoding="utf-8")
    for name in ("evil:Engine", "../evil", "songsmith.engine.sketch.engine:SketchEngine"):
        (song / "songsmith.toml").write_text(f'engine = "{name}"\n', encoding="utf-8")
        code, _, err = run("render", str(song))
        assert code == 1 and "there is no engine" in err


def test_a_take_whose_sound_was_swapped_is_told(run, folder):
    code, out, _ = run(*MAKE, "--takes", "2", "--json")
    assert code == 0
    song = Song.open(Path(json.loads(out)["folder"]))
    code, out, _ = run("takes", str(song.folder), "--verify", "--json")
    assert (code, json.loads(out)["damaged"]) == (0, {})
    assert run("replay", str(song.folder), "t001")[0] == 0
    song.audio_path("t001").write_bytes(song.audio_path("t002").read_bytes())
    code, out, err = run("takes", str(song.folder), "--verify")
    assert code == 1
    assert "t001.flac is not the sound that was saved" in " ".join((out + err).split())
    code, out, _ = run("replay", str(song.folder), "t001", "--json")
    assert (code, json.loads(out)["is_swapped"]) == (1, True)
    song.audio_path("t002").unlink()
    code, out, _ = run("takes", str(song.folder), "--verify", "--json")
    assert (code, set(json.loads(out)["damaged"])) == (1, {"t001", "t002"})


def test_words_that_are_there_may_be_in_any_language_and_others_are_written_in_two(run, folder):
    (folder / "nuit.lrc").write_text("[00:02.00]Je chante la nuit sous la pluie\n")
    asked = ("--language", "fr", "--engine", "beep", "--length", "9", "--style", "folk")
    code, out, err = run("make", "--lyrics", "nuit.lrc", *asked, "--json")
    assert code == 0, err
    assert json.loads(out)["folder"] and Song.open(Path(json.loads(out)["folder"])).takes
    for verb in (("make", "rain", "--out", "other", *asked), ("write", "rain", "--language", "fr")):
        code, _, err = run(*verb)
        assert code == 1 and "lyrics can't be written in 'fr'" in " ".join(err.split())
    assert not (folder / "other").exists()


def test_an_export_of_nothing_is_an_error(run, folder):
    code, out, _ = run(
        "make", "rain", "--instrumental", "--engine", "beep", "--length", "9", "--json"
    )
    song = json.loads(out)["folder"]
    code, _, err = run("export", song, "--format", "srt,lrc")
    assert code == 1 and "the take has no words" in err
    assert not (Path(song) / "export").exists()


def test_a_take_whose_sound_is_gone_says_how_to_get_it_back_and_does(run, folder):
    code, out, _ = run(*MAKE, "--json")
    song = Song.open(Path(json.loads(out)["folder"]))
    sound = song.audio_path("t001")
    before = sound.read_bytes()
    sound.unlink()
    for verb in (("export", "--format", "mp3"), ("page",), ("play",), ("fix", "--lines", "1")):
        code, _, err = run(verb[0], str(song.folder), *verb[1:])
        assert code == 1 and f"is gone; songsmith replay {song.folder} t001" in " ".join(
            err.split()
        )
    code, out, _ = run("replay", str(song.folder), "t001", "--json")
    assert (code, json.loads(out)["restored"]) == (0, str(sound))
    assert sound.read_bytes() == before
    sound.unlink()
    other = json.loads(song.manifest("t001").model_dump_json()) | {"samples_sha256": "0" * 64}
    (song.folder / "takes" / "t001.json").write_text(json.dumps(other))
    assert run("replay", str(song.folder), "t001")[0] == 1
    assert not sound.exists()


def test_only_sound_files_are_handed_to_a_player(run, folder):
    code, out, _ = run(*MAKE, "--json")
    song = Song.open(Path(json.loads(out)["folder"]))
    manifest = song.folder / "takes" / "t001.json"
    manifest.write_text(manifest.read_text().replace("t001.flac", "t001.json"))
    code, _, err = run("play", str(song.folder))
    assert code == 1
    assert "is not a sound file" in err


_FIX = """
import sys
import songsmith
from songsmith.agent.studio.rendering import RenderWish
from songsmith.engine.engine import register_engine
from tests.agent.beep import CARD, BeepEngine

register_engine(CARD, BeepEngine)
studio = songsmith.open_song(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for seed in range(4):
    spans = studio.spans_named("line 2")
    made = studio.fix(spans, RenderWish(seed=int(sys.argv[2]) + seed), take="t001")
    print(made.takes[0].take, flush=True)
"""


def _fixing(song: Path, seed: int) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _FIX, str(song.absolute()), str(seed)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_fix_one_song_at_once_lose_no_take(run, folder):
    song = Path(json.loads(run(*MAKE, "--json")[1])["folder"])
    first = (song / "takes" / "t001.flac").read_bytes()
    running = [_fixing(song, seed) for seed in (10, 20, 30)]
    for process in running:
        assert process.stdout and process.stdout.readline() == "ready\n"
    names = [name for process in running for name in process.communicate("go\n")[0].split()]
    assert len(set(names)) == len(names) == 12
    assert set(Song.open(song).takes) == {"t001", *names}
    assert run("takes", str(song), "--verify")[0] == 0
    assert (song / "takes" / "t001.flac").read_bytes() == first


def test_a_process_killed_between_takes_leaves_a_whole_song(run, folder):
    song = Path(json.loads(run(*MAKE, "--json")[1])["folder"])
    process = _fixing(song, 10)
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "t002\n"
    process.kill()
    process.communicate()
    opened = Song.open(song)
    assert {"t001", "t002"} <= set(opened.takes)
    assert not [*song.rglob("*.part"), *song.rglob("*.claim")]
    assert run("takes", str(song), "--verify")[0] == 0


def test_a_take_says_what_it_sings_and_fix_changed_sings_the_rest(folder):
    studio = songsmith.open_song(songsmith.make(lyrics=LRC, length_s=15, engine="beep").folder)
    count = len(studio.song.lyrics.lines)
    edited = studio.replace_lines({1: "Another first line"})
    assert edited.notes == ("t001 does not sing line 1 yet; `fix changed` sings just that",)
    assert studio.takes().unsung == {"t001": [1]}
    studio.fix(studio.spans_named(f"line {count}"), RenderWish(seed=8))
    exported = studio.export(["flac"])
    (lrc,) = [path for path in exported.files if path.suffix == ".lrc"]
    assert "Another first line" not in lrc.read_text(encoding="utf-8")
    studio.fix(studio.spans_named("changed"), RenderWish(seed=9))
    assert studio.takes().unsung["t003"] == []
    studio.export(["flac"])
    assert "Another first line" in lrc.read_text(encoding="utf-8")
    with pytest.raises(songsmith.SongsmithError, match="no line has changed"):
        studio.spans_named("changed")


def test_a_part_is_sung_in_the_style_of_its_take_unless_another_is_asked_for(folder):
    studio = songsmith.open_song(
        songsmith.make(lyrics=LRC, length_s=15, engine="beep", style="jazz").folder
    )
    studio.style("bossa nova")
    spans = studio.spans_named("line 1")
    styles = [
        studio.fix(spans, RenderWish(seed=2), style=style).takes[0].style for style in ("", "folk")
    ]
    assert styles == ["jazz", "folk"]


def test_an_engine_that_warms_up_does_so_before_there_are_words(folder, run):
    told = []

    class Warm(BeepEngine):
        def warm_up(self, outline):
            told.append(("warm", outline.style))

        def forecast(self, request):
            told.append(("words", request.lyrics.lines[0].text))
            return super().forecast(request)

    forget_engine(CARD.name)
    register_engine(CARD, Warm)
    code, _, _ = run("make", "night train", "--engine", "beep", "--length", "20", "--style", "folk")
    assert code == 0
    assert ("warm", "folk") in told and told[-1][0] == "words"
