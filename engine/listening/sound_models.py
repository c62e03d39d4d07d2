"""How well each moment of a song fits each sound of its words, and whether anybody sings there.

The models come from espeak speaking the words, with the song's own accompaniment laid under them, and are then taught
by the song itself: frames that were found to be a sound move its model, and what lies between lines teaches what the
band alone is like. Whether anybody sings is first told by a speech detector.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, uniform_filter1d
from scipy.special import logsumexp

from songsmith.engine.listening.spoken_lines import SpokenSound
from songsmith.engine.listening.voice_features import FloatArray, cepstra

__all__ = ["SoundModels", "teach_models"]

_SHARPNESS = 0.16
"""Neighbouring frames say much the same, and cepstra are no Gaussians: what one frame counts for."""
_LEAST_VARIANCE = 0.3
_SPOKEN_WEIGHT = 60
"""How many frames of the song espeak's own speech of a sound is worth."""
_FEWEST_FRAMES = 100
_MOST_ODDS = 4.0
_CONTEXT_FRAMES = 9
_SILENT_ODDS = -2.2
"""Log odds of speech below which a moment surely is the band alone."""
_SINGING = 0.5
"""What is added to the log odds, as a speech detector overlooks much that is sung."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SoundModels:
    """Of a song of `energies` (frames, 40): `means` (sounds, 30) of each sound, by its `symbols`, with their `variance`
    (30,), and `voice_odds` (frames,), the log odds that somebody sings, after `speech_odds`, those of a speech
    detector."""

    symbols: tuple[str, ...]
    energies: FloatArray
    features: FloatArray
    spoken_means: FloatArray
    means: FloatArray
    variance: FloatArray
    speech_odds: FloatArray
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
        odds = _voice_odds(
            self.energies, band, binary_erosion(sound_at >= 0, iterations=3), self.speech_odds
        )
        return replace(self, means=means, voice_odds=odds)


def teach_models(
    energies: FloatArray,
    sounds: Sequence[SpokenSound],
    is_heard: Mask,
    is_surely_sung: Mask,
    speech_odds: FloatArray,
) -> SoundModels:
    """First models for a song in which words were heard in the frames `is_heard`, surely in `is_surely_sung`, and a
    speech detector found these log odds."""
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
        speech_odds,
        _voice_odds(
            energies,
            binary_erosion(speech_odds < _SILENT_ODDS, iterations=3),
            speech_odds > 0,
            speech_odds,
        ),
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


def _voice_odds(
    energies: FloatArray, band: Mask, sung: Mask, speech_odds: FloatArray
) -> FloatArray:
    """Log odds (frames,) of song against band alone: what the speech detector says, and a linear discriminant over
    each frame and its neighbours where there is enough to teach it."""
    if min(band.sum(), sung.sum()) < _FEWEST_FRAMES:
        return speech_odds
    around = np.hstack([energies, uniform_filter1d(energies, _CONTEXT_FRAMES, axis=0)])
    without, with_voice = around[band], around[sung]
    spread = (np.cov(without.T) + np.cov(with_voice.T)) / 2 + 0.1 * np.eye(around.shape[1])
    low, high = without.mean(axis=0), with_voice.mean(axis=0)
    odds = (around - (low + high) / 2) @ np.linalg.solve(spread, high - low)
    own = np.clip(odds, -_MOST_ODDS, _MOST_ODDS)
    return np.asarray((own + speech_odds) / 2 + _SINGING)
