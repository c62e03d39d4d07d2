"""A models folder with a tiny ACE-Step in it."""

import shutil

import pytest

from tests.engine.tiny_acestep import write_acestep


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The tiny weights, not to be written to."""
    pytest.importorskip("diffusers")
    folder = tmp_path_factory.mktemp("ace-step")
    write_acestep(folder)
    return folder


@pytest.fixture
def models(published, tmp_path, monkeypatch):
    """A models folder of the test's own, chosen by SONGSMITH_MODELS."""
    folder = tmp_path / "models"
    shutil.copytree(published, folder)
    monkeypatch.setenv("SONGSMITH_MODELS", str(folder))
    return folder
