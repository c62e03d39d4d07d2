"""From a sentence or a lyrics file to a finished song folder: the verbs write, check and render in one go."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.agent.settings.settings import Settings
from songsmith.agent.song.names import without_request
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import Engines, RenderWish, build_request, filled
from songsmith.agent.studio.results import Audience, Rendered, Silence, Written
from songsmith.agent.studio.studio import Studio
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.choice import choose_writer
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, stamped
from songsmith.engine.engine import Engine
from songsmith.engine.listening.ears_models import find_model
from songsmith.lyrics.check import Report
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.reading.lrc import Parsed

if TYPE_CHECKING:
    from songsmith.agent.studio.mending import Mended

__all__ = ["Made", "begin_song", "brief_for", "make_song"]


@dataclass(frozen=True)
class Made:
    """A new song: its folder, its words, its takes."""

    song: Song
    written: Written
    rendered: Rendered
    mended: "Mended | None" = None
    wall_s: float = 0.0

    @property
    def folder(self) -> Path:
        return self.song.folder

    @property
    def audio(self) -> Path:
        """The sound file of the picked take."""
        return self.song.audio_path(self.song.picked)


def brief_for(settings: Settings, prompt: str, **wishes: object) -> Brief:
    """A brief of a prompt and the given fields of `Brief`; what is left open ("" or None) is as in the
    settings, and the seed a new one."""
    known = {
        "language": "" if settings.language == "auto" else settings.language,
        "duration_s": settings.length_s,
        "style": settings.style,
        "seed": RenderWish(seed=settings.seed).seeds()[0],
    }
    said = {name: value for name, value in wishes.items() if value not in (None, "")}
    return Brief.model_validate({"prompt": prompt.strip(), **known, **said})


def begin_song(brief: Brief, parsed: Parsed | None, settings: Settings, *, name: str = "") -> Song:
    """An empty song in a new folder named after what the person called it."""
    words = parsed.lyrics if parsed else None
    title = brief.title or (words.title if words else "") or brief.prompt
    return Song.create(
        settings.out,
        name=brief.title or without_request(name or brief.prompt) or title or "song",
        title=title[:200],
        prompt=brief.prompt,
        language=brief.language or (words.language if words else ""),
    )


def make_song(
    brief: Brief,
    wish: RenderWish,
    settings: Settings,
    *,
    parsed: Parsed | None = None,
    writer: str = "",
    name: str = "",
    audience: Audience | None = None,
    engines: Engines | None = None,
    on_written: Callable[[Written], None] = lambda written: None,
    may_go_on: Callable[[Report], bool] = lambda report: False,
    until_sung: float | None = None,
    max_rounds: int | None = None,
) -> Made:
    """Write (or take over `parsed`), check, sing. Nothing is written to the disk before there are a writer, an
    engine that can sing this, and ears where they are asked for.

    Lines that can't be sung as written stop the song unless `may_go_on` says otherwise. With `until_sung`
    (or that setting) the takes are listened to and lines below it sung again, up to `max_rounds` times.
    """
    started_s = time.monotonic()
    engines = engines or Engines()
    is_instrumental = bool(wish.options.get("instrumental"))
    engine, _ = engines.choose(wish.engine or settings.engine, brief.language)
    length_s = stamped(parsed.lyrics, brief.duration_s)[1] if parsed else brief.duration_s
    _refuse_early(engine, brief, length_s or DEFAULT_DURATION_S, wish, settings)
    if parsed is None and not is_instrumental:
        choose_writer(settings, writer)
    is_heard = bool(until_sung or settings.until_sung) and not is_instrumental
    if is_heard:
        from songsmith.agent.studio.mending import check_budget

        check_budget(until_sung or settings.until_sung or 0.0, max_rounds or settings.max_rounds)
        find_model(settings.listen_model, brief.language)
    song = begin_song(brief, parsed, settings, name=name)
    studio = Studio(song, settings=settings, engines=engines, audience=audience or Silence())
    written = _words_for(studio, brief, parsed, writer, is_instrumental)
    on_written(written)
    if written.report.has_errors and not may_go_on(written.report):
        raise StudioError(
            f"{_lines_at_fault(written.report)} can't be sung as written",
            where=str(song.folder),
            hint=f"repair them (songsmith check {song.folder} --repair), change them (songsmith edit), and sing"
            f" them (songsmith render), or go on all the same with --yes",
        )
    rendered = studio.render(wish)
    if not is_heard:
        return Made(song, written, rendered, wall_s=time.monotonic() - started_s)
    mended = studio.mend(
        until_sung=until_sung,
        max_rounds=max_rounds,
        among=[manifest.take for manifest in rendered.takes],
    )
    return Made(song, written, rendered, mended, time.monotonic() - started_s)


def _refuse_early(
    engine: Engine, brief: Brief, length_s: float, wish: RenderWish, settings: Settings
) -> None:
    """Let the engine refuse length, voice and options before there is a folder."""
    stand_in = LyricLine(0.0, brief.prompt or brief.title or "la la la")
    is_instrumental = bool(wish.options.get("instrumental"))
    build_request(
        engine,
        Lyrics(
            language=brief.language,
            sections=() if is_instrumental else (Section("", (stand_in,)),),
        ),
        brief.style or brief.prompt or "pop",
        length_s,
        filled(wish, settings, engine.name),
    )


def _words_for(
    studio: Studio, brief: Brief, parsed: Parsed | None, writer: str, is_instrumental: bool
) -> Written:
    """The first words of a song; where they fail, its folder goes again."""
    with studio.song.beginning():
        if is_instrumental:
            return studio.leave_wordless(brief)
        if parsed is not None:
            return _take_over(studio, parsed, brief)
        return studio.write(brief, writer=writer)


def _take_over(studio: Studio, parsed: Parsed, brief: Brief) -> Written:
    """Words from a file, with what the flags say of title, language and style on top."""
    words = parsed.lyrics
    words = replace(
        words, title=brief.title or words.title, language=brief.language or words.language
    )
    written = studio.edit(
        replace(parsed, lyrics=words),
        made_by="write",
        style=brief.style or brief.prompt,
        duration_s=brief.duration_s,
    )
    return replace(written, writer="you", why="from the lyrics you gave")


def _lines_at_fault(report: Report) -> str:
    numbers = sorted({fault.line for fault in report.faults if fault.severity == "error"} - {0})
    if not numbers:
        return "these words"
    return f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
