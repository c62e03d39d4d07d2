"""The formats a take can be handed out in, and how a person names them."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from songsmith.errors import SongsmithError

__all__ = ["FORMATS", "ExportError", "Format", "Kind", "parse_formats"]

Kind = Literal["sound", "words", "score", "stems", "picture", "video"]


class ExportError(SongsmithError):
    """A take that can't be handed out as asked."""


class Format(NamedTuple):
    """`ending` is what follows the song's name; `names` are other names a person may use."""

    kind: Kind
    ending: str
    what: str
    names: tuple[str, ...] = ()


FORMATS: dict[str, Format] = {
    "flac": Format("sound", ".flac", "sound without loss"),
    "wav": Format("sound", ".wav", "sound without loss, for every program", ("wave",)),
    "mp3": Format("sound", ".mp3", "sound for every player"),
    "ogg": Format("sound", ".ogg", "Vorbis sound", ("vorbis",)),
    "opus": Format("sound", ".opus", "Opus sound, small"),
    "m4a": Format("sound", ".m4a", "AAC sound (needs ffmpeg)", ("aac", "mp4a")),
    "lrc": Format("words", ".lrc", "words with a stamp for each line"),
    "elrc": Format("words", ".words.lrc", "words with a stamp for each word, where known"),
    "srt": Format("words", ".srt", "subtitles"),
    "vtt": Format("words", ".vtt", "subtitles for the web", ("webvtt",)),
    "ass": Format("words", ".ass", "karaoke subtitles", ("karaoke",)),
    "txt": Format("words", ".txt", "plain words", ("text",)),
    "chordpro": Format("score", ".cho", "words with chords", ("cho", "chords")),
    "midi": Format("score", ".mid", "melody with words, chords and the band", ("mid",)),
    "musicxml": Format("score", ".musicxml", "melody, words and chords as notes", ("xml",)),
    "stems": Format("stems", "", "each part of the mix as a FLAC file of the same length"),
    "daw": Format("stems", "", "stems, MIDI and markers, with a note on how to import them"),
    "svg": Format("picture", ".svg", "the cover as a drawing"),
    "png": Format("picture", ".png", "the cover as a picture", ("cover",)),
    "mp4": Format("video", ".mp4", "karaoke video, 1920 by 1080 (needs ffmpeg)", ("video",)),
    "mp4-tall": Format(
        "video", ".tall.mp4", "karaoke video, 1080 by 1920 (needs ffmpeg)", ("9:16",)
    ),
}

_ALONG = ("lrc", "srt", "ass")
"""Words that come along with sound, unless words were named."""


def parse_formats(named: Iterable[str]) -> tuple[str, ...]:
    """Formats as a person names them, in any case, also several with commas: `["MP3,srt"]`.

    Sound brings the words along, in three kinds, where none are named. Raises `ExportError` for an unknown name.
    """
    asked = [part.strip().casefold().lstrip(".") for text in named for part in text.split(",")]
    formats = [_known(name) for name in asked if name]
    kinds = {FORMATS[name].kind for name in formats}
    along = _ALONG if "sound" in kinds and "words" not in kinds else ()
    return tuple(dict.fromkeys((*formats, *along)))


def _known(name: str) -> str:
    for known, form in FORMATS.items():
        if name == known or name in form.names:
            return known
    raise ExportError(f"there is no format {name[:40]!r}", hint=f"choose {', '.join(FORMATS)}")
