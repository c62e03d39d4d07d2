"""A small real engine: one tone a line, its pitch from the seed. Quick, exact, and it can be interrupted."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from songsmith.engine.audio import quantise, splice
from songsmith.engine.engine import (
    EngineCard,
    EngineStatus,
    Forecast,
    OnProgress,
    Progress,
    RenderRequest,
    RequestOutline,
    Take,
    register_engine,
)
from songsmith.engine.requests import check_duration, check_request, parse_options
from songsmith.engine.units import SAMPLE_RATE_HZ, sample_at
from songsmith.lyrics.limits import SingingLimits


class BeepOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    stems: bool = False
    instrumental: bool = False
    pitch_hz: int = Field(default=220, ge=50, le=2000, description="pitch of the first line")


CARD = EngineCard(
    name="beep",
    title="one tone a line",
    limits=SingingLimits(min_duration_s=1.0, max_duration_s=60.0),
    options=BeepOptions,
)


class BeepEngine:
    card = CARD
    name = CARD.name

    def status(self) -> EngineStatus:
        return EngineStatus(True, "always ready")

    def song_seconds(self, duration_s: float) -> float:
        return 0.01 * duration_s

    def check_outline(self, outline: RequestOutline) -> None:
        check_duration(self.card, outline.duration_s)
        parse_options(self.card.options, self.card.name, outline.options)

    def forecast(self, request: RenderRequest) -> Forecast:
        check_request(self.card, request)
        parse_options(self.card.options, self.name, request.options)
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
        first_hz = parse_options(BeepOptions, self.name, request.options).pitch_hz
        detune_hz = np.random.default_rng(seed).uniform(0, 97)  # no two seeds sound the same
        time_s = np.arange(samples) / SAMPLE_RATE_HZ
        sound = 0.01 * np.sin(2 * np.pi * 110 * time_s)
        for number, line in enumerate(request.lyrics.lines):
            start = sample_at(line.start_s)
            pitch_hz = first_hz + detune_hz + 10 * number + len(line.text)
            tone = 0.3 * np.sin(2 * np.pi * pitch_hz * time_s[: SAMPLE_RATE_HZ // 2])
            sound[start : start + len(tone)] += tone[: max(0, samples - start)]
        return quantise(np.stack([sound, sound]).astype(np.float32))


def add_beep() -> None:
    """Register the toy engine for the rest of the process."""
    register_engine(CARD, BeepEngine)
