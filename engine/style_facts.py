"""What a style text says in numbers: tempo, key and metre, for any engine that can be told them."""

import re
from dataclasses import dataclass

__all__ = ["BPM", "KEY", "StyleFacts", "read_key", "style_facts"]

KEY = re.compile(
    r"(?:\bin\s+)(?P<en>[A-G](?:[#b♯♭]|-?\s?sharp|-?\s?flat)?\s*(?:major|minor|maj|min|m)?)(?![a-z])"
    r"|(?P<bare>\b[A-Gb-g](?:[#b♯♭]|[- ]sharp|[- ]flat)?[- ](?:major|minor|maj|min)\b)"
    r"|(?P<zh>[升降]?[A-G][#b♯♭升降]?\s*[大小]调)",
)
BPM = re.compile(
    r"(\d{2,3})\s*(?:bpm|beats per minute|拍)|(?:bpm|tempo|速度)\s*[:：=]?\s*(\d{2,3})", re.I
)
_METRE = re.compile(r"(?<![\d/])([234]/4|6/8)(?![\d/])|\b(waltz)|(圆舞曲|三拍)", re.I)
_LATIN = re.compile(r"([A-Ga-g])(?:(#|♯|[- ]?sharp)|(b|♭|[- ]?flat))?[- ]*(major|maj|minor|min|m)?")
_CHINESE = re.compile(r"([升降]?)([A-G])([#b♯♭升降]?)\s*([大小])调")


@dataclass(frozen=True)
class StyleFacts:
    """Beats a minute, key ("F minor") and metre ("3/4"); None and "" where the text does not say."""

    bpm: int | None = None
    key: str = ""
    metre: str = ""


def style_facts(text: str) -> StyleFacts:
    """The numbers in `text`, English or Chinese."""
    bpm, key, metre = BPM.search(text), KEY.search(text), _METRE.search(text)
    return StyleFacts(
        bpm=int(bpm[1] or bpm[2]) if bpm else None,
        key=read_key(next(filter(None, key.groups()))) if key else "",
        metre=(metre[1] or "3/4") if metre else "",
    )


def read_key(text: str) -> str:
    """ "F minor", "Bb major" of "fm", "B flat", "降B大调"; "" if it is no major or minor key."""
    text = text.strip()
    if chinese := _CHINESE.fullmatch(text):
        sign = chinese[1] or chinese[3]
        sharp, flat = sign in tuple("#♯升"), sign in tuple("b♭降")
        letter, is_minor = chinese[2], chinese[4] == "小"
    elif latin := _LATIN.fullmatch(text):
        sharp, flat = bool(latin[2]), bool(latin[3])
        letter, is_minor = (
            latin[1].upper(),
            (latin[4] or "").startswith("m") and latin[4][:2] != "ma",
        )
    else:
        return ""
    return f"{letter}{'#' * sharp}{'b' * flat} {'minor' if is_minor else 'major'}"
