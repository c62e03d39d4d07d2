import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.acestep.card import CARD
from songsmith.engine.acestep.languages import language_for
from songsmith.engine.acestep.options import Options
from songsmith.engine.acestep.plan import make_plan
from songsmith.engine.acestep.tagged import tagged_lyrics
from songsmith.engine.audio import AudioError
from songsmith.engine.engine import EngineError, RenderRequest, Span, Take
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section


def lyrics(*sections: tuple[str, list[str]], language: str = "en") -> Lyrics:
    start_s = iter(range(1, 1000, 3))
    return Lyrics(
        language=language,
        sections=tuple(
            Section(label, tuple(LyricLine(next(start_s), text) for text in texts))
            for label, texts in sections
        ),
    )


WORDS = lyrics(("Verse 1", ["I kept your chair", "I kept your glass"]), ("Chorus", ["Come home"]))
REQUEST = RenderRequest(WORDS, "slow jazz, 92 bpm, in F minor", 30.0, (1,))


def test_sections_become_tags_with_a_blank_line_between_them():
    tagged = tagged_lyrics(WORDS)
    assert tagged.text == "[Verse 1]\nI kept your chair\nI kept your glass\n\n[Chorus]\nCome home"
    assert tagged.lines == (0, 1, 2, 0, 0, 3)


@pytest.mark.parametrize(
    ("sections", "tags"),
    [
        ([("副歌", ["你好"])], ["[Chorus]"]),
        ([("", ["a b"])], ["[Verse 1]"]),
        (
            [("Strophe", ["a b"]), ("Refrain", ["c"]), ("Strophe", ["d"])],
            ["[Verse 1]", "[Chorus]", "[Verse 2]"],
        ),
        ([("Verse", ["a", "b"]), ("Verse", ["c", "d"])], ["[Verse 1]"]),
        ([("Verse", ["a", "b", "c"]), ("Verse", ["d", "e"])], ["[Verse 1]", "[Verse 2]"]),
        (
            [("Intro", []), ("Verse", ["a"]), ("Solo", [])],
            ["[Intro]", "[Verse 1]", "[Instrumental]"],
        ),
        ([("Guitar break", ["na na"])], ["[Bridge]"]),
    ],
)
def test_each_label_becomes_a_tag_the_model_knows(sections, tags):
    rows = tagged_lyrics(lyrics(*sections)).text.split("\n")
    assert [row for row in rows if row.startswith("[")] == tags


@pytest.mark.parametrize(
    ("words", "sung"),
    [
        ("call [me] {now}", "call (me) (now)"),
        ("我 爱 你", "我爱你"),
        ("你好 世界", "你好 世界"),
        ("S T O P it", "STOP it"),
        ("I a m here", "I a m here"),
    ],
)
def test_words_never_look_like_tags_and_spelt_words_are_joined(words, sung):
    assert tagged_lyrics(lyrics(("Verse", [words]))).text.split("\n")[1] == sung


def test_without_lines_it_is_an_instrumental():
    assert tagged_lyrics(Lyrics()).text == "[Instrumental]"
    assert make_plan(replace(REQUEST, options={"instrumental": True})).words.lines == (0,)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "en"),
        ("zh-CN", "zh"),
        ("nb", "no"),
        ("yue", "yue"),
        ("", "unknown"),
        ("mi", "unknown"),
    ],
)
def test_a_language_is_told_by_the_models_code(code, told):
    assert language_for(code) == told


def test_the_style_is_sent_as_words_and_its_numbers_beside_it():
    plan = make_plan(REQUEST)
    assert plan.caption == REQUEST.style
    assert (plan.facts.bpm, plan.facts.key, plan.facts.metre) == (92, "F minor", "")
    chosen = make_plan(replace(REQUEST, options={"bpm": 120.0, "key": "Bb", "time": "3/4"})).facts
    assert (chosen.bpm, chosen.key, chosen.metre) == (120, "Bb major", "3/4")


def test_spans_become_frames_and_neighbours_one_stretch():
    parent = Take(np.zeros((2, 20 * 44_100), np.float32), 1, "ace-step")
    spans = (Span(1.01, 2.0), Span(2.0, 3.0), Span(8.0, 9.99), Span(20.0, 30.0))
    plan = make_plan(replace(REQUEST, spans=spans, parent=parent))
    assert plan.new_frames == ((25, 75), (200, 250), (500, 750))
    assert (plan.frames, plan.kept_frames) == (750, 500)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"duration_s": 660.0}, "can't make a song of 660 s; ask for 10 to 600 s"),
        ({"lyrics": replace(WORDS, language="mi")}, "does not sing 'mi'"),
        ({"style": " "}, "no style was given"),
        ({"options": {"key": "H dorian"}}, "option key can't be 'H dorian'; give a major or minor"),
        ({"options": {"bpm": 500}}, "option bpm"),
        ({"options": {"cover": "no.wav"}}, "no such file to cover"),
        ({"options": {"style_audio": "no.wav"}}, "no such file to take the timbre from"),
        (
            {"parent": Take(np.zeros((2, 441_000), np.float32), 1, "x"), "spans": (Span(1, 2),)},
            "no span covers",
        ),
    ],
)
def test_what_can_not_be_is_one_line(changes, said):
    with pytest.raises(EngineError, match=said) as caught:
        make_plan(replace(REQUEST, **changes))
    assert "\n" not in str(caught.value)


def test_it_says_that_stamps_are_no_promise_and_that_few_lines_leave_much_to_play():
    notes = " ".join(make_plan(REQUEST).notes)
    assert "places them itself" in notes and "leave much to play" not in notes
    assert "3 lines in 240 s leave much" in " ".join(
        make_plan(replace(REQUEST, duration_s=240.0)).notes
    )


def test_check_counts_what_is_to_be_sung_instead_of_stamps():
    words = "and the long and winding river ran on over everything we knew"
    crowded = lyrics(("Verse", [words] * 20))
    names = {
        fault.code for fault in check_lyrics(crowded, limits=CARD.limits, duration_s=31.0).faults
    }
    assert {"too-many-lines", "crowded"} <= names and "no-intro" not in names


def test_every_option_has_a_default():
    assert Options().models() == ("xl", "2b") and Options(model="2b").models() == ("2b",)


def header_of(path, weights: int) -> None:
    """A file that says it holds so many weights, as far as its header goes."""
    header = json.dumps(
        {"w": {"dtype": "BF16", "shape": [weights], "data_offsets": [0, 2 * weights]}}
    )
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode())


def test_too_little_memory_is_said_with_a_way_out(models):
    from songsmith.engine.acestep.placing import place
    from songsmith.engine.weights.store import Store

    header_of(models / "ace-step-turbo/transformer/diffusion_pytorch_model.safetensors", 10**13)
    with pytest.raises(EngineError, match=r"needs 20,?\d* ?\S* of memory; cpu has") as caught:
        place(Options(device="cpu"), Store(models), 2_500)
    assert "try a shorter song" in str(caught.value)


def test_a_cpu_with_enough_memory_works_in_float32_and_else_in_bfloat16(models):
    from songsmith.engine.acestep.placing import place
    from songsmith.engine.device_limits import room_bytes
    from songsmith.engine.weights.store import Store

    options, store = Options(device="cpu"), Store(models)
    assert place(options, store, 2_500).dtype_name == "float32"
    path = models / "ace-step-turbo/transformer/diffusion_pytorch_model.safetensors"
    header_of(path, int(room_bytes("cpu") * 0.3))
    assert place(options, store, 2_500).dtype_name == "bfloat16"


@pytest.mark.parametrize("option", ["style_audio", "cover"])
def test_a_reference_that_is_no_sound_is_refused_before_any_time_is_spent(tmp_path, option):
    file = tmp_path / "notes.wav"
    file.write_text("not audio")
    with pytest.raises(AudioError, match="can't be read as sound"):
        make_plan(replace(REQUEST, options={option: str(file)}))
