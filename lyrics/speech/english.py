"""English words -> phonemes, as the training data of the weights had them.

The rules are those of the published tokenizer (MaskGCT's in Amphion, which DiffRhythm uses), odd ones
included: an apostrophe parts a word, a hyphen vanishes, "St" is a saint.
"""

import re

from songsmith.lyrics.speech.espeak import pronounce
from songsmith.lyrics.speech.number_words import cardinal, fraction, ordinal, year_or_cardinal
from songsmith.lyrics.speech.scripts import MARKS, with_plain_marks

__all__ = ["english_phones", "leaves_gap", "merged", "spoken_english"]

_ABBREVIATIONS = {
    "mrs": "misess",
    "mr": "mister",
    "dr": "doctor",
    "st": "saint",
    "co": "company",
    "jr": "junior",
    "maj": "major",
    "gen": "general",
    "drs": "doctors",
    "rev": "reverend",
    "lt": "lieutenant",
    "hon": "honorable",
    "sgt": "sergeant",
    "capt": "captain",
    "esq": "esquire",
    "ltd": "limited",
    "col": "colonel",
    "ft": "fort",
    "etc": "et cetera",
    "btw": "by the way",
}
_ABBREVIATION = re.compile(rf"\b({'|'.join(_ABBREVIATIONS)})\b", re.IGNORECASE)

_MARK = re.compile(f"([{re.escape(MARKS)}])")
_SPACED_MARK = re.compile(rf"\s*([{re.escape(MARKS)}])\s*")
_SILENT = re.compile(rf"[^\w\s{re.escape(MARKS)}-]")

_NUMBER = r"(?<![0-9])([0-9]+)"

_MERGES = {
    ("t", "ɹ"): "tɹ",
    ("d", "ɹ"): "dɹ",
    ("t", "s"): "ts",
    ("d", "z"): "dz",
    ("ɪ", "ɹ"): "ɪɹ",
    ("oː", "ɹ"): "oːɹ",
}
_RENAMES = {"ɐ": "ɚ", "ᵻ": "ɪ", "əl": "l", "x": "k", "ɬ": "l", "ʔ": "t", "n̩": "n"}

_GAP_AFTER = frozenset("p⁼ʰmftnlkxʃs`ɹaoəɛɪeɑʊŋiuɥwæjː")
"""Last letters of the phones after which the training data has "_" where English turns to Chinese."""


def spoken_english(text: str) -> str:
    """The words that will be read: abbreviations and numbers spelled out, silent symbols left out."""
    spelled = _spelled_out(text)
    return re.sub(rf"\s+([{re.escape(MARKS)}])", r"\1", " ".join(spelled.split()))


def english_phones(text: str) -> tuple[str, ...]:
    """Phones and punctuation of English text, not yet merged, "_" between words that no mark parts."""
    words = " ".join(_spelled_out(text).replace("-", "").split())
    phones: list[str] = []
    for chunk in filter(None, _MARK.split(_SPACED_MARK.sub(r"\1", words))):
        phones += (chunk,) if _MARK.fullmatch(chunk) else pronounce(chunk)
    return tuple(phones)


def leaves_gap(phones: tuple[str, ...]) -> bool:
    """Whether Chinese that follows these unmerged phones is parted from them by a word break."""
    return bool(phones) and phones[-1][-1] in _GAP_AFTER


def merged(phones: tuple[str, ...]) -> tuple[str, ...]:
    """The phones as the vocabulary writes them: pairs joined, sounds it lacks replaced."""
    joined: list[str] = []
    for phone in phones:
        pair = _MERGES.get((joined[-1], phone)) if joined else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(phone)
    return tuple(_RENAMES.get(phone, phone) for phone in joined)


def _spelled_out(text: str) -> str:
    text = _ABBREVIATION.sub(lambda match: _ABBREVIATIONS[match[1].lower()], text)
    text = _with_numbers_spelled(text)
    return _SILENT.sub("", with_plain_marks(text).replace("_", " "))


def _with_numbers_spelled(text: str) -> str:
    """Numbers in words. The order matters: money and fractions before points, points before the rest.

    Patterns start at the first digit of a run, lest a line of digits takes for ever.
    """
    text = re.sub(r"(?<![0-9])[0-9][0-9,]+[0-9]", lambda match: match[0].replace(",", ""), text)
    text = re.sub(r"£([0-9,]*[0-9]+)", r"\1 pounds", text)
    text = re.sub(r"\$([0-9.,]*[0-9]+)", lambda match: f" {_dollars(match[1])} ", text)
    text = re.sub(rf"{_NUMBER}/([0-9]+)", lambda match: f" {fraction(match[1], match[2])} ", text)
    text = re.sub(rf"{_NUMBER}\.([0-9]+)", r"\1 point \2", text)
    text = re.sub(r"(?<=[0-9])%", " percent ", text)
    text = re.sub(rf"{_NUMBER}(?:st|nd|rd|th)", lambda match: f" {ordinal(match[1])} ", text)
    return re.sub(_NUMBER, lambda match: f" {year_or_cardinal(match[0])} ", text)


def _dollars(amount: str) -> str:
    """ "12.50" -> "12 dollars, 50 cents"."""
    whole, *rest = amount.replace(",", "").split(".")
    if len(rest) > 1:
        return f"{amount} dollars"
    dollars, cents = whole.lstrip("0"), "".join(rest).lstrip("0")
    parts = []
    if dollars:
        parts.append(f"{dollars} dollar{'' if dollars == '1' else 's'}")
    if cents:
        parts.append(f"{cents} cent{'' if cents == '1' else 's'}")
    return ", ".join(parts) or f"{cardinal('0')} dollars"
