"""A line of a song spoken by a voice: cut by script, each run by the voice that can read it."""

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from songsmith.engine.sketch.kokoro.reading import Script, read_line
from songsmith.engine.sketch.kokoro.runs import unread_sounds
from songsmith.engine.sketch.phonetics.espeak import Phoneme, Speech
from songsmith.engine.sketch.phonetics.script_runs import script_runs
from songsmith.engine.sketch.phonetics.syllables import Syllable
from songsmith.engine.sketch.voices.piper_voice import is_piper
from songsmith.engine.sketch.voices.registry import kokoro_speaker, speaking_voice
from songsmith.engine.sketch.voices.voices import choose_voice
from songsmith.lyrics.speech.heteronyms import with_heteronyms
from songsmith.lyrics.speech.said import marked, pieces, way_of
from songsmith.lyrics.speech.spoken import sung_text

__all__ = ["Utterance", "say", "unknown_sounds"]

_VOWEL_RMS = 0.14
_JOINERS = "\u200c\u200d"  # letters of Persian and of Indian scripts are shaped, and read, by them


@dataclass(frozen=True)
class Utterance:
    """A line spoken by a voice: the speech and its syllables. Where the voice is a network that sings, `script` is
    what it reads, and the speech holds the times of its sounds but no samples."""

    speech: Speech
    syllables: tuple[Syllable, ...]
    script: Script | None = None


@functools.lru_cache(maxsize=512)
def say(voice: str, text: str) -> Utterance | None:
    """`text`, ways to say words marked in it, spoken by voice `voice`; None when there is nothing in it to sing.

    Runs in a script that its language is not written in go to another language's voice: hanzi to
    Mandarin, Cyrillic to Russian, Latin letters to English.
    """
    if speaker := kokoro_speaker(voice):
        read = read_line(_own_runs(text, voice), speaker)
        return Utterance(read[1], read[2], read[0]) if read else None
    pieces: list[Speech] = []
    syllables: list[Syllable] = []
    for run, run_voice in _runs(text, voice):
        found = speaking_voice(run_voice).speak(run)
        if found is None:
            continue
        speech, spoken = found
        offset = sum(len(piece.samples) for piece in pieces)
        pieces.append(_later(speech, offset))
        if syllables:
            syllables[-1] = replace(syllables[-1], ends_phrase=False)
        syllables += [_syllable_later(syllable, offset) for syllable in spoken]
    if not syllables:
        return None
    samples = np.concatenate([piece.samples for piece in pieces])
    phonemes = tuple(p for piece in pieces for p in piece.phonemes)
    level = np.sqrt(
        np.mean([np.mean(samples[s.nucleus.start : s.nucleus.end] ** 2) for s in syllables])
    )
    speech = replace(
        pieces[0],
        samples=samples * _VOWEL_RMS / max(level, 1e-6),
        phonemes=phonemes,
        clear_hz=min(piece.clear_hz for piece in pieces),
        pitch_hz=pieces[0].pitch_hz if len(pieces) == 1 else None,
    )
    return Utterance(speech, tuple(syllables))


@functools.lru_cache(maxsize=512)
def unknown_sounds(voice: str, text: str) -> tuple[str, ...]:
    """Letters of the phonemes of `text` that `voice` can't say, each once."""
    if kokoro_speaker(voice):
        return tuple(dict.fromkeys(unread_sounds(_own_runs(text, voice))))
    runs = _runs(text, voice)
    return tuple(
        letter
        for run, run_voice in runs
        for letter in speaking_voice(run_voice).unknown_sounds(run)
    )


def _later(speech: Speech, offset: int) -> Speech:
    """`speech` with the marks of its phonemes `offset` samples later."""
    return replace(speech, phonemes=tuple(_sound_later(p, offset) for p in speech.phonemes))


def _syllable_later(syllable: Syllable, offset: int) -> Syllable:
    return replace(
        syllable,
        onset=tuple(_sound_later(p, offset) for p in syllable.onset),
        nucleus=_sound_later(syllable.nucleus, offset),
        coda=tuple(_sound_later(p, offset) for p in syllable.coda),
    )


def _sound_later(sound: Phoneme, offset: int) -> Phoneme:
    return replace(sound, start=sound.start + offset, end=sound.end + offset)


def _singable(text: str) -> str:
    """`text` without what would be read out as a symbol's name."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[…—–;:。；：]", ", ", text)
    kept = "".join(
        " "
        if (unicodedata.category(c) in ("So", "Sk", "Cf", "Cn", "Co") and c not in _JOINERS)
        or c in "/\\|_*#~^<>={}[]@"
        else c
        for c in text
    )
    kept = kept.lower() if kept.isupper() else kept
    return " ".join(kept.split())


def _runs(text: str, voice: str) -> list[tuple[str, str]]:
    """The line as it is spoken, in runs of one script, each with the voice that speaks it."""
    own = speaking_voice(voice).language
    return [
        (run, voice if language == own else _stand_in(voice, language))
        for run, language in _own_runs(text, voice)
    ]


def _own_runs(text: str, voice: str) -> list[tuple[str, str]]:
    """The line in runs of one script, each with the espeak file of the language that it is read in."""
    return [
        (with_heteronyms(run) if language.startswith("en") else run, language)
        for run, language in _joined_runs(text, speaking_voice(voice).language)
    ]


def _joined_runs(text: str, own: str) -> list[tuple[str, str]]:
    """Runs of one script with marked words among them, and the language of each."""
    found: list[tuple[str, str]] = []
    is_apart = False
    for words, how in pieces(text):
        runs = [_marked_run(words, how, own)] if how else _plain_runs(words, own)
        is_apart = is_apart or words[:1].isspace()
        for run, language in runs:
            if found and found[-1][1] == language:
                found[-1] = (found[-1][0] + (" " if is_apart else "") + run, language)
            else:
                found.append((run, language))
            is_apart = False
        is_apart = is_apart or words[-1:].isspace()
    return found


def _plain_runs(words: str, own: str) -> list[tuple[str, str]]:
    return script_runs(_singable(sung_text(words, own)), own)


def _marked_run(word: str, how: str, own: str) -> tuple[str, str]:
    """A word with a way to say it, which stays marked where its voice reads marks, and its language."""
    read = how if way_of(word, how)[0] == "respelling" else word
    language = next((language for _, language in script_runs(read, own)), own)
    is_read = read == word or language not in ("ja", "cmn")
    return (marked(word, how) if is_read else read), language


def _stand_in(voice: str, language: str) -> str:
    """Who sings words of another language in a line of `voice`'s."""
    variant = "" if is_piper(voice) else voice.partition("+")[2]
    if variant:
        return f"{language}+{variant}"
    return choose_voice(language, "quick", choose_voice(language, voice).register).name
