"""A karaoke video: the words light up over the song's cover, drawn by ffmpeg with libass."""

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from songsmith.agent.export.cover import Cover
from songsmith.agent.export.ffmpeg import run_ffmpeg
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.subtitles import karaoke_text, timed_lines

__all__ = ["SIZES", "Size", "video_file"]


class Size(NamedTuple):
    """Pixels of the picture, and of the words in it."""

    width: int
    height: int
    words: int


SIZES = {"mp4": Size(1920, 1080, 84), "mp4-tall": Size(1080, 1920, 78)}
_EARLY_S = 1.2
"""How long before its first word a line is on the screen, where the one before it leaves room."""


def video_file(
    sound: Path, lyrics: Lyrics, cover: Cover, title: str, duration_s: float, size: Size
) -> bytes:
    """The video as an MP4 file with the sound of `sound`. Raises `ExportError` where ffmpeg is missing or fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "words.ass").write_text(
            _subtitles(lyrics, cover, title, duration_s, size), "utf-8"
        )
        (folder / "back.png").write_bytes(cover.backdrop(size.width, size.height))
        arguments = [
            *("-loop", "1", "-framerate", "25", "-i", "back.png", "-i", str(sound.resolve())),
            *("-vf", "ass=words.ass,format=yuv420p", "-t", f"{duration_s:.3f}"),
            *("-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "20"),
            *("-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", "video.mp4"),
        ]
        run_ffmpeg(arguments, "a video", folder=folder)
        return (folder / "video.mp4").read_bytes()


def _subtitles(lyrics: Lyrics, cover: Cover, title: str, duration_s: float, size: Size) -> str:
    """The title until the first line, then each line lighting up word by word, with the next one below it."""
    lines = list(timed_lines(lyrics, duration_s))
    first_s = lines[0][1] if lines else duration_s
    events = [_event("Title", 0.0, max(first_s - 0.3, 0.5), _plain(title))] if title else []
    shown = [max(start_s - _EARLY_S, 0.0) for _, start_s, _ in lines]
    for index, (line, start_s, end_s) in enumerate(lines):
        begin_s = max(shown[index], lines[index - 1][2] if index else first_s - _EARLY_S, 0.0)
        begin_s = min(begin_s, start_s)
        lead = f"{{\\k{round((start_s - begin_s) * 100)}}}"
        events.append(_event("Now", begin_s, end_s, lead + karaoke_text(line, start_s, end_s)))
        if index + 1 < len(lines) and lines[index + 1][1] - end_s < 6:
            events.append(_event("Next", begin_s, end_s, _plain(lines[index + 1][0].text)))
    return _HEAD.format(
        width=size.width,
        height=size.height,
        now=size.words,
        next=round(size.words * 0.62),
        title=round(size.words * 1.2),
        lit=_ass_colour(cover.accent(dark=True)),
        side=round(size.width * 0.06),
        top=round(size.height * 0.14),
        low=round(size.height * 0.40),
        lower=round(size.height * 0.24),
    ) + "\n".join([*events, ""])


_HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, BorderStyle, \
Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Now,Noto Sans CJK SC,{now},{lit},&H00FFFFFF,&H00101010,&H80000000,-1,1,4,0,2,{side},{side},{low},1
Style: Next,Noto Sans CJK SC,{next},&H60FFFFFF,&H60FFFFFF,&H00101010,&H80000000,0,1,3,0,2,{side},{side},{lower},1
Style: Title,Noto Sans CJK SC,{title},&H00FFFFFF,&H00FFFFFF,&H00101010,&H80000000,-1,1,4,0,8,{side},{side},{top},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def _event(style: str, start_s: float, end_s: float, text: str) -> str:
    return f"Dialogue: 0,{_clock(start_s)},{_clock(end_s)},{style},,0,0,0,,{text}"


def _clock(seconds: float) -> str:
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _plain(text: str) -> str:
    """Text in which nothing is a command to libass."""
    return re.sub(r"[{}\\]", "", text)


def _ass_colour(colour: str) -> str:
    """ "#rrggbb" in the order that ASS wants."""
    return f"&H00{colour[5:7]}{colour[3:5]}{colour[1:3]}".upper()
