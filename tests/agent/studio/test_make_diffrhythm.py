"""The whole path on tiny weights: words on the command line to a sound file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from songsmith.agent.cli.main import main

LRC = """[ti:Chair]
[00:01.00]I kept your chair beside the band
[00:05.00]and no one came to understand
"""
MAKE = (
    *("make", "slow jazz", "--lyrics", "chair.lrc", "--style", "slow jazz", "--length", "12"),
    *("--engine", "diffrhythm", "--variant", "full", "--steps", "3", "--seed", "4", "--json"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, which is the person's home too."""
    (tmp_path / "chair.lrc").write_text(LRC)
    for name in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def songsmith(folder, capsys):
    """Runs the command line in this process; its exit code, what it printed and what it said beside that."""

    def run(*words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        return (ended.value.code or 0, *capsys.readouterr())

    return run


def manifest_in(folder: Path, out: str) -> dict[str, object]:
    (path,) = (folder / out).glob("*/takes/t001.json")
    manifest: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return {**manifest, "path": path.with_suffix(".flac")}


def test_words_become_a_sound_file_the_same_in_every_process(tiny_models, folder, songsmith):
    command = [sys.executable, "-m", "songsmith", *MAKE, "--out", "one"]
    there = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert there.returncode == 0, there.stderr
    code, printed, said = songsmith(*MAKE, "--out", "two")
    assert code == 0, said
    assert json.loads(printed)["engine"] == json.loads(there.stdout)["engine"] == "diffrhythm"
    first, second = manifest_in(folder, "one"), manifest_in(folder, "two")
    assert first["samples_sha256"] == second["samples_sha256"]
    assert first["engine"] == "diffrhythm"
    sound, rate_hz = soundfile.read(first["path"])
    assert (rate_hz, sound.shape) == (44_100, (12 * 44_100, 2))
    assert np.abs(sound).max() > 0.01


def test_without_weights_it_is_one_line_with_what_to_pull(folder, songsmith, monkeypatch):
    monkeypatch.setenv("SONGSMITH_MODELS", str(folder / "nothing"))
    code, _, said = songsmith(*MAKE)
    assert code == 1
    assert "`songsmith models pull` (5.7 GB)" in said
    assert "a song of 95 s takes about" in said
    assert "Traceback" not in said and not (folder / "songs").exists()


def test_a_reference_that_is_no_sound_leaves_no_take_behind(tiny_models, folder, songsmith):
    code, _, said = songsmith(*MAKE, "--style-audio", "chair.lrc")
    assert code == 1
    assert "chair.lrc: can't be read as sound" in said
    assert not list(folder.glob("songs/*/takes/*"))
