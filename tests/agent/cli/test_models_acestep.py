"""`songsmith models` with ACE-Step, fetched from a hub that serves tiny weights, cuts and lies."""

import json
import os

import pytest
from typer.testing import CliRunner, Result

from songsmith.agent.cli.models import app
from songsmith.engine.acestep.engine import AceStepEngine
from songsmith.engine.acestep.parts import PARTS
from songsmith.engine.engine import RenderRequest
from songsmith.engine.weights.hub import WeightsError
from songsmith.lyrics.lyric import Lyrics
from tests.engine.tiny_acestep import write_acestep

pytest.importorskip("diffusers")

REVISION = PARTS["2b"].files[0].revision


@pytest.fixture
def served(hub, tmp_path, monkeypatch):
    """The hub serves the tiny ACE-Step as the 2b model; the models folder is empty."""
    write_acestep(tmp_path / "published")
    for file in PARTS["2b"].files:
        data = (tmp_path / "published" / "ace-step-turbo" / file.name).read_bytes()
        for revision in (REVISION, "a" * 40):
            hub.files[f"/{file.repo}/resolve/{revision}/{file.path}"] = data
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_what_is_pulled_by_the_engines_name_sings(served):
    refused = run("pull", "ace-step")
    assert isinstance(refused.exception, WeightsError) and "MIT" in refused.stderr
    pulled = run("pull", "ace-step", "--yes", "--json")
    assert pulled.exit_code == 0, pulled.output
    assert json.loads(pulled.stdout)["fetched"] == ["ace-step-turbo"]
    engine = AceStepEngine()
    assert engine.status().is_ready
    request = RenderRequest(Lyrics(), "slow jazz", 10.0, (1,), options={"steps": 1})
    (take,) = engine.render(request, lambda progress: None)
    assert take.audio.shape == (2, 441_000)
    weights = take.details["weights"]
    assert isinstance(weights, dict) and len(weights["transformer/config.json"]) == 64


def test_a_connection_that_was_cut_leaves_no_broken_file(hub, served):
    hub.cut_after = [1000]
    assert run("pull", "ace-step", "--yes").exit_code == 0
    first = next(path for method, path, _ in hub.requests if method == "GET")
    assert [path for method, path, _ in hub.requests if method == "GET"].count(first) == 2
    assert not any(json.loads(run("verify", "--json").stdout)["files"].values())


def test_a_hub_that_lies_about_a_file_is_found_out(hub, served):
    file = next(file for file in PARTS["2b"].files if file.name.startswith("vae/diffusion"))
    for revision in (REVISION, "a" * 40):
        hub.etags[f"/{file.repo}/resolve/{revision}/{file.path}"] = "0" * 64
    lied = run("pull", "ace-step", "--yes")
    assert isinstance(lied.exception, WeightsError)
    assert "\n" not in str(lied.exception)


def test_a_file_that_changed_since_is_not_sung_with(served):
    assert run("pull", "ace-step", "--yes").exit_code == 0
    path = served / "ace-step-turbo" / "transformer" / "config.json"
    path.write_text(path.read_text() + " ")
    os.utime(path)
    engine = AceStepEngine()
    request = RenderRequest(Lyrics(), "slow jazz", 10.0, (1,), options={"steps": 1})
    with pytest.raises(WeightsError, match="models rm ace-step-turbo"):
        list(engine.render(request, lambda progress: None))
