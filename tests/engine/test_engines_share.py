"""What holds for every engine."""

import shutil
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from songsmith.engine.audio import CROSSFADE_S, quantise
from songsmith.engine.engine import (
    Cancelled,
    Engine,
    EngineError,
    Progress,
    RenderRequest,
    Span,
    Take,
    engine_names,
    load_engine,
)
from songsmith.engine.units import sample_at
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from tests.engine.tiny_acestep import write_acestep

LYRICS = Lyrics(
    title="Chair",
    language="en",
    sections=(
        Section(
            "verse",
            (
                LyricLine(1.0, "I kept your chair beside the band"),
                LyricLine(4.0, "I kept your glass, I kept your hand"),
                LyricLine(7.0, "and no one came to understand"),
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Singer:
    """An engine with a small request, and the take it gives for it."""

    engine: Engine
    request: RenderRequest
    parent: Take


def ignore(progress: Progress) -> None: ...


@pytest.fixture(scope="module", params=engine_names())
def singer(request, tiny_weights, tmp_path_factory):
    choices: dict[str, dict[str, Any]] = {
        "diffrhythm": {"variant": "full", "steps": 3},
        "ace-step": {"steps": 3},
        "sketch": {},
    }
    options = choices[request.param]
    with pytest.MonkeyPatch.context() as patch:
        models = tmp_path_factory.mktemp("folder") / "models"
        shutil.copytree(tiny_weights, models)
        if request.param == "ace-step":
            pytest.importorskip("diffusers")
            write_acestep(models)
        patch.setenv("SONGSMITH_MODELS", str(models))
        engine = load_engine(request.param)
        order = RenderRequest(
            lyrics=LYRICS, style="slow jazz", duration_s=11.0, seeds=(21,), options=options
        )
        yield Singer(engine, order, next(iter(engine.render(order, ignore))))


def again(singer: Singer, *spans: Span, **changes: Any) -> Take:
    """The parent with `spans` made anew by another seed."""
    request = replace(singer.request, parent=singer.parent, spans=spans, seeds=(77,), **changes)
    (take,) = singer.engine.render(request, ignore)
    return take


def samples_in(take: Take, *spans: Span) -> np.ndarray:
    """Which samples lie in any of `spans`."""
    inside = np.zeros(take.audio.shape[1], dtype=bool)
    for span in spans:
        inside[sample_at(span.start_s) : sample_at(span.end_s)] = True
    return inside


def test_a_take_is_as_long_as_asked_and_holds_what_a_file_can(singer):
    audio = singer.parent.audio
    assert audio.shape == (2, sample_at(singer.request.duration_s))
    assert audio.dtype == np.float32
    assert np.array_equal(quantise(audio), audio)
    assert np.abs(audio).max() > 0.01


def test_the_same_request_gives_the_same_samples(singer):
    (take,) = singer.engine.render(singer.request, ignore)
    assert np.array_equal(take.audio, singer.parent.audio)


@pytest.mark.parametrize(
    "spans",
    [
        (Span(3.5, 6.5),),
        (Span(0.0, 2.0),),
        (Span(9.0, 11.0),),
        (Span(1.0, 2.5), Span(4.0, 5.0), Span(8.0, 9.25)),
    ],
    ids=["middle", "start", "end", "three"],
)
def test_only_the_spans_differ_from_the_parent(singer, spans):
    take = again(singer, *spans)
    inside = samples_in(take, *spans)
    assert np.array_equal(take.audio[:, ~inside], singer.parent.audio[:, ~inside])
    for span in spans:
        heart = samples_in(take, Span(span.start_s + CROSSFADE_S, span.end_s - CROSSFADE_S))
        assert not np.array_equal(take.audio[:, heart], singer.parent.audio[:, heart])


def test_a_span_can_be_made_again_within_a_take_made_so(singer):
    first = again(singer, Span(3.5, 6.5))
    second = again(replace(singer, parent=first), Span(7.0, 8.0))
    inside = samples_in(second, Span(7.0, 8.0))
    assert np.array_equal(second.audio[:, ~inside], first.audio[:, ~inside])


def test_a_take_is_the_same_alone_and_among_others(singer):
    takes = list(singer.engine.render(replace(singer.request, seeds=(5, 21, 6)), ignore))
    assert [take.seed for take in takes] == [5, 21, 6]
    assert np.array_equal(takes[1].audio, singer.parent.audio)
    assert not np.array_equal(takes[0].audio, takes[2].audio)


def test_stopping_passes_through_and_leaves_the_takes_before(singer):
    def stop(progress: Progress) -> None:
        if progress.take == 2:
            raise Cancelled("stopped by the person")

    takes = singer.engine.render(replace(singer.request, seeds=(21, 22)), stop)
    assert np.array_equal(next(takes).audio, singer.parent.audio)
    with pytest.raises(Cancelled, match="stopped by the person"):
        next(takes)


def test_progress_counts_takes_and_never_goes_past_its_total(singer):
    seen: list[Progress] = []
    list(singer.engine.render(replace(singer.request, seeds=(1, 2)), seen.append))
    assert {progress.takes for progress in seen} == {2}
    assert {progress.take for progress in seen} == {1, 2}
    assert all(0 <= progress.done <= progress.total for progress in seen)


def test_a_lyric_without_lines_is_an_instrumental(singer):
    (take,) = singer.engine.render(replace(singer.request, lyrics=Lyrics(title="Air")), ignore)
    assert np.abs(take.audio).max() > 0.01
    assert not np.array_equal(take.audio, singer.parent.audio)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": {"no_such_thing": 1}}, "no option 'no_such_thing'"),
        ({"duration_s": 10_000.0}, "10000 s"),
        ({"seeds": ()}, "take|seed"),
        ({"spans": (Span(1.0, 2.0),)}, "take|parent"),
    ],
)
def test_what_can_not_be_done_is_one_line_at_forecast_and_at_render(singer, changes, said):
    request = replace(singer.request, **changes)
    for ask in (singer.engine.forecast, lambda order: list(singer.engine.render(order, ignore))):
        with pytest.raises(EngineError, match=said) as caught:
            ask(request)
        assert "\n" not in str(caught.value)


def test_the_forecast_has_words_and_a_time(singer):
    forecast = singer.engine.forecast(singer.request)
    assert "jazz" in forecast.style
    assert forecast.wall_s > 0 and forecast.memory_bytes > 0
