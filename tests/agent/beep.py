"""A small real engine: one tone a line, its pitch from the seed. Quick, exact, and it can be interrupted."""

from collections.abc import Iterator, Sequence

import numpy as np

from songsmith.engine.audio import quantise, splice
from songsmith.engine.engine import (
    EngineError,
    EngineStatus,
    Forecast,
    OnProgress,
    Progress,
    RenderRequest,
    Take,
)
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at


class BeepEngine:
    name = "sketch"
    languages: Sequence[str] = ()
    min_duration_s = 1.0
    max_duration_s = 600.0

    def status(self) -> EngineStatus:
        return EngineStatus(True, "always ready")

    def forecast(self, request: RenderRequest) -> Forecast:
        wrong = set(request.options) - {"stems", "instrumental"}
        if wrong:
            raise EngineError(f"no such option: {', '.join(sorted(wrong))}")
        return Forecast(f"beeps · {request.style}")

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        for index, seed in enumerate(request.seeds, 1):
            on_progress(Progress("beeping", 0, 1, index, len(request.seeds)))
            audio = self._sound(request, seed)
            if request.parent is not None and request.spans:
                audio = splice(request.parent.audio, audio, request.spans)
            on_progress(Progress("beeping", 1, 1, index, len(request.seeds)))
            yield Take(audio, seed, self.name, {"bpm": 90})

    def _sound(self, request: RenderRequest, seed: int) -> np.ndarray:
        samples = sample_at(request.duration_s)
        time_s = np.arange(samples) / SAMPLE_RATE_HZ
        sound = 0.01 * np.sin(2 * np.pi * 110 * time_s)
        for number, line in enumerate(request.lyrics.lines):
            start = sample_at(line.start_s)
            pitch_hz = 220 + seed % 97 + 10 * number + len(line.text)
            tone = 0.3 * np.sin(2 * np.pi * pitch_hz * time_s[: SAMPLE_RATE_HZ // 2])
            sound[start : start + len(tone)] += tone[: max(0, samples - start)]
        return quantise(np.stack([sound, sound]).astype(np.float32))
