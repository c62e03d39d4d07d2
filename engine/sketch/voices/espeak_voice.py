"""espeak-ng's own voices as speakers: every language it has, and variants of each."""

from dataclasses import dataclass

from songsmith.engine.sketch.phonetics.espeak import Speech, speak
from songsmith.engine.sketch.phonetics.glides import join_glides
from songsmith.engine.sketch.phonetics.hanzi import speak_mandarin, spelled
from songsmith.engine.sketch.phonetics.kana import speak_japanese
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.said import speak_said, unknown_in_says
from songsmith.engine.sketch.phonetics.syllables import split_syllables
from songsmith.engine.sketch.voices.speaking_voice import Spoken

__all__ = ["EspeakSpeaker"]

_SPEECH_RATE_WPM = 108
_MANDARIN_RATE_WPM = 140


@dataclass(frozen=True)
class EspeakSpeaker:
    """The voice `name`: a language's file, and maybe a variant of it ("en-us+f3")."""

    name: str

    @property
    def language(self) -> str:
        return self.name.partition("+")[0]

    def speak(self, text: str) -> Spoken | None:
        if self.language == "ja":
            return speak_japanese(text, self.name, rate_wpm=_SPEECH_RATE_WPM)
        if self.language == "cmn":
            return speak_mandarin(text, self._speak_pinyin)
        speech = speak_said(text, self.name, rate_wpm=_SPEECH_RATE_WPM)
        speech = refine_onsets(join_glides(speech, self.name))
        return speech, split_syllables(speech, text)

    def unknown_sounds(self, text: str) -> tuple[str, ...]:
        return unknown_in_says(text, self.name)

    def _speak_pinyin(self, pinyin: str, voice: str) -> Speech:
        variant = self.name.partition("+")[2]
        named = f"{voice}+{variant}" if variant else voice
        speech = speak(spelled(pinyin), named, rate_wpm=_MANDARIN_RATE_WPM, is_spelled=True)
        return refine_onsets(speech)
