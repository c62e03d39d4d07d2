"""The writer without any model, as one of the writers: its songs stamped, its rewriting told."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from songsmith.agent.writers.brief import Brief, BriefError
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S, on_bars
from songsmith.agent.writers.tempo import Pulse
from songsmith.agent.writers.writer import WriterReply, check_line_numbers, line_list, reworded
from songsmith.lyrics.lyric import Lyrics

if TYPE_CHECKING:
    from songsmith.agent.writers.offline.writer import Composition

__all__ = ["OfflineWriter"]

_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1)
"""How much of the length is filled with words: less where whole bars of this tempo hold less."""


class OfflineWriter:
    """Writes without any model, from its own stock of words."""

    name = "offline"

    def __init__(self, on_event: Callable[[str], None] = lambda line: None) -> None:
        self._on_event = on_event

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """The song of a prompt and a seed, always the same one."""
        brief.check_language()
        style = brief.style or _style_in(brief.prompt)
        pulse = brief.pulse(style)
        song, lyrics = self._on_whole_bars(brief, pulse)
        for section in song.draft.sections:
            on_text("\n".join([f"[{section.label}]", *section.lines, "", ""]))
        return WriterReply(lyrics, style, lyrics.title, song.notes)

    def _on_whole_bars(self, brief: Brief, pulse: Pulse) -> "tuple[Composition, Lyrics]":
        """The longest song that this tempo can lay on whole bars in the length asked for, and its stamps."""
        from songsmith.agent.writers.offline.writer import compose

        length_s = brief.duration_s or DEFAULT_DURATION_S
        for share in _SHARES:
            song = compose(
                brief.prompt,
                language=brief.language,
                duration_s=length_s * share,
                seed=brief.seed,
                title=brief.title,
            )
            lyrics = on_bars(song.draft, brief.duration_s, pulse)
            if _is_on_whole_bars(lyrics, pulse):
                break
        return song, lyrics

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """New words out of the writer's stock; a line it has none for stays, which `on_event` is told."""
        return self._rewritten(lyrics, line_numbers, instruction, 0)

    def cannot_follow(self, lyrics: Lyrics, instruction: str) -> str:
        """Why it can't do what is asked, "" if it can."""
        from songsmith.agent.writers.offline.rewrite import cannot_follow

        return cannot_follow(lyrics, instruction)

    def other_wordings(
        self,
        lyrics: Lyrics,
        line_numbers: Sequence[int],
        instruction: str,
        count: int,
        on_wording: Callable[[Lyrics], None] = lambda lyrics: None,
    ) -> list[Lyrics]:
        """At most `count` rewrites that differ, as many as the stock has."""
        found: list[Lyrics] = []
        for seed in range(4 * count):
            in_pairs = seed >= 2 * count  # by then there are no more whole choruses
            changed = self._rewritten(lyrics, line_numbers, instruction, seed, in_pairs=in_pairs)
            if changed not in found:
                found.append(changed)
                on_wording(changed)
            if len(found) == count:
                break
        return found

    def _rewritten(
        self,
        lyrics: Lyrics,
        line_numbers: Sequence[int],
        instruction: str,
        seed: int,
        *,
        in_pairs: bool = False,
    ) -> Lyrics:
        from songsmith.agent.writers.offline.rewrite import rewrite_lines

        check_line_numbers(lyrics, line_numbers)
        new = rewrite_lines(lyrics, set(line_numbers), instruction, seed=seed, in_own_scene=True)
        without = [number for number in sorted(set(line_numbers)) if number not in new]
        if not new:
            raise BriefError(
                f"the offline writer has no other words for {line_list(without)}",
                hint="ask for other lines, write them yourself, or configure an LLM",
            )
        if without:
            self._on_event(f"no other words were found for {line_list(without)}, which stays")
        lines = enumerate(lyrics.lines, start=1)
        return lyrics.with_lines(reworded(line, new.get(n, line.text)) for n, line in lines)


def _style_in(prompt: str) -> str:
    """The prompt as a style text: what of it names music or a mood, where the rest is only what the song is about."""
    from songsmith.engine.sketch.style.style import parse_style

    style = parse_style(prompt)
    says_more = any("left aside" in note for note in style.notes)
    return ", ".join(style.understood) if says_more and style.understood else prompt


def _is_on_whole_bars(lyrics: Lyrics, pulse: Pulse) -> bool:
    bars = [line.start_s / pulse.bar_s for line in lyrics.lines]
    return all(abs(at - round(at)) < 0.01 for at in bars)
