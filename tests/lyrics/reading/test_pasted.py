import pytest

from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.reading.pasted import unwrapped


def words(text: str) -> list[str]:
    return [
        line if isinstance(line, str) else line.text
        for section in parse_lyrics(text).lyrics.sections
        for line in section.lines
    ]


def stamped(text: str) -> list[tuple[float, str]]:
    lyrics = parse_lyrics(text).lyrics
    assert isinstance(lyrics, Lyrics)
    return [(line.start_s, line.text) for line in lyrics.lines]


@pytest.mark.parametrize(
    "line",
    ["> [00:10.00] la", "- [00:10.00] la", "* [00:10.00] la", "• [00:10.00] la", "3. [00:10.00] la", "3) [00:10.00] la",
     "**[00:10.00]** la", "`[00:10.00]` la", "> - [00:10.00] la", "1. 【00：10．00】la", "- <00:10.00>la"],
)  # fmt: skip
def test_what_a_chat_puts_before_a_stamp_is_not_sung(line):
    assert stamped(line) == [(10.0, "la")]


def test_a_song_copied_from_a_chat_has_its_labels_and_none_of_its_marks():
    text = "## **Verse 1**\n\nRain on the window\\\nRain on the door\\\n\n**Chorus**\n\n> Let it fall\n> Let it go\n"
    draft = parse_lyrics(text).lyrics
    assert isinstance(draft, Draft)
    assert [(section.label, section.lines) for section in draft.sections] == [
        ("Verse 1", ("Rain on the window", "Rain on the door")), ("Chorus", ("Let it fall", "Let it go")),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["{}. {}", "{}) {}", "{}、{}", "{} {}", "{}: {}"])
def test_numbers_that_count_the_lines_are_not_sung(form):
    lines = ["one more night", "ten more miles", "go home", "go now"] * 2
    text = "\n".join(form.format(number, line) for number, line in enumerate(lines, 1))
    assert words(text) == lines


def test_numbers_may_begin_anew_in_each_verse():
    text = "[Verse]\n1. one\n2. two\n\n[Chorus]\n1. three\n2. four"
    assert words(text) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    "text",
    ["99 bottles\n98 bottles\n97 bottles", "1 for the money\n2 for the show\n3 to get ready",
     "1 love\nlet us go\n2 hearts\nlet us stay", "1. one\n2. two",
     "- Who is there?\n- Nobody\nThe door stays shut\nThe light goes out"],
)  # fmt: skip
def test_numbers_and_dashes_that_count_nothing_stay_words(text):
    assert words(text) == text.split("\n")


def test_the_bullets_of_a_list_are_not_sung():
    assert words("- one\n- two\n- three") == ["one", "two", "three"]


def test_a_table_of_times_and_words_is_read_by_its_rows():
    rows = "| Time | Lyric |\n|---|:---|\n| 0:10 | Hello there |\n| 0:14 | Again |\n| 0:18 | Bye |"
    assert stamped(rows) == [(10.0, "Hello there"), (14.0, "Again"), (18.0, "Bye")]


@pytest.mark.parametrize(
    "line",
    ["[00:10.00]> la\\", "[00:10.00]1. la", r"[00:10.00]la\ la", "[Verse]", "【副歌】", "{soc}"],
)
def test_lines_that_begin_with_a_bracket_are_never_touched(line):
    assert unwrapped([line] * 3) == [line] * 3


def test_there_are_as_many_lines_as_before_so_that_faults_name_the_right_one():
    parsed = parse_lyrics("> [00:10.00] one\n>\n> [00:99.00] two")
    assert [(fault.code, fault.source_line) for fault in parsed.faults] == [("bad-stamp", 3)]
