"""`check` for the engine that would sing, and the flags that say what of a file is sung."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from songsmith.agent.cli.main import app

FORMATS = Path(__file__).parents[2] / "lyrics" / "data" / "formats"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("SONGSMITH_ENGINE", raising=False)

    def invoke(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb"})
        return done.exit_code, done.stdout if "--json" in arguments else done.output

    return invoke


def test_check_says_for_which_engine_and_in_which_language_it_speaks(run, tmp_path):
    (tmp_path / "fr.lrc").write_text("[la:fr]\n[00:10.00]Je ne sais pas pourquoi\n", "utf-8")
    code, said = run("check", "fr.lrc")
    assert (code, said.splitlines()[-1].split(None, 1)[1]) == (
        0,
        "all lines can be sung · as sketch sings, in French",
    )
    code, said = run("check", "fr.lrc", "--engine", "diffrhythm")
    assert code == 1
    assert "this engine sings Chinese and English" in " ".join(said.split())
    assert said.splitlines()[-1].endswith("as diffrhythm sings, in French")


def test_a_language_without_a_tag_is_told_and_its_sounds_are_counted_in_it(run, tmp_path):
    (tmp_path / "vi.lrc").write_text("[00:10.00]Em là ai từ đâu bước đến nơi đây\n", "utf-8")
    code, said = run("check", "vi.lrc", "--json")
    facts = json.loads(said)
    assert (code, facts["engine"], facts["language"], facts["faults"]) == (0, "sketch", "vi", [])
    assert facts["lines"][0]["tokens_per_s"] < 8
    assert "seem to be Vietnamese" in run("check", "vi.lrc", "--engine", "diffrhythm")[1]


def test_one_of_two_languages_is_checked_with_only(run):
    path = str(FORMATS / "bilingual.lrc")
    assert "--only en sings the other" in run("check", path)[1]
    said = run("check", path, "--only", "en")[1]
    assert "The night is like a river" in said and "--only" not in said
    code, said = run("check", path, "--only", "fr")
    assert code == 1


def test_credits_are_told_in_one_line_and_kept_with_sing_all(run):
    path = str(FORMATS / "credits.lrc")
    said = " ".join(run("check", path)[1].split())
    assert "7 lines of credits are not sung" in said and "作曲" not in said
    assert "QQ：20891372" in run("check", path, "--sing-all")[1]
