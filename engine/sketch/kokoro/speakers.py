"""Kokoro's own voices: 256 numbers each, which are data of ours (see data/SPEAKERS.md)."""

import functools
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLENDS", "LANGUAGES", "speaker_style"]

LANGUAGES = {
    **{"a": "en-us", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it"},
    **{"j": "ja", "p": "pt-br", "z": "cmn"},
}
"""The espeak file of the language that the first letter of a speaker's name stands for; the second is f or m."""


BLENDS = {
    "ff_claire": {"ff_siwis": 0.6, "am_michael": 0.2, "if_sara": 0.2},
    "if_gaia": {"if_sara": 0.6, "af_heart": 0.2, "ef_dora": 0.2},
    "zm_mingyu": {"zm_yunxi": 0.6, "am_michael": 0.4},
}
"""Speakers of ours, each a mean of published ones with these weights; each was understood better than the first of
them (docs/figures.md says where)."""


def speaker_style(name: str) -> NDArray[np.float32]:
    """The style of speaker `name`, shape (256,): the first half steers the sound, the other the prosody."""
    parts = BLENDS.get(name, {name: 1.0})
    rows = [np.float32(weight) * _table()[part] for part, weight in parts.items()]
    return np.asarray(np.sum(rows, axis=0))


@functools.cache
def _table() -> dict[str, NDArray[np.float32]]:
    path = files("songsmith.engine.sketch.kokoro") / "data" / "speakers.npz"
    with path.open("rb") as file, np.load(file) as table:
        return {name: table[name] for name in table.files}
