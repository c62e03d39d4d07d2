"""A line of text as the network reads it: its tokens, and the sounds and syllables that a tune is laid on.

One line may mix languages: the same singer sings all of it. How long each sound would last if it were spoken, the
network says itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.kokoro.network import FRAME, LATE_FRAMES, RATE_HZ, natural_frames
from songsmith.engine.sketch.kokoro.package import symbol_numbers
from songsmith.engine.sketch.kokoro.runs import Run, moved, read_run
from songsmith.engine.sketch.kokoro.speakers import LANGUAGES, speaker_style
from songsmith.engine.sketch.kokoro.symbols import STRESS_MARKS
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.sounds import is_nucleus
from songsmith.engine.sketch.phonetics.syllables import Syllable

__all__ = ["Script", "read_line"]

_PAD = 0
_SPACE = " "
# At the end of a phrase a speaker's voice dies away, and what is held of it would hardly be heard. So the network is
# to say one syllable more, which is not sung.
_FILLER, _MANDARIN_FILLER, _COMMA = " ha", "xa→", ","
_FILLED = ("en", "cmn", "ja")  # elsewhere more words are lost with it than without
_SPEED = 0.85


@dataclass(frozen=True)
class Script:
    """What the network is to sing: `tokens`, of which `letters` are the symbols ("" for the pads at the ends).

    `owners` says for each which sound of the speech it is part of, -1 for pauses and pads, and `frames` how long it
    would last if `speaker` spoke the line.
    """

    speaker: str
    tokens: tuple[int, ...]
    letters: tuple[str, ...]
    owners: tuple[int, ...]
    frames: tuple[int, ...]
    is_filled: bool
    """Whether phrases end with a syllable that is not sung."""


def read_line(
    runs: Sequence[tuple[str, str]], speaker: str
) -> tuple[Script, Speech, tuple[Syllable, ...]] | None:
    """`runs` (text, espeak file of its language) as `speaker` will sing them: the script, the sounds with the times
    that the network would speak them in (a speech without samples), and the syllables. None if nothing can be sung."""
    read = [run for run in (read_run(*each) for each in runs) if run.syllables]
    if not read:
        return None
    line = _joined(read)
    script = _script(line, speaker)
    placed = _placed(line.sounds, script)
    speech = Speech(np.zeros(0), RATE_HZ, placed, ())
    return script, speech, tuple(_timed(syllable, placed) for syllable in line.syllables)


def _joined(runs: Sequence[Run]) -> Run:
    """The runs one after the other; a phrase ends where the last one does, not where the language changes."""
    sounds: list[Phoneme] = []
    written: list[str] = []
    syllables: list[Syllable] = []
    for run in runs:
        later = len(sounds)
        word = sounds[-1].word + 1 if sounds else 0
        places = {place: place + later for place in range(len(run.sounds))}
        if syllables:
            syllables[-1] = replace(syllables[-1], ends_phrase=False)
        sounds += [
            replace(sound, start=sound.start + later, end=sound.end + later, word=sound.word + word)
            for sound in run.sounds
        ]
        written += run.written
        syllables += [moved(syllable, places) for syllable in run.syllables]
    return Run(tuple(sounds), tuple(written), tuple(syllables))


def _script(line: Run, speaker: str) -> Script:
    """The tokens of a line: a stress mark before its vowel, a space between words, a filler or a comma where
    it pauses. In a space the mouth closes for the consonant that comes, or for the one before a vowel."""
    numbers = symbol_numbers()
    language = LANGUAGES[speaker[0]]
    is_filled = language.startswith(_FILLED)
    pause = _MANDARIN_FILLER if language == "cmn" else _FILLER if is_filled else _COMMA
    letters: list[str] = [""]
    owners: list[int] = [-1]

    def write(symbols: str, owner: int) -> None:
        letters.extend(symbols)
        owners.extend([owner] * len(symbols))

    nuclei = {syllable.nucleus.start for syllable in line.syllables}
    for place, (sound, symbols) in enumerate(zip(line.sounds, line.written, strict=True)):
        before = line.sounds[place - 1] if place else None
        if not sound.symbol:
            if 0 < place < len(line.sounds) - 1:
                write(pause, -1)
            continue
        if before is not None and before.word != sound.word:
            write(_SPACE, _space_owner(place, before, place in nuclei, is_filled))
        mark = STRESS_MARKS[sound.stress] if place in nuclei else ""
        write(mark + symbols, place)
    if is_filled:
        write(pause, -1)
    letters.append("")
    owners.append(-1)
    tokens = tuple(numbers[letter] if letter else _PAD for letter in letters)
    frames = tuple(map(int, natural_frames(tokens, speaker_style(speaker), speed=_SPEED)))
    return Script(speaker, tokens, tuple(letters), tuple(owners), frames, is_filled)


def _space_owner(place: int, before: Phoneme, is_vowel: bool, is_filled: bool) -> int:
    """Which sound a space before the sound at `place` is part of."""
    if not is_vowel:
        return place
    if is_filled:
        return place - 1 if before.symbol and not is_nucleus(before.symbol) else -1
    return place - 1 if before.symbol else place


def _placed(sounds: Sequence[Phoneme], script: Script) -> tuple[Phoneme, ...]:
    """The sounds at the samples where they would be spoken; one without symbols has no length."""
    ends = (np.cumsum(script.frames) - LATE_FRAMES) * FRAME
    starts = ends - np.array(script.frames) * FRAME
    placed = []
    at = int(ends[0])
    for place, sound in enumerate(sounds):
        own = [token for token, owner in enumerate(script.owners) if owner == place]
        begin = int(starts[own[0]]) if own else at
        at = int(ends[own[-1]]) if own else at
        placed.append(replace(sound, start=begin, end=at))
    return tuple(placed)


def _timed(syllable: Syllable, placed: Sequence[Phoneme]) -> Syllable:
    """`syllable` with the times of its sounds in place of their places."""
    return replace(
        syllable,
        onset=tuple(placed[sound.start] for sound in syllable.onset),
        nucleus=placed[syllable.nucleus.start],
        coda=tuple(placed[sound.start] for sound in syllable.coda),
    )
