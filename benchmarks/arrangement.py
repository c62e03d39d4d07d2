"""How the sketch engine arranges, counted in its scores: harmony, keys, and who plays in which section.

    python -m benchmarks.arrangement [--seeds N] [--styles]

The lyric of `music.txt` on the stamps of `benchmarks/music.py` in every style and several seeds; nothing is rendered.
`--styles` prints a row for each style as well. All tables are Markdown.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from benchmarks.music import DURATION_S, lyrics, span
from songsmith.engine.sketch.band.band import DRUM_NOTES, Track, play_band
from songsmith.engine.sketch.composing.form import make_score
from songsmith.engine.sketch.score import ChordSpan, Note, Score, SongPart
from songsmith.engine.sketch.style.genre import genre, genre_names
from songsmith.engine.sketch.style.style import parse_style

Row = tuple[str, str, str]
GHOST = 62
"""A snare struck with less velocity is a ghost note."""
FEWEST_NOTES = 3
"""Notes in a section from which on somebody counts as playing in it."""


@dataclass(frozen=True)
class Arrangement:
    """A score and who plays it."""

    style: str
    score: Score
    tracks: tuple[Track, ...]

    def parts(self, kind: str) -> list[SongPart]:
        return [part for part in self.score.parts if part.kind == kind]

    def chords(self, part: SongPart) -> list[ChordSpan]:
        return [c for c in self.score.chords if part.start_s <= c.start_s + 0.01 < part.end_s]

    def progression(self, kind: str) -> str:
        """The chords of the first part of a kind, the tonic as 0: equal in any key."""
        first = self.parts(kind)[0]
        tonic = self.score.tonic_at(first.start_s + 0.01)
        found = [c.harmony for c in self.chords(first)]
        return " ".join(f"{(h.root - tonic) % 12}:{len(h.tones)}{_third(h.tones)}" for h in found)

    def players(self, part: SongPart) -> int:
        """How many instruments play in a part; each voice of the kit is one."""
        heard = 0
        for track in self.tracks:
            inside = [n for n in track.notes if part.start_s - 0.1 <= n.start_s < part.end_s - 0.1]
            heard += len({n.pitch for n in inside}) if track.is_drum else len(inside) > FEWEST_NOTES
        return heard

    @cached_property
    def foreign(self) -> tuple[float, float]:
        """Shares of chords that are dominants of another chord than the tonic, and of those otherwise foreign to key
        and mode."""
        secondary, borrowed = 0, 0
        for here, after in pairwise(self.score.chords):
            scale = _seven_tones(self.score, here.start_s)
            if set(here.harmony.tones[:4]) <= scale:
                continue
            falls = (here.harmony.root - after.harmony.root) % 12 == 7
            is_dominant = (here.harmony.root + 4) % 12 in here.harmony.tones
            own = self.score.tonic_at(here.start_s) == after.harmony.root
            secondary += falls and is_dominant and not own
            borrowed += not (falls and is_dominant)
        count = len(self.score.chords)
        return secondary / count, borrowed / count

    @cached_property
    def half_cadences(self) -> float:
        """Share of sung parts, but for the last, that end on the dominant of what follows."""
        ends = []
        for part, after in pairwise(self.score.parts):
            if self.chords(part) and part.kind in ("verse", "pre-chorus", "chorus", "bridge"):
                tonic = self.score.tonic_at(after.start_s + 0.01)
                ends.append((self.chords(part)[-1].harmony.root - tonic) % 12 == 7)
        return float(np.mean(ends))


def _third(tones: Sequence[int]) -> str:
    return "m" if (tones[0] + 3) % 12 in tones else ""


def _seven_tones(score: Score, time_s: float) -> set[int]:
    """The seven tones of the key at a time: of pentatonic and blues scales, those of the mode they belong to, and in
    minor the leading tone, which its dominant always has, in blues both thirds and sevenths."""
    tonic = score.tonic_at(time_s + 0.01)
    is_minor = (score.tonic + 3) % 12 in score.scale
    steps = {0, 2, 3, 5, 7, 8, 10, 11} if is_minor else {0, 2, 4, 5, 7, 9, 11}
    if score.mode == "blues":
        steps |= {4, 9}
    return {(tonic + step) % 12 for step in steps} | set(score.scale_at(time_s + 0.01))


@lru_cache
def arranged(style: str, seed: int) -> Arrangement:
    wanted = parse_style(style)
    score = make_score(lyrics(), wanted, DURATION_S, seed=seed)
    return Arrangement(style, score, tuple(play_band(score, wanted, seed=seed)))


def harmony_rows(songs: dict[str, list[Arrangement]]) -> Iterator[Row]:
    """What the chords and keys are like: (what, found, wanted)."""
    for kind in ("verse", "chorus", "bridge"):
        counts = [len({s.progression(kind) for s in own}) for own in songs.values()]
        yield f"progressions of a {kind} over the seeds of a style", span(counts, 0), "≥ 2"
    lifting = [s for n, own in songs.items() if len(genre(n).tune.key_lifts) > 1 for s in own]
    lifted = [s for s in lifting if s.score.lifts]
    likes = len({s.style for s in lifting})
    yield (
        f"last chorus in a higher key, in the {likes} styles that like it",
        f"{len(lifted) / len(lifting):.0%}, by {span([s.score.lifts[0].semitones for s in lifted], 0)} semitones",
        "some",
    )
    led = [is_led(s) for s in lifted]
    yield "such keys led into by their dominant", f"{np.mean(led):.0%}", "100%"
    for place, name in enumerate(("secondary dominants", "chords from outside the key")):
        shares = [float(np.mean([s.foreign[place] for s in own])) for own in songs.values()]
        yield (
            f"{name}, share of chords by style",
            f"{span([100 * x for x in shares], 0)}% ({sum(x > 0.01 for x in shares)} styles)",
            "by style",
        )
    halves = [100 * float(np.mean([s.half_cadences for s in own])) for own in songs.values()]
    yield "sections that end on the dominant, by style", f"{span(halves, 0)}%", "by style"


def is_led(song: Arrangement) -> bool:
    """Whether the chord before the lift is the dominant of the new key."""
    at_s = song.score.lifts[0].start_s
    before = song.score.chord_at(at_s - 0.05)
    return (before.root - song.score.tonic_at(at_s)) % 12 == 7


def layers(song: Arrangement) -> list[int]:
    """Who plays in the first verse, the second, the first chorus and the last."""
    verses, choruses = song.parts("verse"), song.parts("chorus")
    return [song.players(part) for part in (verses[0], verses[1], choruses[0], choruses[-1])]


def layer_rows(songs: dict[str, list[Arrangement]]) -> Iterator[Row]:
    """Who plays where: (what, found, wanted)."""
    by_style = {name: np.mean([layers(s) for s in own], axis=0) for name, own in songs.items()}
    found = np.array(list(by_style.values()))
    yield (
        "voices in verse 1, verse 2, first chorus, last chorus",
        ", ".join(f"{mean:.1f}" for mean in found.mean(axis=0)),
        "more and more",
    )
    count = len(found)
    for name, earlier, later in (
        ("second verse has more than the first", 0, 1),
        ("chorus has more than the first verse", 0, 2),
        ("last chorus has more than the first", 2, 3),
    ):
        more = int(np.sum(found[:, later] > found[:, earlier]))
        yield f"styles whose {name}", f"{more} of {count}", "by style"


TOUCHES: dict[str, Callable[[Track, Note], bool]] = {
    "palm-muted guitars": lambda track, note: track.stem == "guitar" and note.touch == "muted",
    "dead notes of the bass": lambda track, note: track.stem == "bass" and note.touch == "muted",
    "notes slid into": lambda track, note: note.touch == "slid",
    "ghost notes of the snare": lambda track, note: (
        track.is_drum and note.pitch == DRUM_NOTES["snare"] and note.velocity < GHOST
    ),
    "rides": lambda track, note: (
        track.is_drum and note.pitch in (DRUM_NOTES["ride"], DRUM_NOTES["crashride"])
    ),
}


def touch_rows(songs: dict[str, list[Arrangement]]) -> Iterator[Row]:
    """How the instruments are played: (what, found, wanted)."""
    for name, is_one in TOUCHES.items():
        styles = [
            style
            for style, own in songs.items()
            if any(is_one(t, n) for song in own for t in song.tracks for n in t.notes)
        ]
        yield f"styles with {name}", f"{len(styles)} of {len(songs)}", "by style"


def style_row(name: str, own: Sequence[Arrangement]) -> list[str]:
    kinds = [str(len({s.progression(kind) for s in own})) for kind in ("verse", "chorus", "bridge")]
    foreign = [f"{100 * np.mean([s.foreign[place] for s in own]):.0f}%" for place in (0, 1)]
    half = f"{100 * np.mean([s.half_cadences for s in own]):.0f}%"
    voices = " ".join(f"{mean:.1f}" for mean in np.mean([layers(s) for s in own], axis=0))
    return [name, *kinds, *foreign, half, voices]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="seeds of each style")
    parser.add_argument("--styles", action="store_true", help="a row for each style as well")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    songs = {style: [arranged(style, seed) for seed in seeds] for style in genre_names()}
    print("| arrangement | found | wanted |\n| --- | --- | --- |")
    for row in (*harmony_rows(songs), *layer_rows(songs), *touch_rows(songs)):
        print("| " + " | ".join(row) + " |", flush=True)
    if options.styles:
        print("\n| style | verses | choruses | bridges | secondary | outside | on V | voices |")
        print("| --- " * 8 + "|")
        for style, own in songs.items():
            print("| " + " | ".join(style_row(style, own)) + " |")


if __name__ == "__main__":
    main()
