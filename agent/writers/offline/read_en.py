"""Reads an English prompt: which nouns and names it holds, whom it is for, what it feels like.

There is no tagger here: a lexicon of common nouns by role, and for the words it lacks the place they stand
in ("the …", "my …", "about …"). A missed noun costs a little; a wrong one would be sung, so doubt leaves
words out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from songsmith.agent.writers.offline.lexicon import lexicon, ordered
from songsmith.agent.writers.offline.pronounce import is_known, syllables
from songsmith.agent.writers.offline.wish import Topic, Wish, plain_text

__all__ = ["read_english"]

_MOST_TOKENS = 400
_MOST_TOPICS = 3
_MOST_SYLLABLES = 5
_ROLES = (
    "kin",
    "person",
    "animal",
    "place",
    "city",
    "thing",
    "food",
    "stuff",
    "vehicle",
    "matter",
    "event",
)
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['-][A-Za-zÀ-ÖØ-öø-ÿ]+)*|[0-9]+|[^\sA-Za-z0-9'À-ÿ]")
# Whose manner is wanted is not what the song is about.
_MODEL = re.compile(
    r"\b[Ss]ea (?=shant)|\b(?:in the (?:style|manner|spirit) of|sounds? like) [^,.;!?]*|(?:\b[A-Z]\w+[ -])+[Ss]tyle\b"
)
_ABSTRACT = ("ness", "tion", "sion", "ity", "ism", "ship", "hood", "ance", "ence", "ics", "ology")
_MOODS = ("angry", "sad", "bitter", "tender", "hopeful", "dark", "funny")


@dataclass(frozen=True)
class _Token:
    text: str
    role: str  # a class of the lexicon, "name", "break" for punctuation, or "" for a word it does not know
    owned: bool = False  # stood with 's

    @property
    def low(self) -> str:
        return self.text.lower()


def read_english(prompt: str, title: str = "") -> Wish:
    """What the prompt (and the title, if given) asks for, as far as an English song can give it."""
    tokens = _tokens(plain_text(f"{title}. {prompt}" if title else prompt))
    calls = frozenset(form for token in tokens for form in _stems(token.low))
    words = lexicon("en")
    tongue = _foreign_tongue(tokens)
    # Nouns of a tongue that writes them with capitals would pass for names.
    topics = [
        topic
        for topic in _chosen(_topics(tokens))
        if not (tongue and topic.role == "name") and topic.words.lower() not in words["genre"]
    ]
    return Wish(
        language="en",
        topics=tuple(topics[:_MOST_TOPICS]),
        calls=calls - words["stop"],
        moods=frozenset(mood for mood in _MOODS if calls & words[f"mood {mood}"]),
        age=_age(tokens),
        tongue=tongue,
    )


def _foreign_tongue(tokens: list[_Token]) -> str:
    """The language a prompt in Latin letters seems to be in if it is not English, else ""."""
    words = lexicon("en")
    said = [token.low for token in tokens]
    hits = {
        name[3:]: sum(w in words[name] for w in said)
        for name in sorted(words)
        if name.startswith("in ")
    }
    tongue = max(hits, key=lambda name: hits[name])
    english = sum(word in words["stop"] or word in words["task"] for word in said)
    return tongue if hits[tongue] >= 2 and hits[tongue] > english else ""


def _tokens(text: str) -> list[_Token]:
    raw = _TOKEN.findall(_MODEL.sub(" ", text))[:_MOST_TOKENS]
    capitals = [t for t in raw if t[0].isalpha() and t[0].isupper()]
    trusted = len(capitals) * 2 < sum(t[0].isalpha() for t in raw) or len(raw) < 3
    tokens: list[_Token] = []
    for i, word in enumerate(raw):
        owned = word.lower().endswith("'s") and word.lower() not in lexicon("en")["stop"]
        bare = word[:-2] if owned else word
        before = raw[i - 1] if i else "."
        after = raw[i + 1] if i + 1 < len(raw) else "."
        tokens.append(_Token(bare, _role(bare, before, after, tokens, trusted), owned))
    return tokens


def _role(word: str, before: str, after: str, seen: list[_Token], trusted: bool) -> str:
    """The class of a word where it stands; names are told by capitals, cues and a list of common ones."""
    if not word[0].isalnum():
        return "break"
    low, words = word.lower(), lexicon("en")
    if low.isdigit() or low in words["number"]:
        return "number"
    if low in words["stop"] or low in words["task"]:
        return "stop"
    known = next((role for role in (*_ROLES, "adjective") if _is_listed(low, words[role])), "")
    if low in words["genre"] and not (known and before.lower() in words["article"]):
        return "genre"
    capital = word[0].isupper() and trusted and before not in {".", "!", "?", ":", "“", '"'}
    if (
        low in words["names"]
        and (not known or capital)
        and (word[0].isupper() or low not in words["verb"])
    ):
        return "name"
    if known:
        return known
    if capital and len(word) > 1:
        return "city" if before.lower() in words["before-place"] else "name"
    listed = low in words["verb"] or any(low in words[f"mood {mood}"] for mood in _MOODS)
    if listed or low.endswith(("ing", "ed", "ly")):
        return "verb"
    kin_before = bool(seen) and seen[-1].role in {"kin", "animal"} and not seen[-1].owned
    if kin_before and after in {".", ",", "!", "?"} | lexicon("en")["stop"] and not is_known(low):
        return "name"
    return ""


def _is_listed(noun: str, words: frozenset[str]) -> bool:
    """Whether a noun or its singular is among the words."""
    singulars = (noun, noun.removesuffix("s"), noun.removesuffix("es"))
    return any(n in words for n in singulars) or (noun.endswith("ies") and noun[:-3] + "y" in words)


def _stems(word: str) -> Iterator[str]:
    """A word and the plain forms it may be of, so that "waiting" calls what "wait" calls."""
    yield word
    for ending in ("'s", "s", "es", "ing", "ed", "d", "er", "y"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            yield word[: -len(ending)]
            yield word[: -len(ending)] + "e"
    yield from word.split("-")


def _topics(tokens: list[_Token]) -> Iterator[Topic]:
    """Names and noun phrases in the order they stand."""
    run: list[_Token] = []
    for i, token in enumerate(tokens):
        if token.role == "city":
            yield from _phrase(run)
            run = []
        if token.role in _ROLES or token.role == "adjective" or _is_unknown_noun(tokens, i, run):
            run.append(token)
            if not token.owned and token.role != "city":
                continue
        yield from _phrase(run)
        run = []
        if token.role == "name":
            yield Topic(token.text[0].upper() + token.text[1:], "name")
    yield from _phrase(run, alone=len(tokens) == 1)


def _is_unknown_noun(tokens: list[_Token], i: int, run: list[_Token]) -> bool:
    """Whether a word the lexicon lacks stands where a noun would, and can be pronounced."""
    token = tokens[i]
    if token.role or len(token.text) < 3 or not is_known(token.low):
        return False
    after = tokens[i + 1].role if i + 1 < len(tokens) else "break"
    if len(tokens) == 1:
        return True
    if i and not run and (tokens[i - 1].owned or tokens[i - 1].low in _before_nouns()):
        return after in {"break", "stop", "verb", "number", ""} or after in _ROLES
    # After somebody an unknown word is rather what they do than part of what they are called.
    after_thing = bool(run) and run[-1].role not in {"kin", "person", "animal"}
    return after_thing and (after in {"break", "stop", "verb"} or after in _ROLES)


def _before_nouns() -> frozenset[str]:
    return lexicon("en")["article"] | lexicon("en")["before-noun"]


def _phrase(run: list[_Token], *, alone: bool = False) -> Iterator[Topic]:
    """The topic in a run of nouns and adjectives, shortened from the left until it can be sung."""
    while run and run[-1].role == "adjective":
        run = run[:-1]
    while len(run) > 1 and (
        len(run) > 3
        or syllables(" ".join(t.low for t in run)) > _MOST_SYLLABLES
        or run[0].role in {"kin", "event"}
        or (run[0].role in {"person", "animal"} and run[-1].role in {"person", "kin"})
    ):
        run = run[1:]
    if not run or syllables(run[-1].low) > _MOST_SYLLABLES:
        return
    head = run[-1]
    if head.role == "city" or (head.role == "matter" and head.text[0].isupper()):
        yield Topic(head.text.capitalize(), head.role)
    elif head.role == "matter":
        yield Topic(head.low, head.role)
    elif not head.role and alone:  # a word by itself may be anything, so it goes without an article
        yield Topic(head.text, "matter")
    elif head.role != "event":  # an event calls for its scene, which has words for it
        role = head.role or ("matter" if head.low.endswith(_ABSTRACT) else "thing")
        many = role in {"thing", "animal", "vehicle"} and _is_plural(head.low)
        if role == "stuff" or many:
            role = "animals" if role == "animal" else "things"
        yield Topic(" ".join(t.low for t in run), role)


def _is_plural(noun: str) -> bool:
    words = lexicon("en")
    ends = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return noun in words["plural"] or (ends and noun not in words["singular"])


def _chosen(topics: Iterator[Topic]) -> list[Topic]:
    """Each topic once, names first, abstract matters last."""
    once = list(dict.fromkeys(topics))
    heads = [topic.words.split()[-1] for topic in once]
    kept = [t for i, t in enumerate(once) if t.words.split()[-1] not in heads[:i]]
    return sorted(kept, key=lambda topic: {"name": 0, "matter": 2}.get(topic.role, 1))


def _age(tokens: list[_Token]) -> str:
    """The number somebody turns, in words; "" if the prompt has none."""
    cues = lexicon("en")["turning"]
    for i, token in enumerate(tokens):
        around = {t.low for t in tokens[max(0, i - 2) : i + 3]}
        if token.role == "number" and around & cues:
            return _spoken(token.low) if token.low.isdigit() else token.low
    return ""


def _spoken(digits: str) -> str:
    """A number of up to two digits in words, "" for longer ones."""
    ones, tens = ordered("en", "counting"), ordered("en", "tens")
    if len(digits) > 2:
        return ""
    ten, one = divmod(int(digits), 10)
    if int(digits) < len(ones):
        return ones[int(digits)]
    return f"{tens[ten - 2]} {ones[one]}".removesuffix(" zero")
