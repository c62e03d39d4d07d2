"""How a line is spoken in its language before a voice reads it: signs and numbers that voices read badly.

espeak-ng says "ampersand" in most languages and does not read years as years in English; Chinese numbers and signs are
read in Chinese order. Japanese has a reader of its own, `lyrics.japanese`.
"""

import re
import unicodedata

from songsmith.lyrics.speech.han import unspaced
from songsmith.lyrics.speech.hanzi_numbers import with_numbers_written_out
from songsmith.lyrics.speech.interjections import as_sung
from songsmith.lyrics.speech.number_words import year_or_cardinal
from songsmith.lyrics.speech.scripts import Language, segments, tidied

__all__ = ["CHINESE_SIGNS", "sung_text"]

CHINESE_SIGNS = {"&": "和", "@": "在", "%": "百分之", "+": "加", "=": "等于", "#": "号"}
_AND = dict(
    re.findall(
        r"(\w+):(\S+)",
        "af:en am:እና an:y ar:و az:və bg:и bn:এবং bs:i ca:i cs:a cy:a da:og de:und el:και eo:kaj es:y "
        "et:ja eu:eta fa:و fi:ja fr:et ga:agus gl:e he:ו hi:और hr:i ht:ak hu:és hy:և id:dan is:og it:e "
        "ka:და kk:және ko:앤 la:et lt:ir lv:un mk:и mr:आणि ms:dan mt:u nb:og ne:र nl:en no:og pl:i pt:e "
        "ro:și ru:и sk:a sl:in sq:dhe sr:и sv:och sw:na ta:மற்றும் te:మరియు th:และ tr:ve uk:і ur:اور vi:và",
    )
)
_YEAR = re.compile(r"(?<![\d.,:/$£€])(1[1-9]\d\d|20[1-9]\d)(?![\d.,:/]?\d|s\b)")


def sung_text(text: str, language: str) -> str:
    """`text` as a singer of `language` ("en", "cmn", "pt-br") says it, in the letters of the languages in it."""
    base = language.casefold().replace("_", "-").split("-")[0]
    if base in ("zh", "cmn"):
        return "".join(_piece(*piece) for piece in _pieces(text, "zh"))
    if base == "en":
        return "".join(_piece(*piece) for piece in _pieces(text, "en"))
    text = unicodedata.normalize("NFC", text)
    if base in ("tr", "az") and text.isupper():
        text = text.replace("İ", "i").replace("I", "ı").lower()
    return re.sub(r"\s*[&＆]\s*", f" {_AND[base]} ", text) if base in _AND else text


def _pieces(text: str, language: Language) -> list[tuple[Language, str]]:
    """The text cut by language; what no letter belongs to is in `language`."""
    tidy = tidied(text)
    return segments(tidy) or [(language, tidy)]


def _piece(language: Language, text: str) -> str:
    if language == "en":
        return _YEAR.sub(lambda match: year_or_cardinal(match[1]), as_sung(text))
    text = with_numbers_written_out(unspaced(text))
    return "".join(CHINESE_SIGNS.get(character, character) for character in text)
