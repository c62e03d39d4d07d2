"""The style a song is given, and the one it is led away from, from texts and reference sounds.

The encoder works on the CPU, so that a style is the same whatever the song is sung on, and is let go of
at once: it is as large as the transformer, and what it gave is kept on disk.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.engine.diffrhythm.options import Options
from songsmith.engine.diffrhythm.parts import NEGATIVE, STYLE
from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.engine.weights.hub import sha256_of
from songsmith.engine.weights.parts import hashes, require
from songsmith.engine.weights.store import Store

if TYPE_CHECKING:
    from torch import Tensor

    from songsmith.engine.diffrhythm.style_embedding import StyleEncoder

__all__ = ["Styles", "embed_styles", "style_similarity"]

_CACHE_NAME = "style-cache"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Styles:
    """Both styles, each (1, 512), of what they were made (JSON values), and remarks."""

    style: "Tensor"
    negative: "Tensor"
    described: dict[str, object]
    notes: tuple[str, ...]


def embed_styles(store: Store, text: str, options: Options) -> Styles:
    """The styles for a style text and options, with the encoder and the cache in the models folder."""
    from songsmith.engine.diffrhythm.style_embedding import blend

    encoder = _open_encoder(store)
    try:
        parts = [
            (encoder.embed_audio(reference.path, window=reference.window), reference.weight)
            for reference in options.style_audio
        ]
        if options.style_text_weight:
            parts.append((encoder.embed_text(text), options.style_text_weight))
        negative, note = _negative(store, encoder, options)
        style = blend(parts)
    finally:
        encoder.release()
    return Styles(style, negative, _described(text, options, note), (note,) if note else ())


def style_similarity(store: Store, audio: Audio, text: str) -> float | None:
    """How close a sound (2, samples) is to a style text, -1 to 1, the middle ten seconds of it being heard.

    None where the encoder's weights are not here, the text is empty, or the sound can't be judged.
    """
    if not text.strip() or not store.has(STYLE):
        return None
    from songsmith.engine.diffrhythm.style_embedding import StyleError

    encoder = _open_encoder(store)
    try:
        heard = encoder.embed_audio((audio.mean(axis=0), SAMPLE_RATE_HZ))
        return float((heard * encoder.embed_text(text)).sum())
    except StyleError as error:
        logger.info("no style similarity: %s", error)
        return None
    finally:
        encoder.release()


def _open_encoder(store: Store) -> "StyleEncoder":
    from songsmith.engine.diffrhythm.style_embedding import StyleEncoder

    require(store, STYLE)
    return StyleEncoder(
        store.folder / STYLE.name,
        cache=store.folder / _CACHE_NAME,
        weights_id=hashes(store, STYLE)["model.safetensors"],
    )


def _negative(store: Store, encoder: "StyleEncoder", options: Options) -> tuple["Tensor", str]:
    from songsmith.engine.diffrhythm.style_embedding import negative_style

    if options.negative:
        return encoder.embed_text(options.negative), ""
    path: Path | None = None
    if store.has(NEGATIVE):
        path = require(store, NEGATIVE)["vocal.npy"]
    return negative_style(path, encoder)


def _described(text: str, options: Options, note: str) -> dict[str, object]:
    return {
        "text": text if options.style_text_weight else "",
        "text_weight": options.style_text_weight,
        "audio": [
            {
                "name": reference.path.name,
                "sha256": sha256_of(reference.path),
                "weight": reference.weight,
                "window": reference.window,
            }
            for reference in options.style_audio
        ],
        "negative": options.negative or ("stand-in" if note else "published"),
    }
