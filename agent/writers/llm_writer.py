"""The LLM writer: words with stamps from a model that can give them, else words first, stamped here.

Both ways are judged by the same checks; faults go back to the model for a few rounds, and what is left is retimed. The
song is safe from the moment it is read: whatever fails later, while repairing, is told and the song stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import ContextFull
from songsmith.agent.llm.messages import Message
from songsmith.agent.settings.wishes import StandingWishes
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.desk import Desk
from songsmith.agent.writers.line_fit import faults_by_line, language_of_lyrics, retimed
from songsmith.agent.writers.repairing import repaired, with_words
from songsmith.agent.writers.replies.reply_lyrics import SongReply
from songsmith.agent.writers.rewriting import new_words
from songsmith.agent.writers.song_plan import SongPlan, plan_song
from songsmith.agent.writers.stamped_song import NoSong, ask_stamped_song, song_messages
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, on_bars
from songsmith.agent.writers.words_first import WordsFirst, first_request, no_song
from songsmith.agent.writers.writer import WriterReply, check_line_numbers
from songsmith.lyrics.check import check_lyrics
from songsmith.lyrics.lyric import Draft, Lyrics
from songsmith.lyrics.speech.language_guess import guess_by_script
from songsmith.lyrics.timing import natural_duration_s

__all__ = ["LlmWriter"]

_MOST_AT_FAULT = 0.34
"""Share of lines with errors, after new stamps, from which on a song is written anew, words first."""
_FEWEST_TOKENS, _REPLY_TOKENS = 4_096, 900
"""The window and the room for a reply that a whole song in one go needs; with less it is words first."""


@dataclass(frozen=True)
class _Song:
    """A song as it was read: its stamped words, its style, and who stamped it."""

    lyrics: Lyrics
    style: str
    stamps: str


class LlmWriter:
    """Writes with an LLM. `on_event` gets a line for every retry and every round of repairing.

    `engine` is who will sing, "" if that is not known; style lines are asked for in its terms. `wishes` are what the
    person always wishes.
    """

    def __init__(
        self,
        llm: Llm,
        *,
        repair_rounds: int = 3,
        engine: str = "",
        wishes: StandingWishes | None = None,
        on_event: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.llm = llm
        self._wishes = wishes
        self._repair_rounds = repair_rounds
        self._engine = engine
        self._on_event = on_event

    @property
    def name(self) -> str:
        """The model, as people see it."""
        return self.llm.endpoint.model or self.llm.endpoint.profile

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """A new lyric with stamps. Raises `LlmError` if no song comes."""
        brief.check_language()
        desk, notes = self._desk(), list[str]()
        song = None
        if self._asks_for_stamps(desk, brief):
            song = self._stamped(desk, brief, on_text, notes)
        if song is None:
            song = self._words_first(desk, brief, on_text, notes)
        duration_s = brief.duration_s or natural_duration_s(song.lyrics)
        lyrics = repaired(
            desk, song.lyrics, duration_s, self._repair_rounds, notes, seed=brief.seed
        )
        lyrics, moved = retimed(lyrics, duration_s, brief.pulse(song.style))
        title = brief.title or song.lyrics.title
        lyrics = replace(lyrics, title=title, language=language_of_lyrics(lyrics, brief.language))
        written = {"stamps": song.stamps, "prompts": _listed(desk)}
        return WriterReply(lyrics, song.style, title, tuple(notes + moved), written)

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """New words for these lines. Raises `BadReply` if the model doesn't give as many lines as asked."""
        return self.other_wordings(lyrics, line_numbers, instruction, 1)[0]

    def cannot_follow(self, lyrics: Lyrics, instruction: str) -> str:
        """An LLM may follow anything."""
        return ""

    def other_wordings(
        self,
        lyrics: Lyrics,
        line_numbers: Sequence[int],
        instruction: str,
        count: int,
        on_wording: Callable[[Lyrics], None] = lambda lyrics: None,
    ) -> list[Lyrics]:
        """`count` different rewrites of these lines, each told to `on_wording` as it comes."""
        check_line_numbers(lyrics, line_numbers)
        wanted = sorted(set(line_numbers))
        desk, found = self._desk(), list[Lyrics]()
        for number in range(count):
            others = [_wording(other, wanted) for other in found]
            new = new_words(
                desk,
                lyrics,
                wanted,
                instruction,
                tries=self._repair_rounds,
                seed=100 * number,
                others=others,
            )
            changed = with_words(lyrics, new)
            duration_s = natural_duration_s(lyrics)
            found.append(repaired(desk, changed, duration_s, self._repair_rounds, [], only=wanted))
            on_wording(found[-1])
        return found

    def first_messages(self, brief: Brief) -> list[Message]:
        """What would be sent to the model first for this brief."""
        brief.check_language()
        desk = self._desk()
        if self._asks_for_stamps(desk, brief):
            return song_messages(desk, brief, self._engine)
        style = brief.style or brief.prompt
        return first_request(desk, brief, self._plan(brief, style), style)

    def _desk(self) -> Desk:
        return Desk(self.llm, self._on_event, self._wishes)

    def _asks_for_stamps(self, desk: Desk, brief: Brief) -> bool:
        """Whether the model is to stamp the song: as the profile says, and only where its window has room."""
        wanted = self.llm.endpoint.stamps
        if wanted != "auto":
            return wanted == "model"
        if self.llm.endpoint.context_tokens < _FEWEST_TOKENS:
            return False
        return desk.has_room(song_messages(desk, brief, self._engine), _REPLY_TOKENS)

    def _stamped(
        self, desk: Desk, brief: Brief, on_text: Callable[[str], None], notes: list[str]
    ) -> _Song | None:
        """The song as the model wrote and stamped it; None, and a remark, where words first must be tried."""
        may_fall = self.llm.endpoint.stamps == "auto"
        try:
            found, reply = ask_stamped_song(
                desk, song_messages(desk, brief, self._engine), brief, on_text
            )
        except ContextFull:
            if not may_fall:
                raise
            self._fall(desk, on_text, "the model's window has no room for a whole song")
            return None
        if isinstance(found, NoSong) and not may_fall:
            raise no_song(desk, found.text)
        if isinstance(found, NoSong):
            self._fall(desk, on_text, found.why)
            return None
        song = _set(found, brief, notes)
        if may_fall and (share := _share_at_fault(song, brief)) > _MOST_AT_FAULT:
            self._fall(desk, on_text, f"{share:.0%} of its lines can't be sung as written")
            return None
        notes[:0] = found.notes
        if reply.is_cut:
            notes.insert(0, "the reply reached its length limit; the song may lack its end")
        elif reply.is_stopped:
            notes.insert(0, "the reply went on and on and was stopped")
        return song

    def _fall(self, desk: Desk, on_text: Callable[[str], None], why: str) -> None:
        """Say why the words are asked for section by section now."""
        desk.tell(f"{why}; asking once more, for the words alone, section by section")
        on_text("\n\n")

    def _words_first(
        self, desk: Desk, brief: Brief, on_text: Callable[[str], None], notes: list[str]
    ) -> _Song:
        style = brief.style or brief.prompt
        plan = self._plan(brief, style)
        draft = WordsFirst(desk, brief, plan, style, on_text, notes).write()
        lyrics = on_bars(draft, brief.duration_s, plan.pulse)
        return _Song(lyrics, style, "songsmith")

    def _plan(self, brief: Brief, style: str) -> SongPlan:
        language = brief.language or ("zh" if guess_by_script(brief.prompt) == "zh" else "en")
        return plan_song(
            brief.duration_s or DEFAULT_DURATION_S, brief.pulse(style), language, brief.seed
        )


def _set(found: SongReply, brief: Brief, notes: list[str]) -> _Song:
    """The song with stamps: the model's, or the bar grid's where it gave none."""
    style = brief.style or found.style
    if not isinstance(found.words, Draft):
        lyrics = replace(found.words, title=found.title or found.words.title)
        return _Song(lyrics, style, "model")
    pulse = brief.pulse(style)
    notes.append(f"the model gave no stamps; the lines were set on bars at {pulse.bpm:g} bpm")
    draft = replace(found.words, title=found.title or found.words.title)
    lyrics = on_bars(draft, brief.duration_s, pulse)
    return _Song(lyrics, style, "songsmith")


def _share_at_fault(song: _Song, brief: Brief) -> float:
    """Share of lines, 0 to 1, that have errors even with new stamps: their words can't be sung in the time."""
    lyrics = song.lyrics
    duration_s = brief.duration_s or natural_duration_s(lyrics)
    lyrics, _ = retimed(lyrics, duration_s, brief.pulse(song.style))
    faults = faults_by_line(check_lyrics(lyrics, duration_s=duration_s))
    errors = [n for n, found in faults.items() if any(f.severity == "error" for f in found)]
    return len(errors) / max(1, len(lyrics.lines))


def _wording(lyrics: Lyrics, numbers: Sequence[int]) -> str:
    return "\n".join(lyrics.lines[number - 1].text for number in numbers)


def _listed(desk: Desk) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(desk.prompts.items()))
