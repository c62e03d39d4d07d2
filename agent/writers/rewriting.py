"""Other words for some lines of a song: shown beside what they rhyme with, asked for again where some are missing."""

from collections.abc import Mapping, Sequence

from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.errors import BadReply, ContextFull
from songsmith.agent.llm.messages import Message
from songsmith.agent.writers.desk import Desk
from songsmith.agent.writers.line_fit import language_of_lyrics
from songsmith.agent.writers.replies.numbered_lines import (
    NewLine,
    format_numbered,
    read_numbered,
    size_hint,
)
from songsmith.agent.writers.replies.reply_lyrics import is_refusal
from songsmith.agent.writers.replies.reply_text import quoted, without_thinking
from songsmith.agent.writers.rhyme_partners import rhyme_partners
from songsmith.agent.writers.writer import line_list
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import Lyrics
from songsmith.lyrics.timing import natural_duration_s

__all__ = ["new_words", "rewrite_messages"]

_TOKENS_PER_LINE = 40
_BESIDE = 4
"""Lines before and after that a model with a small window is shown."""


def new_words(
    desk: Desk,
    lyrics: Lyrics,
    wanted: Sequence[int],
    instruction: str,
    *,
    tries: int,
    seed: int = 0,
    others: Sequence[str] = (),
) -> Mapping[int, NewLine]:
    """New words for exactly these lines, asked for again while some are missing.

    `others` are wordings that are there already. Raises `BadReply` if the model doesn't give as many lines as asked.
    """
    messages = rewrite_messages(desk, lyrics, wanted, instruction, others)
    new: dict[int, NewLine] = {}
    for attempt in range(tries + 1):
        ask = Ask("write", _TOKENS_PER_LINE * (len(wanted) + 6), seed + attempt)
        reply = desk.ask(messages, ask)
        if not is_refusal(reply.text):
            new = {**new, **read_numbered(reply.text, [n for n in wanted if n not in new])}
        missing = [number for number in wanted if number not in new]
        if not missing:
            return new
        if attempt < tries:
            problem = f"there are no new words for {line_list(missing)}."
            desk.tell(f"{problem[:-1]}; asking again")
            messages.append(Message("assistant", without_thinking(reply.text).strip() or "…"))
            messages.append(Message("user", _again(desk, problem, missing)))
    raise BadReply(
        f"the model gave {len(new)} of {len(wanted)} lines",
        where=desk.name,
        hint="say it in other words, or choose another model",
    )


def rewrite_messages(
    desk: Desk, lyrics: Lyrics, wanted: Sequence[int], instruction: str, others: Sequence[str] = ()
) -> list[Message]:
    """What is sent for new words: the whole song, or where the window is small the lines around those wanted."""
    system = desk.rules("songwriter", language_of_lyrics(lyrics))
    reply_tokens = _TOKENS_PER_LINE * len(wanted)
    for shown in (format_numbered(lyrics, wanted), format_numbered(lyrics, wanted, beside=_BESIDE)):
        request = Message("user", _request(desk, lyrics, wanted, instruction, others, shown))
        for messages in ([system, request], [request]):
            if desk.has_room(messages, reply_tokens):
                return messages
    raise ContextFull(
        f"{len(wanted)} lines are more than the model's window holds at once",
        where=desk.name,
        hint="ask for fewer lines, or set context_tokens to what the model can take",
    )


def _request(
    desk: Desk,
    lyrics: Lyrics,
    wanted: Sequence[int],
    instruction: str,
    others: Sequence[str],
    shown: str,
) -> str:
    language = language_of_lyrics(lyrics)
    report = check_lyrics(lyrics, duration_s=natural_duration_s(lyrics))
    partners = rhyme_partners(lyrics, wanted)
    slots = [
        f"{line.line}: {size_hint(line.end_s - line.start_s, language)}{partners.get(line.line, '')}"
        for line in report.lines
        if line.line in wanted
    ]
    wordings = quoted("wordings", "\n\n".join(others))
    return desk.prompt(
        "rewrite_lines",
        language,
        count=len(wanted),
        numbers=", ".join(map(str, wanted)),
        lyrics=quoted("lyrics", shown),
        instruction=quoted("wish", instruction),
        slots="\n".join(slots),
        others=f"\n{desk.prompt('other_wordings', wordings=wordings)}\n" if others else "",
    )


def _again(desk: Desk, problem: str, wanted: Sequence[int]) -> str:
    return desk.prompt(
        "rewrite_again",
        problem=problem,
        count=len(wanted),
        numbers=", ".join(map(str, wanted)),
    )
