"""The whole path on tiny weights: words on the command line to a sound file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

LRC = """[ti:Chair]
[00:01.00]I kept your chair beside the band
[00:05.00]and no one came to understand
"""
MAKE = (
    *("make", "slow jazz", "--lyrics", "chair.lrc", "--style", "slow jazz", "--length", "12"),
    *("--engine", "diffrhythm", "--variant", "full", "--steps", "3", "--seed", "4", "--json"),
)


def songsmith(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "XDG_CONFIG_HOME": str(folder),
        "HOME": str(folder),
    }
    command = [sys.executable, "-m", "songsmith", *words]
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chair.lrc").write_text(LRC)
    return tmp_path


def manifest_in(folder: Path, out: str) -> dict[str, object]:
    (path,) = (folder / out).glob("*/takes/t001.json")
    manifest: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return {**manifest, "path": path.with_suffix(".flac")}


def test_words_become_a_sound_file_the_same_each_time(tiny_models, folder):
    for out in ("one", "two"):
        done = songsmith(folder, *MAKE, "--out", out)
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
    first, second = manifest_in(folder, "one"), manifest_in(folder, "two")
    assert first["samples_sha256"] == second["samples_sha256"]
    assert first["engine"] == "diffrhythm"
    sound, rate_hz = soundfile.read(first["path"])
    assert (rate_hz, sound.shape) == (44_100, (12 * 44_100, 2))
    assert np.abs(sound).max() > 0.01


def test_without_weights_it_is_one_line_with_what_to_pull(folder, monkeypatch):
    monkeypatch.setenv("SONGSMITH_MODELS", str(folder / "nothing"))
    done = songsmith(folder, *MAKE)
    assert done.returncode == 1
    assert "`songsmith models pull` (5.7 GB)" in done.stderr
    assert "a song of 95 s takes about" in done.stderr
    assert "Traceback" not in done.stderr and not (folder / "songs").exists()


def test_a_reference_that_is_no_sound_leaves_no_take_behind(tiny_models, folder):
    done = songsmith(folder, *MAKE, "--style-audio", "chair.lrc")
    assert done.returncode == 1
    assert "chair.lrc: can't be read as sound" in done.stderr
    assert not list(folder.glob("songs/*/takes/*"))
