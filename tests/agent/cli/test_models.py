import json

import pytest
from typer.testing import CliRunner, Result

from songsmith.agent.cli.models import app
from songsmith.engine.diffrhythm.parts import PARTS, parts_for
from songsmith.engine.weights.hub import WeightsError


@pytest.fixture
def served(hub, tiny_weights, tmp_path, monkeypatch):
    """The hub serves the tiny family; the models folder is empty."""
    for part in parts_for("base"):
        for file in part.files:
            path = tiny_weights / part.name / file.name
            if path.is_file():
                for revision in ("main", "a" * 40):
                    hub.files[f"/{file.repo}/resolve/{revision}/{file.path}"] = path.read_bytes()
    monkeypatch.setenv("SONGSMITH_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_licences_are_shown_and_must_be_accepted(hub, served):
    result = run("pull")
    assert isinstance(result.exception, WeightsError)
    assert "CC-BY-NC-4.0 (for non-commercial use only)" in result.stderr
    assert "was not accepted" in str(result.exception)
    assert hub.requests == []


def test_pull_verify_list_and_remove(served):
    pulled = run("pull", "--yes", "--json")
    assert pulled.exit_code == 0, pulled.output
    facts = json.loads(pulled.stdout)
    assert facts["fetched"] == ["muq-mulan", "dit-1.2-base", "vae"]
    assert "a text is used in its place" in facts["notes"][0]

    again = run("pull", "muq-mulan", "vae")
    assert again.exit_code == 0
    assert "vae: was here" in again.stdout and "CC-BY-NC" not in again.stderr

    checked = json.loads(run("verify", "--json").stdout)
    assert checked["files"] and not any(checked["files"].values())

    here = {part["name"]: part for part in json.loads(run("list", "--json").stdout)["parts"]}
    assert here["vae"]["is_here"] and not here["dit-1.2-full"]["is_here"]
    assert here["vae"]["revisions"] == ["ASLP-lab/DiffRhythm-vae@" + "a" * 40]

    freed = json.loads(run("rm", "vae", "--yes", "--json").stdout)["freed_bytes"]
    assert freed["vae"] > 0
    assert not (served / "vae").exists()


def test_a_piper_voice_is_pulled_by_its_name_listed_and_removed(hub, served):
    files = {"en_US-joe-medium.onnx": b"a network", "en_US-joe-medium.onnx.json": b"{}"}
    for name, data in {**files, "MODEL_CARD": b"public domain"}.items():
        for revision in ("main", "a" * 40):
            place = f"resolve/{revision}/en/en_US/joe/medium/{name}"
            hub.files[f"/rhasspy/piper-voices/{place}"] = data
    refused = run("pull", "voice-en_US-joe-medium")
    assert "was not accepted" in str(refused.exception) and "MODEL_CARD" in refused.stderr
    pulled = run("pull", "voice-en_US-joe-medium", "--yes")
    assert pulled.exit_code == 0, pulled.output
    folder = served / "voice-en_US-joe-medium"
    assert {path.name for path in folder.iterdir()} == {*files, "MODEL_CARD"}

    here = {part["name"]: part for part in json.loads(run("list", "--json").stdout)["parts"]}
    assert here["voice-en_US-joe-medium"]["is_here"]
    assert "voice-en_US-joe-medium/en_US-joe-medium.onnx: sound" in run("verify").stdout
    assert run("rm", "voice-en_US-joe-medium", "--yes").exit_code == 0
    assert not folder.exists()


@pytest.mark.parametrize("name", ["voice-joe", "voice-../../x-y-low", "voice-en_US-joe-best"])
def test_what_is_no_voices_name_is_refused(served, name):
    assert "no model part" in str(run("pull", name, "--yes").exception)


def test_a_voice_the_hub_lacks_is_said(hub, served):
    result = run("pull", "voice-en_US-nobody-low", "--yes")
    assert isinstance(result.exception, WeightsError)


def test_a_damaged_file_makes_verify_exit_1(served):
    run("pull", "vae", "--yes")
    path = served / "vae" / "model.safetensors"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    result = run("verify")
    assert result.exit_code == 1
    assert "vae/model.safetensors: is a Git LFS pointer" in result.stdout


def test_a_part_that_is_not_all_there_makes_verify_exit_1(served):
    run("pull", "muq-mulan", "--yes")
    (served / "muq-mulan" / "model.safetensors").unlink()
    result = run("verify")
    assert result.exit_code == 1
    assert "muq-mulan/model.safetensors: is missing" in result.stdout
    assert "muq-mulan/config.json: sound" in result.stdout


def test_the_list_names_every_part_with_size_and_licence(served):
    result = run("list")
    assert result.exit_code == 0
    for part in PARTS.values():
        assert part.name in result.stdout and part.licence in result.stdout
    assert str(served) in result.stdout


def test_where_prints_the_folder_alone(served):
    assert run("where").stdout == f"{served}\n"
    assert json.loads(run("where", "--json").stdout) == {"folder": str(served)}


def test_all_parts_can_be_removed_at_once(served):
    run("pull", "vae", "--yes")
    assert run("rm", "all").exit_code == 0
    assert not (served / "vae").exists()


def test_verify_of_an_empty_folder_says_so(served):
    result = run("verify")
    assert (result.exit_code, result.stdout) == (0, f"no weights in {served}\n")


@pytest.mark.parametrize("words", [("pull", "vea"), ("rm", "vea"), ("verify", "vea")])
def test_an_unknown_part_lists_those_there_are(served, words):
    assert "the parts are dit-1.2-base" in str(run(*words).exception)
