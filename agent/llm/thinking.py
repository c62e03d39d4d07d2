"""Tells thinking from words in a stream, however a model marks it, and drops the tokens that mark turns and ends."""

from songsmith.agent.llm.messages import ReasoningDelta, TextDelta

__all__ = ["ThinkSplitter"]

_TAGS = ("think", "thinking", "thought", "thoughts", "reasoning", "reflection", "seed:think")
_CLOSING = {
    **{f"<{tag}>": f"</{tag}>" for tag in _TAGS},
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|channel|>analysis<|message|>": "<|end|>",
    "<|channel|>commentary<|message|>": "<|end|>",
    "<|channel>thought": "<channel|>",
}
"""What opens a thought, and what closes it."""
_CONTROLS = (
    "<|start|>assistant",
    "<|channel|>final<|message|>",
    *(f"<|{name}|>" for name in (
        "start", "end", "return", "message", "call", "im_start", "im_end", "eot_id", "eom_id", "endoftext",
        "end_of_text", "begin_of_text",
    )),
    *("<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "[inst]", "[/inst]"),
    *(f"<{slash}{name}>" for name in ("answer", "response", "output") for slash in ("", "/")),
)  # fmt: skip
"""Tokens that some servers leave in the text; the longer ones first."""

Delta = TextDelta | ReasoningDelta


class ThinkSplitter:
    """Thoughts come first, maybe several; what follows is words. `feed` holds back what may still become a mark."""

    def __init__(self) -> None:
        self._held = ""
        self._closing = ""
        self._is_begun = False

    def feed(self, text: str) -> list[Delta]:
        """What is certain now: thoughts and words, in order."""
        self._held += text
        pieces: list[Delta] = []
        while piece := self._next():
            pieces.append(piece)
        return [piece for piece in pieces if piece.text]

    def finish(self) -> list[Delta]:
        """What was held back, once it is clear what it is."""
        held, self._held = self._held, ""
        if self._closing:
            return [ReasoningDelta(held)] if held else []
        words = _without_controls(held)
        self._is_begun = True
        return [TextDelta(words)] if words else []

    def _next(self) -> Delta | None:
        """The next piece of what is held; None where more must come first."""
        if not self._held:
            return None
        if self._closing:
            return self._thought()
        return self._words() if self._is_begun else self._beginning()

    def _thought(self) -> Delta | None:
        end = self._held.casefold().find(self._closing)
        if end >= 0:
            thought, self._held = self._held[:end], self._held[end + len(self._closing) :]
            self._closing = ""
            return ReasoningDelta(thought)
        return self._certain(ReasoningDelta, (self._closing,))

    def _beginning(self) -> Delta | None:
        """Before the first word: white space and control tokens are dropped, a thought may open."""
        begun = self._held.lstrip()
        plain = begun.casefold()
        if not plain or _may_become(plain, (*_CLOSING, *_CONTROLS)):
            return None
        for opening, closing in _CLOSING.items():
            if plain.startswith(opening):
                self._held, self._closing = begun[len(opening) :], closing
                return ReasoningDelta("")
        for control in _CONTROLS:
            if plain.startswith(control):
                self._held = begun[len(control) :]
                return TextDelta("")
        self._held, self._is_begun = begun, True
        return TextDelta("")

    def _words(self) -> Delta | None:
        plain = self._held.casefold()
        found = [(plain.find(control), -len(control)) for control in _CONTROLS if control in plain]
        start, size = min(found, default=(-1, 0))
        if found and not _may_become(plain[start:], _CONTROLS):
            words, self._held = self._held[:start], self._held[start - size :]
            return TextDelta(words)
        return self._certain(TextDelta, _CONTROLS)

    def _certain(self, kind: type[Delta], marks: tuple[str, ...]) -> Delta | None:
        """What is held but for an end that may be the beginning of one of `marks`."""
        plain = self._held.casefold()
        longest = max(map(len, marks)) - 1
        keep = next(
            (n for n in range(min(longest, len(plain)), 0, -1) if _may_become(plain[-n:], marks)), 0
        )
        split = len(self._held) - keep
        certain, self._held = self._held[:split], self._held[split:]
        return kind(certain) if certain else None


def _may_become(text: str, marks: tuple[str, ...]) -> bool:
    return any(mark.startswith(text) and mark != text for mark in marks)


def _without_controls(text: str) -> str:
    plain = text.strip().casefold()
    return "" if plain in _CONTROLS else text
