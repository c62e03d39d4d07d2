"""What was sung? A take is transcribed and compared with its lyrics, line by line.

The whole take is heard once; lines that were not understood then are heard again by themselves, with their
neighbours, from the mix and from its middle, and the better hearing of a line counts. Of lyrics in English and
Chinese each language is listened for.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from songsmith.engine.audio import measure_loudness
from songsmith.engine.engine import Audio
from songsmith.engine.listening.comparable import joined
from songsmith.engine.listening.drift import find_drift, placed_by_ear
from songsmith.engine.listening.ears import EARS_RATE_HZ, Ears, Heard, centred, mixed_down
from songsmith.engine.listening.ears_models import ListenError, spoken_code
from songsmith.engine.listening.hearing import SUNG, HeardLine, HeardWordMark, Hearing, Verdict
from songsmith.engine.listening.verdicts import judged
from songsmith.engine.listening.word_alignment import (
    HeardWord,
    LineHeard,
    error_rate,
    heard_lines,
    left_unmatched,
    sung_words,
)
from songsmith.engine.times import SungLine, SungTimes
from songsmith.engine.units import SAMPLE_RATE_HZ
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.speech.han import is_han
from songsmith.lyrics.speech.language_guess import guess_language

__all__ = ["HeardLine", "HeardWordMark", "Hearing", "ListenError", "Verdict", "listen"]

logger = logging.getLogger(__name__)

_POOR = 0.5
"""Recall below which a line is heard a last time all by itself."""
_LEAST_SHARE = 0.1
"""Share of the words in another language from which it is listened for too."""
_WINDOW_S = 28.0
_SILENT_PEAK = 10 ** (-70 / 20)
_REPETITION_PENALTY = {"zh": 1.15}
"""Against loops: the small models loop on Mandarin singing without it, and hear English worse with it."""


def listen(
    audio: Audio,
    lyrics: Lyrics,
    *,
    ears: Ears,
    language: str = "",
    style_similarity: float | None = None,
    has_stamps: bool = True,
) -> Hearing:
    """Hear `audio` (2, samples) and compare it with `lyrics`.

    `language` is that of the words ("" = as the lyrics say or are written). Without `has_stamps` those of the
    lyrics are a guess, and no line is held to them. Raises ListenError for sound that is silent from end to
    end, lyrics without lines and missing models.
    """
    _check(audio, lyrics)
    spoken = spoken_code(
        language or lyrics.language or guess_language("\n".join(line.text for line in lyrics.lines))
    )
    lyrics = replace(lyrics, language=spoken)
    ear = _Listener(audio, lyrics, ears, spoken)
    whole = ear.whole()
    drift = None
    if not has_stamps:
        lyrics = placed_by_ear(lyrics, whole.words)
        ear.expect(lyrics)
    elif drift := find_drift(lyrics, whole.words):
        ear.expect(drift.moved(lyrics))
    best = ear.heard_again(heard_lines(ear.sung, whole.words))
    words = _together(whole.words, best)
    lines = judged(ear.lyrics, best, words, ear.transcripts)
    times = ear.times(lines, words, model=ears.name(spoken))
    lines = tuple(map(_timed, lines, times.lines))
    if not has_stamps:
        lyrics = times.placed(lyrics)
        lines = tuple(replace(line, timing_error_s=None) for line in lines)
    loudness = measure_loudness(audio)
    return Hearing(
        lines=tuple(
            replace(line, start_s=stamped.start_s)
            for line, stamped in zip(lines, lyrics.lines, strict=True)
        ),
        word_error_rate=round(error_rate(ear.sung, words), 4),
        heard=joined([word.text for word in words]),
        model=ears.name(spoken),
        language=spoken,
        lufs=round(loudness.lufs, 2),
        true_peak_dbtp=round(loudness.true_peak_dbtp, 2),
        clipped_samples=int(np.count_nonzero(np.abs(audio) >= 1 - 2.0**-15)),
        silent_s=round(_silent_s(audio), 2),
        style_similarity=style_similarity,
        extra=left_unmatched(ear.sung, words),
        drift=drift,
        times=times,
    )


def _timed(line: HeardLine, sung: SungLine) -> HeardLine:
    """A line with its start as its sounds tell it, where the ears heard it from its beginning."""
    if not sung.is_heard:
        return line
    late_s = None if line.timing_error_s is None else round(sung.start_s - line.start_s, 2)
    return replace(line, heard_start_s=round(sung.start_s, 2), timing_error_s=late_s)


def _check(audio: Audio, lyrics: Lyrics) -> None:
    if not lyrics.lines:
        raise ListenError(
            "there are no lyrics to compare the sound with", hint="give them with --lyrics song.lrc"
        )
    if not np.any(np.abs(audio) > _SILENT_PEAK):
        raise ListenError("the sound is silent from end to end", hint="give another take")


class _Listener:
    """One take and its words while it is being listened to."""

    def __init__(self, audio: Audio, lyrics: Lyrics, ears: Ears, language: str) -> None:
        self.duration_s = audio.shape[1] / SAMPLE_RATE_HZ
        self.language = language
        self._ears = ears
        self._mix, self._middle = mixed_down(audio), centred(audio)
        self.transcripts: list[tuple[HeardWord, ...]] = []
        """What second hearings heard."""
        self.expect(lyrics)

    def expect(self, lyrics: Lyrics) -> None:
        """Look for the lines where these stamps say."""
        self.lyrics = lyrics
        self.sung = sung_words(lyrics, self.duration_s)

    def whole(self) -> Heard:
        return self._hear(self._sounds(self.language)[0], 0.0, self.duration_s, self.language)

    def heard_again(self, best: dict[int, LineHeard]) -> dict[int, LineHeard]:
        """`best`, with the lines that were not understood as they are heard by themselves, if better."""
        likelier, other = self._sounds(self.language)
        for sound in (other, likelier):
            best = self._second_hearing(sound, best, _better, below=SUNG)
        best = self._second_hearing(likelier, best, _better, below=_POOR, neighbours=0)
        if foreign := self._second_language():
            sound = self._sounds(foreign)[0]
            return self._second_hearing(
                sound, best, LineHeard.together_with, below=SUNG, language=foreign
            )
        return best

    def times(
        self, lines: Sequence[HeardLine], words: Sequence[HeardWord], *, model: str
    ) -> SungTimes:
        """When the lines and words are sung, looked for about where they were heard."""
        from songsmith.engine.listening.sung_times import find_sung_times

        places_s = {
            line.line: line.heard_start_s
            for line in lines
            if line.heard_start_s is not None and line.verdict != "missing"
        }
        return find_sung_times(
            self._middle, self.lyrics, words, places_s, language=self.language, model=model
        )

    def _sounds(self, language: str) -> tuple[np.ndarray, np.ndarray]:
        """The mix and its middle, the likelier to be understood first."""
        return (self._middle, self._mix) if language == "zh" else (self._mix, self._middle)

    def _second_language(self) -> str:
        """The other language of lyrics in English and Chinese, "" if there is none or no ears for it."""
        text = "".join(word.text for word in self.sung)
        hanzi = sum(map(is_han, text)) / max(1, len(self.sung))
        other = {"en": "zh", "zh": "en"}.get(self.language, "")
        if not other or not _LEAST_SHARE <= hanzi <= 1 - _LEAST_SHARE:
            return ""
        try:
            self._ears.name(other)
        except ListenError as error:
            logger.info("words in the other language stay unheard: %s", error)
            return ""
        return other

    def _second_hearing(
        self,
        sound: np.ndarray,
        best: dict[int, LineHeard],
        choose: Callable[[LineHeard, LineHeard], LineHeard],
        *,
        below: float,
        neighbours: int = 1,
        language: str = "",
    ) -> dict[int, LineHeard]:
        """`best`, with lines of a recall `below` that heard once more in windows of their own; `choose` makes
        one of both hearings."""
        low = [number for number, line in best.items() if line.recall < below]
        chosen = dict(best)
        for start_s, end_s, numbers in self._windows(low, neighbours):
            heard = self._hear(sound, start_s, end_s, language or self.language).words
            self.transcripts.append(heard)
            again = heard_lines(self.sung, heard)
            for number in numbers:
                chosen[number] = choose(chosen[number], again[number])
        return chosen

    def _hear(self, sound: np.ndarray, start_s: float, end_s: float, language: str) -> Heard:
        piece = sound[int(start_s * EARS_RATE_HZ) : int(end_s * EARS_RATE_HZ)]
        if not np.any(np.abs(piece) > _SILENT_PEAK):
            return Heard((), "")
        return self._ears.transcribe(
            piece,
            language,
            start_s=start_s,
            repetition_penalty=_REPETITION_PENALTY.get(language, 1.0),
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


def _better(line: LineHeard, again: LineHeard) -> LineHeard:
    return again if again.recall > line.recall else line


def _together(whole: Sequence[HeardWord], best: Mapping[int, LineHeard]) -> tuple[HeardWord, ...]:
    """The words of the whole hearing, with those of lines that were heard better by themselves instead."""
    first = set(whole)
    fresh = [word for line in best.values() for word in line.heard if word not in first]
    kept = [word for word in whole if not any(word.overlaps(other) for other in fresh)]
    return tuple(sorted([*kept, *fresh], key=lambda word: word.start_s))


def _silent_s(audio: Audio) -> float:
    """Time in blocks of 50 ms below -60 dBFS."""
    block = SAMPLE_RATE_HZ // 20
    count = audio.shape[1] // block
    power = np.square(audio[:, : count * block]).mean(axis=0).reshape(count, block).mean(axis=1)
    return float(np.count_nonzero(power < 1e-6)) * block / SAMPLE_RATE_HZ
