import os

import pytest

from songsmith.engine.engine import forget_engine, register_engine
from tests.agent.batch.moody import add_moody
from tests.agent.beep import CARD, BeepEngine


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch, tmp_path):
    """No key, endpoint or setting of whoever runs the tests gets into them."""
    for name in list(os.environ):
        if name.startswith("SONGSMITH_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "no-config.toml"))


@pytest.fixture
def beep():
    """The toy engine, registered under its own name."""
    register_engine(CARD, BeepEngine)
    yield CARD
    forget_engine(CARD.name)


@pytest.fixture
def toy_folder(tmp_path, monkeypatch):
    """An empty working folder, with the toy engines there."""
    monkeypatch.chdir(tmp_path)
    add_moody()
    yield tmp_path
    for name in ("beep", "moody"):
        forget_engine(name)
