import json
from collections import defaultdict
from pathlib import Path

import pytest

from songsmith.agent.writers.offline import WriterError
from songsmith.agent.writers.offline.fit import fit_of, key_words
from songsmith.agent.writers.offline.writer import compose

BRIEFS = json.loads((Path(__file__).parent / "data" / "briefs.json").read_text(encoding="utf-8"))


def song_of(brief, seed=1):
    song = compose(brief, duration_s=95, seed=seed)
    return song, [line for part in song.draft.sections for line in part.lines]


@pytest.mark.parametrize("row", BRIEFS, ids=lambda row: row["brief"])
def test_a_song_sings_what_its_brief_is_about_or_says_that_it_can_not(row):
    song, lines = song_of(row["brief"])
    text = " ".join([song.draft.title, *lines]).casefold()
    is_met = any(word.casefold() in text for word in row["any_of"])
    assert is_met or any("an LLM would do better" in note for note in song.notes)


def test_most_briefs_are_met_and_few_lines_are_shared_between_them():
    sung = defaultdict(set)
    met = 0
    for row in BRIEFS:
        song, lines = song_of(row["brief"])
        text = " ".join([song.draft.title, *lines]).casefold()
        met += any(word.casefold() in text for word in row["any_of"])
        for line in lines:
            sung[line].add(row["brief"])
    assert met >= 34
    assert sum(len(briefs) > 1 for briefs in sung.values()) < 0.1 * len(sung)


def test_the_kind_of_music_is_no_topic():
    for seed in range(6):
        song, _ = song_of("a rock anthem about miners coming home", seed)
        assert "rock" not in song.draft.title.lower()


def test_key_words_are_what_the_song_is_about():
    assert key_words("a sad folk song about the last bus in the rain", "en") == ("bus", "rain")
    assert set(key_words("写一首关于奶奶的毛衣的民谣", "zh")) >= {"奶奶", "毛衣"}
    fit = fit_of(("miners", "home", "moon"), "Let the miners come", "They walk home")
    assert (fit.in_hook, fit.sung, fit.missing) == (("miners",), ("miners", "home"), ("moon",))


def test_a_brief_in_another_language_is_not_answered_in_english():
    with pytest.raises(WriterError, match=r"looks Spanish.*--language en"):
        compose("una canción triste sobre el mar y mi abuela", seed=1)
    assert compose("una canción triste sobre el mar", language="en", seed=1).draft.sections
