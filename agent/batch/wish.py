"""What a job means: the wish for a song, and what is wrong with it before anybody sings."""

from collections.abc import Callable, Iterator

from songsmith.agent.batch.job import BatchError, Job, seed_of
from songsmith.agent.export.ffmpeg import find_ffmpeg
from songsmith.agent.export.formats import FORMATS, parse_formats
from songsmith.agent.settings.settings import Settings
from songsmith.agent.studio.make import SongWish, brief_for, choose_cast
from songsmith.agent.studio.rendering import Engines, RenderWish, filled
from songsmith.agent.studio.results import Silence
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.choice import choose_writer
from songsmith.agent.writers.stamping import check_for, stamped_to_sing
from songsmith.agent.writers.tempo import pulse_of
from songsmith.engine.listening.ears_models import ListenError
from songsmith.engine.requests import check_duration
from songsmith.errors import SongsmithError
from songsmith.lyrics.reading.lrc import Parsed, parse_lyrics

__all__ = ["faults_of", "song_wish"]

Check = Callable[[], object]
_NEED_FFMPEG = ("m4a", "mp4", "mp4-tall")


def song_wish(
    name: str,
    job: Job,
    settings: Settings,
    *,
    listen_model: str = "",
    may_download: bool = False,
) -> SongWish:
    """The wish of the job called `name`, which has its files in it. Without a seed anywhere it gets one of its own."""
    options: dict[str, object] = dict(job.options)
    if job.voice:
        options["voice"] = job.voice
    if job.style_audio:
        options["style_audio"] = list(job.style_audio)
    seed = job.seed if job.seed is not None else settings.seed
    brief = brief_for(
        settings,
        job.prompt,
        language=job.language,
        duration_s=job.length_s,
        style=job.style,
        title=job.title,
        seed=seed_of(name) if seed is None else seed,
    )
    return SongWish(
        brief,
        words=parse_lyrics(job.lyrics) if job.lyrics.strip() else None,
        writer=job.writer,
        render=RenderWish(job.engine, job.takes or 0, brief.seed, options),
        until_sung=job.until_sung,
        max_rounds=job.max_rounds,
        listen_model=listen_model,
        may_download=may_download,
        name=name,
    )


def faults_of(
    job: Job, wish: SongWish, settings: Settings, engines: Engines, *, with_words: bool
) -> Iterator[tuple[str, str]]:
    """(field, what is wrong): the first thing that `wish`, that of `job`, asks for and can't have here, if there is
    one. No model is loaded. `with_words` says whether lines that can't be sung as written count.
    """
    for field, check in _checks(job, wish, settings, engines, with_words):
        try:
            check()
        except SongsmithError as error:
            yield "until_sung" if isinstance(error, ListenError) else field, str(error)
            return


def _checks(
    job: Job, wish: SongWish, settings: Settings, engines: Engines, with_words: bool
) -> Iterator[tuple[str, Check]]:
    """Each check with the field it is of; a later one counts on those before it."""
    wanted = wish.render.engine or settings.engine
    yield "engine", lambda: engines.choose(wanted, wish.language)
    engine, _ = engines.choose(wanted, wish.language)
    yield "options", lambda: filled(wish.render, settings, engine.name).check()
    if length_s := wish.brief.duration_s:
        yield "length_s", lambda: check_duration(engine.card, length_s)
    if wish.words is None and not wish.is_instrumental:
        yield "writer", lambda: choose_writer(settings, wish.writer)
    yield _singers_field(job), lambda: choose_cast(wish, settings, engines, Silence())
    yield "formats", lambda: _check_formats(job)
    if with_words and (words := wish.words):
        render = filled(wish.render, settings, engine.name)
        yield "lyrics", lambda: _check_words(words, wish.brief, engine.name, render)


def _singers_field(job: Job) -> str:
    """Which field it most likely is that an engine has something against; "" if it may be any."""
    return "voice" if job.voice else "options" if job.options else ""


def _check_formats(job: Job) -> None:
    for name in parse_formats(job.formats):
        if name in _NEED_FFMPEG:
            find_ffmpeg(FORMATS[name].what)


def _check_words(words: Parsed, brief: Brief, engine: str, render: RenderWish) -> None:
    """Raise `BatchError` for lines that can't be sung as written."""
    pulse = pulse_of(brief.style or brief.prompt, render.options)
    lyrics, length_s = stamped_to_sing(words, brief.duration_s, pulse)
    report = check_for(engine, lyrics, duration_s=length_s, parse_faults=words.faults)
    errors = [str(fault) for fault in report.faults if fault.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise BatchError(f"{errors[0]}{more}")
