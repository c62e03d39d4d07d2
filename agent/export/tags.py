"""What players show of a file: title, artist, words, cover. ID3 in MP3 and WAV, comments in FLAC, Vorbis and Opus,
atoms in M4A; all through mutagen."""

import io
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from songsmith.lyrics.lyric import LyricLine, Lyrics

__all__ = ["SongTags", "tagged"]

# ISO 639-2 codes, which ID3 wants, of the languages that are sung most; "und" is said of all others.
_THREE_LETTERS = {
    "en": "eng", "zh": "zho", "ja": "jpn", "ko": "kor", "es": "spa", "fr": "fra", "de": "deu",
    "it": "ita", "pt": "por", "ru": "rus", "pl": "pol", "nl": "nld", "vi": "vie", "tr": "tur",
    "id": "ind", "hi": "hin", "ar": "ara", "sv": "swe", "uk": "ukr", "cs": "ces", "el": "ell",
}  # fmt: skip


@dataclass(frozen=True)
class SongTags:
    """What is written into a file. `lrc` are the words with stamps, `lyrics` the same as a value; `bpm` 0 and ""
    leave a tag out. `png` is the cover."""

    title: str
    artist: str
    album: str
    date: str
    comment: str
    bpm: float
    key: str
    language: str
    lyrics: Lyrics
    lrc: str
    png: bytes

    @property
    def words(self) -> str:
        """The plain words."""
        return "\n".join(line.text for line in self.lyrics.lines)

    @property
    def short_key(self) -> str:
        """The key as ID3 has it: "F#m" for "F# minor"."""
        tonic, _, mode = self.key.partition(" ")
        return f"{tonic}{'m' if mode.startswith('min') else ''}"[:3] if tonic else ""


def tagged(data: bytes, format_name: str, tags: SongTags) -> bytes:
    """A sound file with `tags` in it; what they say replaces what it said before."""
    buffer = io.BytesIO(data)
    write = {"mp3": _write_id3, "wav": _write_id3, "m4a": _write_atoms}.get(
        format_name, _write_comments
    )
    write(buffer, format_name, tags)
    return buffer.getvalue()


def _open(buffer: io.BytesIO) -> Any:
    import mutagen

    buffer.seek(0)
    file = mutagen.File(buffer)
    if file.tags is None:
        file.add_tags()
    return file


def _save(file: Any, buffer: io.BytesIO) -> None:
    buffer.seek(0)
    file.save(buffer)


def _write_id3(buffer: io.BytesIO, format_name: str, tags: SongTags) -> None:
    from mutagen import id3

    file = _open(buffer)
    language = _THREE_LETTERS.get(tags.language, "und")
    texts: dict[Any, str] = {
        id3.TIT2: tags.title,
        id3.TPE1: tags.artist,
        id3.TALB: tags.album,
        id3.TDRC: tags.date,
        id3.TBPM: f"{tags.bpm:.0f}" if tags.bpm else "",
        id3.TKEY: tags.short_key,
        id3.TLAN: language if tags.lyrics.lines else "",
    }
    for frame, text in texts.items():
        if text:
            file.tags.add(frame(encoding=3, text=text))
    file.tags.add(id3.COMM(encoding=3, lang="eng", desc="", text=tags.comment))
    if tags.lyrics.lines:
        file.tags.add(id3.USLT(encoding=3, lang=language, desc="", text=tags.words))
        file.tags.add(
            id3.SYLT(
                encoding=3, lang=language, format=2, type=1, desc="", text=_synced(tags.lyrics)
            )
        )
    file.tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="Cover", data=tags.png))
    _save(file, buffer)


def _synced(lyrics: Lyrics) -> list[tuple[str, int]]:
    """(text, milliseconds) of each word whose stamp is known, else of each line; a new line begins a line."""
    return [
        piece
        for index, line in enumerate(lyrics.lines)
        for piece in _pieces(line, "\n" if index else "")
    ]


def _pieces(line: LyricLine, before: str) -> list[tuple[str, int]]:
    stamps = [stamp for stamp in line.word_stamps if stamp.offset < len(line.text)]
    if not stamps or stamps[0].offset:
        return [(before + line.text, round(line.start_s * 1000))]
    ends = [*(stamp.offset for stamp in stamps[1:]), len(line.text)]
    words = [line.text[stamp.offset : end] for stamp, end in zip(stamps, ends, strict=True)]
    words[0] = before + words[0]
    return [(word, round(stamp.start_s * 1000)) for word, stamp in zip(words, stamps, strict=True)]


def _write_comments(buffer: io.BytesIO, format_name: str, tags: SongTags) -> None:
    from mutagen.flac import Picture

    file = _open(buffer)
    texts: Mapping[str, str] = {
        "title": tags.title,
        "artist": tags.artist,
        "album": tags.album,
        "date": tags.date,
        "comment": tags.comment,
        "bpm": f"{tags.bpm:.0f}" if tags.bpm else "",
        "initialkey": tags.short_key,
        "language": tags.language if tags.lyrics.lines else "",
        "lyrics": tags.lrc if tags.lyrics.lines else "",
    }
    file.update({name: [text] for name, text in texts.items() if text})
    picture = Picture()
    picture.data, picture.type, picture.mime, picture.desc = tags.png, 3, "image/png", "Cover"
    if format_name == "flac":
        file.clear_pictures()
        file.add_picture(picture)
    else:
        file["metadata_block_picture"] = [b64encode(picture.write()).decode()]
    _save(file, buffer)


def _write_atoms(buffer: io.BytesIO, format_name: str, tags: SongTags) -> None:
    from mutagen.mp4 import MP4Cover, MP4FreeForm

    file = _open(buffer)
    texts = {
        "\xa9nam": tags.title,
        "\xa9ART": tags.artist,
        "\xa9alb": tags.album,
        "\xa9day": tags.date,
        "\xa9cmt": tags.comment,
        "\xa9lyr": tags.words,
    }
    for name, text in texts.items():
        if text:
            file[name] = [text]
    if tags.bpm:
        file["tmpo"] = [round(tags.bpm)]
    if tags.short_key:
        file["----:com.apple.iTunes:initialkey"] = [MP4FreeForm(tags.short_key.encode())]
    file["covr"] = [MP4Cover(tags.png, imageformat=MP4Cover.FORMAT_PNG)]
    _save(file, buffer)
