import pytest

from songsmith.agent.writers import engine_rules as module
from songsmith.prompts import render


class Desk:
    """Renders prompts as the writer's desk does, and keeps nothing."""

    def prompt(self, name, language="", **fields):
        return render(name, **fields)


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("ace-step", ["ace-step", "47 lines", "6 syllables"]),
        ("diffrhythm", ["diffrhythm", "exactly at its stamp"]),
        ("", []),
        ("no-such-engine", []),
    ],
)
def test_the_model_is_told_who_sings_and_what_that_asks_of_the_words(engine, said):
    text = module.engine_rules(Desk(), engine, 95.0)  # type: ignore[arg-type]
    assert all(part in text for part in said)
    assert bool(text) == bool(said)
