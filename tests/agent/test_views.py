import io

import pytest
from rich.console import Console

from songsmith.agent.views import Terminal
from songsmith.agent.words import check_for
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

WHY = "no LLM configured; set a key, or go on with the words of the offline writer"


@pytest.fixture
def shown():
    return io.StringIO()


@pytest.fixture
def narrow(shown) -> Terminal:
    terminal = Terminal()
    terminal.console = Console(
        file=shown, width=40, force_terminal=True, color_system=None, soft_wrap=True
    )
    return terminal


def test_a_narrow_terminal_sees_whole_words_in_one_column(narrow, shown):
    narrow.fact("writer", WHY)
    lines = shown.getvalue().splitlines()
    assert lines[0] == "  writer   no LLM configured; set a key,"
    assert len(lines) > 2
    assert all(line.startswith(" " * 11) and len(line) <= 40 for line in lines[1:])
    assert " ".join(" ".join(lines).split()) == f"writer {WHY}"


def test_a_file_gets_one_line_a_fact_without_escape_codes(shown):
    Terminal(file=shown).fact("writer", WHY)
    assert shown.getvalue() == f"  writer   {WHY}\n"


def test_a_line_past_the_end_is_shown_as_not_sung(shown):
    lyrics = Lyrics("X", "en", (Section("", (LyricLine(1, "hello"), LyricLine(90, "too late"))),))
    Terminal(file=shown).lyrics(lyrics, check_for("", lyrics, duration_s=20))
    rows = [row.split() for row in shown.getvalue().splitlines() if "late" in row]
    assert rows[0][-2:] == ["not", "sung"]
