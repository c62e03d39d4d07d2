"""A line of text as the network reads it: its tokens, and the sounds and syllables that a tune is laid on.

Mandarin is read by pinyin, Japanese by kana, every other language by espeak-ng. One line may mix them: the same
singer sings all of it. How long each sound would last if it were spoken, the network says itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from songsmith.engine.sketch.kokoro.mandarin import initial_symbols, rime_symbols, sayable
from songsmith.engine.sketch.kokoro.network import FRAME, LATE_FRAMES, RATE_HZ, natural_frames
from songsmith.engine.sketch.kokoro.package import symbol_numbers
from songsmith.engine.sketch.kokoro.speakers import LANGUAGES, speaker_style
from songsmith.engine.sketch.kokoro.symbols import (
    STRESS_MARKS,
    kokoro_symbols,
    unknown_letters,
)
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.glides import join_glides
from songsmith.engine.sketch.phonetics.kana import speak_japanese
from songsmith.engine.sketch.phonetics.pinyin_sounds import pinyin_parts, read_pinyin, sounds_of
from songsmith.engine.sketch.phonetics.said import speak_said
from songsmith.engine.sketch.phonetics.sounds import is_nucleus
from songsmith.engine.sketch.phonetics.syllables import Syllable, split_syllables

__all__ = ["Script", "read_line", "unread_sounds"]

_PAD = 0
_SPACE = " "
# At the end of a phrase a speaker's voice dies away, and what is held of it would hardly be heard. So the network is
# to say one syllable more, which is not sung.
_FILLER, _MANDARIN_FILLER = " ha", "xa→"
_GUIDE_RATE_WPM = 120
_COMMA_S = 0.24
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


@dataclass(frozen=True)
class _Run:
    """A stretch of the line in one language. Sounds begin at their places in `sounds`, not at samples;
    `written` are their symbols."""

    sounds: tuple[Phoneme, ...]
    written: tuple[str, ...]
    syllables: tuple[Syllable, ...]


def read_line(
    runs: Sequence[tuple[str, str]], speaker: str
) -> tuple[Script, Speech, tuple[Syllable, ...]] | None:
    """`runs` (text, espeak file of its language) as `speaker` will sing them: the script, the sounds with the times
    that the network would speak them in (a speech without samples), and the syllables. None if nothing can be sung."""
    read = [run for run in (_read(*each) for each in runs) if run.syllables]
    if not read:
        return None
    line = _joined(read)
    script = _script(line, speaker)
    placed = _placed(line.sounds, script)
    speech = Speech(np.zeros(0), RATE_HZ, placed, ())
    return script, speech, tuple(_timed(syllable, placed) for syllable in line.syllables)


def unread_sounds(runs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Letters of the sounds of `runs` that the network has no symbol for."""
    return tuple(
        letter
        for text, language in runs
        if language != "cmn"
        for sound in _espeak_speech(text, language)[0].phonemes
        for letter in unknown_letters(sound.symbol, language)
    )


def _read(text: str, language: str) -> _Run:
    if language == "cmn":
        return _read_mandarin(text)
    speech, syllables = _espeak_speech(text, language)
    places = {sound.start: place for place, sound in enumerate(speech.phonemes)}
    sounds = tuple(_at(sound, places[sound.start]) for sound in speech.phonemes)
    written = tuple(kokoro_symbols(sound.symbol, language) for sound in sounds)
    timed = tuple(_moved(syllable, places) for syllable in syllables)
    return _Run(sounds, written, timed)


def _espeak_speech(text: str, language: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """What espeak would say: its sounds, and the syllables they make."""
    if language == "ja":
        spoken = speak_japanese(text, language, rate_wpm=_GUIDE_RATE_WPM)
        return spoken or (Speech(np.zeros(0), RATE_HZ, (), ()), ())
    said = speak_said(text, language, rate_wpm=_GUIDE_RATE_WPM)
    speech = join_glides(_without_gaps(said), language)
    return speech, split_syllables(speech, text)


def _without_gaps(speech: Speech) -> Speech:
    """`speech` without pauses that no comma asks for: espeak shuts its mouth before "and" too, and in "brilla"."""
    sounds: list[Phoneme] = []
    for is_pause, run in groupby(speech.phonemes, lambda sound: not sound.symbol):
        each = list(run)
        if not is_pause:
            sounds += each
        elif each[-1].end - each[0].start >= _COMMA_S * speech.rate_hz:
            sounds.append(replace(each[0], end=each[-1].end))
    return replace(speech, phonemes=tuple(sounds))


def _read_mandarin(text: str) -> _Run:
    """Each character a syllable: an initial, a vowel with its glides and tone, maybe a nasal. All is one word, since
    the network reads no spaces in Chinese."""
    characters, pinyin = read_pinyin(text, sayable)
    sounds: list[Phoneme] = []
    written: list[str] = []
    syllables: list[Syllable] = []
    said = iter(characters)
    for reading in pinyin:
        if not reading:
            sounds.append(Phoneme("", len(sounds), len(sounds) + 1))
            written.append("")
            syllables[-1] = replace(syllables[-1], ends_phrase=True)
            continue
        initial, final = pinyin_parts(reading)
        tone = int(reading[-1]) % 5
        onset, vowel, nasal = sounds_of(initial, final)
        symbols = rime_symbols(final, reading[-1])
        cut = len(symbols) - len(nasal)
        own = [
            (symbol, letters)
            for symbol, letters in (
                (onset, initial_symbols(initial)),
                (vowel, symbols[:cut]),
                (nasal, symbols[cut:]),
            )
            if letters
        ]
        first = len(sounds)
        sounds += [
            Phoneme(symbol, first + place, first + place + 1)
            for place, (symbol, _) in enumerate(own)
        ]
        written += [letters for _, letters in own]
        begin = first + bool(initial)
        syllables.append(
            Syllable(
                text=next(said),
                stress=0 if tone == 0 else 1,
                onset=tuple(sounds[first:begin]),
                nucleus=sounds[begin],
                coda=tuple(sounds[begin + 1 :]),
                tone=tone,
            )
        )
    if syllables:
        syllables[-1] = replace(syllables[-1], ends_phrase=True)
    return _Run(tuple(sounds), tuple(written), tuple(syllables))


def _joined(runs: Sequence[_Run]) -> _Run:
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
            replace(_at(sound, places[sound.start]), word=sound.word + word) for sound in run.sounds
        ]
        written += run.written
        syllables += [_moved(syllable, places) for syllable in run.syllables]
    return _Run(tuple(sounds), tuple(written), tuple(syllables))


def _script(line: _Run, speaker: str) -> Script:
    """The tokens of a line: a stress mark before its vowel, a space between words, a filler where a phrase ends. In a
    space the mouth closes for the consonant that comes, or for the one before a vowel; what there is between two
    vowels is not sung."""
    numbers = symbol_numbers()
    filler = _MANDARIN_FILLER if LANGUAGES[speaker[0]] == "cmn" else _FILLER
    letters: list[str] = [""]
    owners: list[int] = [-1]

    def write(symbols: str, owner: int) -> None:
        letters.extend(symbols)
        owners.extend([owner] * len(symbols))

    nuclei = {syllable.nucleus.start for syllable in line.syllables}
    ends = {(each.nucleus, *each.coda)[-1].start for each in line.syllables if each.ends_phrase}
    last = -1  # the place of the sound before
    for place, (sound, symbols) in enumerate(zip(line.sounds, line.written, strict=True)):
        if not sound.symbol:
            continue
        if last in ends:
            write(filler, -1)
        if last >= 0 and line.sounds[last].word != sound.word:
            closes = last not in ends and not is_nucleus(line.sounds[last].symbol)
            write(_SPACE, place if place not in nuclei else last if closes else -1)
        mark = STRESS_MARKS[sound.stress] if place in nuclei else ""
        write(mark + symbols, place)
        last = place
    write(filler, -1)
    letters.append("")
    owners.append(-1)
    tokens = tuple(numbers[letter] if letter else _PAD for letter in letters)
    frames = tuple(map(int, natural_frames(tokens, speaker_style(speaker), speed=_SPEED)))
    return Script(speaker, tokens, tuple(letters), tuple(owners), frames)


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


def _at(sound: Phoneme, place: int) -> Phoneme:
    return replace(sound, start=place, end=place + 1)


def _moved(syllable: Syllable, places: Mapping[int, int]) -> Syllable:
    """`syllable` with its sounds beginning at the places that `places` gives for where they began."""
    return replace(
        syllable,
        onset=tuple(_at(sound, places[sound.start]) for sound in syllable.onset),
        nucleus=_at(syllable.nucleus, places[syllable.nucleus.start]),
        coda=tuple(_at(sound, places[sound.start]) for sound in syllable.coda),
    )


def _timed(syllable: Syllable, placed: Sequence[Phoneme]) -> Syllable:
    """`syllable` with the times of its sounds in place of their places."""
    return replace(
        syllable,
        onset=tuple(placed[sound.start] for sound in syllable.onset),
        nucleus=placed[syllable.nucleus.start],
        coda=tuple(placed[sound.start] for sound in syllable.coda),
    )
