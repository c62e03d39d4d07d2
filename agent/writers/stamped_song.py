"""Stamped: the model writes and stamps the whole song as LRC, and what comes is judged before it is taken for one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.messages import Message, Reply
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.desk import Desk
from songsmith.agent.writers.engine_rules import engine_rules
from songsmith.agent.writers.replies.reply_lyrics import SongReply, read_song
from songsmith.agent.writers.replies.reply_text import quoted
from songsmith.agent.writers.replies.shape import loop_start, plain_words, prose_share
from songsmith.agent.writers.song_plan import most_lines
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
from songsmith.lyrics.labels import read_label
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.speech.language_guess import guess_by_script, guess_language

__all__ = ["NoSong", "ask_stamped_song", "song_messages"]

_LANGUAGE_NAMES = {"en": "English", "zh": "中文", "": "open"}
_TOKENS_PER_LINE = {"zh": 40, "": 36, "en": 36}
_MOST_PROSE = 0.4
_MOST_OF_EXAMPLE = 0.7
_FEWEST_DISTINCT = 0.3


@dataclass(frozen=True)
class NoSong:
    """Why a reply is no song, in words, and its text."""

    why: str
    text: str


def song_messages(desk: Desk, brief: Brief, engine: str = "") -> list[Message]:
    """What is sent for a whole song: the rules, and the brief with the numbers that follow from its length."""
    language = _language(brief)
    return [
        desk.rules("songwriter", language),
        Message("user", _request(desk, brief, language, engine)),
    ]


def ask_stamped_song(
    desk: Desk, messages: Sequence[Message], brief: Brief, on_text: Callable[[str], None]
) -> tuple[SongReply | NoSong, Reply]:
    """The song of a reply, or why there is none in it. The stream is stopped once it is past what can be sung."""
    duration_s = brief.duration_s or DEFAULT_DURATION_S
    most = most_lines(duration_s if brief.duration_s else 3 * duration_s)
    ask = Ask("write", _reply_tokens(brief), brief.seed)
    reply = desk.ask(messages, ask, on_text, _Watch(most))
    text = reply.text.rpartition("\n")[0] if reply.is_cut or reply.is_stopped else reply.text
    return _judged(desk, read_song(text), reply, brief, most), reply


def _reply_tokens(brief: Brief) -> int:
    """The most tokens that a whole song of this length takes, with some to spare."""
    lines = most_lines(brief.duration_s or 3 * DEFAULT_DURATION_S)
    return 400 + lines * _TOKENS_PER_LINE[brief.language]


class _Watch:
    """Whether a stream has gone on for long enough: a loop, or far more lines than the song can hold."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen = 0

    def __call__(self, text: str) -> bool:
        if text.count("\n") == self._seen:
            return False
        self._seen = text.count("\n")
        rows = [row for row in text.split("\n")[:-1] if row.strip() and read_label(row) is None]
        return len(rows) > 2 * self._most + 12 or loop_start(rows[-48:]) is not None


def _judged(
    desk: Desk, song: SongReply, reply: Reply, brief: Brief, most: int
) -> SongReply | NoSong:
    """The song without what is none, with remarks; or why it is none."""
    texts = _texts(song.words)
    if not texts:
        return NoSong("the reply held no song", reply.text)
    if _share_of_example(desk, texts, brief) > _MOST_OF_EXAMPLE:
        return NoSong("the reply only repeated the example", reply.text)
    if prose_share(texts) > _MOST_PROSE:
        return NoSong("the reply was prose, no lyrics", reply.text)
    if wrong := _wrong_language(texts, brief):
        return NoSong(f"the reply was in another language ({wrong})", reply.text)
    loop = loop_start(texts)
    if loop is not None:
        song = _cut(
            song, loop, f"{len(texts) - loop} lines that only repeated others were left out"
        )
        texts = texts[:loop]
    distinct = len({plain_words(text) for text in texts}) / len(texts)
    if (loop is not None and len(texts) < min(8, most // 2)) or (
        len(texts) >= 12 and distinct < _FEWEST_DISTINCT
    ):
        return NoSong("the reply said the same lines over and over", reply.text)
    if len(texts) > most:
        left_out = len(texts) - most
        song = _cut(
            song, most, f"{left_out} lines beyond what the song's length holds were left out"
        )
    return song


def _share_of_example(desk: Desk, texts: Sequence[str], brief: Brief) -> float:
    """Share of the lines, 0 to 1, that are those of the example in the request."""
    shown = {
        plain_words(row)
        for row in _request(desk, brief, _language(brief), "").split("\n")
        if row.startswith("[0")
    }
    return sum(plain_words(text) in shown for text in texts) / len(texts)


def _texts(words: Lyrics | Draft) -> list[str]:
    if isinstance(words, Draft):
        return [text for section in words.sections for text in section.lines]
    return [line.text for line in words.lines]


def _cut(song: SongReply, count: int, note: str) -> SongReply:
    """The song with its first `count` lines only."""
    words: Any = song.words
    sections, left = [], count
    for section in words.sections:
        if left > 0:
            sections.append(replace(section, lines=section.lines[:left]))
        left -= len(section.lines)
    words = replace(words, sections=tuple(sections))
    return replace(song, words=words, notes=(*song.notes, note))


def _wrong_language(texts: Sequence[str], brief: Brief) -> str:
    """The language of the words where it is none that was asked for; "" where it is right or can't be told."""
    found = guess_language("\n".join(texts))
    wanted = (brief.language,) if brief.language else ("en", "zh")
    return found if found and found not in wanted and len(texts) >= 4 else ""


def _language(brief: Brief) -> str:
    return brief.language or ("zh" if guess_by_script(brief.prompt) == "zh" else "")


def _request(desk: Desk, brief: Brief, language: str, engine: str) -> str:
    duration_s = brief.duration_s or DEFAULT_DURATION_S
    intro_s = min(12.0, 0.11 * duration_s)
    last_s = max(intro_s + 4, duration_s - max(5.0, 0.07 * duration_s))
    lines = (last_s - intro_s) / 4.4
    pulse = brief.pulse()
    asked = [brief.prompt]
    asked += [f"Title: {brief.title}"] if brief.title else []
    asked += [f"Style: {brief.style}"] if brief.style else []
    request = desk.prompt(
        "write_lyrics",
        language,
        terms=_style_terms(desk, engine),
        language=_LANGUAGE_NAMES[language if language == "zh" else brief.language],
        brief=quoted("brief", "\n".join(asked)),
        duration=f"{duration_s:g}",
        firmness="fixed" if brief.duration_s else "open",
        bpm=f"{pulse.bpm:.0f}",
        tempo_firmness="fixed" if pulse.is_named else "open",
        beats=pulse.beats_per_bar,
        bar=f"{pulse.bar_s:.2f}",
        intro_from=f"{0.75 * intro_s:.0f}",
        intro_to=f"{1.3 * intro_s:.0f}",
        last_start=f"{last_s:.0f}",
        fewest=max(2, round(0.85 * lines)),
        most=max(4, round(1.1 * lines)),
    )
    return "\n\n".join(filter(None, [request, engine_rules(desk, engine, duration_s)]))


def _style_terms(desk: Desk, engine: str) -> str:
    """What a style line may hold, in the terms that the engine that will sing understands."""
    rows = dict(row.split(" = ", 1) for row in desk.prompt("style_terms").splitlines())
    return rows.get(engine, rows["any"])
