"""Words first: songsmith plans the song and stamps it; the model gives the words of one section at a time.

What a small model can't do, counting syllables, keeping time, holding a form, it is not asked for. A reply is read for
lines that can be sung; where they are too few the section is asked for again, and what was good is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.errors import BadReply, ContextFull, ReplyRefused
from songsmith.agent.llm.messages import Message
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.desk import Desk
from songsmith.agent.writers.replies.reply_lyrics import is_refusal
from songsmith.agent.writers.replies.reply_text import without_thinking
from songsmith.agent.writers.replies.section_words import read_section
from songsmith.agent.writers.replies.shape import plain_words
from songsmith.agent.writers.song_plan import SectionPlan, SongPlan
from songsmith.lyrics.lyric import Draft, DraftSection

__all__ = ["WordsFirst", "first_request", "no_song"]

_TRIES = 4
_TOKENS_PER_SYLLABLE = {"en": 2.0, "zh": 2.5}
_LONGEST_BRIEF = 1_500
_SHOWN_BEFORE = 4


@dataclass
class WordsFirst:
    """One song, section by section, after `plan`. `on_text` gets the words as they are taken."""

    desk: Desk
    brief: Brief
    plan: SongPlan
    style: str
    on_text: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    _sung: list[str] = field(default_factory=list)
    _last_reply: str = ""

    def write(self) -> Draft:
        """The words of the whole song. Raises `BadReply` where the model gives none that can be sung."""
        words: list[tuple[SectionPlan, list[str]]] = []
        for section in self.plan.sections:
            if section.returns:
                lines = next((old for part, old in words if part.kind == section.kind), [])
            else:
                lines = self._section(section)
            if lines:
                words.append((section, lines))
                self.on_text("\n".join([f"[{section.label}]", *lines, "", ""]))
        self._check(words)
        sections = tuple(DraftSection(part.label, tuple(lines)) for part, lines in words)
        return Draft(self.brief.title or _title(words), self.plan.language, sections)

    def _section(self, section: SectionPlan) -> list[str]:
        """The lines of a section; what a try lacks, the next one adds."""
        messages = section_messages(
            self.desk, self.brief, self.plan, self.style, section, self._sung
        )
        lines: list[str] = []
        for attempt in range(_TRIES):
            missing = section.lines - len(lines)
            lines += self._lines(messages, section, missing, attempt, lines)
            if len(lines) >= section.lines:
                break
        self._sung += lines
        if len(lines) < section.lines:
            self.notes.append(
                f"{section.label.lower()} has {len(lines)} of {section.lines} lines; the model gave no more to sing"
            )
        return lines

    def _lines(
        self,
        messages: Sequence[Message],
        section: SectionPlan,
        missing: int,
        attempt: int,
        taken: list[str],
    ) -> list[str]:
        plan = self.plan
        each = plan.budget[1] * _TOKENS_PER_SYLLABLE[plan.language] + 6
        ask = Ask(
            "write",
            max_tokens=round(each * (section.lines + 3)),
            seed=self.brief.seed + 7 * attempt + len(self._sung),
        )
        most = section.lines + 3
        reply = self.desk.ask(messages, ask, is_enough=lambda text: text.count("\n") > 2 * most)
        self._last_reply = reply.text
        text = reply.text
        if (reply.is_cut or reply.is_stopped) and "\n" in text.strip():
            text = text.rpartition("\n")[0]
        if is_refusal(text) and not self._sung and attempt == _TRIES - 1:
            return []
        shown = _example_lines(self.desk, plan.language)
        known = {plain_words(line) for line in (*self._sung, *taken, *shown)}
        return read_section(text, missing, plan.budget, plan.language, known)

    def _check(self, words: Sequence[tuple[SectionPlan, list[str]]]) -> None:
        """Raise unless there is enough of a song: half of what was planned, and two lines at least."""
        wanted = sum(section.lines for section in self.plan.sections if not section.returns)
        found = sum(len(lines) for part, lines in words if not part.returns)
        if found >= max(2, wanted / 2):
            return
        raise no_song(self.desk, self._last_reply)


def no_song(desk: Desk, reply: str) -> BadReply:
    """The error for a reply that is no song, with its first words and what to do."""
    said = " ".join(without_thinking(reply).split())
    said = said[:120] + "…" * (len(said) > 120)
    kind = ReplyRefused if is_refusal(reply) else BadReply
    return kind(
        f"the model wrote no song but “{said}”",
        where=desk.name,
        hint="say it in other words, or choose another model",
    )


def section_messages(
    desk: Desk, brief: Brief, plan: SongPlan, style: str, section: SectionPlan, sung: Sequence[str]
) -> list[Message]:
    """What is sent for one section: the rules and two worked examples first, which are the same for every section."""
    language = plan.language
    messages = [desk.rules("words_first", language)]
    for asked, answered in _examples(desk, language):
        messages += [Message("user", asked), Message("assistant", answered)]
    parts = _parts(desk, language, sung)
    name, hint = parts.get(f"{section.kind} {section.number}") or parts[section.kind]
    is_tight = section.kind in ("chorus", "bridge", "outro") or section.lines < 4
    request = desk.prompt(
        "words_section",
        language,
        about=" ".join(brief.prompt.split())[:_LONGEST_BRIEF] or brief.title,
        style=" ".join(style.split())[:200],
        before=parts["before"][0] if sung else "",
        part=name,
        count=section.lines,
        low=plan.budget[0],
        high=plan.budget[1],
        rhyme=parts["couplets" if is_tight else "lines 2 and 4"][0],
        hint=hint,
    )
    messages.append(Message("user", request))
    if not desk.has_room(messages, 200):
        raise ContextFull(
            "the brief is longer than the model's window",
            where=desk.name,
            hint="say it shorter, or set context_tokens to what the model can take",
        )
    return messages


def first_request(desk: Desk, brief: Brief, plan: SongPlan, style: str) -> list[Message]:
    """What is sent for the first section."""
    return section_messages(desk, brief, plan, style, plan.sections[0], ())


def _examples(desk: Desk, language: str) -> list[tuple[str, str]]:
    """The worked examples: what is asked, and a good answer."""
    texts = [desk.prompt(f"words_example_{number}", language) for number in (1, 2)]
    parts = [text.partition("---") for text in texts]
    return [(asked.strip(), answered.strip()) for asked, _, answered in parts]


def _example_lines(desk: Desk, language: str) -> list[str]:
    """Lines of the worked examples, which a small model likes to give back."""
    return [line for _, answered in _examples(desk, language) for line in answered.splitlines()]


def _parts(desk: Desk, language: str, sung: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What each kind of section is called and what it has to do, by its kind; and the words for rhyme."""
    rows = desk.prompt(
        "words_parts", language, lines=" / ".join(sung[-_SHOWN_BEFORE:])
    ).splitlines()
    parts = {}
    for row in rows:
        key, _, text = row.partition(" = ")
        name, _, hint = text.partition(" | ")
        parts[key] = (name.strip(), hint.strip())
    verse = parts["verse 3"]
    return {"verse": verse, **parts}


def _title(words: Sequence[tuple[SectionPlan, list[str]]]) -> str:
    """The first line of the chorus, or of the song, as far as a title goes."""
    lines = next((lines for part, lines in words if part.kind == "chorus"), words[0][1])
    line = lines[0].strip(" .,;:!?，。；！？")
    if " " not in line:
        return line[:12]
    short = line.split(",")[0].split()[:6]
    while len(short) > 2 and short[-1].lower() in _WEAK_ENDS:
        short.pop()
    return " ".join(word if word.isupper() else word[:1].upper() + word[1:] for word in short)


_WEAK_ENDS = frozenset(
    "a an and as at but by for from in is it my of on or our so that the to was with your".split()  # noqa: SIM905
)
