"""What the person asked for: the brief that every writer starts from."""

from pydantic import BaseModel, ConfigDict, field_validator

from songsmith.agent.writers.tempo import Pulse, pulse_of
from songsmith.errors import SongsmithError
from songsmith.lyrics.check import language_code

__all__ = ["Brief", "BriefError", "check_length"]

_WRITTEN = ("", "en", "zh")
_MAX_PROMPT_CHARS = 20_000


class BriefError(SongsmithError):
    """Something is asked for that no song can have."""


def check_length(duration_s: float) -> None:
    """Raise `BriefError` for a length that no song can have."""
    if not 5 <= duration_s <= 3_600:
        raise BriefError(f"a song can't last {duration_s:g} s", hint="choose 5 s to 3600 s")


class Brief(BaseModel):
    """What the person asked for. "" and None leave it to the writer; `bpm` and `time` (metre) are those of flags."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str
    language: str = ""
    duration_s: float | None = None
    style: str = ""
    title: str = ""
    seed: int = 0
    bpm: float | None = None
    time: str = ""

    def pulse(self, style: str = "") -> Pulse:
        """Tempo and metre of the song, in `style` (the one asked for, or what the prompt tells)."""
        options = {"bpm": self.bpm, "time": self.time}
        return pulse_of(style or self.style or self.prompt, options)

    def check_language(self) -> None:
        """Raise `BriefError` for a language that no writer here writes; words that are there may be in any."""
        if self.language not in _WRITTEN:
            raise BriefError(
                f"lyrics can't be written in {self.language!r}",
                hint="choose en (English) or zh (Chinese), or bring your own words: --lyrics FILE",
            )

    @field_validator("prompt", "style", "title")
    @classmethod
    def _is_text(cls, text: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in text):
            shown = text.encode("utf-8", "replace").decode()[:40]
            raise BriefError(
                f"{shown!r} holds characters that are not text", hint="write it as UTF-8"
            )
        return text

    @field_validator("prompt")
    @classmethod
    def _is_readable(cls, prompt: str) -> str:
        if len(prompt) > _MAX_PROMPT_CHARS:
            raise BriefError(
                f"a prompt of {len(prompt):,} characters is too long",
                hint=f"say it in {_MAX_PROMPT_CHARS:,}; finished lyrics go in with --lyrics FILE",
            )
        return prompt

    @field_validator("language")
    @classmethod
    def _as_code(cls, language: str) -> str:
        return language_code(language)

    @field_validator("duration_s")
    @classmethod
    def _is_a_length(cls, duration_s: float | None) -> float | None:
        if duration_s is not None:
            check_length(duration_s)
        return duration_s
