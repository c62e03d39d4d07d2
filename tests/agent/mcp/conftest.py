import pytest

from songsmith.agent.mcp.desk import Desk
from songsmith.agent.mcp.server import make_server
from songsmith.agent.mcp.shelf import Shelf
from songsmith.engine.engine import forget_engine, register_engine
from tests.agent.beep import CARD
from tests.agent.mcp.clients import PatientEngine


@pytest.fixture
def desk(tmp_path, beep):
    """A desk for the songs of a folder, sung as beeps, with two takes unasked."""
    desk = Desk(Shelf(tmp_path, {"engine": "beep", "writer": "offline"}), budget=2)
    yield desk
    desk.jobs.close(wait_s=10)


@pytest.fixture
def server(desk):
    return make_server(desk)


@pytest.fixture
def patient(beep):
    """The beep engine, which now sings until it is let go."""
    forget_engine(CARD.name)
    PatientEngine.reset()
    register_engine(CARD, PatientEngine)
    yield PatientEngine
    PatientEngine.may_end.set()
