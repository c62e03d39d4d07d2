"""Hearing the takes of an open song: by which ears, in which language, and what is kept of it."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from songsmith.agent.settings.settings import Settings
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.own_times import keep_times, keeps_stamps, known_times
from songsmith.agent.studio.rendering import load_take, request_of
from songsmith.agent.writers.stamping import stamped
from songsmith.engine.abilities import PlacesLyrics
from songsmith.engine.engine import Audio
from songsmith.engine.listening.ears import Ears
from songsmith.engine.listening.ears_models import hears_only_english, spoken_code
from songsmith.engine.listening.listen import Hearing, ListenError, listen
from songsmith.engine.times import SungTimes
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = [
    "ANY_EARS",
    "Aligned",
    "EarsWish",
    "align_file",
    "align_take",
    "ears_for",
    "find_times",
    "hear_sound",
    "hearing_document",
    "keep_hearing",
    "language_of",
    "listen_to_take",
    "sung_lyrics",
]


@dataclass(frozen=True)
class EarsWish:
    """Who is to listen: a model ("" = as set, else the best here), for which language ("" = that of the words), and
    whether a model may be downloaded."""

    model: str = ""
    language: str = ""
    allowed: bool = False


ANY_EARS = EarsWish()


@dataclass(frozen=True)
class Aligned:
    """When a take or a sound file sings its lines and words, and the lyrics with those times."""

    name: str
    times: SungTimes
    lyrics: Lyrics


@lru_cache(maxsize=4)
def _ears_called(model: str, allowed: bool) -> Ears:
    """The ears of the session: a model is loaded once for all songs."""
    return Ears(model, allowed=allowed)


def ears_for(settings: Settings, language: str, wish: EarsWish = ANY_EARS) -> Ears:
    """The ears for words in `language`. A model of the settings that hears only English is left out for others."""
    model = wish.model or settings.listen_model
    if not wish.model and spoken_code(language) != "en" and hears_only_english(model):
        model = ""
    return _ears_called(model, wish.allowed)


def language_of(lyrics: Lyrics, otherwise: str = "") -> str:
    """The language of words: as they say, else `otherwise`, else as they are written."""
    said = lyrics.language or otherwise
    return said or guess_language("\n".join(line.text for line in lyrics.lines))


def listen_to_take(opened: OpenSong, take: str = "", wish: EarsWish = ANY_EARS) -> Hearing:
    """Hear a take against the words it was sung with; what was heard is kept beside it."""
    from songsmith.engine.audio import load_audio

    name = opened.take_named(take)
    manifest = opened.song.manifest(name)
    hearing = hear_sound(
        opened,
        load_audio(opened.song.sound_of(name)),
        sung_lyrics(opened, name),
        wish,
        style=manifest.style,
        has_stamps=keeps_stamps(opened, name),
    )
    keep_hearing(opened, name, hearing)
    return hearing


def find_times(opened: OpenSong, take: str = "", wish: EarsWish = ANY_EARS) -> SungTimes | None:
    """When a take sings each line and word, kept beside it; None where no line was found.

    By the engine's own attention where it can tell and no model or language was asked for, else by the ears.
    """
    name = opened.take_named(take)
    sung_lyrics(opened, name)
    if wish == ANY_EARS and (times := _by_the_engine(opened, name)):
        return keep_times(opened, name, times)
    listen_to_take(opened, name, wish)
    return known_times(opened, name)


def align_take(opened: OpenSong, take: str = "", wish: EarsWish = ANY_EARS) -> Aligned:
    """When a take sings each line and word. Raises `ListenError` where no line was found."""
    name = opened.take_named(take)
    times = find_times(opened, name, wish)
    if times is None:
        raise _nothing_found(name)
    return Aligned(name, times, times.placed(sung_lyrics(opened, name)))


def align_file(path: Path, words: Lyrics | Draft, settings: Settings, wish: EarsWish) -> Aligned:
    """When a sound file sings the lines of `words`; their stamps, if they have any, are not gone by."""
    from songsmith.engine.audio import load_audio
    from songsmith.engine.units import SAMPLE_RATE_HZ

    audio = load_audio(path)
    lyrics, _ = stamped(words, audio.shape[1] / SAMPLE_RATE_HZ)
    language = wish.language or language_of(lyrics)
    ears = ears_for(settings, language, wish)
    times = listen(audio, lyrics, ears=ears, language=language, has_stamps=False).times
    if times is None or not any(line.is_heard for line in times.lines):
        raise _nothing_found(path.name)
    return Aligned(path.name, times, times.placed(lyrics))


def _nothing_found(name: str) -> ListenError:
    return ListenError(
        f"no line was heard in {name}, so nobody knows where they are sung",
        hint="check that these are its words, or try other ears, e.g. --model base",
    )


def _by_the_engine(opened: OpenSong, take: str) -> SungTimes | None:
    """What the take's engine knows of where it put the words; None where it can't tell."""
    engine = opened.engines.named(opened.song.manifest(take).engine)
    if not isinstance(engine, PlacesLyrics) or not engine.status().is_ready:
        return None
    manifest = opened.song.manifest(take)
    return engine.sung_times(load_take(opened.song, take), request_of(opened.song, manifest))


def keep_hearing(opened: OpenSong, take: str, hearing: Hearing) -> None:
    """Keep what was heard of a take, and when it sings its lines, beside it."""
    opened.song.add_hearing(take, hearing_document(hearing))
    if hearing.times and any(line.is_heard for line in hearing.times.lines):
        keep_times(opened, take, hearing.times)


def hear_sound(
    opened: OpenSong, audio: Audio, lyrics: Lyrics, wish: EarsWish, *, style: str, has_stamps: bool
) -> Hearing:
    """Hear a sound that is to sing `lyrics` in `style`; nothing is kept."""
    language = wish.language or language_of(lyrics, opened.song.language)
    return listen(
        audio,
        lyrics,
        ears=ears_for(opened.settings, language, wish),
        language=language,
        has_stamps=has_stamps,
        style_similarity=opened.engines.style_similarity(audio, style),
    )


def sung_lyrics(opened: OpenSong, take: str) -> Lyrics:
    """The words a take was sung with. Raises `ListenError` for an instrumental."""
    lyrics = parse_lyrics(opened.song.manifest(take).words, as_written=True).lyrics
    if not isinstance(lyrics, Lyrics) or not lyrics.lines:
        raise ListenError(
            f"{take} is an instrumental, it has no words to listen for",
            hint="write words and render them",
        )
    return lyrics


def hearing_document(hearing: Hearing) -> dict[str, Any]:
    """A hearing as JSON values, for manifests and scripts."""
    document = asdict(replace(hearing, times=None))
    del document["times"]
    for key in ("lufs", "true_peak_dbtp"):
        document[key] = document[key] if math.isfinite(document[key]) else None
    named = {name: list(getattr(hearing, name)) for name in ("missing", "misplaced", "repeated")}
    return {
        "summary": hearing.summary,
        "recall": round(hearing.recall, 4),
        **named,
        **document,
        "extra": list(hearing.extra),
        "lines": _as_objects(hearing.lines),
    }


def _as_objects(lines: Iterable[Any]) -> list[dict[str, Any]]:
    return [{**asdict(line), "words": [asdict(word) for word in line.words]} for line in lines]
