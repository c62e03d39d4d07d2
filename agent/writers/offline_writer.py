"""The writer without any model, as one of the writers: its songs stamped, its rewriting told."""

from collections.abc import Callable, Sequence

from songsmith.agent.writers.brief import Brief, BriefError
from songsmith.agent.writers.stamping import DEFAULT_DURATION_S
from songsmith.agent.writers.tempo import bpm_of, names_tempo
from songsmith.agent.writers.writer import WriterReply, check_line_numbers, line_list, reworded
from songsmith.lyrics.lyric import Draft, Lyrics

__all__ = ["OfflineWriter"]

_NEAR = (1.0, 1.03, 0.97, 1.06, 0.94, 1.09, 0.91)  # of the usual tempo, nearest first


class OfflineWriter:
    """Writes without any model, from its own stock of words."""

    name = "offline"

    def __init__(self, on_event: Callable[[str], None] = lambda line: None) -> None:
        self._on_event = on_event

    def write(self, brief: Brief, on_text: Callable[[str], None]) -> WriterReply:
        """The song of a prompt and a seed, always the same one."""
        from songsmith.agent.writers.offline.writer import compose

        song = compose(
            brief.prompt,
            language=brief.language,
            duration_s=brief.duration_s or DEFAULT_DURATION_S,
            seed=brief.seed,
            title=brief.title,
        )
        for section in song.draft.sections:
            on_text("\n".join([f"[{section.label}]", *section.lines, "", ""]))
        style = brief.style or brief.prompt
        lyrics = _stamped_near(song.draft, brief.duration_s, style)
        return WriterReply(lyrics, style, lyrics.title, song.notes)

    def rewrite_lines(
        self, lyrics: Lyrics, line_numbers: Sequence[int], instruction: str
    ) -> Lyrics:
        """New words out of the writer's stock; a line it has none for stays, which `on_event` is told."""
        from songsmith.agent.writers.offline.rewrite import rewrite_lines

        check_line_numbers(lyrics, line_numbers)
        new = rewrite_lines(lyrics, set(line_numbers), instruction, seed=0)
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


def _stamped_near(draft: Draft, duration_s: float | None, style: str) -> Lyrics:
    """The draft at the style's tempo; one that nobody named gives way a little where lines miss the bars."""
    from songsmith.lyrics.timing import stamp_draft

    usual = bpm_of(style)
    tempi = [usual * part for part in ((1.0,) if names_tempo(style) else _NEAR)]
    stamped = {bpm: stamp_draft(draft, duration_s=duration_s, bpm=bpm) for bpm in tempi}
    return stamped[min(tempi, key=lambda bpm: _lines_off_bars(stamped[bpm], bpm))]


def _lines_off_bars(lyrics: Lyrics, bpm: float) -> int:
    """How many lines start neither on a bar of four beats nor in its middle."""
    half_bars = [line.start_s * bpm / 120 for line in lyrics.lines]
    return sum(abs(at - round(at)) > 0.05 for at in half_bars)
