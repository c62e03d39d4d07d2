"""The words that a take sings as text files."""

from songsmith.agent.export.formats import ExportError
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import format_lrc
from songsmith.lyrics.reading.subtitles import format_ass, format_srt, format_vtt

__all__ = ["words_file"]


def words_file(lyrics: Lyrics, lrc: str, format_name: str, duration_s: float) -> str:
    """`lyrics` in one of the formats of words; `lrc` is how they are written down in the take."""
    if format_name == "lrc":
        return lrc
    if format_name == "elrc":
        return _with_word_stamps(lyrics)
    if format_name == "txt":
        return _plain(lyrics)
    write = {"srt": format_srt, "vtt": format_vtt, "ass": format_ass}[format_name]
    return write(lyrics, duration_s)


def _with_word_stamps(lyrics: Lyrics) -> str:
    if not any(line.word_stamps for line in lyrics.lines):
        raise ExportError(
            "when each word is sung is not known, only each line",
            hint="find the words first: songsmith align; or export lrc",
        )
    return format_lrc(lyrics)


def _plain(lyrics: Lyrics) -> str:
    head = [lyrics.title, ""] if lyrics.title else []
    body: list[str] = []
    for section in lyrics.sections:
        body += [f"[{section.label}]"] if section.label else []
        body += [*(line.text for line in section.lines), ""]
    return "\n".join([*head, *body]).rstrip("\n") + "\n"
