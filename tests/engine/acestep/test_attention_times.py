"""Times read from attention: the way through a map that is known, and the mechanics on the tiny weights."""

from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.acestep.engine import AceStepEngine
from songsmith.engine.acestep.plan import make_plan
from songsmith.engine.engine import RenderRequest
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

WORDS = Lyrics(
    language="en",
    sections=(
        Section("Verse", (LyricLine(1, "I kept your chair"), LyricLine(4, "I kept your glass"))),
    ),
)
REQUEST = RenderRequest(WORDS, "slow jazz", 10.0, (21,), options={"steps": 2})
HEADS = {0: (1,), 1: (0, 2)}


def test_tokens_are_where_they_are_attended_to_most_and_pauses_are_nobodys():
    from songsmith.engine.acestep.attention_times import TokenTime, token_times

    attention = np.full((40, 3), -0.1)
    attention[5:8, 0] = attention[8:14, 1] = attention[30:33, 2] = 3.0
    assert token_times(attention) == [TokenTime(5, 8), TokenTime(8, 14), TokenTime(30, 33)]


def test_the_heads_are_known_for_published_sizes_and_no_others(models):
    engine = AceStepEngine()
    (take,) = engine.render(REQUEST, lambda progress: None)
    assert engine.sung_times(take, REQUEST) is None


def test_lines_and_words_get_times_in_their_order_and_the_model_is_left_as_it_was(models):
    from songsmith.engine.acestep.line_times import times_by_attention
    from songsmith.engine.acestep.rendering import kept_latents

    engine = AceStepEngine()
    (take,) = engine.render(REQUEST, lambda progress: None)
    resident, plan = engine._resident, make_plan(REQUEST)
    latents, _ = kept_latents(take, plan)
    assert resident is not None and resident._models is not None and latents is not None
    loaded = resident._models[1]
    times = times_by_attention(resident, loaded, plan, WORDS, latents, HEADS)
    assert times is not None and times.found_by == "engine"
    stamps = [stamp.start_s for line in times.lines for stamp in line.words]
    assert len(stamps) == 8 and stamps == sorted(stamps) and 0 <= stamps[0] <= stamps[-1] <= 10
    assert [stamp.offset for stamp in times.lines[0].words] == [0, 2, 7, 12]
    (again,) = engine.render(replace(REQUEST), lambda progress: None)
    assert np.array_equal(take.audio, again.audio)
