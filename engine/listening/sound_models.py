"""How well each moment of a song fits each sound of its words, and whether anybody sings there.

The models come from espeak speaking the words, with the song's own accompaniment laid under them, and are then taught
by the song itself: frames that were found to be a sound move its model, and what lies between lines teaches what the
band alone is like.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, uniform_filter1d
from scipy.special import logsumexp

from songsmith.engine.listening.spoken_lines import SpokenSound
from songsmith.engine.listening.voice_features import FloatArray, cepstra

__all__ = ["SoundModels", "teach_models"]

_SHARPNESS = 0.12
"""Neighbouring frames say much the same, and cepstra are no Gaussians: what one frame counts for."""
_LEAST_VARIANCE = 0.3
_SPOKEN_WEIGHT = 60
"""How many frames of the song espeak's own speech of a sound is worth."""
_FEWEST_FRAMES = 100
_MOST_ODDS = 4.0
_CONTEXT_FRAMES = 9

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SoundModels:
    """Of a song of `energies` (frames, 40): `means` (sounds, 30) of each sound, by its `symbols`, with their `variance`
    (30,), and `voice_odds` (frames,), the log odds that somebody sings."""

    symbols: tuple[str, ...]
    energies: FloatArray
    features: FloatArray
    spoken_means: FloatArray
    means: FloatArray
    variance: FloatArray
    voice_odds: FloatArray

    def scores(self) -> FloatArray:
        """Log probabilities (frames, sounds) of each sound, if one is sung."""
        distance = np.stack(
            [np.square(self.features - mean) @ (1 / self.variance) for mean in self.means], axis=1
        )
        likely = -0.5 * _SHARPNESS * distance
        return np.asarray(likely - logsumexp(likely, axis=1, keepdims=True))

    def taught(self, sound_at: NDArray[np.intp]) -> "SoundModels":
        """The models after the song itself, in which frame k is the sound `sound_at[k]`, or none (-1)."""
        means = self.spoken_means.copy()
        for number in range(len(means)):
            own = self.features[sound_at == number]
            total = own.sum(axis=0) + _SPOKEN_WEIGHT * means[number]
            means[number] = total / (len(own) + _SPOKEN_WEIGHT)
        band = binary_erosion(sound_at < 0, iterations=8)
        band = band if band.sum() >= _FEWEST_FRAMES else sound_at < 0
        odds = _voice_odds(self.energies, band, binary_erosion(sound_at >= 0, iterations=3))
        return SoundModels(
            self.symbols,
            self.energies,
            self.features,
            self.spoken_means,
            means,
            self.variance,
            odds,
        )


def teach_models(
    energies: FloatArray, sounds: Sequence[SpokenSound], is_heard: Mask, is_surely_sung: Mask
) -> SoundModels:
    """First models for a song in which words were heard in the frames `is_heard`, surely in `is_surely_sung`."""
    band = ~binary_dilation(is_heard, iterations=40)
    spoken = _over_the_band(energies, sounds, band, is_surely_sung)
    symbols = tuple(spoken)
    means = np.array([frames.mean(axis=0) for frames in spoken.values()])
    spread = np.concatenate([frames - frames.mean(axis=0) for frames in spoken.values()])
    features = cepstra(energies)
    channel = features[is_surely_sung].mean(axis=0) - np.concatenate([*spoken.values()]).mean(
        axis=0
    )
    return SoundModels(
        symbols,
        energies,
        features,
        means + channel,
        means + channel,
        spread.var(axis=0) + _LEAST_VARIANCE,
        _voice_odds(energies, band, is_surely_sung),
    )


def _over_the_band(
    energies: FloatArray, sounds: Sequence[SpokenSound], band: Mask, sung: Mask
) -> dict[str, FloatArray]:
    """Cepstra of each sound by its symbol, spoken as loud as the song is sung, over its accompaniment."""
    level = np.log(np.exp(energies[sung]).mean())
    level -= np.log(np.mean([np.exp(sound.spectra).mean() for sound in sounds]))
    under = np.log(np.exp(energies[band]).mean(axis=0)) if band.sum() >= _FEWEST_FRAMES else -20.0
    found: dict[str, list[FloatArray]] = {}
    for sound in sounds:
        found.setdefault(sound.symbol, []).append(
            cepstra(np.logaddexp(sound.spectra + level, under))
        )
    return {symbol: np.concatenate(frames) for symbol, frames in found.items()}


def _voice_odds(energies: FloatArray, band: Mask, sung: Mask) -> FloatArray:
    """Log odds (frames,) of song against band alone, by a linear discriminant over each frame and its neighbours."""
    if min(band.sum(), sung.sum()) < _FEWEST_FRAMES:
        return np.zeros(len(energies))
    around = np.hstack([energies, uniform_filter1d(energies, _CONTEXT_FRAMES, axis=0)])
    without, with_voice = around[band], around[sung]
    spread = (np.cov(without.T) + np.cov(with_voice.T)) / 2 + 0.1 * np.eye(around.shape[1])
    low, high = without.mean(axis=0), with_voice.mean(axis=0)
    odds = (around - (low + high) / 2) @ np.linalg.solve(spread, high - low)
    return np.asarray(np.clip(odds, -_MOST_ODDS, _MOST_ODDS))
