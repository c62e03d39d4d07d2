"""Hearing the takes of an open song: by which ears, in which language, and what is kept of it."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from songsmith.agent.settings.settings import Settings
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.own_times import keeps_stamps
from songsmith.engine.engine import Audio
from songsmith.engine.listening.ears import Ears
from songsmith.engine.listening.ears_models import hears_only_english, spoken_code
from songsmith.engine.listening.listen import Hearing, ListenError, listen
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import parse_lyrics
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = [
    "ANY_EARS",
    "EarsWish",
    "ears_for",
    "hear_sound",
    "hearing_document",
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
        load_audio(opened.song.audio_path(name)),
        sung_lyrics(opened, name),
        wish,
        style=manifest.style,
        has_stamps=keeps_stamps(opened, name),
    )
    opened.song.add_hearing(name, hearing_document(hearing))
    return hearing


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
    document = asdict(hearing)
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
