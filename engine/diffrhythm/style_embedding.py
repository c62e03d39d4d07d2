"""A style as 512 numbers: from words, from ten seconds of sound, or blended from several of them.

The encoder is large and an embedding is small, so embeddings are kept on disk by the hash of what they were made
from, and the encoder is loaded only for new ones, one tower at a time.
"""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import soxr
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from songsmith.atomic import write_whole
from songsmith.engine.audio import load_audio
from songsmith.engine.diffrhythm.model.rename import CheckpointError
from songsmith.engine.engine import EngineError
from songsmith.engine.weights.checkpoint import TensorFile

if TYPE_CHECKING:
    from songsmith.engine.diffrhythm.model.mulan import AudioTower, MulanConfig, TextTower

__all__ = [
    "NEGATIVE_SHA256",
    "STAND_IN_TEXT",
    "WINDOW_S",
    "StyleEncoder",
    "StyleError",
    "Window",
    "blend",
    "load_negative",
    "negative_style",
]

RATE_HZ = 24_000
WINDOW_S = 10
NEGATIVE_SHA256 = "6cb7d74eb7a8eda12acb8247b21d373928301db8a8cb0db480d341799fed3ce5"
STAND_IN_TEXT = "vocal"
_WINDOW_SAMPLES = WINDOW_S * RATE_HZ
_MOST_WINDOWS = 8
_SILENT_PEAK = 1e-3  # -60 dBFS
_STYLE_SHAPE = (1, 512)

Samples = NDArray[np.float32]
Window = Literal["middle", "best"]

logger = logging.getLogger(__name__)


class StyleError(EngineError):
    """Words or sound that no style can be taken from."""


class StyleEncoder:
    """Style embeddings, float32 (1, 512) of unit length on the CPU, from the weights in `folder`.

    `folder` holds `model.safetensors` and `config.json` of MuQ-MuLan, `muq/config.json`,
    `xlm-roberta/config.json` and `xlm-roberta/tokenizer.json`. Embeddings are kept in `cache` under the hash of
    their source, of `weights_id` and of the way they were made. Nothing is loaded before it is needed.
    """

    def __init__(
        self, folder: Path, *, cache: Path, weights_id: str, device: torch.device | str = "cpu"
    ) -> None:
        self.folder = folder
        self._cache = cache
        self._weights_id = weights_id
        self._device = device
        self._audio: AudioTower | None = None
        self._text: TextTower | None = None

    def embed_text(self, text: str) -> Tensor:
        """The style that `text` describes, in any language; one text at a time, since padding would be heard."""
        words = " ".join(text.split())
        if not words:
            raise StyleError(
                "there are no words in the style", hint="say what it should sound like"
            )
        return self._kept(("text", words), words.encode(), lambda: self._embed_words(words))

    def embed_audio(
        self, source: Path | tuple[NDArray[np.floating[Any]], int], *, window: Window = "middle"
    ) -> Tensor:
        """The style of ten seconds of a sound file, or of samples ((channels, n) or (n,)) and their rate in Hz.

        "middle" takes the middle ten seconds; "best" the ten, of up to eight places over the whole, that
        sound most like the rest of it. Raises `StyleError` for what is silent or shorter, `AudioError`
        for a file that is not sound.
        """
        mono, name = _mono(source)
        seconds = mono.shape[0] / RATE_HZ
        if mono.shape[0] < _WINDOW_SAMPLES:
            raise StyleError(
                f"{seconds:.1f} s are too short to hear a style in",
                where=name,
                hint=f"give {WINDOW_S} s of sound or more",
            )
        windows = _middle(mono) if window == "middle" else _spread(mono)
        sounding = [part for part in windows if np.abs(part).max() >= _SILENT_PEAK]
        if not sounding:
            raise StyleError(
                f"the middle {WINDOW_S} s are silent" if window == "middle" else "is silent",
                where=name,
                hint="give another file"
                + (", or let the best part be chosen" * (window == "middle")),
            )
        return self._kept(("audio", window), mono.tobytes(), lambda: self._embed_best(sounding))

    def release(self) -> None:
        """Let go of the encoder's weights; the next new embedding loads them again."""
        self._audio = self._text = None

    def _embed_words(self, words: str) -> Tensor:
        from tokenizers import Tokenizer

        # The published file as it is: AutoTokenizer of transformers 5 rebuilds its pipeline from parts.
        path = self.folder / "xlm-roberta" / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises nothing more precise
            raise _unusable(path, error) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tower = self._text_tower()
        ids = torch.tensor([tokenizer.encode(words).ids])
        if ids.shape[1] > tower.max_tokens:
            raise StyleError(
                f"a style of {ids.shape[1]} tokens is too long; {tower.max_tokens} is the most",
                hint="say it in fewer words",
            )
        return tower.embed(ids, torch.ones_like(ids)).cpu()

    def _embed_best(self, windows: Sequence[Samples]) -> Tensor:
        """The embedding that is most like all the others; the only one if there is one."""
        tower = self._audio_tower()
        styles = torch.cat([tower.embed(torch.from_numpy(part)).cpu() for part in windows])
        likeness = (styles @ styles.T).fill_diagonal_(0).sum(dim=1)
        return styles[likeness.argmax()][None]

    def _kept(self, way: tuple[str, str], content: bytes, embed: Callable[[], Tensor]) -> Tensor:
        """The embedding from the cache, else from `embed`."""
        head = "\0".join((*way, self._weights_id, ""))
        path = self._cache / f"{hashlib.sha256(head.encode() + content).hexdigest()}.npy"
        style = _read_embedding(path)
        if style is None:
            style = F.normalize(embed().float(), dim=-1).clone()
            _write_embedding(path, style)
        return style

    def _audio_tower(self) -> "AudioTower":
        from songsmith.engine.diffrhythm.model.mulan import load_audio_tower

        if self._audio is None:
            self._audio = load_audio_tower(self._tensors(), self._config(), device=self._device)
        return self._audio

    def _text_tower(self) -> "TextTower":
        from songsmith.engine.diffrhythm.model.mulan import load_text_tower

        if self._text is None:
            self._text = load_text_tower(self._tensors(), self._config(), device=self._device)
        return self._text

    def _tensors(self) -> TensorFile:
        return TensorFile(self.folder / "model.safetensors")

    def _config(self) -> "MulanConfig":
        from songsmith.engine.diffrhythm.model.mulan import MulanConfig

        return MulanConfig.parse(
            _read_json(self.folder / "config.json"),
            _read_json(self.folder / "muq" / "config.json"),
            _read_json(self.folder / "xlm-roberta" / "config.json"),
        )


def blend(parts: Sequence[tuple[Tensor, float]]) -> Tensor:
    """The weighted mean of embeddings (1, 512), of unit length again; a negative weight leads away from one."""
    styles = [F.normalize(style.float(), dim=-1) * weight for style, weight in parts]
    mixed = torch.stack(styles).sum(dim=0) if styles else torch.zeros(_STYLE_SHAPE)
    length = torch.linalg.vector_norm(mixed).item()
    if not 1e-6 < length < float("inf"):
        raise StyleError(
            "the styles cancel out" if styles else "there is no style to blend",
            hint="give at least one with a weight above 0",
        )
    return F.normalize(mixed, dim=-1)


def load_negative(path: Path, *, sha256: str = NEGATIVE_SHA256) -> Tensor:
    """The published negative style (1, 512), an embedding of plain vocals; `CheckpointError` for any other file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(path, error) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CheckpointError(
            f"isn't the published negative style (sha256 {found[:12]}… for {sha256[:12]}…)",
            where=str(path),
            hint="pull it again",
        )
    return torch.from_numpy(np.load(io.BytesIO(content), allow_pickle=False)).reshape(_STYLE_SHAPE)


def negative_style(path: Path | None, encoder: StyleEncoder) -> tuple[Tensor, str]:
    """The published negative style and "", or, where it could not be had, a stand-in and a word about it."""
    if path is not None:
        return load_negative(path), ""
    note = f'the published negative style is not here, the text "{STAND_IN_TEXT}" stands in for it'
    return encoder.embed_text(STAND_IN_TEXT), note


def _mono(source: Path | tuple[NDArray[np.floating[Any]], int]) -> tuple[Samples, str]:
    """Mono samples (n,) at 24 kHz, and what to call them in an error."""
    if isinstance(source, Path):
        return load_audio(source, rate_hz=RATE_HZ).mean(axis=0), str(source)
    samples, rate_hz = source
    mono = np.asarray(samples, dtype=np.float32)
    if mono.ndim > 1:
        mono = mono.mean(axis=0)
    if not np.isfinite(mono).all():
        raise StyleError("the sound holds samples that are not numbers")
    if rate_hz != RATE_HZ:
        mono = np.asarray(soxr.resample(mono, rate_hz, RATE_HZ), dtype=np.float32)
    return mono, "the sound"


def _middle(mono: Samples) -> list[Samples]:
    start = (mono.shape[0] - _WINDOW_SAMPLES) // 2
    return [mono[start : start + _WINDOW_SAMPLES]]


def _spread(mono: Samples) -> list[Samples]:
    """Windows evenly over the whole, half a window apart or more; the middle one where fewer than three fit."""
    room = mono.shape[0] - _WINDOW_SAMPLES
    count = min(_MOST_WINDOWS, 1 + 2 * room // _WINDOW_SAMPLES)
    if count < 3:
        return _middle(mono)
    starts = np.linspace(0, room, count).astype(int)
    return [mono[start : start + _WINDOW_SAMPLES] for start in starts]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    if not isinstance(values, dict):
        raise _unusable(path, ValueError("it is not a table of values"))
    return values


def _unusable(path: Path, error: Exception) -> CheckpointError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return CheckpointError(
        f"can't be used ({reason})", where=str(path), hint="pull the style encoder again"
    )


def _read_embedding(path: Path) -> Tensor | None:
    """An embedding from the cache; None if there is none, or none that can be read."""
    try:
        style = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        logger.warning("%s can't be read, making it again: %s", path, error)
        return None
    if style.shape != _STYLE_SHAPE or style.dtype != np.float32:
        logger.warning("%s is not a style embedding; making it again", path)
        return None
    return torch.from_numpy(style)


def _write_embedding(path: Path, style: Tensor) -> None:
    """Keep an embedding; a cache that can't be written to only costs time."""
    buffer = io.BytesIO()
    np.save(buffer, style.numpy(), allow_pickle=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, buffer.getvalue())
    except OSError as error:
        logger.warning("%s can't be written: %s", path, error)
