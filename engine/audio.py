"""Sound files and what is measured of sound: load, save, loudness, true peak, splice.

Files go through soundfile, rates through soxr, tags through mutagen. Samples in a take are whole
multiples of 2^-23, which 24-bit files hold exactly: what is saved and loaded again is bit-identical,
so a splice is too.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from songsmith.atomic import write_whole
from songsmith.engine.engine import Audio, Span
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.errors import SongsmithError

__all__ = [
    "FORMATS",
    "AudioError",
    "Loudness",
    "check_audio",
    "encoded",
    "load_audio",
    "measure_loudness",
    "quantise",
    "save_audio",
    "splice",
]

FORMATS = ("flac", "wav", "mp3", "ogg")
_BLOCK_FRAMES = 65_536
_SUBTYPES = {
    "flac": "PCM_{bits}",
    "wav": "PCM_{bits}",
    "mp3": "MPEG_LAYER_III",
    "ogg": "VORBIS",
    "opus": "OPUS",
}
_OPUS_HZ = 48_000
_STEPS = 2**23
CROSSFADE_S = 0.03


class AudioError(SongsmithError):
    """A sound file that can't be read or written."""


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness (LUFS, ITU-R BS.1770), true peak (dBTP, 4x oversampled); -inf for silence."""

    lufs: float
    true_peak_dbtp: float


def quantise(audio: Audio, out: Audio | None = None) -> Audio:
    """`audio` (channels, samples) clipped to [-1, 1) and rounded to steps of 2^-23, written to `out`, which may be
    `audio`, or to a new array."""
    # Powers of two and integers below 2^24 are exact in float32.
    steps = np.multiply(audio, np.float32(_STEPS), out=out, dtype=np.float32)
    np.clip(np.rint(steps, out=steps), -_STEPS, _STEPS - 1, out=steps)
    steps *= np.float32(1 / _STEPS)
    steps += np.float32(0)  # files know no minus zero, so a take has none
    return steps


def load_audio(path: Path, *, rate_hz: int = SAMPLE_RATE_HZ) -> Audio:
    """The sound in `path` as float32 (2, samples) at `rate_hz`; mono is doubled, more channels are mixed down."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise AudioError("is no regular file", where=str(path), hint="give a sound file")
    try:
        samples, file_rate_hz = _read(path)
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioError(
            f"can't be read as sound ({_why_unreadable(path, error)})",
            where=str(path),
            hint="give a WAV, FLAC, MP3 or OGG file",
        ) from error
    if samples.shape[1] == 0:
        raise AudioError("has no sound in it", where=str(path), hint="give another file")
    if not np.isfinite([samples.min(), samples.max()]).all():
        raise AudioError(
            "holds samples that are not numbers", where=str(path), hint="export it again"
        )
    if samples.shape[0] != 2:
        samples = np.repeat(samples.mean(axis=0, keepdims=True), 2, axis=0)
    if file_rate_hz != rate_hz:
        samples = soxr.resample(samples.T, file_rate_hz, rate_hz).T
    return np.ascontiguousarray(samples, dtype=np.float32)


def _read(path: Path) -> tuple[Audio, int]:
    """All channels of a file, (channels, samples), and its rate."""
    with soundfile.SoundFile(path) as file:
        sound = np.empty((file.channels, file.frames), dtype=np.float32)
        count = 0
        for block in file.blocks(_BLOCK_FRAMES, dtype="float32", always_2d=True):
            sound[:, count : count + len(block)] = block.T
            count += len(block)
        return sound[:, :count], file.samplerate


def check_audio(path: Path) -> None:
    """Raise `AudioError` for a file that is no sound, by its head alone."""
    try:
        frames = soundfile.info(path).frames
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioError(
            f"can't be read as sound ({_why_unreadable(path, error)})",
            where=str(path),
            hint="give a WAV, FLAC, MP3 or OGG file",
        ) from error
    if frames == 0:
        raise AudioError("has no sound in it", where=str(path), hint="give another file")


def save_audio(path: Path, audio: Audio, *, tags: Mapping[str, str] | None = None) -> None:
    """Write `audio` (2, samples) as the format of `path`'s ending; the file appears whole or not at all.

    `tags`: any of title, artist, album, comment, lyrics.
    """
    format_name = path.suffix.lstrip(".").lower()
    if format_name not in FORMATS:
        raise AudioError(
            f"no such sound format: {path.suffix or path.name!r}",
            where=str(path),
            hint=f"end the name in one of {', '.join('.' + f for f in FORMATS)}",
        )
    data = encoded(audio, format_name, tags=tags)
    try:
        write_whole(path, data)
    except OSError as error:
        raise AudioError(
            f"can't be written ({(error.strerror or str(error)).lower()})",
            where=str(path),
            hint="check the folder, its rights and the space on the disk",
        ) from error


def encoded(
    audio: Audio,
    format_name: str,
    *,
    tags: Mapping[str, str] | None = None,
    rate_hz: int = SAMPLE_RATE_HZ,
    bits: int = 24,
) -> bytes:
    """`audio` (2, samples) as a file of one of `FORMATS` or "opus", with `tags` as `save_audio` takes them.

    `bits` counts where nothing is lost (FLAC, WAV): 16 are dithered, always with the same noise. Opus is always
    48,000 Hz.
    """
    buffer = io.BytesIO()
    rate_hz = _OPUS_HZ if format_name == "opus" else rate_hz
    if rate_hz != SAMPLE_RATE_HZ:
        audio = soxr.resample(audio.T, SAMPLE_RATE_HZ, rate_hz).T
    with soundfile.SoundFile(
        buffer,
        "w",
        rate_hz,
        len(audio),
        format="OGG" if format_name == "opus" else format_name.upper(),
        subtype=_SUBTYPES[format_name].format(bits=bits),
    ) as file:
        # Vorbis overflows libsndfile's stack, and ends the process, when it gets a whole song at once.
        noise = np.random.default_rng(0)
        for start in range(0, audio.shape[1], _BLOCK_FRAMES):
            block = audio[:, start : start + _BLOCK_FRAMES]
            file.write(_file_samples(block, format_name, bits, noise))
    if tags:
        _write_tags(buffer, format_name, tags)
    return buffer.getvalue()


def measure_loudness(audio: Audio) -> Loudness:
    """Loudness of `audio` (2, samples); sound shorter than 0.4 s is measured as if silence followed."""
    if not np.any(audio):
        return Loudness(lufs=float("-inf"), true_peak_dbtp=float("-inf"))
    # Its filters are those of pedalboard, which a chat need not load before there is sound.
    from songsmith.engine.loudness import gated_lufs, power_frames, true_peak_db

    return Loudness(gated_lufs(power_frames(audio)), true_peak_db(audio))


def splice(
    parent: Audio,
    fresh: Audio,
    spans: Sequence[Span],
    *,
    fresh_from_s: float = 0.0,
    crossfade_s: float = CROSSFADE_S,
) -> Audio:
    """`fresh` inside `spans`, `parent` everywhere else, bit for bit; crossfades lie inside the spans.

    Both (2, samples), `fresh` from `fresh_from_s` of the song on; the shorter one counts as silent after its end, so
    that a longer `fresh` with a span at its end extends a song. At the very start and end of the song no crossfade is
    needed, so there is none.
    """
    offset = sample_at(fresh_from_s)
    length = max(parent.shape[1], offset + fresh.shape[1])
    spliced = np.zeros((2, length), dtype=np.float32)
    spliced[:, : parent.shape[1]] = parent
    for span in spans:
        start, end = sample_at(span.start_s), min(sample_at(span.end_s), length)
        if start >= end:
            continue
        share = _fade_in_share(start, end, length, sample_at(crossfade_s))
        inside = spliced[:, start:end]
        new = fresh[:, start - offset : end - offset]
        inside *= 1 - share
        inside[:, : new.shape[1]] += new * share[: new.shape[1]]
        quantise(inside, out=inside)
    return spliced


def _fade_in_share(start: int, end: int, length: int, fade: int) -> Audio:
    """Share of the fresh sound over `[start, end)`: raised cosine up and down, flat at the song's ends."""
    fade = min(fade, (end - start) // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(fade, 1))
    share = np.ones(end - start, dtype=np.float32)
    if start > 0:
        share[:fade] = ramp
    if end < length and fade:
        share[-fade:] = ramp[::-1]
    return share


def _file_samples(
    audio: Audio, format_name: str, bits: int, noise: np.random.Generator
) -> np.ndarray:
    """Samples as soundfile takes them, (samples, 2): integers where the format is lossless, so that no
    scaling of libsndfile's comes between."""
    if format_name not in ("flac", "wav"):
        return np.asarray(audio.T, dtype=np.float32)
    if bits == 16:
        return _dithered(audio, noise).T
    samples = np.empty(audio.T.shape, dtype=np.int32)
    for channel, row in zip(samples.T, quantise(audio), strict=True):
        channel[:] = row * np.float32(_STEPS)
    return np.left_shift(samples, 8, out=samples)


def _dithered(audio: Audio, noise: np.random.Generator) -> NDArray[np.int16]:
    """`audio` in steps of 2^-15 as int16, with triangular noise of one step against the distortion of rounding."""
    up, down = noise.random((2, *audio.shape), dtype=np.float32)
    steps = np.rint(audio * np.float32(2**15) + up - down)
    clipped: NDArray[np.float32] = np.clip(steps, -(2**15), 2**15 - 1)
    return clipped.astype(np.int16)


def _write_tags(buffer: io.BytesIO, format_name: str, tags: Mapping[str, str]) -> None:
    """ID3 in WAV and MP3, Vorbis comments in FLAC and OGG."""
    import mutagen
    from mutagen import id3

    buffer.seek(0)
    file = mutagen.File(buffer)
    if file.tags is None:
        file.add_tags()
    if format_name in ("flac", "ogg"):
        file.update({key: [text] for key, text in tags.items()})
    else:
        of_language = {"lang": "und", "desc": ""}
        frames: dict[str, tuple[Any, dict[str, str]]] = {
            "title": (id3.TIT2, {}),
            "artist": (id3.TPE1, {}),
            "album": (id3.TALB, {}),
            "comment": (id3.COMM, of_language),
            "lyrics": (id3.USLT, of_language),
        }
        for key, text in tags.items():
            frame, more = frames[key]
            file.tags.add(frame(encoding=3, text=text, **more))
    buffer.seek(0)
    file.save(buffer)


def _why_unreadable(path: Path, error: Exception) -> str:
    if path.is_dir():
        return "it is a folder"
    if not path.exists():
        return "there is no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).split(": ")[-1].rstrip(".").lower()
