"""From Chinese text to pinyin for a network that speaks, and from what it spoke to syllables for the singer.

Networks tell roughly when they meant to say a sound. They count the end of a final and the start of the next
initial as they like, so that voiceless initials are taken from where the voice ends to where it comes again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.phonetics.bands import band_of
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.sounds import sound_kind
from songsmith.engine.sketch.phonetics.syllables import Syllable, split_syllables
from songsmith.engine.sketch.smoothing import running_mean
from songsmith.lyrics.speech.polyphones import sung_phrases

__all__ = ["SpokenSyllable", "pinyin_parts", "read_pinyin", "sounds_of", "spoken_line"]

_CLEAR_HZ = 11_000.0

_CODA_SHARE = 0.4
_VOICE_HZ = (100.0, 700.0)
_VOICE_FLOOR_DB = -15.0
_CREAK_FLOOR_DB = -24.0  # a low tone at the end of a phrase dies away in a creak
_LATE_S = 0.05
_INITIAL_MAX_S = 0.15
_SONORANT_MIN_S = 0.06
_GLIDE_MIN_S = 0.03
_GAP_MIN_S = 0.015
_RIME_MIN_S = 0.06
_LAST_MIN_S = 0.1
_EVENNESS = 0.7
_GAIN_MAX = 5.0

_INITIALS = {
    **{"b": "p", "p": "pʰ", "d": "t", "t": "tʰ", "g": "k", "k": "kʰ", "f": "f", "h": "x"},
    **{"z": "t͡s", "c": "t͡sʰ", "zh": "t͡ʂ", "ch": "t͡ʂʰ", "j": "t͡ɕ", "q": "t͡ɕʰ"},
    **{"s": "s", "sh": "ʂ", "x": "ɕ", "m": "m", "n": "n", "l": "l", "r": "ɻ"},
}
_BUZZING = ("z", "c", "s", "zh", "ch", "sh", "r")
_GLIDES = {"i": "j", "u": "w", "v": "ɥ"}
_FINALS = {
    **{"a": "a", "o": "o", "e": "ɤ", "i": "i", "ii": "ɨ", "iii": "ɨ", "u": "u", "v": "y"},
    **{"ai": "aɪ", "ei": "eɪ", "ao": "aʊ", "ou": "oʊ", "er": "ɚ", "ia": "ia", "ie": "iɛ"},
    **{"ua": "ua", "uo": "uo", "ve": "yɛ", "iao": "iaʊ", "iou": "ioʊ", "uai": "uaɪ"},
    **{"uei": "ueɪ", "an": "a", "en": "ə", "in": "i", "vn": "y", "ian": "iɛ", "uan": "ua"},
    **{"van": "yɛ", "uen": "uə", "ang": "a", "eng": "ə", "ing": "i", "ong": "ʊ"},
    **{"iang": "ia", "uang": "ua", "ueng": "uə", "iong": "iʊ"},
}


@dataclass(frozen=True)
class SpokenSyllable:
    """A syllable as it was meant: `initial` ("" for none) and `final` ("ii" in si, "iii" in shi, "iou", "v"),
    and the samples at which the initial and the final begin and the final ends."""

    initial: str
    final: str
    start: int
    vowel: int
    end: int
    follows_pause: bool


def read_pinyin(text: str, say: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The characters that can be spoken, and their pinyin ("ni3"), with "" for each pause.

    `say` gives a reading as the voice is to say it, "" for one that it can't say.
    """
    characters: list[str] = []
    pinyin: list[str] = []
    for phrase in sung_phrases(text):
        for character, reading in phrase:
            if said := say(reading):
                characters.append(character)
                pinyin.append(said)
        if pinyin and pinyin[-1]:
            pinyin.append("")
    return characters, pinyin[:-1]


def pinyin_parts(reading: str) -> tuple[str, str]:
    """Initial ("" for none) and final of pinyin with a tone digit, named as in `SpokenSyllable`."""
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    initial = to_initials(reading, strict=True)
    final = to_finals(reading, strict=True, v_to_u=False)
    if final == "i" and initial in _BUZZING:
        final = "ii" if initial in ("z", "c", "s") else "iii"
    return initial, final


def sounds_of(initial: str, final: str) -> tuple[str, str, str]:
    """The sounds of a syllable: what it begins with, its vowel, and the nasal that closes it ("" for none)."""
    onset = _INITIALS.get(initial, _GLIDES.get(final[0], "ʔ"))
    nasal = "ŋ" if final.endswith("ng") else "n" if final.endswith("n") else ""
    return onset, _FINALS[final], nasal


def spoken_line(
    characters: Sequence[str],
    pinyin: Sequence[str],
    syllables: Sequence[SpokenSyllable],
    samples: NDArray[np.float64],
    rate_hz: int,
) -> tuple[Speech, tuple[Syllable, ...]]:
    """Speech and syllables, one for each character, of what `read_pinyin` read and a network spoke."""
    if not characters:
        return Speech(np.zeros(0), rate_hz, (), (), _CLEAR_HZ), ()
    run = "".join(characters)
    words = tuple((place, place + 1) for place in range(len(run)))
    phonemes = _place_sounds(syllables, samples, rate_hz)
    speech = Speech(_evened(samples, phonemes), rate_hz, phonemes, words, _CLEAR_HZ)
    speech = _with_fine_onsets(speech)
    ends = [not after for reading, after in pairwise([*pinyin, ""]) if reading]
    tones = [int(reading[-1]) % 5 for reading in pinyin if reading]
    return speech, tuple(
        replace(syllable, text=text, tone=tone, stress=0 if tone == 0 else 1, ends_phrase=end)
        for syllable, text, tone, end in zip(
            split_syllables(speech, run), characters, tones, ends, strict=True
        )
    )


def _evened(samples: NDArray[np.float64], sounds: Sequence[Phoneme]) -> NDArray[np.float64]:
    """`samples` with all vowels about as loud: third tones creak softly when spoken, but are sung out."""
    vowels = [sound for sound in sounds if sound_kind(sound.symbol) == "nucleus"]
    levels = np.array([np.sqrt(np.mean(samples[v.start : v.end] ** 2) + 1e-12) for v in vowels])
    gains = np.clip((np.median(levels) / levels) ** _EVENNESS, 0.5, _GAIN_MAX)
    centres = [(vowel.start + vowel.end) / 2 for vowel in vowels]
    curve = np.interp(np.arange(len(samples)), centres, np.log(gains))
    return np.asarray(samples * np.exp(curve))


def _with_fine_onsets(speech: Speech) -> Speech:
    """`speech` with vowels where they are heard to begin, if that leaves something of them."""
    sounds = list(speech.phonemes)
    least = _RIME_MIN_S * speech.rate_hz
    for place, vowel in enumerate(refine_onsets(speech).phonemes):
        if place and sound_kind(vowel.symbol) == "nucleus" and vowel.end - vowel.start >= least:
            sounds[place - 1] = replace(sounds[place - 1], end=vowel.start)
            sounds[place] = vowel
    return replace(speech, phonemes=tuple(sounds))


def _place_sounds(
    syllables: Sequence[SpokenSyllable], samples: NDArray[np.float64], rate_hz: int
) -> tuple[Phoneme, ...]:
    """The sounds of the speech, one after the other; a final's nasal is a sound of its own."""
    voiced = _voiced(samples, rate_hz, _VOICE_FLOOR_DB)
    last = _last(_voiced(samples, rate_hz, _CREAK_FLOOR_DB))
    latest = last - round(_LAST_MIN_S * rate_hz)
    phonemes: list[Phoneme] = []
    earliest = stop = 0
    for word, syllable in enumerate(syllables):
        sound, _, _ = sounds_of(syllable.initial, syllable.final)
        kind = sound_kind(sound)
        # What was meant to come when the voice had ended was said before.
        vowel = min(syllable.vowel, latest)
        start = close = min(syllable.start, vowel)
        earliest = min(earliest, vowel)
        if kind == "sonorant":
            least_s = _SONORANT_MIN_S if syllable.initial else _GLIDE_MIN_S
            start = close = max(earliest, min(start, vowel - round(least_s * rate_hz)))
        gap = None
        if syllable.follows_pause or kind == "voiceless":
            gap = _gap(voiced, earliest, vowel + round(_LATE_S * rate_hz), rate_hz)
        if gap and kind == "voiceless":
            close, vowel = gap
            start = max(close, vowel - round(_INITIAL_MAX_S * rate_hz))
        elif gap:
            close, start = gap[0], max(start, gap[1])
            vowel = max(start, vowel)
        phonemes += _rime(syllables, word - 1, stop, close)
        if start > close:
            phonemes.append(Phoneme("", close, start, 0, max(word - 1, 0)))
        phonemes.append(Phoneme(sound, start, vowel, 0, word))
        earliest, stop = max(vowel, (syllable.vowel + syllable.end) // 2) + 1, vowel
    phonemes += _rime(syllables, len(syllables) - 1, stop, last)
    return (*phonemes, Phoneme("", last, len(samples), 0, len(syllables) - 1))


def _rime(syllables: Sequence[SpokenSyllable], word: int, start: int, end: int) -> list[Phoneme]:
    """Vowel and nasal of syllable `word`, sung over samples `[start, end)`."""
    if word < 0:
        return []
    _, sound, nasal = sounds_of(syllables[word].initial, syllables[word].final)
    close = end - round(_CODA_SHARE * (end - start)) if nasal else end
    vowel = Phoneme(sound, start, close, 1, word)
    return [vowel, Phoneme(nasal, close, end, 0, word)] if nasal else [vowel]


def _last(voiced: NDArray[np.bool_]) -> int:
    """The sample after the last with voice."""
    return int(np.flatnonzero(voiced).max(initial=0)) + 1


def _voiced(samples: NDArray[np.float64], rate_hz: int, floor_db: float) -> NDArray[np.bool_]:
    """Whether the voice sounds at each sample, by the level of its lowest partials against loud vowels."""
    voice = band_of(samples, rate_hz, _VOICE_HZ)
    power = running_mean(voice**2, rate_hz // 80)
    return np.asarray(power > np.percentile(power, 80) * 10 ** (floor_db / 10))


def _gap(voiced: NDArray[np.bool_], first: int, last: int, rate_hz: int) -> tuple[int, int] | None:
    """The longest run of samples without voice in `[first, last)`, None if there is none worth it."""
    edges = np.flatnonzero(np.diff(voiced[first:last].astype(np.int8), prepend=1, append=1))
    runs = edges.reshape(-1, 2)
    if len(runs) == 0:
        return None
    start, end = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    is_worth_it = end - start >= _GAP_MIN_S * rate_hz
    return (first + int(start), first + int(end)) if is_worth_it else None
