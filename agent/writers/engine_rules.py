"""What the engine that will sing asks of the words, as text for the LLM; from the limits in its card."""

from songsmith.agent.writers.desk import Desk
from songsmith.engine.engine import engine_card, engine_names

__all__ = ["engine_rules"]


def engine_rules(desk: Desk, engine: str, duration_s: float) -> str:
    """The engine's name and its rules for a song of this length; "" where it is not known who will sing."""
    if engine not in engine_names():
        return ""
    limits = engine_card(engine).limits
    if limits.takes_stamps:
        return desk.prompt("engine_keeps_stamps", engine=engine)
    return desk.prompt(
        "engine_places_lines",
        engine=engine,
        lines=max(2, int(limits.lines_per_min * duration_s / 60)),
        syllables=f"{limits.syllables_per_s:g}",
    )
