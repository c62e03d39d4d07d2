"""Lyrics told from what is none, by shape; real lyrics stay."""

import pytest

from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.offline_writer import OfflineWriter
from songsmith.agent.writers.replies.section_words import read_section
from songsmith.agent.writers.replies.shape import (
    is_about_the_task,
    is_prose,
    loop_start,
    prose_share,
    repeats_itself,
)


@pytest.mark.parametrize(
    "line",
    [
        "The song is all about writing lyrics.",
        "I hope this helps you to find your own way",
        "As an AI language model I can't sing",
        "Make sure that each line has about eight syllables before you go on",
        "The verse should describe the station at midnight with its lamps",
        "Here are the lyrics you asked for",
        "Let me know if you want changes",
        "副歌应该表达思念",
        "以下是一首歌",
    ],
)
def test_words_about_the_task_are_told(line):
    assert is_about_the_task(line)


@pytest.mark.parametrize(
    "line",
    [
        "I'm sorry I left you there", "This song is for you", "Here's a song for the lonely", "Please let me go",
        "I feel free tonight", "You can try to run", "The song is over", "Remember to breathe",
        "Let me know you're near",
        "My message is a paper plane", "The line is long, the night is cold", "我希望你回来", "这首歌唱给你听",
        "Sing me a verse of your own",
    ],
)  # fmt: skip
def test_what_is_sung_is_no_talk(line):
    assert not is_about_the_task(line)
    assert not is_prose(line)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_none_of_the_offline_writers_songs_is_taken_for_prose_or_a_loop(language):
    prompts = (
        ("a night train", "my dog", "rain") if language == "en" else ("夜里的火车", "外婆", "雨")
    )
    for prompt in prompts:
        brief = Brief(prompt=prompt, language=language, duration_s=180, seed=2)
        lyrics = OfflineWriter().write(brief, lambda text: None).lyrics
        texts = [line.text for line in lyrics.lines]
        assert prose_share(texts) == 0.0
        assert loop_start(texts) is None
        assert not any(map(repeats_itself, texts))


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        (["Hallelujah"] * 5, None),
        (["Hallelujah"] * 6, 2),
        (["a", "b", "c", "d"] * 3, None),
        (["a", "b", "c", "d"] * 4, 8),
        (["verse", *["La la", "Hey"] * 9], 5),
        (["Na na na", "na Na na!", "na, na, na", "Na na na", "Na na na", "na na na"], 2),
        ([], None),
    ],
)
def test_a_loop_is_told_from_a_refrain(lines, start):
    assert loop_start(lines) == start


TWO = ["The kettle sings to no one", "The window rattles low"]


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("1. The kettle sings to no one (7)\n2) The window rattles low", TWO),
        ("**The kettle sings to no one**\n[00:10.00] The window rattles low 🎵", TWO),
        ('["The kettle sings to no one", "The window rattles low"]', TWO),
        (
            '{"lines": [{"text": "The kettle sings to no one"}, {"text": "The window rattles low"}]}',
            TWO,
        ),
        ("The kettle sings to no one / The window rattles low", TWO),
        ("[Verse 1]\nSure, here are the lyrics:\nThe kettle sings to no one", TWO[:1]),
        ("The kettle sings to no one\nThe kettle sings to no one", TWO[:1]),
        ("La bouilloire chante pour personne\nLa fenêtre tremble dans le vent du soir", []),
    ],
)
def test_a_section_is_read_out_of_whatever_comes(reply, found):
    assert read_section(reply, 4, (6, 9), "en") == found


def test_a_long_sentence_is_parted_where_it_pauses_and_no_word_is_lost():
    reply = "The kettle sings to no one in the hall, and the window rattles low while I am gone"
    lines = read_section(reply, 4, (6, 9), "en")
    assert len(lines) >= 2
    assert " ".join(lines) == reply.replace(",", "")
