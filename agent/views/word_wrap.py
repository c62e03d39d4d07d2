"""Words on a terminal: none is cut at its edge, neither in a line nor in text that is still coming."""

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

__all__ = ["Flow", "print_under", "printable"]

_LEAST_WIDTH = 20
_NARROW_INDENT = 6


def printable(text: str) -> str:
    """`text` with control characters shown instead of obeyed, so that no reply can drive the terminal."""
    return "".join(
        character
        if character in "\n\t" or (character.isprintable())
        else f"\\x{ord(character):02x}"
        if ord(character) < 256
        else f"\\u{ord(character):04x}"
        for character in text
    )


def print_under(console: Console, head: Text, body: Text) -> None:
    """`head` and `body` as one line; where a terminal is too narrow, the body goes on below itself.

    A head that takes most of the width gets a line of its own. Files have no width: one line each.
    """
    if not console.is_terminal:
        console.print(head + body)
        return
    indent = cell_len(head.plain)
    if indent + _LEAST_WIDTH > console.width and indent + cell_len(body.plain) > console.width:
        console.print(head)
        head, indent = Text(" " * _NARROW_INDENT), _NARROW_INDENT
    for line in body.wrap(console, max(_LEAST_WIDTH, console.width - indent)):
        line.rstrip()
        console.print(head + line)
        head = Text(" " * indent)


class Flow:
    """Text that comes in pieces, broken between words at `width` columns."""

    def __init__(self) -> None:
        self._word = ""
        self._column = 0

    def feed(self, piece: str, width: int) -> str:
        """What can be printed now: all but the last word, which may go on."""
        out = []
        for character in piece:
            if character.isspace():
                out += [self._flushed(width), character]
                self._column = 0 if character == "\n" else self._column + 1
            elif cell_len(character) > 1:  # scripts without spaces break anywhere
                out.append(self._flushed(width))
                self._word = character
                out.append(self._flushed(width))
            else:
                self._word += character
        return "".join(out)

    def end(self, width: int) -> str:
        """The last word."""
        rest = self._flushed(width)
        self._column = 0
        return rest

    def _flushed(self, width: int) -> str:
        word, self._word = self._word, ""
        length = cell_len(word)
        lead = "\n" if word and self._column > 0 and self._column + length > width else ""
        self._column = (0 if lead else self._column) + length
        return lead + word
