import io

import pytest
from rich.console import Console
from rich.text import Text

from songsmith.agent.views.word_wrap import Flow, print_under

PROSE = "There it is: a chair kept warm for nobody. Shall I sing it?\n\nSay the word and I will."


def flowed(text: str, size: int, width: int) -> list[str]:
    flow = Flow()
    pieces = [flow.feed(text[at : at + size], width) for at in range(0, len(text), size)]
    return "".join([*pieces, flow.end(width)]).split("\n")


@pytest.mark.parametrize("size", [1, 3, 200])
def test_streamed_prose_breaks_between_words_however_it_comes_in(size):
    lines = flowed(PROSE, size, 24)
    assert max(map(len, lines)) <= 25  # a space may hang over the edge
    assert "\n".join(lines).split() == PROSE.split()
    assert lines.count("") == 1


def test_chinese_prose_breaks_at_the_edge_and_loses_nothing():
    lines = flowed("雨还在下，灯还亮着，我们在桥上走。", 4, 12)
    assert lines == ["雨还在下，灯", "还亮着，我们", "在桥上走。"]


def test_a_word_longer_than_the_terminal_is_left_to_it():
    assert flowed("see " + "x" * 40 + " there", 5, 20) == ["see ", "x" * 40 + " ", "there"]


@pytest.fixture
def shown() -> io.StringIO:
    return io.StringIO()


def narrow(shown: io.StringIO) -> Console:
    return Console(file=shown, width=40, force_terminal=True, color_system=None, soft_wrap=True)


def test_a_long_head_gets_a_line_of_its_own_where_both_do_not_fit(shown):
    print_under(
        narrow(shown),
        Text("  /fix WHERE [xN]              "),
        Text("sing only a part again, the rest stays"),
    )
    assert shown.getvalue().splitlines() == [
        "  /fix WHERE [xN]              ",
        "      sing only a part again, the rest",
        "      stays",
    ]


def test_a_file_gets_one_line_however_long(shown):
    body = "word " * 60
    print_under(Console(file=shown, width=40, soft_wrap=True), Text("  head "), Text(body))
    assert shown.getvalue() == f"  head {body}\n"
