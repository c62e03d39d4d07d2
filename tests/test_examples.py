"""The programs in examples/ run as they stand there, and leave what they say."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = {
    "a_batch.py": "last-bus-home",
    "check_lyrics.py": "line 1: ",
    "fix_a_line.py": "t002 differs from t001 at",
    "make_a_song.py": "t001.flac",
    "mcp_session.py": "t002.flac",
    "your_own_words.py": "(2, 617400)",
}


def test_every_example_is_run_here():
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(SAID)


@pytest.mark.parametrize("name", sorted(SAID))
def test_an_example_runs_and_does_what_it_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [name])
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SONGSMITH_WRITER", "offline")
    monkeypatch.setenv("SONGSMITH_ENGINE", "sketch")
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert SAID[name] in capsys.readouterr().out
