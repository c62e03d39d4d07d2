"""A line cut by script, each run with the espeak voice that can read it.

A voice that meets letters it doesn't know spells them out ("Cyrillic letter a") or says nothing.
"""

from functools import lru_cache

from songsmith.lyrics.speech.language_guess import script_language

__all__ = ["script_runs"]

# Languages written in the same letters, the best known first: it reads them for all others.
_KIN = tuple(
    names.split()
    for names in (
        "ru uk be bg mk sr ba cv kk ky tt mn tg nog",
        "ar fa ur sd ug",
        "hi mr ne kok",
        "bn as bpy",
        "zh cmn yue hak",
        "el grc",
        "am ti",
        "hy hyw",
        "my shn",
    )
)
_ALONE = ("ja", "he", "pa", "gu", "or", "ta", "te", "kn", "ml", "si", "th", "ka", "ko", "chr")
_ALSO_LATIN = ("sr", "tg", "nog")
_ROMANISED = ("fa-latn", "cmn-latn-pinyin", "yue-latn-jyutping")
_FILES = {"zh": "cmn"}


def script_runs(text: str, own: str) -> list[tuple[str, str]]:
    """Runs of `text` and the espeak voice file for each: `own`, or that of the script's best known language.

    What is not a letter goes with what stands before it. Runs without letters or digits are left out. Beside
    kana, kanji are Japanese, unless the line is Chinese.
    """
    runs: list[tuple[str, str]] = []
    is_japanese = any(script_language(character) == "ja" for character in text)
    for character in text:
        script = script_language(character)
        script = "ja" if script == "zh" and is_japanese and _reader("zh", own) != own else script
        file = _reader(script, own) or (runs[-1][1] if runs else own)
        if runs and runs[-1][1] == file:
            runs[-1] = (runs[-1][0] + character, file)
        else:
            runs.append((character, file))
    return [(run, file) for run, file in runs if any(c.isalnum() for c in run)]


@lru_cache(maxsize=2048)
def _reader(script: str, own: str) -> str:
    """Who reads the letters of a script in a line of `own`'s; "" for what is not a letter."""
    base = own.split("-")[0]
    if script == "la":
        is_own = own in _ROMANISED or base in _ALSO_LATIN or not _has_own_letters(base)
        return own if is_own else "en-us"
    if not script:
        return ""
    if script in (base, *_FILES) and base == "ja":
        return own
    if base == script or any(script in kin and base in kin for kin in _KIN):
        return own
    return _FILES.get(script, script)


def _has_own_letters(base: str) -> bool:
    return base in _ALONE or any(base in kin for kin in _KIN)
