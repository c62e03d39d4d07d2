"""Candidates and rhymes as people see them: wordings under their numbers, words in rows."""

from rich.console import Console
from rich.text import Text

from songsmith.agent.studio.words.wordings import Offered
from songsmith.agent.views.word_wrap import print_under, printable
from songsmith.agent.writers.rhymes import Rhymes, RhymeWord
from songsmith.lyrics.pace import singability_level

__all__ = ["draw_offered", "draw_rhymes"]


def draw_offered(console: Console, offered: Offered) -> None:
    """Each wording with its number, its lines and how they sing."""
    for wording in offered.wordings:
        for place, line in enumerate(wording.lines):
            mark = f"{wording.number}" if place == 0 else ""
            colour = "green" if line.sings == "fits" and not line.faults else "yellow"
            level = singability_level(line.tokens_per_s)
            head = Text(f"  {mark:>2} ", style="bold").append(f"{line.line:>3}  ", style="dim")
            body = Text(printable(line.text)).append("  ").append("▇" * level, style=colour)
            body.append(f" {line.sings}", style=colour)
            print_under(console, head, body)
            for fault in line.faults:
                print_under(console, Text(" " * 9), Text(printable(fault), style="yellow"))
        console.print()
    if offered.wordings:
        print_under(console, Text("  "), Text("take one by its number: choose 1", style="dim"))


def draw_rhymes(console: Console, rhymes: Rhymes) -> None:
    """Whole rhymes and near ones, by their number of syllables."""
    print_under(
        console, Text(f"  {'word':<8} "), Text(f"{printable(rhymes.word)} · {rhymes.sound}")
    )
    for name, words in (("rhymes", rhymes.perfect), ("nearly", rhymes.near)):
        for count in sorted({word.syllables for word in words}):
            shown = "  ".join(_shown(word, rhymes) for word in words if word.syllables == count)
            print_under(console, Text(f"  {name:<8} {count}  ", style="dim"), Text(shown))
    if not rhymes.perfect and not rhymes.near:
        print_under(console, Text(f"  {'rhymes':<8} "), Text("none of that size and metre"))


def _shown(word: RhymeWord, rhymes: Rhymes) -> str:
    return f"{word.word}{f' {word.metre[-1]}' if rhymes.language == 'zh' else ''}"
