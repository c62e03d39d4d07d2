"""Lines with ways to say their words, spoken by espeak-ng: respellings as they are read, IPA in its own notation."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from songsmith.engine.sketch.phonetics.espeak import Speech, speak
from songsmith.lyrics.speech.ipa import STRESS, ipa_sounds
from songsmith.lyrics.speech.said import pieces, way_of

__all__ = ["speak_said", "unknown_in_says"]

_CONSONANTS = {
    **{c: c for c in "pbtdkfvszhmnlwjx"},
    **{"ɡ": "g", "θ": "T", "ð": "D", "ʃ": "S", "ʒ": "Z", "tʃ": "tS", "dʒ": "dZ", "ŋ": "N", "ɹ": "r", "ɾ": "*"},
    **{"r": "R", "ç": "C", "ʎ": "l^", "ɲ": "n^", "β": "B", "ʁ": "Q", "ts": "ts", "dz": "dz", "pf": "pf", "ɕ": "S;"},
    **{"tɕ": "tS;"},
}  # fmt: skip
# Names of vowels that some of its voices have; what a voice makes of each is asked.
_VOWELS = (
    "i i: I e e: E E: a a: A A: & V @ 3 3: O O: o o: U u u: y y: Y Y: W W: 0 aI eI OI aU oU @U i@ e@ U@ I@ ai au oi ei "
    "ou A~ E~ O~ W~ o~ e~ a~ i@3 A@ O@ o@ aI@ aI3"
)
_STRESS_MARKS = {2: "'", 1: ","}


@lru_cache(maxsize=64)  # who forecasts a song asks for its lines before they are sung
def speak_said(text: str, voice: str, *, rate_wpm: int) -> Speech:
    """A marked line spoken by an espeak `voice`; the positions of its words are those in `text`."""
    if "|" not in text:
        return speak(text, voice, rate_wpm=rate_wpm)
    spoken = ""
    starts: list[int] = []  # of each character of `spoken`, the one in `text`
    place = 0
    for piece in pieces(text):
        written = f"{{{piece.text}|{piece.how}}}" if piece.how else piece.text
        words = _spelled(piece.text, piece.how, voice)
        spoken += words
        starts += [place] * len(words) if piece.how else range(place, place + len(words))
        place += len(written)
    speech = speak(spoken, voice, rate_wpm=rate_wpm, is_spelled="[[" in spoken)
    starts += [len(text)] * 2
    words_at = tuple(
        (starts[min(first, len(spoken))], starts[min(last, len(spoken))])
        for first, last in speech.words
    )
    return replace(speech, words=words_at)


def unknown_in_says(text: str, voice: str) -> tuple[str, ...]:
    """Letters of the IPA in a marked line that the voice has no sound for, each once."""
    found = (
        letter
        for piece in pieces(text)
        if way_of(*piece)[0] == "ipa"
        for letter in ipa_sounds(piece.how, _sounds(voice.partition("+")[0]))[1]
    )
    return tuple(dict.fromkeys(found))


def _spelled(word: str, how: str, voice: str) -> str:
    """The words as espeak-ng is to read them."""
    way, how = way_of(word, how) if how else ("", "")
    if way == "respelling":
        return how
    if way != "ipa":
        return word
    known = _sounds(voice.partition("+")[0])
    sounds, _ = ipa_sounds(how, known)
    return " ".join(f"[[{_mnemonics(one, known)}]]" for one in _words(sounds)) or word


def _words(sounds: list[str]) -> list[list[str]]:
    words: list[list[str]] = [[]]
    for sound in sounds:
        if sound == " ":
            words.append([])
        else:
            words[-1].append(sound)
    return [word for word in words if any(sound not in STRESS for sound in word)]


def _mnemonics(sounds: list[str], known: Mapping[str, str]) -> str:
    """A word in espeak's notation: the mark of stress stands before the vowel, the first one's if nobody says."""
    stress = 0 if any(sound in STRESS for sound in sounds) else 2
    spelled = []
    for sound, after in zip(sounds, [*sounds[1:], ""], strict=True):
        if sound in STRESS:
            stress = STRESS[sound]
        elif sound in _CONSONANTS:
            is_closing = sound == "ɹ" and (not after or after in _CONSONANTS)
            spelled.append("r-" if is_closing else known[sound])
        else:
            spelled.append(_STRESS_MARKS.get(stress, "") + known[sound])
            stress = 0
    return "|".join(spelled)


@lru_cache(maxsize=32)
def _sounds(file: str) -> Mapping[str, str]:
    """The sounds of a voice in IPA, and espeak's name of each."""
    speech = speak(" ".join(f"[[t'{name}]]" for name in _VOWELS.split()), file, is_spelled=True)
    heard: dict[int, str] = {}
    for phoneme in speech.phonemes:
        heard[phoneme.word] = heard.get(phoneme.word, "") + phoneme.symbol
    asked = (
        zip(_VOWELS.split(), heard.values(), strict=False)
        if len(heard) == len(_VOWELS.split())
        else ()
    )
    found = dict(_CONSONANTS)
    for name, symbols in asked:
        if vowel := symbols.removeprefix("t").strip():
            found.setdefault(vowel, name)
    return found
