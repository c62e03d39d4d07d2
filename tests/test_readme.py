import re
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_exactly_two_commands_lead_from_a_clone_to_a_song_and_to_the_tests():
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith('songsmith make "jazzy nightclub love song"')
    assert "pytest" in commands[1]


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SONGSMITH_WRITER", "offline")
    monkeypatch.setenv("SONGSMITH_ENGINE", "sketch")
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "songs" / "jazzy-nightclub-love-song" / "takes" / "t001.flac").is_file()
