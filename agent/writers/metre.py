"""How long a line is to a singer: its syllables in English, its characters in Chinese, and what a slot has room for."""

from songsmith.agent.writers.offline.pronounce import syllables
from songsmith.lyrics.speech.han import han_in

__all__ = ["Budget", "budget_for", "syllable_count"]

Budget = tuple[int, int]
"""Fewest and most syllables of a line."""

_PER_S = {"en": (1.7, 2.4), "zh": (1.3, 2.0)}
_FEWEST, _MOST = 4, {"en": 12, "zh": 10}


def syllable_count(text: str, language: str) -> int:
    """Syllables of an English line; characters of a Chinese one."""
    return len(han_in(text)) if language == "zh" else syllables(text)


def budget_for(slot_s: float, language: str) -> Budget:
    """How many syllables sing well in `slot_s` seconds."""
    slow, fast = _PER_S.get(language, _PER_S["en"])
    most = min(_MOST.get(language, 12), max(_FEWEST + 1, round(fast * slot_s)))
    return max(_FEWEST - 1, min(round(slow * slot_s), most - 1)), most
