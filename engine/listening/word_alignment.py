"""Which heard word is which word of the lyric: one alignment for the whole song, by sound and by time.

A line's words may only be heard near the line's own slot, which tells one chorus from the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from songsmith.engine.listening.comparable import is_hanzi, joined, likeness, words_of
from songsmith.lyrics.lyric import Lyrics

__all__ = [
    "HeardWord",
    "LineHeard",
    "Match",
    "SungWord",
    "align_words",
    "error_rate",
    "heard_lines",
    "left_unmatched",
    "sung_words",
]

LEEWAY_S = 1.2
"""How far outside a line's slot its words may be heard: transcribers place words that loosely in music."""
_ALIKE_TOGETHER = 0.75
"""Similarity from which words cut at other places are the same; longer, so easier to be alike by chance."""
_FLOW = 0.1
"""What it is worth that a word follows one of its own line, so that a stray "the" goes where its line is."""
_AWAY = 0.05
"""Share of a match's worth that every second outside the line's slot takes."""
_STEPS = ((1, 1), (1, 2), (2, 1), (2, 2))
"""Lyric words against heard words that may match at once: transcribers cut words differently."""


@dataclass(frozen=True)
class HeardWord:
    """A word (a character in Chinese) as it was recognised, in seconds of the take."""

    text: str
    start_s: float
    end_s: float

    def overlaps(self, other: "HeardWord") -> bool:
        """Whether both sound at once; times of two hearings differ a little."""
        return self.start_s < other.end_s - 0.02 and other.start_s < self.end_s - 0.02


@dataclass(frozen=True)
class SungWord:
    """A word of the lyric and the time within which it may be heard; `line` counts from 1."""

    text: str
    line: int
    from_s: float = float("-inf")
    until_s: float = float("inf")

    @property
    def anywhere(self) -> "SungWord":
        """The same word, to be heard at any time."""
        return SungWord(self.text, self.line)


@dataclass(frozen=True)
class Match:
    """Indices of words of the lyric and of heard words that are the same, with their similarity (0 to 1)."""

    sung: tuple[int, ...]
    heard: tuple[int, ...]
    likeness: float


@dataclass(frozen=True)
class LineHeard:
    """A line in one hearing: likeness of each of its words, and the heard words it took."""

    likeness: tuple[float, ...]
    heard: tuple[HeardWord, ...]

    @property
    def recall(self) -> float:
        """Share of its words that were heard; 1 without words."""
        return sum(self.likeness) / len(self.likeness) if self.likeness else 1.0

    @property
    def start_s(self) -> float | None:
        """When it began; None where neither of its first two words was heard."""
        return self.heard[0].start_s if any(self.likeness[:2]) else None

    @property
    def text(self) -> str:
        """The heard words as a line."""
        return joined([word.text for word in self.heard])

    def together_with(self, other: "LineHeard") -> "LineHeard":
        """Each word as it was heard better of the two, for a line in two languages."""
        more = [w for w in other.heard if not any(w.overlaps(known) for known in self.heard)]
        heard = sorted([*self.heard, *more], key=lambda word: word.start_s)
        return LineHeard(tuple(map(max, self.likeness, other.likeness)), tuple(heard))


def sung_words(lyrics: Lyrics, duration_s: float) -> list[SungWord]:
    """The words of the lyric in the order they are sung, each with its line's slot and some leeway."""
    order = sorted(enumerate(lyrics.lines, 1), key=lambda numbered: numbered[1].start_s)
    words = []
    for place, (number, line) in enumerate(order):
        later = (other.start_s for _, other in order[place + 1 :] if other.start_s > line.start_s)
        end_s = min(next(later, duration_s), line.start_s + 12.0)
        words += [
            SungWord(text, number, line.start_s - LEEWAY_S, end_s + LEEWAY_S)
            for text in words_of(line.text, lyrics.language)
        ]
    return words


def align_words(sung: Sequence[SungWord], heard: Sequence[HeardWord]) -> list[Match]:
    """The matches of the best alignment that keeps the order of both, in that order.

    Dynamic programming over (sung, heard) pairs; the score is the likeness of what matches, every match
    worth as many words of the lyric as it covers, a little less outside the line's slot, a little more
    where it goes on from a match of the same line.
    """
    rows, columns = len(sung), len(heard)
    # best[row][column]: over the first words of both; met: the same, if the last of both match.
    best = [[_NOTHING] * (columns + 1) for _ in range(rows + 1)]
    met: list[list[_Path | None]] = [[None] * (columns + 1) for _ in range(rows + 1)]
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            choices = [best[row - 1][column], best[row][column - 1]]
            for down, right in _STEPS:
                if down > row or right > column:
                    continue
                like = _gated(sung[row - down : row], heard[column - right : column])
                if not like:
                    continue
                worth = like * down * (1 - _AWAY * _outside_s(sung[row - 1], heard[column - 1]))
                pair = tuple(range(row - down, row)), tuple(range(column - right, column))
                before = best[row - down][column - right]
                path = _Path(before.score + worth, Match(*pair, like), before)
                along = met[row - down][column - right]
                if along and sung[row - 1].line == sung[row - down - 1].line:
                    flowing = _Path(along.score + worth + _FLOW, Match(*pair, like), along)
                    path = max(path, flowing, key=_score)
                met[row][column] = max(met[row][column] or path, path, key=_score)
                choices.append(path)
            best[row][column] = max(choices, key=_score)
    return best[rows][columns].matches()


@dataclass(frozen=True, eq=False)
class _Path:
    """An alignment of the first words of both: its score, its last match, and what came before."""

    score: float
    match: Match | None = None
    before: "_Path | None" = None

    def matches(self) -> list[Match]:
        found: list[Match] = []
        path: _Path | None = self
        while path and path.match:
            found.append(path.match)
            path = path.before
        return found[::-1]


_NOTHING = _Path(0.0)


def _score(path: _Path) -> float:
    return path.score


def _outside_s(sung: SungWord, heard: HeardWord) -> float:
    """How far outside its line's slot the word was heard: of two lines that could have it, the nearer does."""
    return max(
        0.0,
        sung.from_s + LEEWAY_S - heard.start_s,
        heard.start_s - (sung.until_s - LEEWAY_S),
    )


def _gated(sung: Sequence[SungWord], heard: Sequence[HeardWord]) -> float:
    """Likeness of the words, 0 where they are not alike, not of one line or not near their slot."""
    first, last = sung[0], sung[-1]
    if first.line != last.line or heard[0].start_s > last.until_s or heard[-1].end_s < first.from_s:
        return 0.0
    if heard[0].start_s < first.from_s or heard[-1].start_s > last.until_s:
        return 0.0
    if len(sung) == 1 == len(heard):
        return likeness(first.text, heard[0].text)
    if heard[-1].start_s - heard[0].end_s > 1.0:
        return 0.0
    ours, theirs = " ".join(w.text for w in sung), " ".join(w.text for w in heard)
    like = 0.0 if is_hanzi(ours + theirs) else likeness(ours, theirs)
    return like if like >= _ALIKE_TOGETHER else 0.0


def heard_lines(sung: Sequence[SungWord], heard: Sequence[HeardWord]) -> dict[int, LineHeard]:
    """Every line of the lyric that has words, by its number, as it is in what was heard."""
    likenesses = [0.0] * len(sung)
    taken: dict[int, list[HeardWord]] = {word.line: [] for word in sung}
    for match in align_words(sung, heard):
        for index in match.sung:
            likenesses[index] = match.likeness
        taken[sung[match.sung[0]].line] += [heard[index] for index in match.heard]
    return {
        number: LineHeard(
            tuple(like for like, word in zip(likenesses, sung, strict=True) if word.line == number),
            tuple(words),
        )
        for number, words in taken.items()
    }


def error_rate(sung: Sequence[SungWord], heard: Sequence[HeardWord]) -> float:
    """Levenshtein distance in words over the number of sung words; words alike to the ear are equal."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(sung, 1):
        previous, row[0] = row[0], number
        for column, other in enumerate(heard, 1):
            miss = likeness(word.text, other.text) < 1
            row[column], previous = (
                min(row[column] + 1, row[column - 1] + 1, previous + miss),
                row[column],
            )
    return row[-1] / len(sung) if sung else 0.0


def left_unmatched(sung: Sequence[SungWord], heard: Sequence[HeardWord]) -> tuple[str, ...]:
    """Heard words that match no word of the lyric."""
    taken = {index for match in align_words(sung, heard) for index in match.heard}
    return tuple(word.text for index, word in enumerate(heard) if index not in taken)
