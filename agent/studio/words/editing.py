"""The verbs on words that no writer is needed for: taken over from a person, checked, repaired, given new stamps."""

from collections.abc import Mapping, Sequence

from songsmith.agent.phrases import lines_of
from songsmith.agent.song.diff import diff_lyrics
from songsmith.agent.studio.one_file import language_of_words
from songsmith.agent.studio.open_song import OpenSong, StudioError
from songsmith.agent.studio.results import Checked, Written
from songsmith.agent.studio.take_list import not_sung_yet
from songsmith.agent.writers.brief import Brief, check_length
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, check_for, stamped_to_sing
from songsmith.agent.writers.tempo import Pulse, pulse_of
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.reading.lrc import Parsed
from songsmith.lyrics.repair import repair_lyrics
from songsmith.lyrics.speech.said import reworded
from songsmith.lyrics.timing import retime

__all__ = [
    "check_song",
    "edit_words",
    "leave_wordless",
    "need_words",
    "replace_lines",
    "retime_song",
    "take_over",
]


def take_over(
    opened: OpenSong,
    made_by: str,
    lyrics: Lyrics,
    *,
    style: str | None = None,
    duration_s: float | None = None,
    parse_faults: Sequence[Fault] = (),
    is_whole: bool = False,
    written: Mapping[str, str] | None = None,
) -> Written:
    """`lyrics` as the song's next version, checked; see `Song.add_version`."""
    song = opened.song
    before = song.lyrics
    version = song.add_version(
        made_by,
        lyrics=lyrics,
        style=style,
        duration_s=duration_s,
        is_whole=is_whole,
        written=written,
    )
    lyrics = song.lyrics  # another process's change may have been merged in
    report = check_for(
        opened.singer()[0],
        lyrics,
        duration_s=opened.duration_s,
        parse_faults=tuple(parse_faults),
    )
    notes = () if is_whole else not_sung_yet(song)
    return Written(version, lyrics, report, notes=notes, changes=diff_lyrics(before, lyrics))


def edit_words(
    opened: OpenSong,
    parsed: Parsed,
    *,
    made_by: str,
    style: str | None,
    duration_s: float | None,
    pulse: Pulse | None,
) -> Written:
    """Words that the person wrote; those without stamps get them."""
    version = opened.song.version
    length_s = duration_s or version.duration_s or None
    pulse = pulse or pulse_of(style or version.style)
    lyrics, length_s = stamped_to_sing(parsed, length_s, pulse)
    return take_over(
        opened, made_by, lyrics, style=style, duration_s=length_s, parse_faults=parsed.faults
    )


def replace_lines(opened: OpenSong, words: Mapping[int, str]) -> Written:
    """These words in the lines of these numbers; stamps stay."""
    need_words(opened)
    lyrics = opened.song.lyrics
    for number, text in words.items():
        if not 1 <= number <= len(lyrics.lines):
            raise StudioError(
                f"there is no line {number}", hint=f"lines are 1 to {len(lyrics.lines)}"
            )
        if not text.strip():
            raise StudioError(f"line {number} would be empty", hint="give it words")
    changed = [
        reworded(line, words[number]) if number in words else line
        for number, line in enumerate(lyrics.lines, 1)
    ]
    return take_over(opened, f"edit {lines_of(list(words))}", lyrics.with_lines(changed))


def leave_wordless(opened: OpenSong, brief: Brief) -> Written:
    """An instrumental: a style and a length, no words."""
    return take_over(
        opened,
        "instrumental",
        Lyrics(title=brief.title or brief.prompt, language=brief.language),
        style=brief.style or brief.prompt,
        duration_s=brief.duration_s or DEFAULT_DURATION_S,
        is_whole=True,
    )


def retime_song(
    opened: OpenSong, duration_s: float | None, bpm: float | None, keep: Sequence[int]
) -> Written:
    """New stamps on the bars of the song's tempo, or of `bpm`, for all lines but those to keep."""
    need_words(opened)
    length_s = duration_s or opened.duration_s
    check_length(length_s)
    pulse = pulse_of(opened.song.version.style, {"bpm": bpm})
    lyrics = retime(
        opened.song.lyrics,
        duration_s=length_s,
        bpm=pulse.bpm,
        beats_per_bar=pulse.beats_per_bar,
        keep=set(keep),
    )
    return take_over(opened, "retime", lyrics, duration_s=length_s)


def check_song(opened: OpenSong, repair: bool, engine: str) -> Checked:
    """All faults of the words for the engine that would sing; with `repair` the safe ones are put right."""
    need_words(opened)
    song = opened.song
    before = song.lyrics
    repaired = _repair(opened) if repair else ()
    name, why = opened.singer(engine)
    return Checked(
        song.lyrics,
        check_for(name, song.lyrics, duration_s=opened.duration_s),
        repaired,
        diff_lyrics(before, song.lyrics),
        name,
        why,
        language_of_words(song.lyrics),
    )


def _repair(opened: OpenSong) -> tuple[Fault, ...]:
    """What was put right, as a new version if anything was."""
    lyrics = opened.song.lyrics
    better, repaired = repair_lyrics(lyrics, duration_s=opened.duration_s)
    if better != lyrics:
        opened.song.add_version("check --repair", lyrics=better)
    return repaired


def need_words(opened: OpenSong) -> None:
    """Raises `StudioError` for a song without words."""
    if not opened.song.lyrics.lines:
        raise StudioError("this song has no words yet", hint="write some first")
