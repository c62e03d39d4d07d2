"""Telling words that are sung from words about the song: section labels, stage directions, credits, and what
pages and chats put around lyrics."""

import re
from typing import Literal

from songsmith.lyrics.credits import is_credit
from songsmith.lyrics.lyric import clean_text

__all__ = [
    "Aside",
    "aside_kind",
    "aside_spans",
    "is_part_label",
    "narrow",
    "read_label",
    "strip_asides",
    "times_in_label",
]

Aside = Literal["label", "direction", "credit", "page"]

_NARROW = str.maketrans(
    "【】［］〔〕＜＞｛｝（）：．，０１２３４５６７８９", "[][][]<>{}():.,0123456789"
)

_PART = (
    r"(?:pre|post)[- ]?(?:chorus|hook)|chorus|verse|bridge|intro|outro|hook|refrain|interlude|strophe"
    r"|coda|instrumental(?: break)?|(?:(?:guitar|piano|sax(?:ophone)?|drum|bass|trumpet|violin) )?solo"
    r"|(?:guitar |drum )?break(?:down)?|middle (?:8|eight)|ending"
    r"|第[一二三四五六]段|预副歌|預副歌|副歌|主歌|导歌|導歌|桥段|橋段|前奏|间奏|間奏|尾奏|尾声|尾聲|结尾|結尾|引子|独奏|獨奏"
    r"|(?:pr[eé][- ]?)?(?:coro|estribillo|refrão|ritornello|припев)|verso|estrofa|estrofe|strofa|couplet|куплет"
    r"|puente|ponte?|brücke|interludio|interlúdio|проигрыш"
    r"|[abc]メロ|(?:大|落ち)?サビ|イントロ|アウトロ|\d절|후렴|브릿지|간주"
)
_NUMBER = r"(?:\s*[-#]?\s*(?:\d{1,2}|[ivx]{1,4}|[a-d]|one|two|three|four|[一二三四五六]))?"
_TIMES = r"(?:\s*[(\[]?\s*(?:[x×*]\s*\d|\d\s*[x×]|repeat(?:s|ed)?|again|重复)\s*[)\]]?)?"
_LABEL = re.compile(rf"(?:(?:final|last|first|second|third) )?(?:{_PART}){_NUMBER}{_TIMES}", re.I)
_REPEATED = re.compile(r"(\[[^\[\]]+\])\s*\(?\s*([x×]\s*\d|\d\s*[x×])\s*\)?", re.I)
_AMBIGUOUS = re.compile(r"(?:break(?:down)?|solo|ending|hook|coda|refrain|strophe|引子)", re.I)

_CREDIT = re.compile(
    r"(?:(?i:lyrics?|words|music|song|melody|composed|written|produced|arranged|performed|mixed|mastered)"
    r"(?i: (?:and|&) \w+)? (?i:by)(?:\s*:|(?=\s+[^\sa-z]))"
    r"|(?i:lyrics?|composer|lyricist|producer|arranger|singer|artist|album|mixing|mastering"
    r"|lyrics (?:and|&) music|words (?:and|&) music|music (?:and|&) lyrics)\s*:"
    r"|(?:作?词|作?詞|作?曲|词曲|詞曲|编曲|編曲|制作人?|製作人?|演唱|原唱|歌手|专辑|混音|监制|監製|出品|录音|錄音|母带"
    r"|吉他|和声|和聲)\s*:)"
    r"\s*\S.*"
)
_DIRECTION_WORD = (
    r"instrumental|music(?:al)?(?: break| plays| continues)?|interlude|solo|fade(?:s|d)?(?: (?:in|out))?|"
    r"repeat(?:s|ed)?(?: (?:chorus|verse|x? ?\d))*|[x×]\s*\d|\d\s*[x×]|spoken(?: word)?|whisper(?:s|ed|ing)?|"
    r"softly|loudly|slowly|laugh(?:s|ing|ter)?|sigh(?:s|ing)?|crying|humming|hums|ad[- ]?libs?|"
    r"applause|cheering|pause|silence|drum fill|key change|tempo (?:up|down)|a cappella|acapella|"
    r"guitar|piano|sax(?:ophone)?|strings|beat drops?|all together|"
    r"纯音乐|純音樂|音乐|間奏|间奏|重复|重複|独白|獨白|念白|笑|哼唱|渐弱|淡出|完|结束"
)
_DIRECTION = re.compile(rf"(?:the )?(?:{_DIRECTION_WORD})(?:\s*[x×]?\s*\d)?", re.I)
_PAGE = re.compile(
    r"you might also like|\d+ contributors?.*lyrics|\d*embed|"  # what stands around the words on lyrics pages
    r"(?:sure|certainly|of course|absolutely|great)[!,.:].{0,20}\b(?:here|below)\b.{0,60}\b(?:song|lyrics|version)\b.*|"
    r"here(?:['’]s| is| are)\b.{0,60}\b(?:song|lyrics|version)\b.*:|"
    r"(?:please )?(?:let me know|feel free)\b.{0,60}"
    r"\b(?:changes|adjustments|tweaks|edits|revisions|(?:another|different) version)\b.*|"
    r"(?:(?:好的|当然)[,!。]?\s*)?(?:以下是|下面是).{0,40}(?:歌词|歌曲|歌).{0,40}|"
    r"(?:好的|当然)[,!。]?\s*这是.{0,40}(?:歌词|歌曲|歌).{0,40}|"
    r"(?:如果|如需).{0,20}(?:修改|调整).*",
    re.I,
)
_VOICE = re.compile(r"[FMD]\s*[:：]\s*(?=\S)")
"""Who sings a line, in the LRC of karaoke players: female, male, both."""
_TIMES_BEHIND = re.compile(r"\s+(?:[x×]\s?\d|\d[x×])$", re.I)
AROUND_ASIDES = "[](){}*_#-:~|♪♫♬♩♭★☆•· "
_BARE_DIRECTION = re.compile(
    r"(?:instrumental|music(?:al)? break|fade out|repeat (?:chorus|verse)(?: \d)?|[x×]\s*\d|\d\s*[x×]|"
    r"纯音乐|純音樂)",
    re.I,
)
_BRACKETED = re.compile(r"\[[^\[\]]*\]|【[^【】]*】|［[^［］]*］|\{[^{}]*\}")
_ROUND = re.compile(r"\([^()]*\)|（[^（）]*）|\*[^*]+\*")


def narrow(text: str) -> str:
    """Full-width brackets, colons and digits as ASCII ones, character for character."""
    return text.translate(_NARROW)


def is_part_label(text: str) -> bool:
    """Whether the text is a section label and nothing else: "Verse 2", "final chorus x2", "副歌"."""
    return _LABEL.fullmatch(narrow(clean_text(text))) is not None


def times_in_label(label: str) -> int:
    """How often a part is to be sung, as its label says: 2 for "Chorus (x2)", 1 where it says nothing."""
    match = re.search(r"(?:^|[\s(\[])(?:[x×*]\s*(\d)|(\d)\s*[x×])[)\]]?$", narrow(label), re.I)
    return int(match[1] or match[2]) if match else 1


def read_label(line: str) -> str | None:
    """Label of an unstamped line that only names a section, in any of the ways people write it."""
    text = clean_text(line)
    bare = re.sub(r"^(?:#{1,6}\s*)?[*_]*|[*_]+:?$", "", text).strip()
    is_marked = bare != text
    inside = narrow(bare).removesuffix(":").rstrip()
    is_square = len(inside) > 2 and inside[0] == "[" and inside[-1] == "]"
    if is_square and not re.search(r"[\[\]]", inside[1:-1]):
        return bare[1 : len(inside) - 1].strip() or None
    if repeated := _REPEATED.fullmatch(inside):
        return f"{bare[1 : repeated.end(1) - 1].strip()} {repeated[2]}"
    head = re.split(r"\s+[-–—]\s+", inside[1:-1])[0]  # "(Outro – fading)"
    if inside[:1] == "(" and inside[-1:] == ")" and is_part_label(head):
        return bare[1 : len(inside) - 1].strip()
    is_named = is_marked or len(inside) < len(bare) or not _AMBIGUOUS.fullmatch(inside)
    return bare[: len(inside)] if is_named and is_part_label(inside) else None


def aside_kind(text: str) -> Aside | None:
    """What a line is if it is not meant to be sung, judged by its words alone."""
    plain = narrow(clean_text(text))
    inside = plain.strip(AROUND_ASIDES)
    is_enclosed = plain[:1] in set("[({*♪♫")
    is_marked = is_enclosed or plain.endswith(":")
    if is_part_label(inside) and (is_marked or not _AMBIGUOUS.fullmatch(inside)):
        return "label"
    if _CREDIT.fullmatch(plain) or is_credit(plain):
        return "credit"
    if _PAGE.fullmatch(plain.replace("！", "!")):
        return "page"
    if _BARE_DIRECTION.fullmatch(inside) or (is_enclosed and _DIRECTION.fullmatch(inside)):
        return "direction"
    if plain and not clean_text(strip_asides(plain)):
        return "direction"
    return None


def aside_spans(text: str) -> list[tuple[int, int]]:
    """Where in a line stage directions stand: `[laughs]`, `(softly)`, `x2`, `F: `; `(ooh)` is sung."""
    ends = (_VOICE.match(text), _TIMES_BEHIND.search(text))
    spans = [match.span() for match in (*_BRACKETED.finditer(text), *filter(None, ends))]
    for match in _ROUND.finditer(text):
        inside = narrow(match.group())[1:-1].strip()
        is_echo = text.casefold().count(inside.casefold()) > 1  # "Keep on crying (crying)"
        if not is_echo and (_DIRECTION.fullmatch(inside) or is_part_label(inside)):
            spans.append(match.span())
    return sorted(spans)


def strip_asides(text: str) -> str:
    """The line without its stage directions."""
    parts, done = [], 0
    for start, end in aside_spans(text):
        parts.append(text[done:start])
        done = max(done, end)
    return clean_text(" ".join([*parts, text[done:]]))
