"""Mandarin rhyme: which of the thirteen rhyme groups (十三辙) a line ends in, by the final of its last syllable."""

from functools import lru_cache

from songsmith.lyrics.speech.han import han_in

__all__ = ["rhyme_group"]

_GROUPS = {
    "发花": "a ia ua",
    "梭坡": "o e uo io",
    "乜斜": "ie ve ue",
    "姑苏": "u",
    "一七": "i v er",
    "怀来": "ai uai",
    "灰堆": "ei uei ui",
    "遥条": "ao iao",
    "油求": "ou iou iu",
    "言前": "an ian uan van",
    "人辰": "en in uen un vn",
    "江阳": "ang iang uang",
    "中东": "eng ing ueng ong iong",
}
_GROUP_OF = {final: name for name, finals in _GROUPS.items() for final in finals.split()}
# Particles in the neutral tone lean on the word before them; the rhyme is heard there.
_PARTICLES = "了的吗呢吧啊呀着"


@lru_cache(maxsize=8192)
def rhyme_group(line: str) -> str:
    """Name of the rhyme group of a line's last full syllable, "" if it has none."""
    from pypinyin import Style, pinyin  # here: its phrase table takes a moment to load

    sung = han_in(line)
    while len(sung) > 1 and sung[-1] in _PARTICLES:
        sung = sung[:-1]
    if not sung:
        return ""
    final = pinyin(sung, style=Style.FINALS, strict=True)[-1][0]
    return _GROUP_OF.get(final.replace("ü", "v"), "")
