"""From a brief to lyrics: what every writer is, the offline one, and which of them writes here, and why."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import BaseModel, ConfigDict, field_validator

from songsmith.agent.llm.profiles import shown_url
from songsmith.agent.llm.usage import Ledger
from songsmith.agent.settings.settings import Settings, SettingsError, endpoint
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
from songsmith.errors import SongsmithError
from songsmith.lyrics.check import language_code
from songsmith.lyrics.lyric import Draft, LyricLine, Lyrics

__all__ = [
    "Brief",
    "BriefError",
    "OfflineWriter",
    "Writer",
    "WriterReply",
    "bpm_of",
    "check_line_numbers",
    "choose_writer",
    "line_list",
    "reworded",
]

_LANGUAGES = ("", "en", "zh")
_MAX_PROMPT_CHARS = 20_000
_NEAR = (1.0, 1.03, 0.97, 1.06, 0.94, 1.09, 0.91)  # of the usual tempo, nearest first


class BriefError(SongsmithError):
    """Something is asked for that no song can have."""


def check_length(duration_s: float) -> None:
    """Raise `BriefError` for a length that no song can have."""
    if not 5 <= duration_s <= 3_600:
        raise BriefError(f"a song can't last {duration_s:g} s", hint="choose 5 s to 3600 s")


class Brief(BaseModel):
    """What the person asked for. "" and None leave it to the writer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str
    language: str = ""
    duration_s: float | None = None
    style: str = ""
    title: str = ""
    seed: int = 0

    @field_validator("prompt", "style", "title")
    @classmethod
    def _is_text(cls, text: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in text):
            shown = text.encode("utf-8", "replace").decode()[:40]
            raise BriefError(
                f"{shown!r} holds characters that are no text", hint="write it as UTF-8"
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
    def _can_be_written(cls, language: str) -> str:
        code = language_code(language)
        if code not in _LANGUAGES:
            raise BriefError(
                f"lyrics can't be written in {language!r}",
                hint="choose en (English) or zh (Chinese)",
            )
        return code

    @field_validator("duration_s")
    @classmethod
    def _is_a_length(cls, duration_s: float | None) -> float | None:
        if duration_s is not None:
            check_length(duration_s)
        return duration_s


@dataclass(frozen=True)
class WriterReply:
    """A finished lyric, the style it was written for, and remarks the person should read."""

    lyrics: Lyrics
    style: str = ""
    title: str = ""
    notes: tuple[str, ...] = ()


class Writer(Protocol):
    """Somebody who writes lyrics. `name` is what people see."""

    @property
    def name(self) -> str: ...

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """A new lyric with stamps; `on_text` gets the words as they come."""
        ...

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """The lyric with new words for these lines (counted from 1); all else stays, stamps too."""
        ...


class OfflineWriter:
    """Writes without any model, from its own stock of words."""

    name = "offline"

    def __init__(self, on_event: Callable[[str], None] = lambda line: None) -> None:
        self._on_event = on_event

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """The song of a prompt and a seed, always the same one."""
        from songsmith.agent.writers.offline.writer import compose

        song = compose(
            brief.prompt,
            language=brief.language,
            duration_s=brief.duration_s or DEFAULT_DURATION_S,
            seed=brief.seed,
            title=brief.title,
        )
        for section in song.draft.sections:
            on_text("\n".join([f"[{section.label}]", *section.lines, "", ""]))
        style = brief.style or brief.prompt
        lyrics = _stamped_near(song.draft, brief.duration_s, style)
        return WriterReply(lyrics, style, lyrics.title, song.notes)

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """New words out of the writer's stock; a line it has none for stays, which `on_event` is told."""
        from songsmith.agent.writers.offline.rewrite import rewrite_lines

        check_line_numbers(lyrics, line_numbers)
        new = rewrite_lines(lyrics, set(line_numbers), instruction, seed=0)
        without = [number for number in sorted(set(line_numbers)) if number not in new]
        if not new:
            raise BriefError(
                f"the offline writer has no other words for {line_list(without)}",
                hint="ask for other lines, write them yourself, or configure an LLM",
            )
        if without:
            self._on_event(f"no other words were found for {line_list(without)}, which stays")
        lines = enumerate(lyrics.lines, start=1)
        return lyrics.with_lines(reworded(line, new.get(n, line.text)) for n, line in lines)


def choose_writer(
    settings: Settings,
    wanted: str = "",
    *,
    on_event: Callable[[str], None] = lambda line: None,
    ledger: Ledger | None = None,
) -> tuple[Writer, str]:
    """Who writes with these settings, and why, in words. `wanted` ("auto", "llm", "offline") wins.

    `on_event` gets a writer's remarks while it works: retries, rounds of repairing. `ledger` counts what
    an LLM used.
    """
    choice = wanted or settings.writer
    if choice not in ("auto", "llm", "offline"):
        raise SettingsError(
            f"there is no writer {choice!r}", hint="the writers are auto, llm and offline"
        )
    if choice == "offline":
        reason = "as asked" if wanted else f"as set in {settings.origin('writer')}"
        return OfflineWriter(on_event), reason
    chosen = endpoint(settings)
    if chosen is None:
        if choice == "llm":
            raise SettingsError(
                "no LLM is configured",
                hint="run `songsmith config set api_key`, set DEEPSEEK_API_KEY, or choose a local"
                " server: `songsmith config set profile ollama`",
            )
        why = "no LLM configured; `songsmith config set api_key` or DEEPSEEK_API_KEY for a real one"
        return OfflineWriter(on_event), why

    from songsmith.agent.llm.client import Llm
    from songsmith.agent.writers.llm_writer import LlmWriter

    llm = Llm(chosen, ledger=ledger)
    writer = LlmWriter(llm, mend_rounds=settings.mend_rounds, on_event=on_event)
    return writer, f"at {shown_url(chosen.base_url)}, from {chosen.origin}"


def bpm_of(style: str) -> float:
    """Tempo that a style text names, in beats per minute, else the usual one of its music."""
    return _tempo(style)[0]


def _tempo(style: str) -> tuple[float, bool]:
    """The tempo of a style text, in beats per minute, and whether the text names it."""
    match = re.search(r"(\d{2,3}(?:\.\d+)?)\s*(?:bpm|拍)", style, re.IGNORECASE)
    if match and 40 <= float(match[1]) <= 240:
        return float(match[1]), True

    from songsmith.engine.sketch.style.style import parse_style

    understood = parse_style(style)
    return understood.bpm or understood.bpm_usual, understood.bpm is not None


def _stamped_near(draft: Draft, duration_s: float | None, style: str) -> Lyrics:
    """The draft at the style's tempo; one that nobody named gives way a little where lines miss the bars."""
    from songsmith.lyrics.timing import stamp_draft

    usual, is_named = _tempo(style)
    tempi = [usual * part for part in ((1.0,) if is_named else _NEAR)]
    stamped = {bpm: stamp_draft(draft, duration_s=duration_s, bpm=bpm) for bpm in tempi}
    return stamped[min(tempi, key=lambda bpm: _lines_off_bars(stamped[bpm], bpm))]


def _lines_off_bars(lyrics: Lyrics, bpm: float) -> int:
    """How many lines start neither on a bar of four beats nor in its middle."""
    half_bars = [line.start_s * bpm / 120 for line in lyrics.lines]
    return sum(abs(at - round(at)) > 0.05 for at in half_bars)


def line_list(numbers: Sequence[int]) -> str:
    """ "line 3" or "lines 3, 5"."""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def reworded(line: LyricLine, text: str) -> LyricLine:
    """The line with other words: chords stay, stamps of single words can't."""
    return line if text == line.text else replace(line, text=text, word_stamps=())


def check_line_numbers(lyrics: Lyrics, line_numbers: Sequence[int]) -> None:
    """Raise `BriefError` unless these are lines of the lyric."""
    count = len(lyrics.lines)
    wrong = [number for number in line_numbers if not 1 <= number <= count]
    if wrong:
        raise BriefError(f"there is no line {wrong[0]}", hint=f"the song has lines 1 to {count}")
    if not line_numbers:
        raise BriefError("no line is named", hint=f"name some of the lines 1 to {count}")
