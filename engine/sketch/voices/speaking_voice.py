"""What every voice is that speaks for the singer: who it is, and a run of text spoken with exact times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from songsmith.engine.sketch.phonetics.espeak import Speech
from songsmith.engine.sketch.phonetics.syllables import Syllable

__all__ = ["HIGH_REGISTER", "LOW_REGISTER", "REGISTERS", "NamedVoice", "SpeakingVoice", "Spoken"]

LOW_REGISTER = (45, 62)
HIGH_REGISTER = (57, 74)
REGISTERS = {"low": LOW_REGISTER, "high": HIGH_REGISTER}
"""Lowest and highest MIDI pitch that voices are asked to sing in."""

Spoken = tuple[Speech, tuple[Syllable, ...]]


class SpeakingVoice(Protocol):
    """Somebody who speaks. `language` is the espeak-ng file of the language that it reads."""

    @property
    def name(self) -> str: ...

    @property
    def language(self) -> str: ...

    def speak(self, text: str) -> Spoken | None:
        """A run of text in its language, spoken; None when there is nothing in it to say."""
        ...

    def unknown_sounds(self, text: str) -> tuple[str, ...]:
        """Letters of the phonemes of `text` that it can't say, each once."""
        ...


def _knows_all(text: str) -> tuple[str, ...]:
    return ()


def _says_nothing(text: str) -> Spoken | None:
    return None


@dataclass(frozen=True)
class NamedVoice:
    """A `SpeakingVoice` beside espeak-ng's own, with what lists and the choice of a voice need to know.

    It sings in `pitches` (lowest, highest MIDI pitch) if nobody asks for another register, else in that of `registers`.
    `ranks` says for which
    registers ("" for any) it is understood better in a song than espeak-ng, lower numbers first; for others it only
    sings when it is asked for. `install` is what to type where `is_installed` says no. Where `sings_as` names one of
    Kokoro's speakers, the network sings by itself and nothing is spoken.
    """

    name: str
    language: str
    register: str
    pitches: tuple[int, int]
    description: str
    install: str
    is_installed: Callable[[], bool]
    speaker: Callable[[str], Spoken | None] = _says_nothing
    ranks: Mapping[str, int] = field(default_factory=dict)
    unknown: Callable[[str], tuple[str, ...]] = _knows_all
    registers: Mapping[str, tuple[int, int]] = field(default_factory=lambda: REGISTERS)
    sings_as: str = ""

    def speak(self, text: str) -> Spoken | None:
        return self.speaker(text)

    def unknown_sounds(self, text: str) -> tuple[str, ...]:
        return self.unknown(text)
