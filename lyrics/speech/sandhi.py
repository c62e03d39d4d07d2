"""Tone changes of Mandarin within a word: two third tones, 不, 一 and 儿.

Syllables are pinyin with a tone digit, 5 for the neutral tone. The rules, their limits to one word
included, are those that the training data of the weights was made with.
"""

__all__ = ["joined_words", "with_sandhi"]

_ER_IS_A_SYLLABLE = frozenset(("女儿", "老儿", "男儿", "少儿", "小儿"))
_PLAIN_YI_BEFORE = ("一月", "一日", "一号", "一號")
_DIGITS = frozenset("零一二三四五六七八九十")


def joined_words(words: list[str]) -> list[str]:
    """Words of one run of Chinese characters with 一, 不 and 儿 joined to the word whose tone they share.

    A verb doubled round 一 is one word (等一等); else 一 and 不 go with the word after them, 儿 with the one before.
    """
    joined: list[str] = []
    for word in _doubled(words):
        if joined and (joined[-1] in ("一", "不") or word == "儿"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def with_sandhi(word: str, syllables: list[str]) -> list[str]:
    """The syllables of a word, one for each character, as they are spoken."""
    if len(word) != len(syllables):
        return syllables
    changed = list(syllables)
    if len(word) == 2 and all(syllable.endswith("3") for syllable in changed):
        changed[0] = _toned(changed[0], 2)
    return _er(word, _yi(word, _bu(word, changed)))


def _doubled(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if len(found) > 1 and found[-1] == "一" and found[-2] == word:
            found[-2:] = [f"{word}一{word}"]
        else:
            found.append(word)
    return found


def _bu(word: str, syllables: list[str]) -> list[str]:
    if set(word) == {"不"} or word == "不字":
        return syllables
    if len(word) == 3 and word[1] == "不" and syllables[1].startswith("bu"):
        return [syllables[0], "bu5", syllables[2]]
    return [
        _toned(syllable, 2) if character == "不" and _is_fourth(syllables, place + 1) else syllable
        for place, (character, syllable) in enumerate(zip(word, syllables, strict=True))
    ]


def _yi(word: str, syllables: list[str]) -> list[str]:
    if "一" not in word:
        return syllables
    if any(character.isnumeric() for character in word if character != "一"):
        return _yi_in_a_number(word, syllables)
    if len(word) == 3 and word[1] == "一" and word[0] == word[2]:
        return [syllables[0], "yi5", syllables[2]]
    if word.startswith("第一"):
        return [syllables[0], "yi1", *syllables[2:]]
    if word.startswith(_PLAIN_YI_BEFORE):
        return ["yi1", *syllables[1:]]
    last = len(word) - 1
    return [
        _toned(syllable, 2 if _is_fourth(syllables, place + 1) else 4)
        if character == "一" and place < last
        else syllable
        for place, (character, syllable) in enumerate(zip(word, syllables, strict=True))
    ]


def _yi_in_a_number(word: str, syllables: list[str]) -> list[str]:
    """一 before a unit changes (一百), every other 一 of a number is plain."""
    plain = [
        "yi1" if character == "一" else syllable
        for character, syllable in zip(word, syllables, strict=True)
    ]
    if word[0] == "一" and len(word) > 1 and word[1] not in _DIGITS:
        plain[0] = "yi2" if syllables[1][-1] in "45" else "yi4"
    return plain


def _er(word: str, syllables: list[str]) -> list[str]:
    if len(word) > 1 and word.endswith("儿") and word not in _ER_IS_A_SYLLABLE:
        return [*syllables[:-1], _toned(syllables[-1], 5)]
    return syllables


def _is_fourth(syllables: list[str], place: int) -> bool:
    return place < len(syllables) and syllables[place].endswith("4")


def _toned(syllable: str, tone: int) -> str:
    return f"{syllable.rstrip('12345')}{tone}"
