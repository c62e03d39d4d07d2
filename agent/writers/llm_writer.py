"""The LLM writer: ask, read what comes, check it, send the faults back for a few rounds, retime what is left.

The song is safe from the moment it is read: whatever fails later, while repairing, is told and the song stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import BadReply, LlmError, ReplyRefused
from songsmith.agent.llm.messages import Message, Notice, Reply, Retry
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.line_fit import faults_by_line, is_better, language_of_lyrics, retimed
from songsmith.agent.writers.numbered_lines import (
    NewLine,
    format_numbered,
    numbered_line,
    read_numbered,
    size_hint,
)
from songsmith.agent.writers.reply_lyrics import SongReply, is_refusal, read_song
from songsmith.agent.writers.reply_text import quoted, without_thinking
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, on_bars
from songsmith.agent.writers.writer import WriterReply, check_line_numbers, line_list, reworded
from songsmith.lyrics.check import Report, check_lyrics
from songsmith.lyrics.fault import Fault
from songsmith.lyrics.lyric import Draft, LyricLine, Lyrics
from songsmith.lyrics.timing import natural_duration_s
from songsmith.prompts import render

__all__ = ["LlmWriter"]

_LANGUAGE_NAMES = {"en": "English", "zh": "Chinese", "": "open"}


class LlmWriter:
    """Writes with an LLM. `on_event` gets a line for every retry and every round of repairing."""

    def __init__(
        self,
        llm: Llm,
        *,
        repair_rounds: int = 3,
        on_event: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.llm = llm
        self._repair_rounds = repair_rounds
        self._on_event = on_event

    @property
    def name(self) -> str:
        """The model, as people see it."""
        return self.llm.endpoint.model or self.llm.endpoint.profile

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """A new lyric with stamps. Raises `LlmError` if no song comes."""
        messages = [Message("system", render("songwriter")), Message("user", _request(brief))]
        song, reply = self._ask_song(messages, on_text)
        notes = list(song.notes)
        if reply.is_cut:
            notes.append("the reply reached its length limit; the song may lack its end")
        style = brief.style or song.style
        lyrics = _stamped(song, brief, style, notes)
        duration_s = brief.duration_s or natural_duration_s(lyrics)
        messages.append(Message("assistant", without_thinking(reply.text).strip()))
        lyrics = self._mended(lyrics, duration_s, messages, notes)
        lyrics, moved = retimed(lyrics, duration_s, brief.pulse(style))
        title = brief.title or song.title
        lyrics = replace(lyrics, title=title, language=language_of_lyrics(lyrics, brief.language))
        return WriterReply(lyrics, style, title, tuple(notes + moved))

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """New words for these lines. Raises `BadReply` if the model doesn't give as many lines as asked."""
        check_line_numbers(lyrics, line_numbers)
        wanted = sorted(set(line_numbers))
        duration_s = natural_duration_s(lyrics)
        report = check_lyrics(lyrics, duration_s=duration_s)
        messages = [
            Message("system", render("songwriter")),
            Message("user", _rewrite_request(lyrics, wanted, instruction, report)),
        ]
        new = self._ask_lines(messages, wanted)
        return self._mended(_with_words(lyrics, new), duration_s, messages, [], only=wanted)

    def _ask_song(
        self, messages: list[Message], on_text: Callable[[str], None]
    ) -> tuple[SongReply, Reply]:
        """A reply with a song in it; one without is asked for again, once and visibly."""
        reply = self._ask(messages, on_text)
        song = read_song(_whole_lines(reply))
        if not song.line_count:
            self._on_event("the reply held no song; asking once more")
            again = [*messages, reply.message, Message("user", render("write_again"))]
            on_text("\n\n")
            reply = self._ask(again, on_text)
            song = read_song(_whole_lines(reply))
        if not song.line_count:
            kind = ReplyRefused if is_refusal(reply.text) else BadReply
            said = " ".join(without_thinking(reply.text).split())[:120]
            raise kind(
                f"the model wrote no song but “{said}”",
                where=self.llm.endpoint.name,
                hint="say it in other words, or choose another model",
            )
        return song, reply

    def _ask_lines(self, messages: list[Message], wanted: Sequence[int]) -> Mapping[int, NewLine]:
        """New words for exactly these lines, asked for again while some are missing."""
        for attempt in range(self._repair_rounds + 1):
            reply = self._ask(messages, lambda text: None)
            messages.append(Message("assistant", without_thinking(reply.text).strip()))
            new = {} if is_refusal(reply.text) else read_numbered(reply.text, wanted)
            missing = [number for number in wanted if number not in new]
            if not missing:
                return new
            problem = f"there are no new words for {line_list(missing)}."
            if attempt < self._repair_rounds:
                self._on_event(f"{problem[:-1]}; asking again")
                messages.append(Message("user", _rewrite_again(problem, wanted)))
        raise BadReply(
            f"the model gave {len(new)} of {len(wanted)} lines",
            where=self.llm.endpoint.name,
            hint="say it in other words, or choose another model",
        )

    def _mended(
        self,
        lyrics: Lyrics,
        duration_s: float,
        messages: list[Message],
        notes: list[str],
        only: Sequence[int] | None = None,
    ) -> Lyrics:
        """The lyric after at most `repair_rounds` rounds with the model over the lines at fault.

        With `only`, other lines and all stamps stay. A round that makes nothing better is the last one.
        """
        for number in range(1, self._repair_rounds + 1):
            report = check_lyrics(lyrics, duration_s=duration_s)
            faults = faults_by_line(report, only)
            if not faults:
                break
            self._on_event(
                f"repairing {line_list(list(faults))}, round {number} of {self._repair_rounds}"
            )
            request = _mend_request(lyrics, faults, duration_s)
            try:
                reply = self._ask([*messages, Message("user", request)], lambda text: None)
            except LlmError as error:
                notes.append(f"the words were not repaired further: {error}")
                self._on_event(notes[-1])
                break
            new = read_numbered(reply.text, list(faults))
            better = _with_words(lyrics, new, with_stamps=only is None)
            if not is_better(better, lyrics, duration_s, only):
                break
            lyrics = better
        return lyrics

    def _ask(self, messages: Sequence[Message], on_text: Callable[[str], None]) -> Reply:
        def tell(event: Retry | Notice) -> None:
            self._on_event(str(event))

        is_told = False

        def tell_once(thought: str) -> None:
            nonlocal is_told
            if not is_told:
                self._on_event("the model is thinking")
            is_told = True

        return self.llm.reply(messages, on_text=on_text, on_thinking=tell_once, on_event=tell)


def _request(brief: Brief) -> str:
    """The first message: the brief and the numbers that follow from its length."""
    duration_s = brief.duration_s or DEFAULT_DURATION_S
    intro_s = min(12.0, 0.11 * duration_s)
    last_s = max(intro_s + 4, duration_s - max(5.0, 0.07 * duration_s))
    lines = (last_s - intro_s) / 4.4
    asked = [brief.prompt]
    asked += [f"Title: {brief.title}"] if brief.title else []
    asked += [f"Style: {brief.style}"] if brief.style else []
    return render(
        "write_lyrics",
        language=_LANGUAGE_NAMES[brief.language],
        brief=quoted("brief", "\n".join(asked)),
        duration=f"{duration_s:g}",
        firmness="fixed" if brief.duration_s else "open",
        intro_from=f"{0.75 * intro_s:.0f}",
        intro_to=f"{1.3 * intro_s:.0f}",
        last_start=f"{last_s:.0f}",
        fewest=max(2, round(0.85 * lines)),
        most=max(4, round(1.1 * lines)),
    )


def _rewrite_request(
    lyrics: Lyrics, wanted: Sequence[int], instruction: str, report: Report
) -> str:
    language = language_of_lyrics(lyrics)
    slots = [
        f"{line.line}: {size_hint(line.end_s - line.start_s, language)}"
        for line in report.lines
        if line.line in wanted
    ]
    return render(
        "rewrite_lines",
        count=len(wanted),
        numbers=", ".join(map(str, wanted)),
        lyrics=quoted("lyrics", format_numbered(lyrics, wanted)),
        instruction=quoted("wish", instruction),
        slots="\n".join(slots),
    )


def _rewrite_again(problem: str, wanted: Sequence[int]) -> str:
    return render(
        "rewrite_again",
        problem=problem,
        count=len(wanted),
        numbers=", ".join(map(str, wanted)),
    )


def _mend_request(lyrics: Lyrics, faults: Mapping[int, Sequence[Fault]], duration_s: float) -> str:
    rows = []
    for number, found in faults.items():
        rows.append(numbered_line(number, lyrics.lines[number - 1]))
        rows += [f"   {fault.message}; {fault.hint}".rstrip("; ") for fault in found]
    return render(
        "repair_lines", faults=quoted("lines", "\n".join(rows)), duration=f"{duration_s:g}"
    )


def _stamped(song: SongReply, brief: Brief, style: str, notes: list[str]) -> Lyrics:
    """The song with stamps: the model's, or the bar grid's where it gave none."""
    if not isinstance(song.words, Draft):
        return song.words
    pulse = brief.pulse(style)
    notes.append(f"the model gave no stamps; the lines were set on bars at {pulse.bpm:g} bpm")
    return on_bars(song.words, brief.duration_s, pulse)


def _with_words(lyrics: Lyrics, new: Mapping[int, NewLine], *, with_stamps: bool = False) -> Lyrics:
    """The lyric with other words in some lines, and other stamps if these count."""
    lines: list[LyricLine] = []
    for number, line in enumerate(lyrics.lines, start=1):
        change = new.get(number)
        if change is None:
            lines.append(line)
            continue
        start_s = change.start_s if with_stamps and change.start_s is not None else line.start_s
        lines.append(reworded(line, change.text).moved_to(start_s))
    return lyrics.with_lines(lines)


def _whole_lines(reply: Reply) -> str:
    """The reply's text, without its last line where the model stopped in the middle of it."""
    return reply.text.rpartition("\n")[0] if reply.is_cut else reply.text
