"""What the sketch engine does, style by style: speed, pitch, onsets, understood words, loudness.

    python benchmarks/sketch.py [--style NAME ...] [--seed N ...] [--voice NAME] [--lines] [--no-ears] [--no-speed]
        [--speed-only] [--save FOLDER]

Every style sings a song of its own (`songs.txt`), which nothing was tuned on. Its words are counted by Whisper
(tiny.en and base, from packages that carry them; decoded as faster-whisper does by default) on the vocal stem
and on the whole mix, each heard once from end to end; `--lines` listens as `songsmith listen` does. Pitch and
onsets are read from the vocal stem and held against melody and stamps. The tables are Markdown. How Mandarin
voices compare, style by style, is told by `mandarin.py`.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soxr

from songsmith.engine.audio import measure_loudness, save_audio
from songsmith.engine.engine import Audio, RenderRequest, Span, Take, load_engine
from songsmith.engine.listening.comparable import words_of
from songsmith.engine.listening.ears import Ears, mixed_down
from songsmith.engine.listening.ears_models import find_model
from songsmith.engine.listening.listen import listen
from songsmith.engine.listening.word_alignment import HeardWord, error_rate, sung_words
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.composing.tempo import Meter
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.take_memory import recall
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import Draft, Lyrics, Section
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.timing import natural_duration_s, stamp_draft

SPEED_LENGTHS_S = (30.0, 95.0, 285.0)
LONGEST_S = 95.0
CHINESE = ("chinese ballad",)
F0_RATE_HZ = 22_050


def songs() -> dict[str, str]:
    """The words of each style's song: two verses and a chorus between them."""
    text = (Path(__file__).parent / "songs.txt").read_text("utf-8")
    blocks = (block.partition("\n") for block in text.split("== ")[1:])
    return {style.strip(): words.strip() for style, _, words in blocks}


def stamped(style: str, words: str, *, longest_s: float = LONGEST_S) -> tuple[Lyrics, float]:
    """The words on the bars of the style's usual tempo, and the length of the song."""
    draft = parse_lyrics(words).lyrics
    assert isinstance(draft, Draft)
    draft = replace(draft, language="zh" if style in CHINESE else "en")
    usual = parse_style(style)
    beats = Meter.named(usual.time).beats
    natural_s = natural_duration_s(draft, bpm=usual.bpm_usual, beats_per_bar=beats)
    length_s = min(natural_s, longest_s)
    lyrics = stamp_draft(draft, duration_s=length_s, bpm=usual.bpm_usual, beats_per_bar=beats)
    return lyrics, length_s


def render(style: str, lyrics: Lyrics, length_s: float, *, seed: int, **options: object) -> Take:
    request = RenderRequest(lyrics, style, length_s, (seed,), options=options)
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


def print_speed(style: str) -> None:
    """Seconds from request to a FLAC file at three lengths (lines go round and round), cold, warm, and for one line
    sung again, and each as a multiple of a fixed piece of work that is timed right before and after."""
    print(
        f"\n| {style} | cold | of the work | warm | of real time | of the work | one line | of the work |"
    )
    print("| --- " * 8 + "|")
    for length_s in SPEED_LENGTHS_S:
        cold = timed(lambda length_s=length_s: _cold_process(style, length_s))
        one_song(style, length_s)
        warm = timed(lambda length_s=length_s: one_song(style, length_s))
        parent = one_song(style, length_s)
        line = timed(lambda length_s=length_s, parent=parent: one_line(style, length_s, parent))
        cells = (f"{length_s:.0f} s", f"{cold[0]:.1f} s", f"{cold[1]:.0f}", f"{warm[0]:.1f} s")
        cells += (
            f"{warm[0] / length_s:.3f}",
            f"{warm[1]:.0f}",
            f"{line[0]:.1f} s",
            f"{line[1]:.0f}",
        )
        print("| " + " | ".join(cells) + " |", flush=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall seconds of `work`, and how many times as long as the fixed piece of work it takes here and now."""
    before_s = work_s()
    start_s = time.perf_counter()
    work()
    wall_s = time.perf_counter() - start_s
    return wall_s, 2 * wall_s / (before_s + work_s())


def work_s() -> float:
    """Wall seconds of the fixed piece of work: transforms and sorting on one core, 0.1 s on two quiet AVX2 cores."""
    noise = np.random.default_rng(0).standard_normal(1 << 20)
    start_s = time.perf_counter()
    for _ in range(3):
        np.sort(np.fft.irfft(np.fft.rfft(noise) * 0.5)[: 1 << 18])
    return time.perf_counter() - start_s


def _cold_process(style: str, length_s: float) -> None:
    """The same in a process of its own, its start and all imports included."""
    code = f"import runpy; runpy.run_path({__file__!r})['one_song']({style!r}, {length_s})"
    subprocess.run([sys.executable, "-c", code], check=True)


def one_song(style: str, length_s: float) -> Take:
    """A song from request to FLAC."""
    lyrics = _repeated(stamped(style, songs()[style])[0], length_s)
    take = render(style, lyrics, length_s, seed=1)
    _save(take)
    return take


def one_line(style: str, length_s: float, parent: Take) -> None:
    """One line in the middle of a song sung again with another seed, to FLAC."""
    lyrics = _repeated(stamped(style, songs()[style])[0], length_s)
    start_s = lyrics.lines[len(lyrics.lines) // 2].start_s
    request = RenderRequest(
        lyrics, style, length_s, (2,), spans=(Span(start_s, start_s + 3),), parent=parent
    )
    _save(next(iter(load_engine("sketch").render(request, lambda progress: None))))


def _save(take: Take) -> None:
    with TemporaryDirectory() as folder:
        save_audio(Path(folder) / "song.flac", take.audio)


def _repeated(lyrics: Lyrics, length_s: float) -> Lyrics:
    """The song again and again, as far as it fits into `length_s` with an ending."""
    turn_s = lyrics.lines[-1].start_s
    sections: list[Section] = []
    for turn in range(int(length_s / turn_s) + 1):
        for section in lyrics.sections:
            moved = (replace(ln, start_s=ln.start_s + turn * turn_s) for ln in section.lines)
            lines = tuple(line for line in moved if line.start_s < length_s - 6)
            sections += [replace(section, lines=lines)] if lines else []
    return replace(lyrics, sections=tuple(sections))


def onsets_late_s(vocal: Audio, lyrics: Lyrics) -> np.ndarray:
    """How much later than its stamp each line's first vowel is heard: when the band in which mouths open, and
    in which hissing consonants have little, comes within 6 dB of the vowel's level."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import butter, sosfiltfilt

    mono = vocal.mean(axis=0).astype(np.float64)
    band = butter(2, (400, 1500), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    level = uniform_filter1d(sosfiltfilt(band, mono) ** 2, 661)
    late = []
    for line in lyrics.lines:
        stamp = round(line.start_s * SAMPLE_RATE_HZ)
        vowel = np.median(level[stamp + 1_323 : stamp + 4_410])
        first = max(0, stamp - 6_615)
        near = level[first : stamp + 6_615]
        late.append((first + int(np.argmax(near >= vowel / 4)) - stamp) / SAMPLE_RATE_HZ)
    return np.array(late)


def pitch_errors_cents(take: Take) -> tuple[np.ndarray, np.ndarray]:
    """Errors of sung notes of 0.2 s or more: of each the median of its vowel, and of every voiced frame there.
    The tail of a note belongs to the consonants before the next one, which have no pitch that could be wrong."""
    import pyworld

    vocal = take.stems["vocal"].mean(axis=0).astype(np.float64)
    sound = soxr.resample(vocal, SAMPLE_RATE_HZ, F0_RATE_HZ)
    f0_hz, times_s = pyworld.harvest(sound, F0_RATE_HZ, f0_floor=65, f0_ceil=700)
    notes, frames = [], []
    memory = recall(take.details)
    for note in memory.notes if memory else ():
        length_s = note.end_s - note.start_s
        vowel = (times_s > note.start_s + length_s / 8) & (times_s < note.start_s + length_s / 2)
        voiced = f0_hz[vowel & (f0_hz > 0)]
        if length_s >= 0.2 and len(voiced) > 5:
            cents = 1200 * np.log2(voiced / 440) - 100 * (note.pitch - 69)
            notes.append(np.median(cents))
            frames.append(cents)
    return np.array(notes), np.concatenate(frames)


def spread_lu(take: Take) -> float:
    """Loudest section against the quietest, outro aside."""
    frames = power_frames(take.audio)
    parts = recall(take.details)
    levels = [
        gated_lufs(frames[int(part.start_s * 100) : int(part.end_s * 100)])
        for part in (parts.score.parts if parts else ())
        if part.kind != "outro" and part.end_s - part.start_s > 2
    ]
    return max(levels) - min(levels)


@dataclass(frozen=True)
class Row:
    """One take, measured. `words` is what was to be sung, `wrong` the words lost on stem and mix."""

    style: str
    length_s: float
    wall_s: float
    cents: float
    within: float
    late_ms: float
    latest_ms: float
    on_time: float
    lufs: float
    peak_dbtp: float
    spread_lu: float
    words: int = 0
    wrong: tuple[float, float] = (0.0, 0.0)
    lines: str = "-"

    def cells(self) -> Iterator[str]:
        yield from (self.style, f"{self.length_s:.0f} s", f"{self.wall_s / self.length_s:.3f}")
        yield from (f"{self.cents:.1f}", f"{self.within:.1%}")
        yield f"{self.late_ms:.0f} / {self.latest_ms:.0f} / {self.on_time:.0%}"
        yield from (f"{wrong / self.words:.3f}" if self.words else "-" for wrong in self.wrong)
        yield self.lines
        yield from (f"{self.lufs:.2f}", f"{self.peak_dbtp:.2f}", f"{self.spread_lu:.1f}")


HEADINGS = (
    "style",
    "length",
    "of real time",
    "F0 cents",
    "within 50",
    "onset ms, median / worst / within 30",
    "WER stem",
    "WER mix",
    "lines clear",
    "LUFS",
    "dBTP",
    "sections LU",
)


def measure(style: str, words: str, seed: int, options: argparse.Namespace) -> Row:
    """Render one song and measure it."""
    lyrics, length_s = stamped(style, words)
    start_s = time.perf_counter()
    take = render(style, lyrics, length_s, seed=seed, stems=True, voice=options.voice)
    wall_s = time.perf_counter() - start_s
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
        save_audio(options.save / f"{style} {seed}.flac", take.audio)
    notes, frames = (np.abs(errors) for errors in pitch_errors_cents(take))
    late_ms = 1000 * onsets_late_s(take.stems["vocal"], lyrics)
    loudness = measure_loudness(take.audio)
    row = Row(
        style=style,
        length_s=length_s,
        wall_s=wall_s,
        cents=float(np.median(notes)),
        within=float(np.mean(frames < 50)),
        late_ms=float(np.median(np.abs(late_ms))),
        latest_ms=float(np.abs(late_ms).max()),
        on_time=float(np.mean(np.abs(late_ms) < 30)),
        lufs=loudness.lufs,
        peak_dbtp=loudness.true_peak_dbtp,
        spread_lu=spread_lu(take),
    )
    row = row if options.no_ears else with_words(row, take, lyrics)
    return with_lines(row, take, lyrics) if options.lines else row


@lru_cache
def whisper(language: str) -> Any:
    """The model for a language, for one hearing after another."""
    from faster_whisper import WhisperModel

    return WhisperModel(find_model("", language).path, device="cpu", compute_type="int8")


def heard_words(sound: Audio, language: str) -> list[HeardWord]:
    """What anybody would read: the whole sound transcribed once, with the library's own settings."""
    segments, _ = whisper(language).transcribe(mixed_down(sound), language=language)
    return [HeardWord(word, 0, 0) for segment in segments for word in words_of(segment.text)]


def with_words(row: Row, take: Take, lyrics: Lyrics) -> Row:
    """The row with how many words were lost."""
    said = sung_words(lyrics, row.length_s)
    stem, mix = (
        error_rate(said, heard_words(sound, lyrics.language)) * len(said)
        for sound in (take.stems["vocal"], take.audio)
    )
    return replace(row, words=len(said), wrong=(stem, mix))


def with_lines(row: Row, take: Take, lyrics: Lyrics) -> Row:
    """The row with how many lines are clear, and whether any is called missing."""
    hearing = listen(take.audio, lyrics, ears=Ears())
    clear = f"{sum(line.is_clear for line in hearing.lines)} of {len(hearing.lines)}"
    missing = f", {len(hearing.missing)} missing" if hearing.missing else ""
    return replace(row, lines=clear + missing)


def print_total(rows: Sequence[Row]) -> None:
    """What all takes together come to; Chinese characters count apart from English words."""
    for name, chosen in (
        ("English words", [row for row in rows if row.style not in CHINESE]),
        ("Chinese characters, by sound", [row for row in rows if row.style in CHINESE]),
    ):
        words = sum(row.words for row in chosen)
        if words:
            stem, mix = (sum(row.wrong[i] for row in chosen) / words for i in (0, 1))
            worst = max(row.wrong[1] / row.words for row in chosen)
            print(f"{words} {name}: stem {stem:.3f}, mix {mix:.3f}, worst take's mix {worst:.3f}")


def main() -> None:
    known = songs()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", nargs="*", default=list(known), choices=list(known))
    parser.add_argument("--seed", nargs="*", type=int, default=[7])
    parser.add_argument("--voice", default="", help="who sings; the language's own if not given")
    parser.add_argument("--lines", action="store_true", help="listen line by line, too")
    parser.add_argument("--no-ears", action="store_true", help="do not count words")
    parser.add_argument("--no-speed", action="store_true", help="do not measure speed")
    parser.add_argument("--speed-only", action="store_true", help="measure nothing else")
    parser.add_argument("--save", type=Path, help="keep the songs in this folder")
    options = parser.parse_args()
    if not options.no_speed:
        print_speed(options.style[0])
    if options.speed_only:
        return
    print("\n| " + " | ".join(HEADINGS) + " |\n" + "| --- " * len(HEADINGS) + "|")
    rows = []
    for style in options.style:
        for seed in options.seed:
            row = measure(style, known[style], seed, options)
            print("| " + " | ".join(row.cells()) + " |", flush=True)
            rows.append(row)
    print()
    print_total(rows)


if __name__ == "__main__":
    main()
