"""The second voice: backing words sung behind the lead, on tones of the chords."""

from collections.abc import Iterator, Sequence

from songsmith.engine.sketch.score import Backing, Note, Score
from songsmith.engine.sketch.singing.tasks import Task, Way
from songsmith.engine.sketch.voices.speaking import say
from songsmith.engine.sketch.voices.voices import Voice

__all__ = ["BACKING_STEM", "backing_tasks"]

BACKING_STEM = "backing"
_LEAD_IN_S = 0.3
_LONGEST_NOTE_S = 0.6


def backing_tasks(score: Score, singer: Voice, seed: int) -> Iterator[Task]:
    """One task for each run of backing words in the score's lines."""
    for line in score.lines:
        for number, words in enumerate(line.backing):
            utterance = say(singer.name, words.text)
            if utterance is None:
                continue
            notes = tuple(_notes(words, len(utterance.syllables), score, singer, -line.line))
            earliest_s = max(0.0, words.start_s - _LEAD_IN_S)
            way = Way(BACKING_STEM, notes, earliest_s, seed + 7000 + 10 * line.line + number)
            yield Task(utterance, (way,))


def _notes(
    words: Backing, syllables: int, score: Score, singer: Voice, line: int
) -> Iterator[Note]:
    """A note for each syllable, all of the same length, each on the chord's tone nearest to the one before."""
    length_s = min((words.end_s - words.start_s) / syllables, _LONGEST_NOTE_S)
    pitch = (singer.lowest + singer.highest) // 2
    for index in range(syllables):
        start_s = words.start_s + index * length_s
        pitch = _nearest(score.chord_at(start_s + 0.02).tones, pitch, singer)
        yield Note(start_s, start_s + length_s, pitch, 80, line, index)


def _nearest(tones: Sequence[int], pitch: int, singer: Voice) -> int:
    """The tone of a chord (pitch classes) within the singer's range that lies nearest to `pitch`."""
    within = [p for p in range(singer.lowest, singer.highest + 1) if p % 12 in tones]
    return min(within, key=lambda p: abs(p - pitch), default=pitch)
