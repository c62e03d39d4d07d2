"""What was sung? A take is transcribed and compared with its lyrics, line by line.

The whole take is heard once; lines that were not understood then are heard again by themselves, with their
neighbours, from the mix and from its middle, and the better hearing of a line counts. A line that is heard at
another place than its own is misplaced; one that is heard a second time, where no line belongs, is repeated.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from songsmith.engine.align import (
    HeardWord,
    Match,
    SungWord,
    align_words,
    error_rate,
    left_unmatched,
    sung_words,
    words_of,
)
from songsmith.engine.audio import measure_loudness
from songsmith.engine.ears import EARS_RATE_HZ, Ears, Heard, centred, mixed_down
from songsmith.engine.ears_models import ListenError
from songsmith.engine.engine import Audio
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import Lyrics

__all__ = ["HeardLine", "HeardWordMark", "Hearing", "ListenError", "Verdict", "listen"]

Verdict = Literal["sung", "partly", "missing"]

SUNG, PARTLY = 0.7, 0.25
"""Word recall from which a line is sung, and below which it is missing."""
_POOR = 0.5
"""Recall below which a line is heard a last time all by itself."""
_ELSEWHERE, _AGAIN = 0.6, 0.6
"""Recall from which words at another place are taken for this line, or for this line once more."""
_FEWEST_AGAIN = 3
_WINDOW_S = 28.0
_REPETITION_PENALTY = {"zh": 1.15}
"""Against loops: the small models loop on Mandarin singing without it, and hear English worse with it."""


@dataclass(frozen=True)
class HeardWordMark:
    """A word of the lyric and how well it was heard, 0 (not at all) to 1."""

    text: str
    likeness: float


@dataclass(frozen=True)
class HeardLine:
    """One lyric line as it was heard. `recall` is the share of its words that was, near misses counting as
    much as they sound alike; `timing_error_s` how much later than its stamp its first word came."""

    line: int
    text: str
    start_s: float
    verdict: Verdict
    is_repeated: bool
    recall: float
    heard: str
    heard_start_s: float | None
    timing_error_s: float | None
    is_misplaced: bool = False
    words: tuple[HeardWordMark, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Sung, once, and where it belongs."""
        return self.verdict == "sung" and not self.is_repeated and not self.is_misplaced


@dataclass(frozen=True)
class Hearing:
    """A whole take as it was heard, by which model, and what was measured of its sound.

    `heard` is the whole transcript, `word_error_rate` its distance from the lyrics in words (in Chinese
    characters); words that sound the same are the same word. `extra` are words heard that no line has.
    """

    lines: tuple[HeardLine, ...]
    word_error_rate: float
    heard: str
    model: str
    language: str
    lufs: float
    true_peak_dbtp: float
    clipped_samples: int
    silent_s: float
    style_similarity: float | None = None
    extra: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """ "21 of 22 lines clear"."""
        clear = sum(line.is_clear for line in self.lines)
        return f"{clear} of {len(self.lines)} lines clear"

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the lines that were not heard."""
        return tuple(line.line for line in self.lines if line.verdict == "missing")

    @property
    def misplaced(self) -> tuple[int, ...]:
        """Numbers of the lines heard at another place than their own."""
        return tuple(line.line for line in self.lines if line.is_misplaced)

    @property
    def repeated(self) -> tuple[int, ...]:
        """Numbers of the lines heard once more than written."""
        return tuple(line.line for line in self.lines if line.is_repeated)

    @property
    def recall(self) -> float:
        """Mean recall of the lines, those at a wrong place counting nothing; 1 without lines."""
        found = [0.0 if line.is_misplaced else line.recall for line in self.lines]
        return sum(found) / len(found) if found else 1.0


def listen(
    audio: Audio,
    lyrics: Lyrics,
    *,
    ears: Ears,
    language: str = "",
    style_similarity: float | None = None,
) -> Hearing:
    """Hear `audio` (2, samples) and compare it with `lyrics`.

    `language` is that of the words ("" = as the lyrics say or are written). Raises ListenError for sound
    that is silent from end to end, lyrics without lines and missing models.
    """
    spoken = language or lyrics.language or _language_of(lyrics)
    if not lyrics.lines:
        raise ListenError(
            "there are no lyrics to compare the sound with", mend="give them with --lyrics song.lrc"
        )
    if not np.any(np.abs(audio) > 10 ** (-70 / 20)):
        raise ListenError("the sound is silent from end to end", mend="give another take")
    ear = _Listener(audio, lyrics, ears, spoken)
    whole = ear.whole()
    best = ear.alignment(whole.words)
    for sound in ear.sounds[::-1]:
        best = ear.second_hearing(sound, best, below=SUNG)
    best = ear.second_hearing(ear.sounds[0], best, below=_POOR, neighbours=0)
    words = _together(whole.words, best)
    lines = _placed(ear, best, words)
    loudness = measure_loudness(audio)
    return Hearing(
        lines=lines,
        word_error_rate=round(error_rate(ear.sung, words), 4),
        heard=_joined(words),
        model=ears.name(spoken),
        language=spoken,
        lufs=round(loudness.lufs, 2),
        true_peak_dbtp=round(loudness.true_peak_dbtp, 2),
        clipped_samples=int(np.count_nonzero(np.abs(audio) >= 1 - 2.0**-15)),
        silent_s=round(_silent_s(audio), 2),
        style_similarity=style_similarity,
        extra=left_unmatched(ear.sung, words),
    )


@dataclass(frozen=True)
class _LineHeard:
    """A line in one hearing: likeness of each of its words, and the heard words it took."""

    likeness: tuple[float, ...]
    heard: tuple[HeardWord, ...]

    @property
    def recall(self) -> float:
        return sum(self.likeness) / len(self.likeness) if self.likeness else 1.0


class _Listener:
    """One take and its words while it is being listened to."""

    def __init__(self, audio: Audio, lyrics: Lyrics, ears: Ears, language: str) -> None:
        self.duration_s = audio.shape[1] / SAMPLE_RATE_HZ
        self.lyrics = lyrics
        self.language = language
        self.sung = sung_words(lyrics, self.duration_s)
        self._ears = ears
        sounds = [mixed_down(audio), centred(audio)]
        self.sounds = sounds[::-1] if language == "zh" else sounds
        """The likelier to be understood first."""
        self.transcripts: list[tuple[HeardWord, ...]] = []
        """What second hearings heard."""

    def whole(self) -> Heard:
        return self._hear(self.sounds[0], 0.0, self.duration_s)

    def alignment(self, heard: Sequence[HeardWord]) -> dict[int, _LineHeard]:
        """Every line as it is in `heard`."""
        return _by_line(self.sung, heard, align_words(self.sung, heard))

    def second_hearing(
        self,
        sound: np.ndarray,
        best: dict[int, _LineHeard],
        *,
        below: float,
        neighbours: int = 1,
    ) -> dict[int, _LineHeard]:
        """`best`, with lines of a recall `below` that as they are heard in windows of their own, if better."""
        low = [number for number, line in best.items() if line.recall < below]
        for start_s, end_s, numbers in self._windows(low, neighbours):
            heard = self._hear(sound, start_s, end_s).words
            self.transcripts.append(heard)
            again = self.alignment(heard)
            best = {
                number: max(line, again[number], key=lambda heard: heard.recall)
                if number in numbers
                else line
                for number, line in best.items()
            }
        return best

    def _hear(self, sound: np.ndarray, start_s: float, end_s: float) -> Heard:
        piece = sound[int(start_s * EARS_RATE_HZ) : int(end_s * EARS_RATE_HZ)]
        return self._ears.transcribe(
            piece,
            self.language,
            start_s=start_s,
            repetition_penalty=_REPETITION_PENALTY.get(self.language, 1.0),
        )

    def _windows(
        self, numbers: Sequence[int], neighbours: int
    ) -> list[tuple[float, float, frozenset[int]]]:
        """Parts of the song around these lines with so many lines before and after, and which lines each
        holds; lines with neighbours share a window where they can."""
        order = sorted(range(len(self.lyrics.lines)), key=lambda k: self.lyrics.lines[k].start_s)
        starts = [self.lyrics.lines[index].start_s for index in order]
        windows: list[tuple[float, float, frozenset[int]]] = []
        for place, index in enumerate(order):
            if index + 1 not in numbers:
                continue
            half_s = _WINDOW_S / 2
            start_s = max(0.0, starts[max(0, place - neighbours)] - 0.5, starts[place] - half_s)
            after = starts[place + neighbours + 1 : place + neighbours + 2]
            end_s = min([*after, self.duration_s, starts[place] + half_s])
            if end_s - start_s < 0.5:
                continue
            if neighbours and windows and end_s - windows[-1][0] <= _WINDOW_S:
                before = windows.pop()
                windows.append((before[0], end_s, before[2] | {index + 1}))
            else:
                windows.append((start_s, end_s, frozenset({index + 1})))
        return windows


def _by_line(
    sung: Sequence[SungWord], heard: Sequence[HeardWord], matches: Sequence[Match]
) -> dict[int, _LineHeard]:
    likeness = [0.0] * len(sung)
    taken: dict[int, list[HeardWord]] = {word.line: [] for word in sung}
    for match in matches:
        for index in match.sung:
            likeness[index] = match.likeness
        taken[sung[match.sung[0]].line] += [heard[index] for index in match.heard]
    return {
        number: _LineHeard(
            tuple(like for like, word in zip(likeness, sung, strict=True) if word.line == number),
            tuple(words),
        )
        for number, words in taken.items()
    }


def _together(whole: Sequence[HeardWord], best: Mapping[int, _LineHeard]) -> tuple[HeardWord, ...]:
    """The words of the whole hearing, with those of lines that were heard better by themselves instead."""
    first = set(whole)
    fresh = [word for line in best.values() for word in line.heard if word not in first]
    kept = [word for word in whole if not any(_overlap(word, other) for other in fresh)]
    return tuple(sorted([*kept, *fresh], key=lambda word: word.start_s))


def _placed(
    ear: _Listener, best: Mapping[int, _LineHeard], heard: Sequence[HeardWord]
) -> tuple[HeardLine, ...]:
    """All lines with their verdicts; those not where they belong are looked for among words left over."""
    repeated = _repeated(ear.lyrics, best, heard)
    sung_well = {word for line in best.values() if line.recall >= SUNG for word in line.heard}
    free = [_left_over(words, sung_well) for words in (heard, *ear.transcripts)]
    lines = []
    for number, line in enumerate(ear.lyrics.lines, 1):
        found = best.get(number, _LineHeard((), ()))
        away = _away(number, line.text, best, free) if found.recall < SUNG else found
        is_misplaced = away is not found and away.recall >= max(_ELSEWHERE, found.recall + 0.2)
        judged = _line(number, line.text, line.start_s, away if is_misplaced else found)
        is_repeated = not is_misplaced and number in repeated
        lines.append(replace(judged, is_misplaced=is_misplaced, is_repeated=is_repeated))
    return tuple(lines)


def _away(
    number: int,
    text: str,
    best: Mapping[int, _LineHeard],
    free: Sequence[Sequence[HeardWord]],
) -> _LineHeard:
    """Where else a line was heard best; words that are as much another line's are not its own."""
    away = max((_elsewhere(text, number, words) for words in free), key=lambda line: line.recall)
    rivals = (
        line.recall
        for other, line in best.items()
        if other != number and _left_over(line.heard, away.heard) != list(line.heard)
    )
    return away if away.recall > max(rivals, default=0.0) + 0.15 else _LineHeard((0.0,), ())


def _repeated(
    lyrics: Lyrics, best: Mapping[int, _LineHeard], heard: Sequence[HeardWord]
) -> set[int]:
    """Lines heard in their place, and once more among words that are no line's."""
    taken = {word for line in best.values() if line.recall >= PARTLY for word in line.heard}
    free = _left_over(heard, taken)
    nearest: dict[HeardWord, tuple[float, int]] = {}
    for number, line in enumerate(lyrics.lines, 1):
        again = _elsewhere(line.text, number, free)
        is_enough = again.recall >= _AGAIN and len(again.likeness) >= _FEWEST_AGAIN
        if is_enough and number in best and best[number].recall >= SUNG / 2:
            first = again.heard[0]
            away_s = abs(first.start_s - line.start_s)
            nearest[first] = min(nearest.get(first, (away_s, number)), (away_s, number))
    return {number for _, number in nearest.values()}


def _line(number: int, text: str, start_s: float, found: _LineHeard) -> HeardLine:
    first_s = found.heard[0].start_s if found.heard else None
    recall = round(found.recall, 3)
    marks = zip(words_of(text), found.likeness, strict=False)
    return HeardLine(
        line=number,
        text=text,
        start_s=start_s,
        verdict="sung" if recall >= SUNG else "partly" if recall >= PARTLY else "missing",
        is_repeated=False,
        recall=recall,
        heard=_joined(found.heard),
        heard_start_s=None if first_s is None else round(first_s, 2),
        timing_error_s=None if first_s is None else round(first_s - start_s, 2),
        words=tuple(HeardWordMark(word, round(like, 2)) for word, like in marks),
    )


def _elsewhere(text: str, number: int, free: Sequence[HeardWord]) -> _LineHeard:
    """The stretch of the words left over that is most like this line."""
    words = [SungWord(word, number) for word in words_of(text)]
    best = _LineHeard(tuple(0.0 for _ in words), ())
    for first in range(len(free)):
        window = _flowing(free[first : first + len(words) + 2])
        if len(window) < max(1, len(words) // 2):
            continue
        found = _by_line(words, window, align_words(words, window)).get(number, best)
        best = max(best, found, key=lambda heard: heard.recall)
    return best


def _flowing(words: Sequence[HeardWord]) -> Sequence[HeardWord]:
    """The words up to the first pause of more than three seconds."""
    for place in range(1, len(words)):
        if words[place].start_s - words[place - 1].end_s > 3.0:
            return words[:place]
    return words


def _left_over(words: Sequence[HeardWord], known: Collection[HeardWord]) -> list[HeardWord]:
    """Words that no line took; times of hearings differ a little, so any overlap with a taken one counts."""
    return [word for word in words if not any(_overlap(word, other) for other in known)]


def _overlap(word: HeardWord, other: HeardWord) -> bool:
    return word.start_s < other.end_s - 0.02 and other.start_s < word.end_s - 0.02


def _silent_s(audio: Audio) -> float:
    """Time in blocks of 50 ms below -60 dBFS."""
    block = SAMPLE_RATE_HZ // 20
    count = audio.shape[1] // block
    power = np.square(audio[:, : count * block]).mean(axis=0).reshape(count, block).mean(axis=1)
    return float(np.count_nonzero(power < 1e-6)) * block / SAMPLE_RATE_HZ


def _language_of(lyrics: Lyrics) -> str:
    """ "zh" for words mostly in Chinese characters, else "en"."""
    text = "".join(line.text for line in lyrics.lines)
    hanzi = sum("\u3400" <= letter <= "\u9fff" for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return "zh" if hanzi * 2 > letters else "en"


def _joined(words: Sequence[HeardWord]) -> str:
    """Heard words as a line; Chinese without spaces."""
    text = " ".join(word.text for word in words)
    return text.replace(" ", "") if words and "\u3400" <= words[0].text[0] <= "\u9fff" else text
