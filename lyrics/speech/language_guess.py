"""Which language a text is in, where nobody says: by its script, and in Latin letters by its small words."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from typing import Any

__all__ = [
    "LATIN_LANGUAGES",
    "guess_by_script",
    "guess_language",
    "has_small_words",
    "script_language",
]

_SCRIPTS = {
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "MYANMAR": "my",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "CJK": "zh",
    "CHEROKEE": "chr",
}
_LETTERS = (
    ("uk", "іїєґ"),
    ("be", "ўі"),
    ("sr", "ђћџљњ"),
    ("mk", "ѓќѕ"),
    ("kk", "әғқңұһ"),
    ("fa", "پچژگک"),
    ("ur", "ٹڈڑںے"),
)
_SMALL_WORDS = {
    "en": "the and you i to me my in of a is it on your with for that all we don't i'm no be love this when",
    "de": "ich du und der die das nicht ist ein eine mit mir dich mich wir auf in den dem zu es noch wie auch uns",
    "fr": "je tu et le la les de des un une pas que est dans mon ma mes moi toi nous sur qui il elle pour c'est au",
    "es": "yo tú y el la los las de que no en mi tu me te un una es con por se lo para como más sin del al",
    "it": "io tu e il la lo gli di che non in mi ti un una è con per si come più sono del al nel ma sei",
    "pt": "eu você e o a os as de que não em meu minha me te um uma é com por se do da no na mais pra ao",
    "nl": "ik jij je en de het een niet is van in met mij jou we op dat zo maar voor er nog mijn aan te",
    "sv": "jag du och en ett det är inte som på i mig dig vi med för att min din när så till av har",
    "da": "jeg du og en et det er ikke som på i mig dig vi med for at min din når så til af har",
    "nb": "jeg du og en et det er ikke som på i meg deg vi med for å min din når så til av har",
    "fi": "minä sinä ja on ei se että kun niin sinun minun mä sä vain jos oon mun sun ole kuin vielä",
    "pl": "ja ty i w na nie się jest to z do mnie mi ciebie że jak co mój moja tak już po za gdy",
    "cs": "já ty a v na ne se je to s do mě mi tě že jak co můj moje tak už po za když jsem jsi",
    "hu": "én te és a az nem egy hogy van meg mert csak ha vagy már is de én el ne nekem",
    "ro": "eu tu și în nu e este o un de la cu pe mă te ce că mai să am din pentru mea",
    "tr": "ben sen ve bir bu da de ne mi için gibi beni seni bana sana yok var çok ama her benim senin",
    "id": "aku kamu dan di yang ini itu tak ke dari untuk tidak hati cinta akan dengan ku mu hanya",
    "vi": "anh em và là không một trong có cho những của người yêu tôi đã với về mà này",
}
_ENOUGH, _LEAST_DIFFERENT = 0.12, 3
_LATIN = (
    "af an az bs ca cs cy da de en eo es et eu fi fr ga gd hr ht hu id is it la lb lt lv ms mt nl no pl pt qu ro sk"
    " sl sq sv sw tr uz vi"
)
LATIN_LANGUAGES = frozenset(_LATIN.split())
"""The languages in Latin letters that espeak-ng speaks and py3langid knows."""
_FEWEST_LETTERS, _SURE = 12, 0.85
_FEWEST_MARKED, _SURE_MARKED = 8, 0.6
"""For words with letters that English lacks."""
_MOST_LETTERS = 4000


def guess_language(text: str) -> str:
    """Two-letter code of the language of a lyric; English if nothing speaks for another."""
    script = _script(text)
    return _by_small_words(text) if script == "la" else _by_letters(text.casefold(), script)


def guess_by_script(text: str) -> str:
    """The same by a look at the letters alone: Latin ones are taken for English."""
    script = _script(text)
    return "en" if script == "la" else _by_letters(text.casefold(), script)


def _script(text: str) -> str:
    """The best known language of the script of `text`, "la" for Latin letters; English where there are no letters."""
    counts = Counter(filter(None, map(script_language, text)))
    if not counts:
        return "en"
    script, count = counts.most_common(1)[0]
    if counts["ja"] and script == "zh":
        return "ja"
    return "la" if script == "zh" and count <= len(text) / 4 else script


@lru_cache(maxsize=4096)
def script_language(character: str) -> str:
    """The best known language written with a letter, "la" for Latin letters, "" for what is not a letter."""
    if not character.isalpha() and not unicodedata.category(character).startswith("M"):
        return ""
    name = unicodedata.name(character, "").split(" ")[0].removesuffix("-HIRAGANA")
    return "la" if name in ("LATIN", "FULLWIDTH") else _SCRIPTS.get(name, "")


def _by_letters(text: str, script: str) -> str:
    """The language of a script that only it has certain letters for."""
    kin = {"ru": ("uk", "be", "sr", "mk", "kk"), "ar": ("ur", "fa")}.get(script, ())
    found = [(sum(text.count(c) for c in letters), name) for name, letters in _LETTERS]
    best = max(((count, name) for count, name in found if name in kin), default=(0, ""))
    return best[1] if best[0] else script


def _by_small_words(text: str) -> str:
    shares = _shares(text, _LEAST_DIFFERENT)
    best = max(shares, key=lambda name: (shares[name], name == "en"))
    return best if shares[best] >= _ENOUGH else _by_letter_groups(text)


def _shares(text: str, least_different: int) -> dict[str, float]:
    """Of the words, the share that are small words of each language; "la la la" says nothing of any."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.casefold().replace("’", "'"))
    parts = Counter(part for word in words for part in {word, *word.split("'")})
    shares = {"en": 0.0}
    for name, small in _SMALL_WORDS.items():
        found = [parts[word] for word in small.split() if word in parts]
        if len(found) >= least_different:
            shares[name] = sum(found) / len(words)
    return shares


def has_small_words(text: str) -> bool:
    """Whether there are small words of any language in Latin letters, as there are in all but spellings of others."""
    return max(_shares(text, 2).values()) >= _ENOUGH


def _by_letter_groups(text: str) -> str:
    """The language by its groups of letters, as py3langid knows them; English where it is not sure."""
    letters = sum(character.isalpha() for character in text)
    is_foreign = any(not character.isascii() and character.isalpha() for character in text)
    fewest, sure = (_FEWEST_MARKED, _SURE_MARKED) if is_foreign else (_FEWEST_LETTERS, _SURE)
    if letters < fewest or len(set(text.casefold().split())) < _LEAST_DIFFERENT:
        return "en"
    name, confidence = _identifier().classify(" ".join(text.split())[:_MOST_LETTERS])
    return str(name) if confidence >= sure else "en"


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second, seldom needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(LATIN_LANGUAGES))
    return identifier
