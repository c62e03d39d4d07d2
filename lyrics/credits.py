"""Telling credits and adverts, which nobody sings, from words: by the words before a colon, and by addresses."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from songsmith.lyrics.lyric import clean_text

__all__ = ["has_credit_shape", "is_advert", "is_credit", "split_credit"]

_HEAD_LENGTH = 40
_JOINERS = re.compile(r"\s*(?:[/&、,，;+·]|(?<=\s)and(?=\s)|与|及)\s*", re.I)
_NAMED = re.compile(
    r"(?:lyrics?|words|music|song|melody|composed|written|produced|arranged|performed|mixed|mastered|recorded"
    r"|synced|synchroni[sz]ed|subtitles?|subbed|translat(?:ed|ion)|transcribed|uploaded|lrc|edited|timed|made)"
    r"(?: (?:and|&) \w{1,20})? (?P<by>by)(?:\s{0,4}:|(?=\s{1,4}[^\sa-z]))\s{0,4}\S.*",
    re.I,
)
_ADVERT = re.compile(
    r"https?://\S|\bwww\.[\w-]{1,60}\.\w|\b[\w-]{2,40}\.(?:com|net|org|cn|cc|me|info|vn|tv|ru)\b(?!\w)"
    r"|(?:^|[^a-z])qq(?:群|号)?\s?[:：]?\s?\d{5,}|(?:微信|公众号|vx|wechat)\s?[:：]|歌词网|歌詞網|歌词库"
    r"|(?:未经|未經).{0,12}(?:许可|許可|授权|授權|同意)|版权所有|版權所有|不得(?:翻唱|翻录|转载|使用)"
    r"|for commercial use|all rights reserved|lyrics (?:licensed|provided|powered) (?:&|and|by)|^-=.{0,60}=-$"
    r"|rentanadviser|musixmatch|opensubtitles|megalobiz",
    re.I,
)


def split_credit(text: str) -> tuple[str, str]:
    """What stands before and after the first colon of a short head: ("作词", "王某"); ("", "") without one."""
    plain = clean_text(text)
    head, colon, name = plain.replace("：", ":").partition(":")
    if not colon or not name.strip() or len(head) > _HEAD_LENGTH:
        return "", ""
    return head.strip(" -–—·•*"), name.strip()


def is_advert(text: str) -> bool:
    """Whether a line has an address, a number to write to, or a claim of rights in it."""
    return _ADVERT.search(clean_text(text)) is not None


def is_credit(text: str, *, at_edge: bool = False) -> bool:
    """Whether a line names who made the song, or advertises something, judged by its words alone; at the edge of a
    lyric words count that could also be sung, as in "Music: …"."""
    plain = clean_text(text)
    if _ADVERT.search(plain):
        return True
    if match := _NAMED.match(plain.replace("：", ":")):
        name = plain[match.end("by") :].lstrip(" :：")
        if ":" in plain.replace("：", ":") or not name[:1].islower():
            return True
    head, _ = split_credit(plain)
    roles = [part for part in _JOINERS.split(head) if part] if head else []
    if not roles:
        return False
    found = [_roles().get(_folded(part)) for part in roles]
    is_sure = any(is_ambiguous is False for is_ambiguous in found)
    return None not in found and (is_sure or at_edge)


def _folded(text: str) -> str:
    folded = " ".join(text.casefold().split())
    return folded if folded in _roles() else folded.replace(" ", "")


def has_credit_shape(text: str) -> bool:
    """Whether a line looks like `word：name`, whatever the word is."""
    head, name = split_credit(text)
    return 0 < len(head) <= 24 and 0 < len(name) <= 80 and not re.search(r"[.!?。！？]$", name)


@cache
def _roles() -> Mapping[str, bool]:
    """The words before the colon of a credit, and whether each could be sung too."""
    text = (files("songsmith.lyrics") / "data" / "credit_words.txt").read_text("utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return {line.removeprefix("? ").casefold(): line.startswith("?") for line in lines}
