"""Options of an engine as people write them, "name=value", and as the engine takes them."""

from collections.abc import Mapping, Sequence

from songsmith.engine.engine import EngineCard, EngineError
from songsmith.engine.requests import parse_options

__all__ = ["option_words", "typed_options"]

_SWITCHES = ("instrumental",)
"""Options that are read before an engine is chosen."""
_YES_NO = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}


def option_words(words: Sequence[str]) -> dict[str, object]:
    """Options from "name=value" words; one that is given several times is a list."""
    options: dict[str, object] = {}
    for word in words:
        name, sign, value = word.partition("=")
        name = name.strip().replace("-", "_")
        if not sign or not name.isidentifier():
            raise EngineError(
                f"{word!r} is not an option",
                hint="write name=value, e.g. bpm=92; `songsmith engines show` lists them",
            )
        if name in _SWITCHES and value.casefold() in _YES_NO:
            options[name] = _YES_NO[value.casefold()]
        elif name in options:
            there = options[name]
            options[name] = [*(there if isinstance(there, list) else [there]), value]
        else:
            options[name] = value
    return options


def typed_options(card: EngineCard, options: Mapping[str, object]) -> dict[str, object]:
    """`options` as the engine takes them: numbers and switches that were given as words, names in full.

    A manifest keeps them so, and means the same wherever the take is made again.
    """
    if not any(isinstance(value, str) for value in options.values()):
        return dict(options)
    parsed = parse_options(card.options, card.name, options)
    typed = {}
    for name, value in options.items():
        meant = getattr(parsed, name)
        typed[name] = meant if isinstance(meant, (str, bool, int, float)) else value
    return typed
