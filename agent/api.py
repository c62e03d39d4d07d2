"""The library: the verbs that make something out of nothing, as plain functions.

What is there already is changed through `open_song(folder)`, which gives the `Studio` with every verb.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from songsmith.agent.doctor.examine import examine as examine_machine
from songsmith.agent.doctor.examine import this_machine
from songsmith.agent.doctor.finding import Diagnosis
from songsmith.agent.settings.settings import load_settings
from songsmith.agent.song.songbook import Song
from songsmith.agent.studio.make import Made, SongWish, brief_for, make_song
from songsmith.agent.studio.one_file import check_words
from songsmith.agent.studio.open_song import StudioError
from songsmith.agent.studio.rendering import Engines, RenderWish, build_request, filled
from songsmith.agent.studio.results import Audience, Silence
from songsmith.agent.studio.studio import Studio
from songsmith.agent.writers.brief import BriefError
from songsmith.agent.writers.choice import choose_writer
from songsmith.agent.writers.rhymes import Rhymes, find_rhymes
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, stamped_to_sing
from songsmith.agent.writers.tempo import Pulse, pulse_of
from songsmith.engine.engine import EngineError, Take
from songsmith.lyrics.check import Report, Variant
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import Parsed, load_lyrics, parse_lyrics

__all__ = ["check", "examine", "make", "open_song", "render", "rhyme", "write"]

Words = Lyrics | Draft | Path | str
"""Lyrics as values, as the path of a file, or as text in any dialect that can be read."""


def examine(*only: str, may_ask_network: bool = True, hashes_weights: bool = False) -> Diagnosis:
    """What is missing or broken on this machine, and the step that mends each; `only` names single checks.

    Without `may_ask_network` no LLM and no hub is asked; with `hashes_weights` all weights are read whole.
    """
    return examine_machine(
        this_machine(may_ask_network=may_ask_network, hashes_weights=hashes_weights), only
    )


def make(
    prompt: str = "",
    *,
    lyrics: Words | None = None,
    style: str = "",
    title: str = "",
    language: str = "",
    length_s: float | None = None,
    seed: int | None = None,
    engine: str = "",
    writer: str = "",
    render: RenderWish | None = None,
    out: Path | str = "songs",
    go_on_with_faults: bool = False,
    until_sung: float | None = None,
    max_rounds: int | None = None,
    listen_model: str = "",
    audience: Audience | None = None,
) -> Made:
    """Write (or take over `lyrics`), check and sing a song; the same arguments with a seed give the same samples.

    `render` says more of how it is sung: several takes, formats, the engine's own options. With `until_sung` the takes
    are listened to, by `listen_model` if it is named, and lines heard below it sung again. Raises `SongsmithError`
    with one clear line for everything a caller can put right.
    """
    wish = replace(render or RenderWish(), seed=seed)
    wish = replace(wish, engine=engine or wish.engine)
    if lyrics is None and not wish.options.get("instrumental"):
        _need_prompt(prompt)
    settings = load_settings(None, {"out": Path(out)})
    brief = brief_for(
        settings,
        prompt,
        language=language,
        duration_s=length_s,
        style=style,
        title=title,
        seed=seed,
    )
    return make_song(
        SongWish(
            brief,
            words=None if lyrics is None else _parsed(lyrics),
            writer=writer,
            render=replace(wish, seed=brief.seed),
            until_sung=until_sung,
            max_rounds=max_rounds,
            listen_model=listen_model,
        ),
        settings,
        audience=audience,
        may_go_on=lambda report: go_on_with_faults,
    )


def write(
    prompt: str,
    *,
    language: str = "",
    length_s: float | None = None,
    style: str = "",
    title: str = "",
    seed: int | None = None,
    writer: str = "",
    audience: Audience | None = None,
) -> Lyrics:
    """New stamped lyrics for `prompt`."""
    _need_prompt(prompt)
    settings, audience = load_settings(None, {}), audience or Silence()
    author, _ = choose_writer(settings, writer, on_event=audience.note)
    brief = brief_for(
        settings,
        prompt,
        language=language,
        duration_s=length_s or settings.length_s or DEFAULT_DURATION_S,
        style=style,
        title=title,
        seed=seed,
    )
    lyrics: Lyrics = author.write(brief, audience.text).lyrics
    return lyrics


def check(
    lyrics: Words,
    *,
    length_s: float | None = None,
    variant: Variant | None = None,
    engine: str = "",
) -> Report:
    """All faults of `lyrics` at once, with phonemes, tokens and the frame layout.

    They are those for `engine`; without it for the one that `make` would choose, or DiffRhythm where a `variant` of it
    is named.
    """
    if variant not in (None, "base", "full"):
        raise StudioError(f"there is no variant {variant!r}", hint="choose base or full")
    words, duration_s, faults = _stamped(lyrics, length_s)
    checked = check_words(
        words, duration_s=duration_s, engine=engine, variant=variant, parse_faults=faults
    )
    return checked.report


def render(
    lyrics: Words,
    *,
    style: str = "",
    length_s: float | None = None,
    seed: int | None = None,
    takes: int = 1,
    engine: str = "",
    options: Mapping[str, object] | None = None,
    audience: Audience | None = None,
) -> list[Take]:
    """Takes of `lyrics` as values (float32 (2, samples), 44,100 Hz), without a song folder."""
    _need_takes(takes)
    settings = load_settings(None, {})
    pulse = pulse_of(style or settings.style, options)
    words, duration_s, _ = _stamped(lyrics, length_s, pulse)
    singer, _ = Engines().choose(engine or settings.engine, words.language)
    wish = RenderWish(engine=engine, takes=takes, seed=seed, options=options or {})
    request, _ = build_request(
        singer, words, style, duration_s, filled(wish, settings, singer.name)
    )
    return list(singer.render(request, (audience or Silence()).progress))


def rhyme(word: str, *, syllables: int | None = None, metre: str = "") -> Rhymes:
    """Words that rhyme with `word`, English or Chinese, common ones first; no LLM is asked.

    Only those of so many `syllables`, and of this `metre`: "x/" or "da-DUM", "平仄" in Chinese.
    """
    return find_rhymes(word, syllables=syllables, metre=metre)


def open_song(folder: Path | str, *, audience: Audience | None = None) -> Studio:
    """A song folder with all its verbs."""
    return Studio(Song.open(Path(folder)), audience=audience)


def _need_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise BriefError("the prompt is empty", hint="say what the song is about")


def _need_takes(takes: int) -> None:
    if takes < 1:
        raise EngineError(f"{takes} takes can't be made", hint="ask for 1 to 64")


def _parsed(words: Words) -> Parsed:
    if isinstance(words, Path):
        return load_lyrics(words)
    if isinstance(words, str):
        return parse_lyrics(words)
    return Parsed(words, ())


def _stamped(
    words: Words, duration_s: float | None, pulse: Pulse | None = None
) -> tuple[Lyrics, float, tuple[Fault, ...]]:
    if duration_s is not None and duration_s <= 0:
        raise BriefError(f"a song can't last {duration_s:g} s", hint="give a length in seconds")
    parsed = _parsed(words)
    return *stamped_to_sing(parsed, duration_s, pulse), parsed.faults
