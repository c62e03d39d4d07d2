"""Reads a Chinese prompt: which nouns it holds, which scenes it calls for, what it feels like.

Words are found by longest match against the lexicon and the scenes' own words; what neither knows is taken
as a noun only where it stands plainly as one (《…》, 叫…的, 关于…的).
"""

import re
from collections.abc import Iterator

from songsmith.agent.writers.offline.lexicon import lexicon
from songsmith.agent.writers.offline.scenes import load_scenes
from songsmith.agent.writers.offline.wish import Topic, Wish, plain_text
from songsmith.lyrics.speech.han import HAN, han_in

__all__ = ["read_chinese"]

_MOST_CHARACTERS = 600
_MOST_TOPICS = 3
_ROLES = ("kin", "person", "animal", "place", "city", "thing", "food", "things", "matter")
_MOODS = ("angry", "sad", "bitter", "tender", "hopeful", "dark", "funny")
_QUOTED = re.compile(rf"[《“「]([{HAN}]{{1,4}})[》”」]")
_NAMED = re.compile(rf"(?:名叫|叫做|叫作|名字叫|叫)([{HAN}]{{1,3}}?)(?=[的，。,!！ ]|$)")
# After a person or animal a name is known by its shape: 小雨, 阿强, 团团.
_KIN_NAMED = re.compile(
    rf"(?:儿|子|狗|猫|友|妹|弟|姐|哥|宝)((?:[小阿][{HAN}]|豆豆|团团|圆圆|乐乐|毛毛|萌萌|妞妞|朵朵))(?=[的，。,！!过满七八九]|$)"
)
_ABOUT = re.compile(rf"(?:关于|献给|写给|送给)(?:一[个只条位本])?([{HAN}]{{1,4}}?)(?=的|，|。|,|$)")


def read_chinese(prompt: str, title: str = "") -> Wish:
    """What the prompt (and the title, if given) asks for, as far as a Chinese song can give it."""
    text = plain_text(f"{title}。{prompt}" if title else prompt)[:_MOST_CHARACTERS]
    words = lexicon("zh")
    latin = [w for w in re.findall(r"[A-Za-z]{2,}", text) if w[0].isupper()]
    notes = (f"left out of the Chinese lines: {', '.join(dict.fromkeys(latin))}",) if latin else ()
    return Wish(
        language="zh",
        topics=tuple(dict.fromkeys(_topics(text)))[:_MOST_TOPICS],
        calls=frozenset(_calls(text)),
        moods=frozenset(m for m in _MOODS if any(w in text for w in sorted(words[f"mood {m}"]))),
        notes=notes,
    )


def _calls(text: str) -> Iterator[str]:
    """Every word of a scene that stands in the text, but for those inside a longer one (女朋友 is not 朋友)."""
    found = {word for scene in load_scenes("zh") for word in scene.words if word in text}
    yield from (w for w in sorted(found) if not any(w in longer for longer in found - {w}))


def _topics(text: str) -> Iterator[Topic]:
    """Names first, then known nouns in the order they stand, matters last."""
    yield from (Topic(name, "name") for name in _NAMED.findall(text) + _KIN_NAMED.findall(text))
    classes = {word: role for role in reversed(_ROLES) for word in sorted(lexicon("zh")[role])}
    known = list(_known(text, classes))
    yield from (Topic(word, role) for word, role in known if role != "matter")
    sung = "".join(word for word, _ in known)
    for word in _QUOTED.findall(text) + _ABOUT.findall(text):
        if (
            not any(piece in word for piece, _ in known)
            and word not in sung
            and not _is_plain(word)
        ):
            yield Topic(word, "matter")
    yield from (Topic(word, role) for word, role in known if role == "matter")


def _is_plain(word: str) -> bool:
    """Whether a word only says what kind of song is wanted."""
    words = lexicon("zh")
    return any(piece in word for piece in sorted(words["stop"] | words["genre"]))


def _known(text: str, classes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(word, role) of the nouns of the lexicon, the longest one first at each place."""
    passed = lexicon("zh")["stop"] | lexicon("zh")["genre"]
    longest = max(len(word) for word in (*classes, *passed))
    i = 0
    while i < len(text):
        size = next(
            (
                n
                for n in range(longest, 0, -1)
                if text[i : i + n] in classes or text[i : i + n] in passed
            ),
            1,
        )
        word = text[i : i + size]
        # A single character is too often part of a longer word to be taken for a noun.
        if word in classes and (size > 1 or _stands_alone(text, i)):
            yield word, classes[word]
        i += size


def _stands_alone(text: str, i: int) -> bool:
    before, after = text[max(0, i - 1) : i], text[i + 1 : i + 2]
    if text[i] in lexicon("zh")["animal"] and before and before in "的只条匹头":
        return True
    return all(not han_in(c) or c in "的和与只条把首个是叫" for c in before + after)
