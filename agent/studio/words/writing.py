"""The verbs in which a writer is at work: words for the whole song, some lines anew, several wordings of them."""

from collections.abc import Sequence
from dataclasses import replace

from songsmith.agent.phrases import lines_of
from songsmith.agent.studio.open_song import OpenSong
from songsmith.agent.studio.results import Written
from songsmith.agent.studio.words.editing import need_words, take_over
from songsmith.agent.studio.words.wordings import Offered, offer_wordings
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.choice import choose_writer
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
from songsmith.agent.writers.writer import Writer

__all__ = ["author_of", "offer_lines", "revise_lines", "write_song"]

_OFFERED = 3
"""Wordings offered where a writer can't follow an instruction."""


def author_of(opened: OpenSong, writer: str) -> tuple[Writer, str]:
    """The writer of that name, "" for the best there is, and why it is this one."""
    return choose_writer(
        opened.settings, writer, on_event=opened.audience.note, ledger=opened.ledger
    )


def write_song(opened: OpenSong, author: Writer, why: str, brief: Brief) -> Written:
    """New words for the whole song by `author`."""
    _introduce(opened, author, why)
    brief = brief.model_copy(update={"duration_s": brief.duration_s or DEFAULT_DURATION_S})
    written = author.write(brief, opened.audience.text)
    lyrics = written.lyrics
    result = take_over(
        opened,
        "write",
        replace(lyrics, title=brief.title) if brief.title else lyrics,
        style=brief.style or written.style,
        duration_s=brief.duration_s,
        is_whole=True,
        written={"writer": author.name, **written.written},
    )
    return replace(result, writer=author.name, why=why, notes=tuple(written.notes))


def revise_lines(
    opened: OpenSong, lines: Sequence[int], instruction: str, writer: str
) -> Written | Offered:
    """Exactly these lines rewritten; or several wordings of them by a writer that can't follow the instruction."""
    need_words(opened)
    author, why = author_of(opened, writer)
    _introduce(opened, author, why)
    if reason := author.cannot_follow(opened.song.lyrics, instruction):
        opened.audience.note(
            f"{author.name} can't follow “{instruction[:80]}”: {reason}; an LLM can "
            "(songsmith config set api_key, or profile ollama)"
        )
        return offer_wordings(opened, author, why, lines, instruction, _OFFERED)
    lyrics = author.rewrite_lines(opened.song.lyrics, list(lines), instruction)
    result = take_over(opened, f"revise {lines_of(lines)}", lyrics)
    return replace(result, writer=author.name, why=why)


def offer_lines(
    opened: OpenSong, lines: Sequence[int], instruction: str, count: int, writer: str
) -> Offered:
    """`count` wordings of these lines, to choose from."""
    need_words(opened)
    author, why = author_of(opened, writer)
    _introduce(opened, author, why)
    return offer_wordings(opened, author, why, lines, instruction, count)


def _introduce(opened: OpenSong, author: Writer, why: str) -> None:
    opened.audience.fact("writer", f"{author.name} ({why})")
