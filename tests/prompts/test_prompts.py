import re
from importlib.resources import files

import pytest

from songsmith.prompts import PromptError, localized, prompt_names, prompt_version, render

WRITE = "bar beats bpm brief duration fewest firmness intro_from intro_to language last_start most tempo_firmness terms"
REPAIR = "duration faults form"
REWRITE = "count instruction lyrics numbers others slots"
SECTION = "about before count high hint low part rhyme style"
FIELDS = {
    name: set(fields.split())
    for name, fields in {
        "earlier_turns": "turns",
        "engine_keeps_stamps": "engine",
        "engine_places_lines": "engine lines syllables",
        "fenced_tools": "tools",
        "form_json": "",
        "form_rows": "",
        "other_wordings": "wordings",
        "repair_lines": REPAIR,
        "repair_lines_zh": REPAIR,
        "rewrite_again": "count numbers problem",
        "mcp_guide": "takes",
        "rewrite_lines": REWRITE,
        "rewrite_lines_zh": REWRITE,
        "song_state": "state",
        "songwriter": "",
        "songwriter_zh": "",
        "standing_wishes": "wishes",
        "standing_wishes_zh": "wishes",
        "style_terms": "",
        "system": "renders",
        "words_example_1": "",
        "words_example_1_zh": "",
        "words_example_2": "",
        "words_example_2_zh": "",
        "words_first": "",
        "words_first_zh": "",
        "words_parts": "lines",
        "words_parts_zh": "lines",
        "words_section": SECTION,
        "words_section_zh": SECTION,
        "write_lyrics": WRITE,
        "write_lyrics_zh": WRITE,
    }.items()
}


def test_every_prompt_is_known_here():
    assert set(FIELDS) == set(prompt_names())


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_prompt_renders_with_its_fields(name):
    text = render(name, **{field: f"<{field}>" for field in FIELDS[name]})
    assert all(f"<{field}>" in text for field in FIELDS[name])
    assert not re.search(r"\$\w", text)
    assert len(text) > 20
    assert "version:" not in text


def test_what_is_filled_in_is_left_as_it_is():
    assert "cost $tools {x} [y] $$" in render("song_state", state="cost $tools {x} [y] $$")


@pytest.mark.parametrize("name", prompt_names())
def test_prompts_are_plain_and_short_enough_for_a_small_window(name):
    text = (files("songsmith.prompts") / f"{name}.md").read_text(encoding="utf-8")
    assert len(text) < 6_000
    assert max(map(len, text.splitlines())) <= 130
    assert text.endswith("\n")


def test_an_unknown_prompt_or_field_is_an_error_that_names_the_known_ones():
    with pytest.raises(PromptError, match=r"the prompts are .*write_lyrics"):
        render("haiku")
    with pytest.raises(PromptError, match=r"takes \['state'\], not \['mood'\]"):
        render("song_state", mood="blue")


@pytest.mark.parametrize("name", prompt_names())
def test_every_prompt_has_a_version(name):
    assert prompt_version(name) >= 1


def test_chinese_songs_have_prompts_of_their_own():
    assert localized("write_lyrics", "zh") == "write_lyrics_zh"
    assert localized("write_lyrics", "en") == localized("write_lyrics", "") == "write_lyrics"
    assert localized("system", "zh") == "system"


@pytest.mark.parametrize("name", ["write_lyrics", "rewrite_lines", "repair_lines"])
def test_what_changes_comes_last_so_that_providers_can_cache_the_rest(name):
    text = render(name, **{field: f"<{field}>" for field in FIELDS[name]})
    first = min(text.index(f"<{field}>") for field in FIELDS[name] - {"terms", "form"})
    assert first > 0.4 * len(text)
