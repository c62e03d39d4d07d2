"""What the song page shows, as JSON values: takes with their lines, sections, chords and hearings, and every version.

All of it is data for the page's script, which puts it into the document as text, never as markup.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from songsmith.agent.export.markers import parts_of
from songsmith.agent.phrases import clock
from songsmith.agent.song.diff import diff_lyrics
from songsmith.agent.song.song_file import TakeManifest, Version
from songsmith.agent.song.songbook import Song
from songsmith.agent.song.sung_words import at_own_times
from songsmith.lyrics.lyric import LyricLine, Lyrics
from songsmith.lyrics.reading.lrc import format_lrc, parse_lyrics
from songsmith.lyrics.reading.subtitles import format_srt, timed_lines

__all__ = ["page_content"]


def page_content(song: Song, takes: Sequence[str]) -> dict[str, Any]:
    """Everything but the sound of `takes`, the picked one among them."""
    lyrics = song.lyrics
    return {
        "title": song.title,
        "language": lyrics.language or song.language,
        "style": song.version.style,
        "picked": song.picked,
        "takes": [_take(song, song.manifest(name)) for name in takes],
        "versions": [_version(song, version) for version in reversed(song.versions)],
    }


def _take(song: Song, manifest: TakeManifest) -> dict[str, Any]:
    words = _words_of(manifest)
    lyrics = at_own_times(song.folder / "takes", manifest.take, words)
    heard = _heard(song, manifest)
    return {
        "name": manifest.take,
        "facts": _facts(manifest),
        "duration_s": manifest.duration_s,
        "parent": manifest.parent,
        "spans": [[round(start_s, 3), round(end_s, 3)] for start_s, end_s in manifest.spans],
        "sections": _sections(lyrics, manifest),
        "lines": [
            _line(line, start_s, end_s, heard.get(number), manifest)
            for number, line, start_s, end_s in _numbered(lyrics, manifest.duration_s)
        ],
        "lrc": manifest.words if lyrics == words else format_lrc(lyrics),
        "srt": format_srt(lyrics, manifest.duration_s) if lyrics.lines else "",
    }


def _words_of(manifest: TakeManifest) -> Lyrics:
    words = parse_lyrics(manifest.words, as_written=True).lyrics
    return words if isinstance(words, Lyrics) else Lyrics()


def _facts(manifest: TakeManifest) -> str:
    """ "sketch · seed 5 · -14.0 LUFS · only 1:12.2-1:35 differs from t001"."""
    facts = [manifest.engine, f"seed {manifest.seed}"]
    facts += [f"{manifest.lufs:.1f} LUFS"] if manifest.lufs is not None else []
    if manifest.spans and manifest.parent:
        places = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in manifest.spans)
        facts.append(f"only {places} differs from {manifest.parent}")
    return " · ".join(facts)


def _numbered(lyrics: Lyrics, duration_s: float) -> list[tuple[int, LyricLine, float, float]]:
    """Lines with their numbers and their start and end in seconds, in order of time."""
    numbers = {id(line): number for number, line in enumerate(lyrics.lines, 1)}
    return [
        (numbers[id(line)], line, start_s, end_s)
        for line, start_s, end_s in timed_lines(lyrics, duration_s)
    ]


def _line(
    line: LyricLine, start_s: float, end_s: float, heard: str | None, manifest: TakeManifest
) -> dict[str, Any]:
    return {
        "start_s": round(start_s, 3),
        "end_s": round(end_s, 3),
        "text": line.text,
        "words": [[stamp.offset, round(stamp.start_s, 3)] for stamp in line.word_stamps],
        "chords": _chords(line, start_s, end_s, manifest.details),
        "heard": heard or "",
        "translations": [text for _, text in line.beside.translations],
    }


def _chords(
    line: LyricLine, start_s: float, end_s: float, details: Mapping[str, Any]
) -> list[list[Any]]:
    """Chords over the words as [offset, symbol]: the lyric's own, else each change that the engine played."""
    if line.chords:
        return [[chord.offset, chord.symbol] for chord in line.chords]
    played = details.get("chords")
    if not isinstance(played, list):
        return []
    found: dict[int, str] = {}
    starts = [
        offset for offset, character in enumerate(line.text) if _begins_word(line.text, offset)
    ]
    for time_s, symbol in _valid(played):
        if start_s <= time_s < end_s and starts:
            share = (time_s - start_s) / (end_s - start_s)
            place = bisect_right(starts, share * len(line.text)) - 1
            found.setdefault(starts[max(place, 0)], symbol)
    before = [symbol for time_s, symbol in _valid(played) if time_s <= start_s]
    if before and starts:
        found.setdefault(starts[0], before[-1])
    places = sorted(found)
    return [
        [place, found[place]]
        for before, place in zip([None, *places], places, strict=False)
        if before is None or found[place] != found[before]
    ]


def _valid(played: Sequence[Any]) -> list[tuple[float, str]]:
    """The engine's chords that are a time and a symbol; a manifest may come from anywhere."""
    return [
        (float(entry[0]), str(entry[1])[:12])
        for entry in played
        if isinstance(entry, (list, tuple))
        and len(entry) == 2
        and isinstance(entry[0], (int, float))
    ]


def _begins_word(text: str, offset: int) -> bool:
    return text[offset] != " " and (offset == 0 or text[offset - 1] == " ")


def _sections(lyrics: Lyrics, manifest: TakeManifest) -> list[list[Any]]:
    """[label, start, end]: the form that the engine played, else the sections of the words."""
    if parts := parts_of(manifest.details):
        return [[part.name, part.start_s, part.end_s] for part in parts]
    begun = [
        (section.label, section.lines[0].start_s) for section in lyrics.sections if section.lines
    ]
    ends_s = [*(start_s for _, start_s in begun[1:]), manifest.duration_s][: len(begun)]
    return [[label, start_s, end_s] for (label, start_s), end_s in zip(begun, ends_s, strict=True)]


def _heard(song: Song, manifest: TakeManifest) -> dict[int, str]:
    """The verdict on each line of a hearing, if the take was listened to."""
    lines = (song.hearing(manifest.take) or {}).get("lines")
    return {
        line["line"]: str(line.get("verdict", ""))
        for line in lines or ()
        if isinstance(line, dict) and isinstance(line.get("line"), int)
    }


def _version(song: Song, version: Version) -> dict[str, Any]:
    before = song.lyrics_of(song.version_numbered(version.parent))
    return {
        "number": version.number,
        "made_by": version.made_by,
        "made_at": version.made_at,
        "changes": list(diff_lyrics(before, song.lyrics_of(version))),
    }
