"""From a sentence or a lyrics file to a finished song folder: the verbs write, check and render in one go."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from songsmith.agent.settings.settings import Settings
from songsmith.agent.song.logged import logging_as
from songsmith.agent.song.names import without_request
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import Engines, RenderWish, filled
from songsmith.agent.studio.results import Audience, Rendered, Silence, Written
from songsmith.agent.studio.singing import render_with
from songsmith.agent.studio.studio import Studio
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.choice import choose_writer
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, stamped
from songsmith.agent.writers.tempo import pulse_of
from songsmith.agent.writers.writer import Writer
from songsmith.engine.abilities import WarmsUp
from songsmith.engine.engine import Engine, RequestOutline
from songsmith.lyrics.check import Report
from songsmith.lyrics.reading.bilingual import languages_in, sung_in
from songsmith.lyrics.reading.lrc import Parsed
from songsmith.lyrics.song_faults import language_code
from songsmith.lyrics.speech.language_guess import guess_language

if TYPE_CHECKING:
    from songsmith.agent.studio.mending import Mended

__all__ = ["Cast", "Made", "SongWish", "begin_song", "brief_for", "choose_cast", "make_song"]


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


@dataclass(frozen=True)
class SongWish:
    """What a person wants made: from what, who writes it, how it is sung, and how well its words must be heard.

    `words` are theirs; without them `writer` writes some. `name` is what its folder is named after;
    `listen_model` hears it, and `may_download` lets that be fetched. The settings decide what is left open.
    """

    brief: Brief
    words: Parsed | None = None
    writer: str = ""
    render: RenderWish = field(default_factory=RenderWish)
    until_sung: float | None = None
    max_rounds: int | None = None
    listen_model: str = ""
    may_download: bool = False
    name: str = ""

    @property
    def is_instrumental(self) -> bool:
        return bool(self.render.options.get("instrumental"))

    @property
    def language(self) -> str:
        return self.brief.language or (self.words.lyrics.language if self.words else "")

    @property
    def all_words(self) -> str:
        """The words to be sung, or what they are asked to be about, to guess their language from."""
        sections = self.words.lyrics.sections if self.words else ()
        texts = (str(getattr(line, "text", line)) for part in sections for line in part.lines)
        return "\n".join(texts) or self.brief.prompt


@dataclass(frozen=True)
class Cast:
    """Who makes a song, decided before anything is written: writer (None for words that are there), engine, ears.

    `outline` is what the engine knows before the words, `render` is filled from the settings; nobody listens where
    `until_sung` is 0.
    """

    engine: Engine
    engine_why: str
    outline: RequestOutline
    render: RenderWish
    writer: Writer | None
    writer_why: str
    until_sung: float
    max_rounds: int


def make_song(
    wish: SongWish,
    settings: Settings,
    *,
    audience: Audience | None = None,
    engines: Engines | None = None,
    on_written: Callable[[Written], None] = lambda written: None,
    may_go_on: Callable[[Report], bool] = lambda report: False,
) -> Made:
    """Write (or take over the wish's words), check, sing. Nothing is written to the disk before there are a writer, an
    engine that can sing this, and ears where they are asked for.

    Lines that can't be sung as written stop the song unless `may_go_on` says otherwise. With `until_sung` the takes
    are listened to and lines below it sung again.
    """
    started_s = time.monotonic()
    engines, audience = engines or Engines(), audience or Silence()
    cast = choose_cast(wish, settings, engines, audience)
    song = begin_song(wish.brief, wish.words, settings, name=wish.name)
    studio = Studio(song, settings=settings, engines=engines, audience=audience)
    with logging_as("make", song.folder):
        _warm_up(cast)
        written = _words_for(studio, wish, cast)
        on_written(written)
        if written.report.has_errors and not may_go_on(written.report):
            raise _not_singable(written.report, song)
        with _naming_what_is_kept(studio):
            rendered = _sing(studio, cast)
            mended = _mended(studio, wish, cast, rendered)
    return Made(song, written, rendered, mended, time.monotonic() - started_s)


def choose_cast(wish: SongWish, settings: Settings, engines: Engines, audience: Audience) -> Cast:
    """Who writes, sings and listens. Raises for what can't be done, whatever the words will be."""
    brief = wish.brief
    engine, engine_why = engines.choose(wish.render.engine or settings.engine, wish.language)
    render = filled(wish.render, settings, engine.name)
    render.check()
    style = brief.style or brief.prompt or settings.style or "pop"
    length_s = brief.duration_s
    if wish.words:
        length_s = stamped(wish.words.lyrics, length_s, pulse_of(style, render.options))[1]
    length_s = length_s or DEFAULT_DURATION_S
    outline = RequestOutline(style, wish.language, length_s, render.options)
    engine.check_outline(outline)
    writer, writer_why = None, ""
    if wish.words is None and not wish.is_instrumental:
        brief.check_language()
        writer, writer_why = choose_writer(settings, wish.writer, on_event=audience.note)
    until_sung = 0.0 if wish.is_instrumental else wish.until_sung or settings.until_sung or 0.0
    max_rounds = wish.max_rounds or settings.max_rounds
    if until_sung:
        _check_ears(until_sung, max_rounds, settings, wish)
    return Cast(engine, engine_why, outline, render, writer, writer_why, until_sung, max_rounds)


def _warm_up(cast: Cast) -> None:
    """Let the engine get ready beside the writer."""
    if cast.writer and isinstance(cast.engine, WarmsUp):
        threading.Thread(target=cast.engine.warm_up, args=(cast.outline,)).start()


def _check_ears(until_sung: float, max_rounds: int, settings: Settings, wish: SongWish) -> None:
    """Raise `ListenError` unless somebody here can listen this often for this much, in the language to be sung."""
    from songsmith.agent.studio.listening import EarsWish, ears_for
    from songsmith.agent.studio.mending import check_budget

    check_budget(until_sung, max_rounds)
    language = wish.language or guess_language(wish.all_words)
    ears = EarsWish(wish.listen_model, language, wish.may_download)
    ears_for(settings, language, ears).name(language)


def _sing(studio: Studio, cast: Cast) -> Rendered:
    """The takes, by the engine that was chosen; by another where the words came in a language it doesn't sing."""
    if cast.render.engine or cast.engine.card.sings(studio.language):
        return render_with(studio.opened, cast.engine, cast.engine_why, cast.render)
    return studio.render(cast.render)


def _mended(studio: Studio, wish: SongWish, cast: Cast, rendered: Rendered) -> "Mended | None":
    """What listening and singing again came to; None where nobody is to listen."""
    if not cast.until_sung:
        return None
    return studio.mend(
        until_sung=cast.until_sung,
        max_rounds=cast.max_rounds,
        among=[manifest.take for manifest in rendered.takes],
        model=wish.listen_model,
        allowed=wish.may_download,
    )


@contextmanager
def _naming_what_is_kept(studio: Studio) -> Iterator[None]:
    """Where singing breaks off after the words were written, say where they are and how to go on."""
    try:
        yield
    except BaseException:
        song = studio.song
        verb, does = ("mend", "listens and mends") if song.takes else ("render", "sings them")
        studio.opened.audience.note(
            f"the words are kept in {song.folder}; songsmith {verb} {song.folder} {does}"
        )
        raise


def _words_for(studio: Studio, wish: SongWish, cast: Cast) -> Written:
    """The first words of a song; where they fail, its folder goes again."""
    with studio.song.beginning():
        if wish.is_instrumental:
            return studio.leave_wordless(wish.brief)
        if cast.writer is None:
            return _take_over(studio, wish, cast.render.options)
        time = str(cast.render.options.get("time") or "")
        brief = wish.brief.model_copy(update={"bpm": cast.render.options.get("bpm"), "time": time})
        return studio.write_with(cast.writer, cast.writer_why, brief)


def _take_over(studio: Studio, wish: SongWish, options: Mapping[str, object]) -> Written:
    """Words from a file, with what the flags say of title, language and style on top."""
    assert wish.words is not None
    brief, words = wish.brief, wish.words.lyrics
    if language_code(brief.language) in languages_in(words)[1:]:
        words = sung_in(words, brief.language)
    words = replace(
        words, title=brief.title or words.title, language=brief.language or words.language
    )
    written = studio.edit(
        replace(wish.words, lyrics=words),
        made_by="write",
        style=brief.style or brief.prompt,
        duration_s=brief.duration_s,
        pulse=pulse_of(brief.style or brief.prompt, options),
    )
    return replace(written, writer="you", why="from the lyrics you gave")


def _not_singable(report: Report, song: Song) -> StudioError:
    return StudioError(
        f"{_lines_at_fault(report)} can't be sung as written",
        where=str(song.folder),
        hint=f"repair them (songsmith check {song.folder} --repair), change them (songsmith edit), and sing"
        f" them (songsmith render), or go on all the same with --yes",
    )


def _lines_at_fault(report: Report) -> str:
    numbers = sorted({fault.line for fault in report.faults if fault.severity == "error"} - {0})
    if not numbers:
        return "these words"
    return f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
