from dataclasses import replace

import numpy as np
import pytest

from songsmith.engine.card import EngineCard
from songsmith.engine.engine import (
    EngineError,
    RenderRequest,
    Span,
    Take,
    all_parts,
    engine_card,
    engine_names,
    find_part,
)
from songsmith.engine.requests import check_request, parse_options
from songsmith.engine.sketch.options import SketchOptions
from songsmith.lyrics.limits import SingingLimits
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

CARD = EngineCard(
    name="toy",
    title="",
    limits=SingingLimits(languages=("en", "zh"), min_duration_s=5.0, max_duration_s=60.0),
    options=SketchOptions,
    shortest_span_s=0.5,
)
WORDS = Lyrics(language="zh-CN", sections=(Section("", (LyricLine(1.0, "一二三"),)),))
PARENT = Take(np.zeros((2, 441_000), np.float32), 1, "toy")
REQUEST = RenderRequest(WORDS, "folk", 10.0, (1,))
PART = replace(REQUEST, spans=(Span(1.0, 2.0),), parent=PARENT)


@pytest.mark.parametrize("request_", [REQUEST, PART], ids=["song", "part"])
def test_what_the_card_allows_passes(request_):
    check_request(CARD, request_)


@pytest.mark.parametrize(
    ("card", "request_", "words"),
    [
        (CARD, replace(REQUEST, duration_s=4.0), "can't make a song of 4 s; ask for 5 to 60 s"),
        (CARD, replace(REQUEST, duration_s=float("nan")), "can't make a song of nan s"),
        (CARD, replace(REQUEST, seeds=()), "no seed"),
        (CARD, replace(REQUEST, lyrics=replace(WORDS, language="fr")), "it sings en, zh"),
        (CARD, replace(PART, parent=None), "only in a take"),
        (CARD, replace(PART, spans=()), "a take only in spans"),
        (CARD, replace(PART, spans=(Span(12.0, 13.0),)), "the song ends at 10.00 s"),
        (CARD, replace(PART, spans=(Span(1.0, 1.2),)), "too short for the toy engine"),
        (replace(CARD, can_remake=False), PART, "can't sing a part of a song again"),
    ],
)
def test_what_the_card_rules_out_is_one_line(card, request_, words):
    with pytest.raises(EngineError, match=words) as caught:
        check_request(card, request_)
    assert "\n" not in str(caught.value)


def test_options_given_as_words_become_what_they_are():
    options = parse_options(SketchOptions, "toy", {"bpm": "92", "stems": "yes"})
    assert (options.bpm, options.stems) == (92.0, True)
    with pytest.raises(EngineError, match="the toy engine has no option 'tempo'; it has voice"):
        parse_options(SketchOptions, "toy", {"tempo": 3})


def test_every_option_of_every_engine_says_what_it_does():
    for name in engine_names():
        fields = engine_card(name).options.model_fields
        assert fields and all(field.description for field in fields.values()), name


def test_a_published_part_belongs_to_one_engine_and_is_found_by_its_name():
    names = [part.name for parts in all_parts().values() for part in parts]
    assert len(names) == len(set(names))
    assert all(find_part(name) is not None for name in names)
    voice = find_part("voice-de_DE-thorsten-medium")
    assert voice is not None and voice.files[0].repo == "rhasspy/piper-voices"
    assert find_part("voice-nobody") is None
