import hashlib
import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.lyrics.frames import (
    BASE_FRAMES,
    FULL_FRAMES,
    Layout,
    end_frame_of,
    frame_at,
    lay_out,
)
from songsmith.lyrics.speech.phonemes import PhonemeLine, phonemize_lines

DATA = Path(__file__).parent / "data"
GOLDEN = json.loads((DATA / "layouts.json").read_text("utf-8"))["layouts"]


def stamped_lines(text: str) -> list[tuple[float, str]]:
    matches = re.findall(r"^\[(\d+):(\d+\.\d+)\](.*)$", text, re.MULTILINE)
    return [(int(minutes) * 60 + float(seconds), words) for minutes, seconds, words in matches]


def golden_lines(golden: dict[str, Any]) -> list[tuple[float, str]]:
    if "parsed" in golden:
        return [(start_s, words) for start_s, words in golden["parsed"]]
    return stamped_lines((DATA / golden["file"]).read_text("utf-8"))


def laid(golden: dict[str, Any], stamped: list[tuple[float, str]]) -> Layout:
    return lay_out(
        [start_s for start_s, _ in stamped],
        phonemize_lines([words for _, words in stamped]),
        duration_s=golden["audio_length_s"],
        variant="base" if golden["max_frames"] == BASE_FRAMES else "full",
    )


def golden_tokens(golden: dict[str, Any]) -> tuple[int, ...]:
    if "tokens" in golden:
        return tuple(golden["tokens"])
    tokens = [0] * golden["end_frame"]
    for frame, token in golden["nonzero"]:
        tokens[frame] = token
    return tuple(tokens)


def sung_by_the_published_tool(
    golden: dict[str, Any], stamped: list[tuple[float, str]]
) -> list[tuple[float, str]]:
    """The published tool drops the last line that starts in time from every base song."""
    if golden["max_frames"] != BASE_FRAMES:
        return stamped
    in_time = [line for line in stamped if frame_at(line[0]) < BASE_FRAMES]
    return in_time[:-1]


@pytest.mark.parametrize(
    "golden",
    GOLDEN,
    ids=lambda golden: f"{golden.get('file', golden.get('name'))} {golden['audio_length_s']} s",
)
def test_golden_songs_are_laid_out_frame_for_frame(golden):
    layout = laid(golden, sung_by_the_published_tool(golden, golden_lines(golden)))

    assert layout.end_frame == golden["end_frame"]
    assert layout.tokens[: layout.end_frame] == golden_tokens(golden)
    assert not any(layout.tokens[layout.end_frame :])
    assert len(layout.tokens) == layout.max_frames == golden["max_frames"]
    if "sha256_int32_le" in golden:
        packed = struct.pack(f"<{layout.end_frame}i", *layout.tokens[: layout.end_frame])
        assert hashlib.sha256(packed).hexdigest() == golden["sha256_int32_le"]


@pytest.mark.parametrize(
    ("name", "kept"), [("eg_en.lrc", True), ("edit_en.lrc", True), ("nightclub.lrc", False)]
)
def test_the_last_line_of_a_base_song_is_kept_if_it_ends_in_time_and_nothing_else_differs(
    name, kept
):
    (golden,) = [g for g in GOLDEN if g.get("file") == name and g["max_frames"] == BASE_FRAMES]
    stamped = golden_lines(golden)
    layout = laid(golden, stamped)
    published = sung_by_the_published_tool(golden, stamped)
    last = layout.lines[len(published)]

    expected = list(laid(golden, published).tokens)
    if kept:
        expected[last.first_frame : last.end_frame] = last.tokens
    assert last.is_sung is kept
    assert last.cut_tokens == (0 if kept else len(last.tokens))
    assert layout.tokens == tuple(expected)


def line_of(count: int, token: int = 5) -> PhonemeLine:
    return PhonemeLine("x", ("_",) * count, (token,) * count, (), frozenset({"en"}))


def test_a_line_starts_at_its_frame_and_ends_with_a_period():
    layout = lay_out([10.0], [line_of(3)], duration_s=95, variant="base")

    (line,) = layout.lines
    assert (line.line, line.asked_frame, line.first_frame, line.end_frame) == (1, 215, 215, 219)
    assert layout.tokens[214:220] == (0, 5, 5, 5, 2, 0)


def test_inner_periods_become_commas():
    layout = lay_out([0.0], [line_of(2, token=2)], duration_s=95, variant="base")

    assert layout.lines[0].tokens == (1, 1, 2)


def test_a_line_is_pushed_back_by_the_one_before_it():
    layout = lay_out([0.0, 0.1], [line_of(9), line_of(2)], duration_s=95, variant="base")

    second = layout.lines[1]
    assert (second.asked_frame, second.first_frame, second.end_frame) == (2, 10, 13)


def test_a_line_over_the_end_is_cut_and_one_past_it_is_not_sung():
    layout = lay_out([95.0, 95.5], [line_of(9), line_of(2)], duration_s=96, variant="full")

    first, second = layout.lines
    assert layout.end_frame == 2067
    assert (first.first_frame, first.end_frame, first.is_sung, first.cut_tokens) == (
        2045,
        2055,
        True,
        0,
    )
    assert (second.first_frame, second.end_frame, second.cut_tokens) == (2056, 2059, 0)

    late = lay_out([95.8, 96.5], [line_of(9), line_of(2)], duration_s=96, variant="full").lines
    assert [(line.is_sung, line.cut_tokens) for line in late] == [(True, 5), (False, 3)]


def test_a_line_with_nothing_to_sing_takes_no_frames():
    silent = PhonemeLine("♪", (), (), (), frozenset())
    layout = lay_out([0.0, 1.0], [silent, line_of(1)], duration_s=95, variant="base")

    assert layout.lines[0].tokens == ()
    assert not layout.lines[0].is_sung
    assert layout.lines[0].cut_tokens == 0
    assert layout.lines[1].first_frame == 21


@pytest.mark.parametrize(
    ("duration_s", "variant", "end_frame"),
    [
        (95, "base", 2048),
        (95.1, "base", 2048),
        (200, "base", 2048),
        (60, "base", 1291),
        (96, "full", 2067),
        (285, "full", 6136),
        (400, "full", FULL_FRAMES),
        (0, "full", 0),
    ],
)
def test_the_song_ends_within_the_frames_of_its_model(duration_s, variant, end_frame):
    assert end_frame_of(duration_s, variant) == end_frame


def test_every_stamp_needs_its_line():
    with pytest.raises(ValueError, match="zip"):
        lay_out([1.0], [], duration_s=95, variant="base")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 120), st.integers(0, 60)), max_size=12),
    st.floats(1, 120),
    st.sampled_from(["base", "full"]),
)
def test_every_token_is_laid_once_or_counted_as_cut(song, duration_s, variant):
    layout = lay_out(
        [start_s for start_s, _ in song],
        [line_of(count) for _, count in song],
        duration_s=duration_s,
        variant=variant,
    )

    laid_tokens = sum(token != 0 for token in layout.tokens)
    assert laid_tokens == sum(len(line.tokens) - line.cut_tokens for line in layout.lines)
    assert not any(layout.tokens[layout.end_frame :])
    for line in layout.lines:
        assert line.first_frame >= line.asked_frame
        own = layout.tokens[line.first_frame : line.end_frame]
        assert own == line.tokens[: len(line.tokens) - line.cut_tokens]
