from hypothesis import given, settings
from hypothesis import strategies as st

from songsmith.agent.writers.line_fit import faults_by_line, is_better, language_of_lyrics, retimed
from songsmith.agent.writers.tempo import Pulse
from songsmith.lyrics import LyricLine, Lyrics, Section
from songsmith.lyrics.check import check_lyrics

TEXTS = (
    "They polished up the bandstand light",
    "I kept your chair, I kept it right",
    "The drummer said you called at noon",
    "I watched the door, I knew the tune",
    "Play it slow, I'll wait till two",
    "Every note still looks like you",
)


def song(*starts_s: float) -> Lyrics:
    lines = [LyricLine(start_s, text) for start_s, text in zip(starts_s, TEXTS, strict=False)]
    return Lyrics(
        "Chair", "en", (Section("Verse", tuple(lines[:4])), Section("Chorus", tuple(lines[4:])))
    )


GOOD = song(10, 14, 18, 22, 30, 34)


def test_a_good_song_is_left_alone():
    assert retimed(GOOD, 50, Pulse(90, 4)) == (GOOD, [])


def test_crowded_lines_are_set_anew_and_named():
    crowded = song(10, 10.4, 18, 22, 30, 34)
    better, notes = retimed(crowded, 50, Pulse(90, 4))
    assert not faults_by_line(check_lyrics(better, duration_s=50))
    assert [line.text for line in better.lines] == list(TEXTS)
    assert notes[0].startswith("lines that did not fit their time were set anew")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 70), min_size=1, max_size=6), st.sampled_from([20.0, 50.0, 95.0]))
def test_retiming_loses_no_word_and_makes_nothing_worse(starts_s, duration_s):
    before = song(*starts_s)
    after, notes = retimed(before, duration_s, Pulse(90, 4))
    assert sorted(line.text for line in after.lines) == sorted(line.text for line in before.lines)
    assert not is_better(before, after, duration_s)
    assert bool(notes) == (after != before)


def test_faults_of_other_lines_can_be_left_out():
    report = check_lyrics(song(10, 10.4, 18, 18.3, 30, 34), duration_s=50)
    assert set(faults_by_line(report, [1])) == {1}
    assert len(faults_by_line(report)) > 1


def test_the_language_is_that_of_most_words():
    assert language_of_lyrics(GOOD) == "en"
    chinese = Lyrics(sections=(Section("", (LyricLine(10, "末班车慢慢开过来 baby"),)),))
    assert language_of_lyrics(chinese) == "zh"
    assert language_of_lyrics(chinese, "en") == "en"
