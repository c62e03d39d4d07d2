import re
from importlib.resources import files

import pytest

from songsmith.prompts import PromptError, prompt_names, render

FIELDS = {
    "earlier_turns": {"turns"},
    "fenced_tools": {"tools"},
    "repair_lines": {"duration", "faults"},
    "rewrite_again": {"count", "numbers", "problem"},
    "rewrite_lines": {"count", "instruction", "lyrics", "numbers", "slots"},
    "song_state": {"state"},
    "songwriter": set(),
    "system": {"renders"},
    "write_again": set(),
    "write_lyrics": {
        "brief",
        "duration",
        "fewest",
        "firmness",
        "intro_from",
        "intro_to",
        "language",
        "last_start",
        "most",
    },
}


def test_every_prompt_is_known_here():
    assert set(FIELDS) == set(prompt_names())


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_prompt_renders_with_its_fields(name):
    text = render(name, **{field: f"<{field}>" for field in FIELDS[name]})
    assert all(f"<{field}>" in text for field in FIELDS[name])
    assert not re.search(r"\$\w", text)
    assert len(text) > 60


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
