from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import Chord, Draft, DraftSection, Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.timing import natural_duration_s, retime, stamp_draft

WORDS = """\
[Verse 1]
The ferry leaves without a sound
A dog is barking at the rain
I count the money that I found
And spend it all on one more train
[Chorus]
Carry me over, carry me slow
There is a light that I used to know
Carry me over
Carry me home
[Interlude]
[Verse 2]
The city wakes in blue and grey
A paper sleeps against the door
I had so many things to say
I do not have them any more
"""
CHINESE = "[主歌]\n夜里的灯还亮着\n我在码头等一艘船\n[副歌]\n风把你的名字吹远\n海水不肯还\n"


def draft(text: str = WORDS) -> Draft:
    parsed = parse_lyrics(text).lyrics
    assert isinstance(parsed, Draft)
    return parsed


def starts(lyrics: Lyrics) -> list[float]:
    return [line.start_s for line in lyrics.lines]


@pytest.mark.parametrize("bpm", [60.0, 72.0, 90.0, 128.0, 174.0])
@pytest.mark.parametrize("text", [WORDS, CHINESE])
def test_at_its_natural_length_every_line_lands_on_a_bar_and_sings_well(bpm, text):
    lyrics = stamp_draft(draft(text), duration_s=None, bpm=bpm)
    bar_s = 240 / bpm
    half_bars = [start_s / (bar_s / 2) for start_s in starts(lyrics)]
    assert half_bars == pytest.approx([round(place) for place in half_bars], abs=1e-2)
    report = check_lyrics(lyrics, duration_s=natural_duration_s(draft(text), bpm=bpm))
    assert [fault.code for fault in report.faults] == []


@pytest.mark.parametrize("duration_s", [75, 95, 140, 285])
def test_a_given_length_leaves_room_for_intro_breaks_and_ending(duration_s):
    lyrics = stamp_draft(draft(), duration_s=duration_s)
    at_s = starts(lyrics)
    assert all(gap > 0 for gap in (b - a for a, b in pairwise(at_s)))
    assert 2.5 <= at_s[0] <= 18
    chorus_to_verse_s = at_s[8] - at_s[7]
    within_verse_s = max(b - a for a, b in pairwise(at_s[:4]))
    assert chorus_to_verse_s > within_verse_s + 2
    assert duration_s - at_s[-1] > 3
    report = check_lyrics(lyrics, duration_s=duration_s)
    assert not [fault for fault in report.faults if fault.severity != "note"]


def test_what_hardly_fits_is_sung_fast_but_sung():
    lyrics = stamp_draft(draft(), duration_s=32)
    report = check_lyrics(lyrics, duration_s=32)
    assert not report.has_errors
    assert max(line.tokens_per_s for line in report.lines) <= 11.5


def test_what_cannot_fit_still_gets_rising_stamps_and_check_says_so():
    lyrics = stamp_draft(draft(), duration_s=10)
    assert all(a < b for a, b in pairwise(starts(lyrics)))
    assert max(starts(lyrics)) < 10
    assert check_lyrics(lyrics, duration_s=10).has_errors


def test_the_intro_asked_for_is_kept_to_the_nearest_bar():
    lyrics = stamp_draft(draft(), duration_s=95, bpm=120, intro_s=7.2)
    assert lyrics.lines[0].start_s == 8.0
    assert stamp_draft(draft(), duration_s=95, intro_s=0).lines[0].start_s == 0.0


def test_three_beats_make_a_bar_in_a_waltz():
    lyrics = stamp_draft(draft(), duration_s=None, bpm=120, beats_per_bar=3)
    assert [start_s % 1.5 for start_s in starts(lyrics)] == pytest.approx([0] * 12)


def test_sections_labels_chords_and_source_lines_come_along():
    words = Draft(
        "Title",
        "en",
        (DraftSection("Verse", ("One two three", "four"), (3, 4), ((Chord(0, "Am"),), ())),),
        (("ar", "Me"),),
    )
    lyrics = stamp_draft(words, duration_s=40)
    assert (lyrics.title, lyrics.language, lyrics.tags) == ("Title", "en", (("ar", "Me"),))
    assert lyrics.lines[0].chords == ((0, "Am"),)
    assert [line.source_line for line in lyrics.lines] == [3, 4]
    assert [section.label for section in lyrics.sections] == ["Verse"]


def test_a_draft_without_lines_is_an_instrumental():
    lyrics = stamp_draft(draft("[Intro]\n[Solo]"), duration_s=30)
    assert [section.label for section in lyrics.sections] == ["Intro", "Solo"]
    assert lyrics.lines == ()


def test_the_natural_length_of_stamped_lyrics_lets_the_last_line_end():
    lyrics = parse_lyrics("[00:10.00]la la\n[01:00.00]The ferry leaves without a sound").lyrics
    assert isinstance(lyrics, Lyrics)
    duration_s = natural_duration_s(lyrics)
    assert 65 < duration_s < 75
    assert not check_lyrics(lyrics, duration_s=duration_s).has_errors


def test_retiming_keeps_the_lines_it_is_told_to_and_stays_in_order():
    lyrics = stamp_draft(draft(), duration_s=95, bpm=92)
    again = retime(lyrics, duration_s=110, bpm=80, keep={1, 6, 7})
    for number in (1, 6, 7):
        assert again.lines[number - 1] == lyrics.lines[number - 1]
    assert all(a < b for a, b in pairwise(starts(again)))
    assert starts(again) != starts(lyrics)
    assert not check_lyrics(again, duration_s=110).has_errors


def test_retiming_all_lines_is_stamping_them_anew():
    lyrics = stamp_draft(draft(), duration_s=95, bpm=92)
    assert retime(lyrics, duration_s=95, bpm=92) == lyrics


def test_retiming_one_line_among_fixed_ones_gives_it_a_place_between():
    lyrics = parse_lyrics(
        "[00:10.00]The ferry leaves without a sound\n[00:10.40]A dog is barking\n[00:20.00]Home again"
    ).lyrics
    assert isinstance(lyrics, Lyrics)
    again = retime(lyrics, duration_s=60, bpm=90, keep={1, 3})
    assert 13 < again.lines[1].start_s < 18


def test_lines_that_move_lose_word_stamps_of_the_old_time():
    lyrics = parse_lyrics("[00:10.00]<00:10.00>One <00:10.50>two\n[00:11.00]").lyrics
    assert isinstance(lyrics, Lyrics)
    moved = retime(lyrics, duration_s=60, bpm=90).lines[0]
    assert (moved.word_stamps, moved.hold_s) == ((), None)


LINES = st.lists(st.text("ab 后来\n1♪é사", min_size=1, max_size=60), max_size=25)


@settings(max_examples=60, deadline=None)
@given(
    LINES,
    st.floats(5, 300),
    st.floats(40, 220),
    st.sampled_from([3, 4]),
    st.sets(st.integers(1, 9)),
)
def test_stamps_always_rise_and_stay_within_the_song(lines, duration_s, bpm, beats_per_bar, keep):
    words = draft("\n".join(lines))
    lyrics = stamp_draft(words, duration_s=duration_s, bpm=bpm, beats_per_bar=beats_per_bar)
    again = retime(lyrics, duration_s=duration_s, bpm=bpm + 7, keep=keep)
    for stamped in (lyrics, again):
        assert all(a < b for a, b in pairwise(starts(stamped)))
        assert all(0 <= start_s < duration_s for start_s in starts(stamped))
