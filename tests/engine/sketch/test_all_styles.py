"""Every style against every other and against what is asked of a band: by its notes, and by its sound."""

from collections import Counter
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from songsmith.engine.audio import measure_loudness
from songsmith.engine.engine import RenderRequest, load_engine
from songsmith.engine.loudness import gated_lufs, power_frames
from songsmith.engine.sketch.band.band import DRUM_NOTES, play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.style import parse_style
from songsmith.engine.sketch.take_memory import recall
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

SEEDS = (1, 2, 3)
STEPS = 24


def song(*lines, gap_s=4.0, first_s=8.0):
    """Verse and chorus by turns, four lines each."""
    stamped = [LyricLine(first_s + gap_s * i, text) for i, text in enumerate(lines)]
    sections = (
        Section("Chorus" if i // 4 % 2 else "Verse", tuple(stamped[i : i + 4]))
        for i in range(0, len(stamped), 4)
    )
    return Lyrics("", "en", tuple(sections))


LONG = song(*(f"line number {i % 8}" for i in range(16)))


@lru_cache
def played(name, seed=1):
    style = parse_style(name)
    score = make_score(LONG, style, 80.0, seed=seed)
    return score, play_band(score, style, seed=seed)


@pytest.mark.parametrize("name", genre_names())
def test_nobody_sits_in_a_band_to_be_silent(name):
    heard: Counter[tuple[int, str]] = Counter()
    for seed in SEEDS:
        _, tracks = played(name, seed)
        heard.update({(place, t.name): len(t.notes) for place, t in enumerate(tracks)})

    assert all(heard.values()), [who for who, notes in heard.items() if not notes]


@pytest.mark.parametrize("name", genre_names())
def test_comping_instruments_play_the_chord_that_sounds(name):
    score, tracks = played(name)

    for track in tracks:
        if track.stem not in ("keys", "guitar", "strings"):
            continue
        wrong = [
            note
            for note in track.notes
            if note.pitch % 12
            not in {
                *score.chord_at(note.start_s + 0.03).tones,
                *score.chord_at(note.start_s + 0.06).tones,
                score.chord_at(note.start_s + 0.03).bass,
            }
        ]
        assert len(wrong) <= 0.02 * len(track.notes), (track.name, wrong[:3])


@pytest.mark.parametrize("name", genre_names())
def test_seeds_play_the_same_style_differently(name):
    takes = [played(name, seed) for seed in SEEDS]

    assert len({tuple(track.name for track in tracks) for _, tracks in takes}) == 1
    assert len({tuple(track.notes for track in tracks) for _, tracks in takes}) == len(SEEDS)
    assert len({(score.tonic, score.mode, score.chords) for score, _ in takes}) > 1


@lru_cache
def fingerprint(name):
    """Where drums and bass strike in verses and choruses, how long which chord sounds, and who plays."""
    drums, bass = np.zeros((len(DRUM_NOTES), 2 * STEPS)), np.zeros(2 * STEPS)
    chords: Counter[tuple[int, frozenset[int]]] = Counter()
    programs: set[tuple[bool, int]] = set()
    keys = list(DRUM_NOTES.values())
    for seed in SEEDS:
        score, tracks = played(name, seed)
        for track in tracks:
            programs |= {(track.is_drum, track.program)} if track.notes else set()
            for place, note in struck(score, track) if track.stem in ("drums", "bass") else ():
                if track.is_drum:
                    drums[keys.index(note.pitch), place] += 1
                else:
                    bass[place] += 1
        for span in score.chords:
            kind = frozenset((tone - span.harmony.root) % 12 for tone in span.harmony.tones)
            degree = (span.harmony.root - score.tonic) % 12
            chords[degree, kind] += span.end_s - span.start_s
    return drums.ravel(), bass, chords, programs


def struck(score, track):
    """(step, note) of every note in a verse or a chorus; the chorus has steps of its own."""
    for bar in score.bars:
        kind = score.parts[bar.part].kind
        for note in track.notes:
            share = (note.start_s - bar.start_s) / (bar.end_s - bar.start_s)
            if kind in ("verse", "chorus") and -0.02 <= share < 0.98:
                yield round(share * STEPS) % STEPS + STEPS * (kind == "chorus"), note


def likeness(one, other):
    """0 to 1: the mean of how alike drums, bass, harmony and instruments are."""
    (drums, bass, chords, who), (drums_2, bass_2, chords_2, who_2) = map(fingerprint, (one, other))
    both = sorted({*chords, *chords_2}, key=str)
    harmony, harmony_2 = (np.array([c[chord] for chord in both]) for c in (chords, chords_2))
    alike = [
        float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-9))
        for a, b in ((drums, drums_2), (bass, bass_2), (harmony, harmony_2))
    ]
    return float(np.mean([*alike, len(who & who_2) / len(who | who_2)]))


def test_no_two_styles_are_alike():
    pairs = {pair: likeness(*pair) for pair in combinations(genre_names(), 2)}

    assert max(pairs.values()) < 0.75, max(pairs, key=lambda pair: pairs[pair])
    assert np.mean(list(pairs.values())) < 0.4


WORDS = (
    "The barman turns the lamps down low",
    "A stranger hums a tune I know",
    "Dance with me along the sand",
    "Put the evening in my hand",
    "Turn it up until it shakes",
    "Every promise that it makes",
    "Carry me over the hill and home",
    "Never again will I walk alone",
)


@lru_cache(maxsize=1)
def take(name, seed):
    lyrics = song(*WORDS, gap_s=3.6, first_s=5.0)
    request = RenderRequest(lyrics, name, 38.0, (seed,), options={"stems": True})
    return next(iter(load_engine("sketch").render(request, lambda progress: None)))


def parts_of(take):
    memory = recall(take.details)
    assert memory is not None
    return memory.score.parts, memory.score.bars


def level_db(audio):
    return 10 * np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-12)


def clicks(mono):
    """Samples where the sound breaks: its curvature there is far beyond that of the 20 ms around, and no note
    begins there, which would leave it louder than it was."""
    bend = np.abs(np.diff(mono.astype(np.float64), 2))
    around = np.sqrt(np.maximum(uniform_filter1d(bend**2, 881), 0)) + 1e-5
    found = np.flatnonzero((bend > 14 * around) & (bend > 0.004))
    rise_db = [
        level_db(mono[at + 220 : at + 880]) - level_db(mono[at - 880 : at - 220]) for at in found
    ]
    return [at for at, rise in zip(found, rise_db, strict=True) if rise < 3]


STYLE_AND_SEED = [(name, seed) for name in genre_names() for seed in SEEDS]


@pytest.mark.long
@pytest.mark.parametrize(("name", "seed"), STYLE_AND_SEED)
def test_every_style_sounds_as_a_song_should(name, seed):
    sung = take(name, seed)
    parts, bars = parts_of(sung)
    loudness = measure_loudness(sung.audio)
    assert loudness.lufs == pytest.approx(-14.0, abs=0.3)
    assert loudness.true_peak_dbtp <= -1.0

    frames = power_frames(sung.audio)
    levels = [
        gated_lufs(frames[int(part.start_s * 100) : int(part.end_s * 100)])
        for part in parts
        if part.kind != "outro" and part.end_s - part.start_s > 3
    ]
    assert max(levels) - min(levels) < 8

    sides = butter(
        2, 120, "highpass", fs=SAMPLE_RATE_HZ, output="sos"
    )  # below, all is in the middle
    left, right = sosfilt(sides, sung.audio)
    assert -18 < level_db(left - right) - level_db(left + right) < -5

    last = sung.audio[:, int(bars[-1].start_s * SAMPLE_RATE_HZ) :]
    ring = [level_db(piece) for piece in np.array_split(last, 6, axis=1)]
    assert ring[1] > ring[0] - 18
    assert all(after < before + 3 for before, after in pairwise(ring))
    assert level_db(last[:, -SAMPLE_RATE_HZ // 20 :]) < -45


@pytest.mark.long
@pytest.mark.parametrize("name", genre_names())
def test_every_style_keeps_clear_of_the_voice_and_of_clicks(name):
    sung = take(name, SEEDS[-1])
    band = {n: a for n, a in sung.stems.items() if n not in ("vocal", "harmony", "ambience")}
    for stem, audio in band.items():
        if stem != "drums":
            assert not clicks(audio.mean(axis=0)), stem

    middle = butter(2, [1_000, 4_000], "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    voice = sosfilt(middle, sung.stems["vocal"].mean(axis=0))
    rest = sosfilt(middle, np.sum(list(band.values()), axis=0).mean(axis=0))
    is_sung = uniform_filter1d(np.abs(voice), 2_205) > 0.1 * np.abs(voice).max() / 3
    assert level_db(voice[is_sung]) > level_db(rest[is_sung]) + 8


@pytest.mark.long
@pytest.mark.parametrize("name", genre_names())
def test_every_style_puts_the_voice_where_it_says_and_fills_do_not_burst_out(name):
    sung = take(name, SEEDS[-1])
    band = np.sum(
        [a for n, a in sung.stems.items() if n not in ("vocal", "harmony", "ambience")], axis=0
    )
    voice = power_frames(sung.stems["vocal"])
    is_sung = voice > 1e-4
    apart = gated_lufs(voice[is_sung]) - gated_lufs(power_frames(band)[is_sung])
    assert apart == pytest.approx(genre(name).mix.voice_lu, abs=0.7)

    total = np.sum(list(sung.stems.values()), axis=0)
    assert np.abs(total - sung.audio).max() < 1e-5

    top = butter(4, 5_000, "highpass", fs=SAMPLE_RATE_HZ, output="sos")
    power = uniform_filter1d(sosfilt(top, sung.audio.mean(axis=0)) ** 2, SAMPLE_RATE_HZ // 10)
    parts, bars = parts_of(sung)
    for before, bar, after in zip(bars, bars[1:], bars[2:], strict=False):
        if before.part == bar.part != after.part:
            own, usual = (
                power[int(b.start_s * SAMPLE_RATE_HZ) : int(b.end_s * SAMPLE_RATE_HZ)].mean()
                for b in (bar, before)
            )
            assert 10 * np.log10((own + 1e-6) / (usual + 1e-6)) < 12, parts[bar.part].kind
