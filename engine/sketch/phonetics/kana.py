"""Japanese for the singer: kana mora by mora in espeak's own notation, so that every mora gets its note.

espeak's rules for kana lose half of every long vowel and put a vowel into りゃ, りゅ and りょ, and know no
kanji; here `lyrics.japanese` reads and this module spells.
"""

from collections.abc import Sequence
from dataclasses import replace

from songsmith.engine.sketch.phonetics.espeak import Speech, speak
from songsmith.engine.sketch.phonetics.onsets import refine_onsets
from songsmith.engine.sketch.phonetics.syllables import Syllable, split_syllables
from songsmith.lyrics.speech.japanese import hiragana, morae, read_japanese

__all__ = ["speak_japanese", "spell_word"]

_VOWELS = {
    **dict.fromkeys("アカサタナハマヤラワガザダバパァャヮ", "a"),
    **dict.fromkeys("イキシチニヒミリヰギジヂビピィ", "i"),
    **dict.fromkeys("ウクスツヌフムユルグズヅブプゥュヴ", "u"),
    **dict.fromkeys("エケセテネヘメレヱゲゼデベペェ", "e"),
    **dict.fromkeys("オコソトノホモヨロヲゴゾドボポォョ", "o"),
}
_CONSONANTS = {
    **dict.fromkeys("カキクケコ", "k"),
    **dict.fromkeys("サスセソ", "s"),
    **dict.fromkeys("タテト", "t"),
    **dict.fromkeys("ナニヌネノ", "n"),
    **dict.fromkeys("ハヘホ", "h"),
    **dict.fromkeys("マミムメモ", "m"),
    **dict.fromkeys("ヤユヨ", "j"),
    **dict.fromkeys("ラリルレロ", "r`"),
    **dict.fromkeys("ワヱ", "w"),
    **dict.fromkeys("ガギグゲゴ", "g"),
    **dict.fromkeys("ザズゼゾヅ", "z"),
    **dict.fromkeys("ダデド", "d"),
    **dict.fromkeys("バビブベボ", "b"),
    **dict.fromkeys("パピプペポ", "p"),
    "シ": "s\\",
    "チ": "t_s\\",
    "ツ": "t_s",
    "ヒ": "C",
    "フ": "p\\",
    "ジ": "d_z\\",
    "ヂ": "d_z\\",
    "ヴ": "v",
}
_BEFORE_SMALL = {"ウ": "w", "イ": "j", "ク": "k|w", "グ": "g|w"}
_ALREADY_SOFT = ("s\\", "t_s\\", "d_z\\", "C")
_NASALS = (("k", "N"), ("g", "N"), *((c, "n") for c in "tdnrz"), *((c, "m") for c in "mpb"))


def speak_japanese(
    text: str, voice: str, *, rate_wpm: int
) -> tuple[Speech, tuple[Syllable, ...]] | None:
    """Speech and syllables of a Japanese `text` by an espeak `voice` ("ja", "ja+f3"); None if nothing of it
    can be read. The syllables' texts are the kana they sing."""
    words = read_japanese(text).words
    if not words:
        return None
    spelled = "".join(f"[[{''.join(spell_word(word))}]] " if word else ", " for word in words)
    speech = refine_onsets(speak(spelled, voice, rate_wpm=rate_wpm, is_spelled=True))
    syllables = split_syllables(speech, spelled)
    texts = [kana for word in filter(None, words) for kana in _under_notes(word)]
    if len(texts) != len(syllables):
        texts = [""] * len(syllables)
    return speech, tuple(
        replace(syllable, text=hiragana(kana), stress=2 if syllable.starts_word else 1)
        for syllable, kana in zip(syllables, texts, strict=True)
    )


def spell_word(word: str) -> list[str]:
    """espeak's mnemonics for each mora of a katakana word."""
    beats = morae(word)
    spelled: list[str] = []
    vowel = ""
    for beat, after in zip(beats, [*beats[1:], ""], strict=True):
        onset, vowel = _sounds(beat, after, vowel)
        spelled.append("|".join(filter(None, (onset, vowel if beat not in ("ン", "ッ") else ""))))
    return [f"{sounds}|" if sounds else "" for sounds in spelled]


def _sounds(beat: str, after: str, vowel: str) -> tuple[str, str]:
    """Consonant and vowel of a mora; `vowel` is that of the mora before it."""
    if beat == "ー":
        return "", vowel
    if beat == "ン":
        return _nasal(_CONSONANTS.get(after[:1], "") if after else "end"), vowel
    if beat == "ッ":
        return _CONSONANTS.get(after[:1], "?").split("_")[0], vowel
    consonant = _CONSONANTS.get(beat[0], "")
    if len(beat) == 1:
        return consonant, _VOWELS.get(beat, vowel)
    small = beat[1]
    if small in "ャュョ":
        is_soft = not consonant or consonant in _ALREADY_SOFT
        return consonant if is_soft else f"{consonant};", _VOWELS[small]
    return _BEFORE_SMALL.get(beat[0], consonant), _VOWELS[small]


def _nasal(following: str) -> str:
    """ン before a consonant, before a vowel or a soft one ("" and others), or at the end."""
    if following == "end":
        return "N\\"
    return next((nasal for start, nasal in _NASALS if following.startswith(start)), "u~")


def _under_notes(word: str) -> Sequence[str]:
    """The kana under each note: ッ and an ン that is not a vowel go with the mora before."""
    texts: list[str] = []
    for beat, sounds in zip(morae(word), spell_word(word), strict=True):
        has_vowel = beat not in ("ッ", "ン") or "~" in sounds
        if has_vowel or not texts:
            texts.append(beat)
        else:
            texts[-1] += beat
    return texts
