"""A stretch of text in one language as the network reads it: sounds, what is written for each, and syllables.

Mandarin is read by pinyin, Japanese by kana, every other language by espeak-ng.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from songsmith.engine.sketch.kokoro.japanese import word_sounds
from songsmith.engine.sketch.kokoro.mandarin import initial_symbols, rime_symbols, sayable
from songsmith.engine.sketch.kokoro.symbols import kokoro_symbols, unknown_letters
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.glides import join_glides
from songsmith.engine.sketch.phonetics.pinyin_sounds import pinyin_parts, read_pinyin, sounds_of
from songsmith.engine.sketch.phonetics.said import speak_said
from songsmith.engine.sketch.phonetics.syllables import Syllable, split_syllables
from songsmith.lyrics.speech.japanese import hiragana, read_japanese

__all__ = ["Run", "moved", "read_run", "unread_sounds"]

_GUIDE_RATE_WPM = 120
_COMMA_S = 0.24


@dataclass(frozen=True)
class Run:
    """A stretch of the line in one language. Sounds begin at their places in `sounds`, not at samples;
    `written` are their symbols."""

    sounds: tuple[Phoneme, ...]
    written: tuple[str, ...]
    syllables: tuple[Syllable, ...]


def unread_sounds(runs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Letters of the sounds of `runs` that the network has no symbol for."""
    return tuple(
        letter
        for text, language in runs
        if language not in ("cmn", "ja")
        for sound in _espeak_speech(text, language)[0].phonemes
        for letter in unknown_letters(sound.symbol, language)
    )


def read_run(text: str, language: str) -> Run:
    """`text` in the language of an espeak file."""
    if language == "cmn":
        return _read_mandarin(text)
    if language == "ja":
        return _read_japanese(text)
    speech, syllables = _espeak_speech(text, language)
    places = {sound.start: place for place, sound in enumerate(speech.phonemes)}
    sounds = tuple(_at(sound, places[sound.start]) for sound in speech.phonemes)
    written = tuple(kokoro_symbols(sound.symbol, language) for sound in sounds)
    timed = tuple(moved(syllable, places) for syllable in syllables)
    return Run(sounds, written, timed)


def _espeak_speech(text: str, language: str) -> tuple[Speech, tuple[Syllable, ...]]:
    """What espeak would say: its sounds, and the syllables they make."""
    said = speak_said(text, language, rate_wpm=_GUIDE_RATE_WPM)
    speech = join_glides(_without_gaps(said) if language.startswith("en") else said, language)
    return speech, split_syllables(speech, text)


def _without_gaps(speech: Speech) -> Speech:
    """`speech` without pauses that no comma asks for: espeak makes one before "and" too."""
    sounds: list[Phoneme] = []
    for is_pause, run in groupby(speech.phonemes, lambda sound: not sound.symbol):
        each = list(run)
        if not is_pause:
            sounds += each
        elif each[-1].end - each[0].start >= _COMMA_S * speech.rate_hz:
            sounds.append(replace(each[0], end=each[-1].end))
    return replace(speech, phonemes=tuple(sounds))


def _read_mandarin(text: str) -> Run:
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
    return Run(tuple(sounds), tuple(written), tuple(syllables))


def _read_japanese(text: str) -> Run:
    """Each mora a syllable, but for ン and ッ, which close the one before."""
    sounds: list[Phoneme] = []
    written: list[str] = []
    syllables: list[Syllable] = []

    def add(symbol: str, letters: str, word: int) -> Phoneme:
        sounds.append(Phoneme(symbol, len(sounds), len(sounds) + 1, word=word))
        written.append(letters)
        return sounds[-1]

    vowel_before = "a"
    for number, word in enumerate(read_japanese(text).words):
        if not word and syllables:
            add("", "", number)
            syllables[-1] = replace(syllables[-1], ends_phrase=True)
        onset: tuple[Phoneme, ...] = ()
        is_first = True
        for kana, consonant, vowel in word_sounds(word):
            own = (add(consonant, consonant, number),) if consonant else ()
            if not vowel and not is_first:
                last = syllables[-1]
                shown = last.text + hiragana(kana)
                syllables[-1] = replace(last, text=shown, coda=last.coda + own)
                continue
            onset += own
            if not vowel:
                continue
            vowel_before = vowel_before if vowel == "ː" else vowel
            nucleus = add(vowel_before, vowel, number)
            stress = 2 if is_first else 1
            syllables.append(Syllable(hiragana(kana), stress, onset, nucleus, (), is_first))
            onset, is_first = (), False
    if syllables:
        syllables[-1] = replace(syllables[-1], ends_phrase=True)
    return Run(tuple(sounds), tuple(written), tuple(syllables))


def _at(sound: Phoneme, place: int) -> Phoneme:
    return replace(sound, start=place, end=place + 1)


def moved(syllable: Syllable, places: Mapping[int, int]) -> Syllable:
    """`syllable` with its sounds beginning at the places that `places` gives for where they began."""
    return replace(
        syllable,
        onset=tuple(_at(sound, places[sound.start]) for sound in syllable.onset),
        nucleus=_at(syllable.nucleus, places[syllable.nucleus.start]),
        coda=tuple(_at(sound, places[sound.start]) for sound in syllable.coda),
    )
