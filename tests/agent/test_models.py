import json

import pytest
from typer.testing import CliRunner, Result

from songsmith.agent.models import app
from songsmith.engine.diffrhythm.catalogue import PARTS, parts_for
from songsmith.engine.diffrhythm.hub import WeightsError


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
    assert "text stands in" in facts["notes"][0]

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


def test_a_damaged_file_makes_verify_exit_1(served):
    run("pull", "vae", "--yes")
    path = served / "vae" / "vae_model.pt"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    result = run("verify")
    assert result.exit_code == 1
    assert "vae/vae_model.pt: is a Git LFS pointer" in result.stdout


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
