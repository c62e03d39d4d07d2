"""A take's sound as files of other loudness, depth and rate."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from songsmith.agent.export.ffmpeg import run_ffmpeg
from songsmith.agent.export.formats import ExportError
from songsmith.engine.engine import Audio

__all__ = ["RATES_HZ", "SoundForm", "at_loudness", "sound_file"]

RATES_HZ = (22_050, 32_000, 44_100, 48_000, 88_200, 96_000)
_MOST_HZ = {"mp3": 48_000, "ogg": 48_000, "m4a": 48_000}
_PEAK_DBTP = -1.0
"""What streaming services ask for: no true peak above it."""


@dataclass(frozen=True)
class SoundForm:
    """How sound is handed out. `lufs` None keeps the take's own loudness; `bits` counts where nothing is lost."""

    lufs: float | None = None
    bits: int = 24
    rate_hz: int = 44_100

    def __post_init__(self) -> None:
        if self.lufs is not None and not -40 <= self.lufs <= -5:
            raise ExportError(
                f"a song can't be brought to {self.lufs:g} LUFS",
                hint="give -40 to -5; -14 for streaming, -16 for podcasts, -23 for broadcast",
            )
        if self.bits not in (16, 24):
            raise ExportError(f"there are no files of {self.bits} bits", hint="give 16 or 24")
        if self.rate_hz not in RATES_HZ:
            rates = ", ".join(map(str, RATES_HZ))
            raise ExportError(f"{self.rate_hz} Hz is no rate of sound files", hint=f"give {rates}")


def at_loudness(audio: Audio, lufs: float | None) -> tuple[Audio, str]:
    """`audio` (2, samples) at `lufs`, and a remark where its peaks don't allow that.

    Only the volume changes; a true peak of -1 dBTP is the limit when it rises.
    """
    from songsmith.engine.audio import measure_loudness

    if lufs is None:
        return audio, ""
    measured = measure_loudness(audio)
    if measured.lufs == float("-inf"):
        return audio, "the take is silent, its loudness stays"
    room_db = max(_PEAK_DBTP - measured.true_peak_dbtp, 0.0)
    gain_db = min(lufs - measured.lufs, room_db)
    reached = measured.lufs + gain_db
    note = ""
    if reached < lufs - 0.1:
        note = f"{reached:.1f} LUFS, not {lufs:g}: louder, its peaks would pass {_PEAK_DBTP:g} dBTP"
    return audio * audio.dtype.type(10 ** (gain_db / 20)), note


def sound_file(audio: Audio, format_name: str, form: SoundForm) -> bytes:
    """`audio` (2, samples) as a file without tags; see `formats.FORMATS` for the names."""
    from songsmith.engine.audio import encoded

    if form.rate_hz > _MOST_HZ.get(format_name, form.rate_hz):
        raise ExportError(
            f"{format_name} files have at most {_MOST_HZ[format_name]} Hz",
            hint=f"give --rate {_MOST_HZ[format_name]}, or another format",
        )
    if format_name == "m4a":
        return _aac(encoded(audio, "wav", rate_hz=form.rate_hz))
    return encoded(audio, format_name, rate_hz=form.rate_hz, bits=form.bits)


def _aac(wav: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "take.wav", Path(folder) / "take.m4a"
        source.write_bytes(wav)
        run_ffmpeg(["-i", str(source), "-c:a", "aac", "-b:a", "256k", str(target)], "an M4A file")
        return target.read_bytes()
