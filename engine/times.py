"""When a take sings its lines and words, as values."""

from dataclasses import dataclass, replace
from typing import Literal

from songsmith.lyrics.lyric import Lyrics, WordStamp

__all__ = ["SungLine", "SungTimes"]


@dataclass(frozen=True)
class SungLine:
    """A line as it is sung: from its first vowel to its last sound, each word at its first vowel.

    A line that was not heard (`is_heard` false) has its place between its neighbours, and no words.
    """

    line: int
    text: str
    start_s: float
    end_s: float
    is_heard: bool = True
    words: tuple[WordStamp, ...] = ()


@dataclass(frozen=True)
class SungTimes:
    """When a take sings its lines, found by the `ears` or by the `engine`'s own attention, and by which model.

    A take that `keeps_stamps` begins each line at its stamp; what was found are its words.
    """

    lines: tuple[SungLine, ...]
    found_by: Literal["ears", "engine"]
    model: str
    language: str = ""
    keeps_stamps: bool = False

    @property
    def summary(self) -> str:
        """ "21 of 22 lines found"; where most were not, that the words may be another song's."""
        found = sum(line.is_heard for line in self.lines)
        doubt = "" if 2 * found >= len(self.lines) else "; these may not be the words of this sound"
        return f"{found} of {len(self.lines)} lines found{doubt}"

    def placed(self, lyrics: Lyrics) -> Lyrics:
        """`lyrics` with each line, and each word of lines that are still the same, where it is sung."""
        starts_s = [
            line.start_s if self.keeps_stamps else sung.start_s
            for line, sung in zip(lyrics.lines, self.lines, strict=True)
        ]
        placed = []
        for line, sung, start_s in zip(lyrics.lines, self.lines, starts_s, strict=True):
            moved = line.moved_to(start_s)
            if sung.words and sung.text == line.text:
                shift_s = start_s - sung.start_s
                stamps = [
                    WordStamp(w.offset, max(start_s, w.start_s + shift_s)) for w in sung.words
                ]
                later_s = [other_s for other_s in starts_s if other_s > start_s]
                end_s = min([sung.end_s + shift_s, *later_s])
                end = WordStamp(len(line.text), max(end_s, stamps[-1].start_s))
                moved = replace(moved, word_stamps=(*stamps, end))
            placed.append(moved)
        return lyrics.with_lines(placed)
