import numpy as np

from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.singing.vocals import sing_plan
from songsmith.engine.sketch.style.style import parse_style
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics


def test_the_second_voice_is_heard_where_the_backing_words_are_and_nowhere_else():
    lyrics = parse_lyrics("[00:01.00]Hello you (oh yeah)\n[00:05.00]we go home").lyrics
    assert isinstance(lyrics, Lyrics)
    score = make_score(lyrics, parse_style("folk"), 8.0, seed=1)
    vocals = sing_plan(
        score, language="en", voice="en-us", seed=1, on_step=lambda *_: None, helpers=0
    )
    (words,) = score.lines[0].backing
    backing = np.abs(vocals.stems(0.0, 8 * 44_100)["harmony"]).max(axis=0)
    start, end = (int(44_100 * time_s) for time_s in (words.start_s, words.end_s))
    assert backing[start:end].max() > 0.01
    assert backing[: start - 22_050].max(initial=0.0) == 0.0
    assert backing[end + 44_100 :].max(initial=0.0) == 0.0
    assert vocals.syllables[1] == ("Hel", "lo", "you")
