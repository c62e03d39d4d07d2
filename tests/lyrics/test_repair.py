from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section, WordStamp
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics
from songsmith.lyrics.repair import repair_lyrics


def repaired(text: str, duration_s: float = 60) -> tuple[Lyrics, list[str]]:
    lyrics = parse_lyrics(text, as_written=True).lyrics
    assert isinstance(lyrics, Lyrics)
    better, notes = repair_lyrics(lyrics, duration_s=duration_s)
    return better, [note.code for note in notes]


def texts(lyrics: Lyrics) -> list[str]:
    return [line.text for line in lyrics.lines]


def test_labels_among_the_lines_become_labels():
    lyrics, _ = repaired("[00:10.00]Chorus\n[00:11.00]la la\n[00:20.00]Interlude\n[00:30.00]na na")
    assert [(section.label, len(section.lines)) for section in lyrics.sections] == [
        ("Chorus", 1), ("Interlude", 0), ("", 1),
    ]  # fmt: skip


def test_directions_credits_and_ornaments_go_and_each_is_told():
    lyrics, notes = repaired(
        "[00:01.00]作词：某人\n[00:10.00]♪ la la ♪\n[00:14.00]Bye [laughs] bye (softly)\n[00:18.00]♪♪\n[00:22.00](x2)"
    )
    assert texts(lyrics) == ["la la", "Bye bye"]
    assert notes == ["not-sung"] * 5


def test_words_of_other_scripts_echoes_and_numbers_stay():
    text = "[00:10.00]사랑 of 1999 & more\n[00:14.00]Keep on crying (crying)\n[00:18.00](ooh)\n"
    lyrics, notes = repaired(text)
    assert format_lrc(lyrics) == text
    assert notes == []


def test_an_ornament_within_a_word_is_left_to_the_person():
    lyrics, notes = repaired("[00:10.00]*Oh*, f**k 👨‍👩‍👧!\n")
    assert texts(lyrics) == ["Oh, f**k !"]
    assert notes == ["not-sung"]


def test_lines_are_put_in_the_order_of_their_stamps():
    lyrics, notes = repaired("[Verse]\n[00:20.00]two\n[00:10.00]one\n[Chorus]\n[00:15.00]between")
    assert texts(lyrics) == ["one", "between", "two"]
    assert [section.label for section in lyrics.sections] == ["Verse", "Chorus", "Verse"]
    assert notes == ["out-of-order", "out-of-order"]


def test_a_part_without_lines_keeps_its_place_when_lines_move():
    lyrics, _ = repaired(
        "[Intro]\n[Verse]\n[00:20.00]two\n[00:10.00]one\n[Solo]\n[Outro]\n[00:30.00]three"
    )
    assert [section.label for section in lyrics.sections] == ["Intro", "Verse", "Solo", "Outro"]


def test_doubled_stamps_come_apart_by_their_words():
    lyrics, notes = repaired(
        "[00:10.00]Every light along the river\n[00:10.00]is gone\n[00:16.00]la"
    )
    assert 12 < lyrics.lines[1].start_s < 15
    assert notes == ["pushed"]
    assert not check_lyrics(lyrics, duration_s=60).has_errors


def test_a_pushed_line_waits_with_its_word_stamps_if_there_is_room():
    lyrics, _ = repaired(
        "[00:10.00]Every light along the river\n[00:10.50]<00:10.50>is <00:11.00>gone\n[00:16.00]la"
    )
    moved = lyrics.lines[1]
    assert 11 < moved.start_s < 13
    assert moved.word_stamps[1].start_s == round(moved.start_s + 0.5, 3)


def test_what_has_no_room_is_left_for_the_person():
    text = "[00:10.00]Every light along the river\n[00:10.20]is gone and so are you and I\n[00:10.40]la la\n"
    lyrics, notes = repaired(text, duration_s=11)
    assert format_lrc(lyrics) == text
    assert notes == []


def test_chords_and_word_stamps_stay_with_their_words():
    lyrics, _ = repaired("[00:10.00]♪ Bye[laughs][Am]bye <00:12.00>now ♪")
    (line,) = lyrics.lines
    assert line.text == "Bye bye now"
    assert line.chords == ((4, "Am"),)
    assert line.word_stamps == ((8, 12.0),)


def test_notes_count_lines_as_they_were():
    lyrics = parse_lyrics("[00:10.00]la\n[00:14.00]*(x2)*\n[00:18.00]*na*").lyrics
    assert isinstance(lyrics, Lyrics)
    _, notes = repair_lyrics(lyrics, duration_s=60)
    assert [(note.line, note.source_line) for note in notes] == [(2, 2), (3, 3)]


WORDS = st.sampled_from(
    [
        *(
            "Hello",
            "my",
            "dear",
            "[Am]",
            "后来",
            "我们",
            "(softly)",
            "[laughs]",
            "♪",
            "*",
            "Chorus",
        ),
        *(
            "Interlude",
            "(x2)",
            "1999",
            "&",
            "사랑",
            " ",
            " ",
            " ",
            "(ooh)",
            "作词：",
            "😀",
            "👨‍👩‍👧",
        ),
        *("F: ", " x3", "You might also like", "Embed", "Coro", "サビ"),
    ]
)
TEXTS = st.lists(WORDS | WORDS | st.text(max_size=6), min_size=1, max_size=7).map("".join)
SECONDS = st.integers(0, 30_000).map(lambda ms: ms / 1000) | st.integers(0, 30).map(float)
LINES = st.builds(
    LyricLine,
    SECONDS,
    TEXTS,
    word_stamps=st.lists(st.builds(WordStamp, st.integers(0, 30), SECONDS), max_size=2).map(tuple),
    hold_s=st.none() | SECONDS,
)
SECTIONS = st.builds(
    Section, st.sampled_from(["", "Verse", "Interlude"]), st.lists(LINES, max_size=5).map(tuple)
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(SECTIONS, max_size=4).map(tuple), st.sampled_from([10.0, 28.0, 95.0]))
def test_repairing_twice_is_repairing_once_and_makes_no_new_error(sections, duration_s):
    lyrics = Lyrics(sections=sections)
    better, notes = repair_lyrics(lyrics, duration_s=duration_s)
    assert repair_lyrics(better, duration_s=duration_s) == (better, ())
    assert (better == lyrics) == (not notes)
    errors = [
        sum(
            fault.severity == "error" for fault in check_lyrics(words, duration_s=duration_s).faults
        )
        for words in (lyrics, better)
    ]
    assert errors[1] <= errors[0]
