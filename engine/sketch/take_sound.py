"""The sound of a take: the band played in each window, mixed with the voices, and joined to what stays of a parent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from songsmith.engine.audio import splice
from songsmith.engine.engine import Audio
from songsmith.engine.sketch.band.band import Track
from songsmith.engine.sketch.band.synth import soundfont
from songsmith.engine.sketch.mixing.gains import Gains
from songsmith.engine.sketch.mixing.mix import Mix, mix_song
from songsmith.engine.sketch.mixing.tracks import BandSound, render_tracks
from songsmith.engine.sketch.score import Score
from songsmith.engine.sketch.singing.vocals import Vocals
from songsmith.engine.sketch.style.genre import Genre
from songsmith.engine.sketch.window import Window, score_in, tracks_in
from songsmith.engine.units import sample_at

__all__ = ["TakePlan", "joined", "joined_stems", "mixed", "played"]


@dataclass(frozen=True)
class TakePlan:
    """What is played, at which levels as far as they are known, and the windows in which it is heard."""

    score: Score
    tracks: Sequence[Track]
    genre: Genre
    seed: int
    gains: Gains
    windows: Sequence[Window]
    keeps_stems: bool


def played(plan: TakePlan) -> list[BandSound]:
    """The band in every window."""
    return [
        render_tracks(
            score_in(plan.score, window),
            tracks_in(plan.tracks, window),
            soundfont(),
            plan.genre,
            seed=plan.seed,
            given=plan.gains,
            samples=window.samples,
            keeps_stems=plan.keeps_stems,
        )
        for window in plan.windows
    ]


def mixed(plan: TakePlan, bands: Sequence[BandSound], vocals: Vocals | None) -> list[Mix]:
    """Every window mixed; what was `played` is used up."""
    return [
        mix_song(
            score_in(plan.score, window),
            band,
            vocals.stems(window.start_s, window.samples) if vocals else {},
            plan.genre,
            given=plan.gains,
        )
        for window, band in zip(plan.windows, bands, strict=True)
    ]


def joined(plan: TakePlan, mixes: Sequence[Mix], parent: Audio | None) -> Audio:
    """The whole take (2, samples): the one mix, or where there is a parent, that with the mixes in their spans."""
    if parent is None:
        return mixes[0].audio
    for window, mix in zip(plan.windows, mixes, strict=True):
        parent = splice(parent, mix.audio, window.spans, fresh_from_s=window.start_s)
    return parent


def joined_stems(plan: TakePlan, mixes: Sequence[Mix]) -> dict[str, Audio]:
    """Stems of the song's length, silent outside of the windows."""
    stems: dict[str, Audio] = {}
    length = sample_at(plan.score.duration_s)
    for window, mix in zip(plan.windows, mixes, strict=True):
        first = sample_at(window.start_s)
        for name, sound in mix.stems.items():
            stem = stems.setdefault(name, np.zeros((2, length), dtype=np.float32))
            stem[:, first : first + window.samples] = sound
    return stems
