"""How musical the sketch engine is, measured: its tunes from notes alone, its band and mix from stems.

    python benchmarks/music.py [--seeds N] [--sound STYLE ...] [--all-sound] [--save FOLDER]

One lyric (`music.txt`) on the same stamps goes through every style. The score half composes all styles and seeds in
seconds and renders nothing. The sound half (`--sound`, `--all-sound`) renders whole songs and measures loudness by
section, the voice against the band, spectrum and fills. Both tables are Markdown.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.audio import save_audio
from songsmith.engine.engine import Audio, RenderRequest, Take, load_engine
from songsmith.engine.loudness import gated_lufs, power_frames, true_peak_db
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.composing.melody import compose
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.score import Note, Score
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.take_memory import recall
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import Draft, LyricLine, Lyrics, Section
from songsmith.lyrics.reading.lrc import parse_lyrics

FIRST_S, GAP_S, DURATION_S = 8.0, 4.0, 102.0
REGISTER = (45, 62)
SEEDED = ("pop", "folk", "jazz swing")
HOOK = "carry me home"
TEN = (
    "pop",
    "rock",
    "folk",
    "jazz swing",
    "house",
    "r&b",
    "bossa nova",
    "metal",
    "ambient",
    "chinese ballad",
)
BANDS_HZ = (25, 60, 250, 1_000, 4_000, 6_000, 16_000)
SAME_ONSET_S = 0.03
INAUDIBLE = 1e-6  # power above 5 kHz, 60 dB below full scale, that nobody hears rise
FAMILY_LIKENESS = 0.75
Row = tuple[str, str, str]


def lyrics() -> Lyrics:
    """The words, every line `GAP_S` after the one before."""
    draft = parse_lyrics((Path(__file__).parent / "music.txt").read_text("utf-8")).lyrics
    assert isinstance(draft, Draft)
    stamps = (FIRST_S + GAP_S * number for number in range(10_000))
    sections = tuple(
        Section(section.label, tuple(LyricLine(next(stamps), text) for text in section.lines))
        for section in draft.sections
    )
    return Lyrics("", "en", sections)


@dataclass(frozen=True)
class Song:
    """What is composed for a style and a seed: `first` has the note each (line, syllable) begins on."""

    style: str
    seed: int
    score: Score
    notes: tuple[Note, ...]
    syllables: dict[int, Sequence[Syllable]]
    first: dict[tuple[int, int], Note]

    def pitches(self, line: int) -> list[int]:
        return [self.first[line, i].pitch for i in range(len(self.syllables[line]))]

    def lines(self, kind: str) -> list[int]:
        """Numbers of the lines in parts of a kind."""
        return [n.line for n in self.score.lines if self.score.parts[n.part].kind == kind]


@lru_cache
def composed(style: str, seed: int) -> Song:
    score = make_score(lyrics(), parse_style(style), DURATION_S, seed=seed)
    syllables = {line.line: spoken(line.text) for line in score.lines}
    notes = compose(score, syllables, seed=seed, register=REGISTER, genre=parse_style(style).genre)
    first: dict[tuple[int, int], Note] = {}
    for note in sorted(notes, key=lambda note: note.start_s):
        first.setdefault((note.line, note.syllable), note)
    return Song(style, seed, score, notes, syllables, first)


def spoken(text: str) -> Sequence[Syllable]:
    utterance = say("en-us", text)
    assert utterance is not None
    return utterance.syllables


def contour(song: Song, *, within_lines: bool = False) -> NDArray[np.float64]:
    """Pitches of all syllables of the first verse and chorus and of the bridge, about their mean."""
    lines = [*song.lines("verse")[:4], *song.lines("chorus")[:4], *song.lines("bridge")]
    rows = [np.array(song.pitches(line), dtype=float) for line in lines]
    if within_lines:
        rows = [row - row.mean() for row in rows]
    whole = np.concatenate(rows)
    return np.asarray(whole - whole.mean())


def likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-9))


def mean_likeness(songs: Sequence[Song], *, within_lines: bool = False) -> float:
    contours = [contour(song, within_lines=within_lines) for song in songs]
    return float(np.mean([likeness(a, b) for a, b in combinations(contours, 2)]))


def chorus_of(song: Song) -> tuple[tuple[int, int], ...]:
    """Steps and places (in twelfths of a second) of the first chorus: equal for the same chorus in any key."""
    notes = [n for line in song.lines("chorus")[:4] for n in song.notes if n.line == line]
    return tuple(
        (n.pitch - notes[0].pitch, round(12 * (n.start_s - notes[0].start_s))) for n in notes
    )


def families(songs: Sequence[Song]) -> int:
    """Groups of chorus first lines whose contours are more alike than `FAMILY_LIKENESS`, leader by leader."""
    leaders: list[NDArray[np.float64]] = []
    for song in songs:
        pitches = np.array(song.pitches(song.lines("chorus")[0]), dtype=float)
        shape = pitches - pitches.mean()
        if not any(likeness(shape, leader) > FAMILY_LIKENESS for leader in leaders):
            leaders.append(shape)
    return len(leaders)


def onsets_s(song: Song) -> NDArray[np.float64]:
    return np.array(sorted(note.start_s for note in song.first.values()))


def have_same_onsets(one: Song, other: Song) -> bool:
    return bool(np.all(np.abs(onsets_s(one) - onsets_s(other)) < SAME_ONSET_S))


def hook_tunes(song: Song) -> list[list[int]]:
    """Pitches of every statement of the hook in choruses, without the last syllable, which may turn."""
    lines = [n for n in song.score.lines if n.text.casefold().startswith(HOOK)]
    return [song.pitches(n.line)[:4] for n in lines if n.line in song.lines("chorus")]


def shares_hook(song: Song) -> float:
    """Share of statements sung to the commonest tune; in a lifted last chorus the tune may lie higher."""
    tunes = [tuple(p - tune[0] for p in tune[:-1]) for tune in hook_tunes(song)]
    return max(tunes.count(tune) for tune in tunes) / len(tunes)


def felt_beats_s(score: Score) -> NDArray[np.float64]:
    step = 3 if score.meter == "6/8" else 1
    return np.array([b for bar in score.bars for b in bar.beats_s[::step]])


def on_beat_shares(song: Song) -> tuple[float, float]:
    """Shares of primary-stressed and of unstressed syllables that begin on a beat (within 40 ms)."""
    beats = felt_beats_s(song.score)
    hits: dict[int, list[bool]] = {0: [], 1: [], 2: []}
    for (line, index), note in song.first.items():
        on_beat = bool(np.abs(beats - note.start_s).min() < 0.04)
        hits[song.syllables[line][index].stress].append(on_beat)
    return float(np.mean(hits[2])), float(np.mean(hits[0]))


def chord_tone_share(song: Song) -> float:
    """Share of syllables on the strong beats (first and third) that belong to their chord; of one with several notes
    the longest counts, which the others lead into."""
    strong = np.array(
        [b for bar in song.score.bars for b in (bar.beats_s[0], bar.beats_s[len(bar.beats_s) // 2])]
    )
    places = {key: n for key, n in song.first.items() if np.abs(strong - n.start_s).min() < 0.04}
    own: dict[tuple[int, int], Note] = {}
    for note in sorted(song.notes, key=lambda note: note.end_s - note.start_s):
        own[note.line, note.syllable] = note
    fits = [
        own[key].pitch % 12 in song.score.chord_at(own[key].start_s + 0.04).tones for key in places
    ]
    return float(np.mean(fits))


def closes_as_meant(song: Song) -> bool:
    """Whether the last note is the tonic; in a style that ends open, another tone of its chord."""
    last = max(song.notes, key=lambda note: note.start_s)
    is_home = last.pitch % 12 == song.score.tonic_at(last.start_s)
    is_chord_tone = last.pitch % 12 in song.score.chord_at(last.start_s + 0.04).tones
    return not is_home and is_chord_tone if genre(song.style).tune.ending == "open" else is_home


def last_held_beats(song: Song) -> float:
    last = max(song.notes, key=lambda note: note.start_s)
    return (last.end_s - last.start_s) * song.score.bpm / 60


def has_one_peak(song: Song) -> bool:
    """Whether the highest pitch is sung once, in a bridge or in the last chorus."""
    top = max(note.pitch for note in song.notes)
    peaks = [note for note in song.notes if note.pitch == top]
    places = {*song.lines("bridge"), *song.lines("chorus")[-4:]}
    return len(peaks) == 1 and peaks[0].line in places


def mean_of(song: Song, kind: str) -> float:
    pitches = [p for line in song.lines(kind)[:4] for p in song.pitches(line)]
    return float(np.mean(pitches))


def span(values: Sequence[float], digits: int = 1) -> str:
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def score_rows(seeds: int) -> Iterator[Row]:
    """What the tunes are like: (what, found, wanted)."""
    styles = genre_names()
    songs = [composed(style, 1) for style in styles]
    seeded = {style: [composed(style, seed) for seed in range(1, seeds + 1)] for style in SEEDED}
    every = [composed(style, seed) for style in styles for seed in (1, 2, 3)]
    yield "contours of two styles, correlation", f"{mean_likeness(songs):.2f}", "≤ 0.5"
    yield (
        "the same, each line about its own mean",
        f"{mean_likeness(songs, within_lines=True):.2f}",
        "",
    )
    found = ", ".join(f"{mean_likeness(own):.2f}" for own in seeded.values())
    yield f"contours of two seeds ({', '.join(SEEDED)})", found, "≤ 0.4"
    found = ", ".join(f"{mean_likeness(own, within_lines=True):.2f}" for own in seeded.values())
    yield "the same, each line about its own mean", found, ""
    twins = sum(
        chorus_of(a) == chorus_of(b) for own in seeded.values() for a, b in combinations(own, 2)
    )
    yield "pairs of seeds with the same chorus", str(twins), "0"
    yield "families of chorus first lines, one seed of each style", str(families(songs)), "≥ 6"
    yield "verse mean, styles (MIDI)", span([mean_of(s, "verse") for s in songs]), "varies"
    yield "chorus mean", span([mean_of(s, "chorus") for s in songs]), "varies"
    yield (
        "lift into the chorus",
        span([mean_of(s, "chorus") - mean_of(s, "verse") for s in songs]),
        "varies",
    )
    yield "top note", span([max(n.pitch for n in s.notes) for s in songs], 0), "varies"
    ranges = [max(n.pitch for n in s.notes) - min(n.pitch for n in s.notes) for s in songs]
    yield "range in semitones", span(ranges, 0), "varies"
    yield (
        "highest note once, in bridge or last chorus",
        f"{np.mean([has_one_peak(s) for s in every]):.0%}",
        "100%",
    )
    same = sum(have_same_onsets(a, b) for a, b in combinations(songs, 2))
    yield (
        "pairs of styles with the same onsets",
        f"{same} of {len(songs) * (len(songs) - 1) // 2}",
        "0",
    )
    yield (
        "statements of the hook on its tune",
        f"{np.mean([shares_hook(s) for s in every]):.0%}",
        "100%",
    )
    yield (
        "last note on the tonic (ambient: on another tone of the chord)",
        f"{np.mean([closes_as_meant(s) for s in every]):.0%}",
        "100%",
    )
    yield "last note in beats, least", f"{min(last_held_beats(s) for s in every):.1f}", "≥ 2"
    beats = [on_beat_shares(s) for s in every]
    yield "stressed syllables on a beat", f"{np.mean([b[0] for b in beats]):.0%}", "≥ 85%"
    yield "unstressed syllables on a beat", f"{np.mean([b[1] for b in beats]):.0%}", "≤ 35%"
    yield (
        "strong beats on chord tones",
        span([100 * chord_tone_share(s) for s in every], 0) + "%",
        "83 to 100%",
    )


def rendered(style: str) -> Take:
    request = RenderRequest(lyrics(), style, DURATION_S, (1,), options={"stems": True})
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


def score_of(take: Take) -> Score:
    memory = recall(take.details)
    assert memory is not None
    return memory.score


def lufs(audio: Audio, start_s: float = 0.0, end_s: float = 1e9) -> float:
    first, last = (int(min(t * SAMPLE_RATE_HZ, audio.shape[1])) for t in (start_s, end_s))
    return gated_lufs(power_frames(np.ascontiguousarray(audio[:, first:last])))


def section_levels(take: Take) -> dict[str, float]:
    """Mean loudness of the parts of each kind."""
    levels: dict[str, list[float]] = {}
    for part in score_of(take).parts:
        if part.end_s - part.start_s > 3:
            levels.setdefault(part.kind, []).append(lufs(take.audio, part.start_s, part.end_s))
    return {kind: float(np.mean(found)) for kind, found in levels.items()}


def voice_over_band(take: Take) -> float:
    """LU of the singer over the band, while somebody sings."""
    band = sum(a for n, a in take.stems.items() if n not in ("vocal", "harmony", "ambience"))
    voice = take.stems["vocal"]
    loud = np.repeat(power_frames(voice) > 10 ** ((-40 + 0.691) / 10), 441)
    sung = np.pad(loud, (0, max(0, voice.shape[1] - len(loud))))[: voice.shape[1]]
    return lufs(voice[:, sung]) - lufs(np.asarray(band)[:, sung])


def band_levels(audio: Audio) -> NDArray[np.float64]:
    """Decibels of each of `BANDS_HZ` against the whole."""
    power = np.abs(np.fft.rfft(audio.mean(axis=0))) ** 2
    hz = np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE_HZ)
    parts = [power[(hz >= low) & (hz < high)].sum() for low, high in pairwise(BANDS_HZ)]
    return np.asarray(10 * np.log10(np.array(parts) / power.sum() + 1e-12))


def fill_rise_db(take: Take) -> float:
    """The largest rise above 5 kHz where a part ends: its last bar against the four before it."""
    mono = take.audio.mean(axis=0).astype(np.float64)
    spectrum = np.fft.rfft(mono)
    spectrum[: int(5_000 * len(mono) / SAMPLE_RATE_HZ)] = 0
    top = np.fft.irfft(spectrum, len(mono))
    score = score_of(take)
    rises = []
    for number, (bar, after) in enumerate(pairwise(score.bars)):
        before = [b for b in score.bars[max(0, number - 4) : number] if b.part == bar.part]
        if bar.part != after.part and before:
            own = _power(top, bar.start_s, bar.end_s)
            rises.append(10 * np.log10(own / _power(top, before[0].start_s, before[-1].end_s)))
    return max(rises)


def _power(mono: NDArray[np.float64], start_s: float, end_s: float) -> float:
    first, last = int(start_s * SAMPLE_RATE_HZ), int(end_s * SAMPLE_RATE_HZ)
    return float(np.mean(mono[first:last] ** 2) + INAUDIBLE)


SOUND_HEADINGS = (
    "style",
    *("intro", "verse", "chorus", "bridge", "all LUFS"),
    "voice over band",
    "25-60 / -250 / -1k / -4k / -6k / -16k",
    "above 6 kHz",
    "fills",
)


def sound_row(style: str, take: Take) -> list[str]:
    levels, spectrum = section_levels(take), band_levels(take.audio)
    parts = [
        f"{levels[kind]:.1f}" if kind in levels else "-"
        for kind in ("intro", "verse", "chorus", "bridge")
    ]
    shape = " / ".join(f"{level:.0f}" for level in spectrum)
    rest = (f"{spectrum[-1]:.0f} dB", f"{fill_rise_db(take):+.0f} dB")
    return [style, *parts, f"{lufs(take.audio):.1f}", f"{voice_over_band(take):+.1f}", shape, *rest]


@dataclass(frozen=True)
class Facts:
    """What of a take is compared with that of other styles."""

    lift_lu: float
    voice_over_band_lu: float
    levels_db: tuple[float, ...]
    """Of each of `BANDS_HZ`."""
    fills_db: float
    lufs: float
    true_peak_dbtp: float
    stems_off: float


def facts_of(take: Take) -> Facts:
    levels = section_levels(take)
    stems = np.sum([np.asarray(stem) for stem in take.stems.values()], axis=0)
    return Facts(
        lift_lu=levels["chorus"] - levels["intro"] if {"chorus", "intro"} <= levels.keys() else 0.0,
        voice_over_band_lu=voice_over_band(take),
        levels_db=tuple(float(level) for level in band_levels(take.audio)),
        fills_db=fill_rise_db(take),
        lufs=lufs(take.audio),
        true_peak_dbtp=true_peak_db(take.audio),
        stems_off=float(np.abs(stems - take.audio).max()),
    )


def sound_rows(takes: dict[str, Facts]) -> Iterator[Row]:
    """What bands and mixes are like over the styles: (what, found, wanted)."""
    facts = list(takes.values())
    yield "chorus over intro in LU", span([f.lift_lu for f in facts]), "belongs to the style"
    yield "voice over band in LU", span([f.voice_over_band_lu for f in facts]), "2 to 4, by style"
    for name, place in (
        ("below 60 Hz", 0),
        ("60-250 Hz", 1),
        ("250 Hz-1 kHz", 2),
        ("above 6 kHz", -1),
    ):
        yield f"energy {name} in dB", span([f.levels_db[place] for f in facts], 0), "by style"
    yield "largest rise of a fill above 5 kHz in dB", f"{max(f.fills_db for f in facts):.0f}", "≤ 8"
    yield "loudness in LUFS", span([f.lufs for f in facts]), "-14.0"
    yield "true peak in dBTP, at most", f"{max(f.true_peak_dbtp for f in facts):.1f}", "≤ -1.0"
    yield "stems' sum off the mix, at most", f"{max(f.stems_off for f in facts):.6f}", "0"


def print_sound(styles: Sequence[str], save: Path | None) -> None:
    print("\n| " + " | ".join(SOUND_HEADINGS) + " |\n" + "| --- " * len(SOUND_HEADINGS) + "|")
    spectra, takes = {}, {}
    for style in styles:
        take = rendered(style)
        spectra[style] = band_levels(take.audio)
        takes[style] = facts_of(take)
        print("| " + " | ".join(sound_row(style, take)) + " |", flush=True)
        if save:
            save.mkdir(parents=True, exist_ok=True)
            save_audio(save / f"{style}.flac", take.audio)
            save_picture(save / f"{style}.png", take.audio)
    print("\n| band and mix | found | wanted |\n| --- | --- | --- |")
    for row in sound_rows(takes):
        print("| " + " | ".join(row) + " |")
    gaps = {
        (a, b): float(np.abs(spectra[a] - spectra[b]).max()) for a, b in combinations(styles, 2)
    }
    if gaps:
        nearest = min(gaps, key=lambda pair: gaps[pair])
        print(
            f"\nNearest spectra: {' and '.join(nearest)}, within {gaps[nearest]:.1f} dB over {len(BANDS_HZ) - 1} bands"
        )


def save_picture(path: Path, audio: Audio) -> None:
    """A spectrogram as a grey PNG: 0 to 16 kHz from the bottom, 80 dB from white to black."""
    import struct
    import zlib

    mono, size = audio.mean(axis=0), 2_048
    hop = max(1, (len(mono) - size) // 1_400)
    columns = [
        np.abs(np.fft.rfft(mono[at : at + size] * np.hanning(size)))[
            : int(16_000 * size / SAMPLE_RATE_HZ)
        ]
        for at in range(0, len(mono) - size, hop)
    ]
    level = 20 * np.log10(np.array(columns).T[::-1] + 1e-6)
    grey = np.clip(255 * (1 - (level - level.max() + 80) / 80), 0, 255).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="seeds of each of three styles")
    parser.add_argument(
        "--sound", nargs="*", choices=genre_names(), help="render these (ten, if none is named)"
    )
    parser.add_argument("--all-sound", action="store_true", help="render every style")
    parser.add_argument("--save", type=Path, help="keep songs and spectrograms in this folder")
    options = parser.parse_args()
    print("| tunes | found | wanted |\n| --- | --- | --- |")
    for row in score_rows(options.seeds):
        print("| " + " | ".join(row) + " |", flush=True)
    styles = genre_names() if options.all_sound else options.sound
    if styles is not None:
        print_sound(styles or TEN, options.save)


if __name__ == "__main__":
    main()
