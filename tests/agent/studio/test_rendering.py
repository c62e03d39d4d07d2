from dataclasses import replace

import pytest

from songsmith.agent.studio.rendering import Engines, RenderWish
from songsmith.engine.engine import EngineError, EngineStatus
from tests.agent.beep import CARD, BeepEngine


class Singer(BeepEngine):
    """A beep engine of another name and standing."""

    def __init__(self, name: str, status: EngineStatus, languages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.card = replace(CARD, name=name, limits=replace(CARD.limits, languages=languages))
        self._status = status

    def status(self) -> EngineStatus:
        return self._status


READY = EngineStatus(True, "built in")


def engines(status: EngineStatus) -> Engines:
    return Engines(
        {
            "diffrhythm": Singer("diffrhythm", status, ("en", "zh")),
            "sketch": Singer("sketch", READY),
        }
    )


@pytest.mark.parametrize(
    ("status", "language", "chosen", "why"),
    [
        (EngineStatus(True, "weights and a GPU are here"), "en", "diffrhythm", "GPU are here"),
        (EngineStatus(True, "no GPU", is_advised=False), "en", "sketch", "no GPU"),
        (EngineStatus(False, "no weights", "pull them"), "en", "sketch", "no weights"),
        (EngineStatus(True, "weights and a GPU are here"), "fr", "sketch", "only en and zh"),
    ],
)
def test_the_best_engine_that_can_sing_here_is_taken_and_why(status, language, chosen, why):
    engine, reason = engines(status).choose("", language)
    assert engine.name == chosen
    assert why in reason


def test_an_engine_that_is_not_advised_is_taken_when_asked_for():
    status = EngineStatus(True, "no GPU", is_advised=False)
    assert engines(status).choose("diffrhythm", "en")[0].name == "diffrhythm"


def test_an_engine_that_is_asked_for_and_not_there_says_what_would_help():
    with pytest.raises(EngineError, match=r"no weights.*pull them"):
        engines(EngineStatus(False, "no weights", "pull them")).choose("diffrhythm", "en")


def test_seeds_follow_the_first_and_new_ones_differ():
    assert RenderWish(takes=3, seed=5).seeds() == (5, 6, 7)
    assert RenderWish().seeds() != RenderWish().seeds()
    with pytest.raises(EngineError, match="out of range"):
        RenderWish(seed=-1).seeds()
