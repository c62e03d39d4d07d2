import pytest

import songsmith
from songsmith.engine.units import SAMPLE_RATE_HZ

LRC = "[00:01.00]Hello my friend\n[00:04.00]The night is long\n"


@pytest.fixture(autouse=True)
def settings_of_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DEEPSEEK_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SONGSMITH_ENGINE", "sketch")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: songsmith.make(""), "the prompt is empty"),
        (lambda: songsmith.write(" "), "the prompt is empty"),
        (
            lambda: songsmith.make("x", render=songsmith.RenderWish(formats=("aac",))),
            "choose flac, wav, mp3, ogg",
        ),
        (lambda: songsmith.make("x", length_s=0), "can't last 0 s"),
        (lambda: songsmith.make("x", engine="cassette"), "diffrhythm, ace-step, sketch"),
        (lambda: songsmith.render("", style="folk"), "no line to sing"),
        (lambda: songsmith.render('{"name": "la"}', style="folk"), "this is JSON"),
        (lambda: songsmith.open_song("nowhere"), "no song here"),
        (
            lambda: songsmith.make("x", render=songsmith.RenderWish(takes=-1)),
            "-1 takes can't be made",
        ),
        (lambda: songsmith.make("x", until_sung=2), "the bar can't be 2"),
        (
            lambda: songsmith.make("x", render=songsmith.RenderWish(options={"voice": "nobody"})),
            "no voice 'nobody'",
        ),
        (lambda: songsmith.check(LRC, variant="huge"), "choose base or full"),  # type: ignore[arg-type]
        (lambda: songsmith.check(LRC, length_s=-1), "can't last -1 s"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing_behind(call, words, tmp_path):
    with pytest.raises(songsmith.SongsmithError, match=words):
        call()
    assert not (tmp_path / "songs").exists()


def test_the_verbs_work_without_a_folder_and_give_values():
    lyrics = songsmith.write("night train", length_s=12, seed=1)
    assert lyrics.lines == songsmith.write("night train", length_s=12, seed=1).lines
    report = songsmith.check(LRC, length_s=8, variant="full")
    assert (len(report.lines), len(report.frames)) == (2, 6144)
    takes = songsmith.render(LRC, style="folk", length_s=8, seed=1, takes=2)
    assert [take.audio.shape for take in takes] == [(2, 8 * SAMPLE_RATE_HZ)] * 2
    assert [take.seed for take in takes] == [1, 2]


def test_a_song_is_changed_with_what_the_package_itself_offers(tmp_path):
    made = songsmith.make("night train", lyrics=LRC, length_s=8, seed=1)
    studio = songsmith.open_song(made.folder)
    studio.edit(songsmith.parse_lyrics(LRC.replace("friend", "train")))
    fixed = studio.fix(studio.spans_named("line 1"), songsmith.RenderWish(seed=5))
    assert fixed.why == "as t001"
    assert studio.write(songsmith.Brief(prompt="rain", duration_s=12, seed=1)).lyrics.lines
    assert len(repr(studio.takes())) < 4_000
