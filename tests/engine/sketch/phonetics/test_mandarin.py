"""Mandarin in tune and in its voices: what the tones do to the melody, and where the sounds are."""

from itertools import pairwise
from statistics import mean

from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.composing.melody import compose
from songsmith.engine.sketch.phonetics.espeak import speak
from songsmith.engine.sketch.phonetics.hanzi import spelled
from songsmith.engine.sketch.phonetics.syllables import split_syllables
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.voices.speaking import say
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.speech.mandarin import syllable_phones

LINES = (
    "窗外的雨下了一整夜",
    "我把你的信读了又读",
    "今天的天空特别晴朗",
    "等一个不会回来的人",
    "飞机飞过高高的山",
    "我想你也许已经懂",
    "春天的花开了又开",
    "你走了以后好久好久",
)


def tune(seed):
    """(tone, pitch) of every note, in lines."""
    lines = tuple(LyricLine(2.0 + 4.0 * n, text) for n, text in enumerate(LINES))
    lyrics = Lyrics("", "zh", (Section("Verse", lines[:4]), Section("Chorus", lines[4:])))
    score = make_score(lyrics, parse_style("pop ballad"), 36.0, seed=seed, sings=True)
    spoken = {n: say("cmn", line.text) for n, line in enumerate(lines, start=1)}
    syllables = {n: utterance.syllables for n, utterance in spoken.items() if utterance}
    notes = compose(score, syllables, seed=seed, register=(45, 62))
    return [
        [(syllables[line][note.syllable].tone, note.pitch) for note in notes if note.line == line]
        for line in syllables
    ]


def test_the_tune_goes_up_and_down_with_the_tones():
    lines = [line for seed in range(1, 13) for line in tune(seed)]
    pitches = {tone: [p for line in lines for t, p in line if t == tone] for tone in (1, 2, 3, 4)}
    assert mean(pitches[1]) > mean(pitches[2]) > mean(pitches[3])
    assert mean(pitches[1]) - mean(pitches[3]) > 2.5
    into_low = [b[1] - a[1] for line in lines for a, b in pairwise(line) if (a[0], b[0]) == (1, 3)]
    into_high = [b[1] - a[1] for line in lines for a, b in pairwise(line) if (a[0], b[0]) == (3, 1)]
    assert mean(into_low) < -1 and mean(into_high) > 1


def test_tones_leave_a_melody_in_small_steps():
    for seed in (1, 2, 3):
        steps = [abs(b[1] - a[1]) for line in tune(seed) for a, b in pairwise(line)]
        assert mean(steps) < 4
        assert max(steps) <= 12


def test_every_syllable_of_mandarin_is_one_syllable_in_the_voice_of_espeak():
    plain = sorted({reading.rstrip("12345") for reading in syllable_phones()})
    assert len(plain) > 390
    for place in range(0, len(plain), 20):
        wanted = [f"{syllable}4" for syllable in plain[place : place + 20]]
        speech = speak(spelled(" ".join(wanted)), "cmn-latn-pinyin", is_spelled=True)
        found = split_syllables(speech, "")
        assert len(found) == len(wanted), wanted
        assert len({s.nucleus.word for s in found}) == len(wanted), wanted


def test_b_and_p_are_told_apart_by_the_voice():
    onsets = {
        text: utterance.syllables[0].onset[0].symbol
        for text in ("爸", "怕", "弟", "题", "姐", "且", "这", "车")
        if (utterance := say("cmn", text))
    }
    assert [onsets[text] for text in ("爸", "弟", "姐", "这")] == ["b", "d", "dʒ", "dʒ"]
    assert all(onsets[text].endswith("h") for text in ("怕", "题", "且", "车"))


def test_what_espeak_would_read_in_english_is_read_in_chinese():
    utterance = say("cmn+m7", "穷人兄弟，嗯")
    assert utterance is not None
    assert [s.text for s in utterance.syllables] == list("穷人兄弟嗯")
    assert [s.tone for s in utterance.syllables][:4] == [2, 2, 1, 4]
