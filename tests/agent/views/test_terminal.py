import io
import re

import pytest
from rich.console import Console

from songsmith.agent.song.song_file import Version
from songsmith.agent.studio.results import History
from songsmith.agent.views.terminal import Terminal
from songsmith.agent.writers.stamping import check_for
from songsmith.engine.engine import Progress
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


def test_a_narrow_terminal_sees_the_words_of_a_lyric_whole(narrow, shown):
    words = "Save a seat for the saxophone player tonight"
    lyrics = Lyrics("X", "en", (Section("Verse 1", (LyricLine(1, words), LyricLine(90, "late"))),))
    narrow.lyrics(lyrics, check_for("", lyrics, duration_s=20))
    rows = [row.rstrip() for row in shown.getvalue().splitlines()]
    assert max(map(len, rows)) <= 40
    assert "verse 1" in "".join(rows)
    assert "Save a seat for the" in " ".join(" ".join(rows).split())
    assert len(rows) < 9
    assert any(row.endswith("not sung") for row in rows)


def test_a_stage_of_one_step_shows_no_count_and_the_next_one_does(narrow, shown):
    narrow.progress(Progress("mixing", 0, 1))
    narrow.progress(Progress("singing", 3, 14))
    narrow.end_progress()
    assert "0/1" not in shown.getvalue()
    assert "3/14" in shown.getvalue()


def test_streamed_words_end_whole_before_the_next_line(narrow, shown):
    narrow.say("There it is, a chair kept warm for nobody at ")
    narrow.say("all")
    narrow.note("done")
    assert shown.getvalue().splitlines() == [
        "There it is, a chair kept warm for ",
        "nobody at all",
        "  done",
    ]


@pytest.mark.parametrize("width", [40, 100])
def test_every_line_of_every_section_has_a_row(shown, width):
    sections = tuple(
        Section(
            label, tuple(LyricLine(8.0 * part + 2 * line, f"word{part}{line}") for line in range(3))
        )
        for part, label in enumerate(["Verse", "Chorus", ""])
    )
    lyrics = Lyrics("X", "en", sections)
    terminal = Terminal(file=shown)
    terminal.console.width = width
    terminal.lyrics(lyrics, check_for("", lyrics, duration_s=30))
    assert re.findall(r"word(\d\d)", shown.getvalue()) == [
        f"{p}{n}" for p in range(3) for n in range(3)
    ]


def test_all_branches_at_a_version_are_named_and_the_one_the_song_is_on(shown):
    version = Version(number=1, made_by="offline", words="v001.lrc", made_at="2026-01-01T00:00:00")
    tips = {"main": 1, "bitter": 1}
    for branch in tips:
        Terminal(file=shown).history(History((version,), 1, branch, tips))
    lines = [line.strip() for line in shown.getvalue().splitlines()]
    assert lines[0].endswith("[main, bitter]")
    assert lines[1] == "branch   main"
    assert lines[2].endswith("[bitter, main]")
    assert lines[3] == "branch   bitter"
