"""How exactly the times of lines and words are read back from a sound: sketch songs, whose times are known.

    python benchmarks/alignment.py [--language en zh] [--style NAME ...] [--seed N]

Every song is listened to without its stamps (`songsmith align` does the same), English by Whisper tiny.en, Mandarin by
base. A line's time is that of its first vowel, a character's that of its note. All English styles are taken if none is
named. The alignment was tuned on other songs; the words of all Mandarin ones but the first served to tune the voices.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from mandarin import SONGS
from sketch import CHINESE, render, songs, stamped

from songsmith.engine.engine import Take
from songsmith.engine.listening.ears import Ears
from songsmith.engine.listening.listen import listen
from songsmith.engine.sketch.take_memory import recall
from songsmith.engine.times import SungTimes
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

EARS = {"en": "tiny.en", "zh": "base"}
FIRST_S, GAP_S = 4.0, 4.2


def english(styles: list[str], seed: int) -> Iterator[tuple[str, Lyrics, Take]]:
    for style in styles:
        lyrics, length_s = stamped(style, songs()[style])
        yield style, lyrics, render(style, lyrics, length_s, seed=seed)


def mandarin(seed: int) -> Iterator[tuple[str, Lyrics, Take]]:
    lyrics, length_s = stamped("chinese ballad", songs()["chinese ballad"])
    yield "chinese ballad", lyrics, render("chinese ballad", lyrics, length_s, seed=seed)
    for style, texts in SONGS.items():
        lines = tuple(LyricLine(FIRST_S + GAP_S * k, text) for k, text in enumerate(texts))
        lyrics = Lyrics("Benchmark", "zh", (Section("Verse", lines),))
        length_s = FIRST_S + GAP_S * len(lines) + 2.5
        yield style, lyrics, render(style, lyrics, length_s, seed=seed, voice="kokoro-low")


def line_errors_s(lyrics: Lyrics, times: SungTimes) -> list[float]:
    pairs = zip(lyrics.lines, times.lines, strict=True)
    return [sung.start_s - line.start_s for line, sung in pairs]


def word_errors_s(take: Take, times: SungTimes) -> list[float]:
    """Of lines with as many words as syllables: in Mandarin all of them."""
    memory = recall(take.details)
    errors: list[float] = []
    for line in times.lines:
        notes: dict[int, float] = {}
        for note in memory.notes if memory else ():
            if note.line == line.line:
                notes.setdefault(note.syllable, note.start_s)
        if len(notes) == len(line.words):
            pairs = zip(line.words, notes.values(), strict=True)
            errors += [word.start_s - note_s for word, note_s in pairs]
    return errors


def print_row(name: str, errors_s: list[float]) -> None:
    away = np.abs(errors_s)
    print(
        f"| {name} | {len(away)} | {np.median(errors_s) * 1000:.0f} ms | {np.median(away) * 1000:.0f} ms "
        f"| {np.mean(away <= 0.3):.0%} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--language", nargs="+", choices=("en", "zh"), default=["en", "zh"])
    parser.add_argument(
        "--style", nargs="+", default=[style for style in songs() if style not in CHINESE]
    )
    parser.add_argument("--seed", type=int, default=5)
    wanted = parser.parse_args()
    print("| song | lines or words | median error | median distance | within 0.3 s |")
    print("| --- | --- | --- | --- | --- |")
    for language in wanted.language:
        sung = english(wanted.style, wanted.seed) if language == "en" else mandarin(wanted.seed)
        lines: list[float] = []
        words: list[float] = []
        for style, lyrics, take in sung:
            ears = Ears(EARS[language])
            heard = listen(take.audio, lyrics, ears=ears, language=language, has_stamps=False)
            times = heard.times
            assert times is not None
            print_row(f"{language}, {style}", found := line_errors_s(lyrics, times))
            lines += found
            words += word_errors_s(take, times)
        print_row(f"**{language}, lines**", lines)
        if language == "zh":
            print_row(f"**{language}, characters**", words)


if __name__ == "__main__":
    main()
