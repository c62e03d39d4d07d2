"""Which words a take sings: where a part of it was sung again the new ones, elsewhere those of its parent."""

from collections.abc import Sequence
from pathlib import Path

from songsmith.agent.song.hearings import last_times
from songsmith.engine.engine import Span
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section
from songsmith.lyrics.speech.said import said

__all__ = ["at_own_times", "unsung_lines", "words_sung"]


def words_sung(parent: Lyrics, now: Lyrics, spans: Sequence[Span]) -> Lyrics:
    """The words of a take in which only `spans` of one that sings `parent` were sung again, with the words `now`."""
    if _shape(parent) == _shape(now):
        pairs = zip(parent.lines, now.lines, strict=True)
        return now.with_lines(new if _is_in(new, spans) else old for old, new in pairs)
    rows = [(section.label, line) for section in now.sections for line in section.lines]
    kept = [(section.label, line) for section in parent.sections for line in section.lines]
    mixed = [row for row in rows if _is_in(row[1], spans)]
    mixed += [row for row in kept if not _is_in(row[1], spans)]
    sections: list[Section] = []
    for label, line in sorted(mixed, key=lambda row: row[1].start_s):
        if sections and sections[-1].label == label:
            line_before = sections.pop()
            sections.append(Section(label, (*line_before.lines, line)))
        else:
            sections.append(Section(label, (line,)))
    return Lyrics(now.title, now.language, tuple(sections), now.tags)


def unsung_lines(sung: Lyrics, now: Lyrics) -> list[int]:
    """Numbers of the lines of `now` that a take with the words `sung` does not sing there, or says in another way."""
    known = {(line.start_s, said(line)) for line in sung.lines}
    return [n for n, line in enumerate(now.lines, 1) if (line.start_s, said(line)) not in known]


def at_own_times(folder: Path, take: str, lyrics: Lyrics) -> Lyrics:
    """The words of a take with the times that were found for its lines and words; as they are where none were."""
    times = last_times(folder, take)
    if times is None or len(times.lines) != len(lyrics.lines):
        return lyrics
    return times.placed(lyrics)


def _shape(lyrics: Lyrics) -> list[tuple[str, int]]:
    return [(section.label, len(section.lines)) for section in lyrics.sections]


def _is_in(line: LyricLine, spans: Sequence[Span]) -> bool:
    return any(span.start_s - 1e-6 <= line.start_s < span.end_s for span in spans)
