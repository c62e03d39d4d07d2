"""`songsmith doctor` as a person runs it, on a machine that is broken in five ways."""

import json
import os
import subprocess
import sys
from pathlib import Path

import espeakng_loader
import pytest

from tests.agent.llm_server import KEY, LlmServer, Status

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 630000000\n"
FAKE_LOADER = "def get_library_path():\n    return {library!r}\n\n\ndef get_data_path():\n    return {data!r}\n"


@pytest.fixture
def doctor(tmp_path):
    """Runs `songsmith doctor` in a folder and with settings of the test's own."""
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environ |= {
        "SONGSMITH_CONFIG": str(tmp_path / "config.toml"),
        "SONGSMITH_MODELS": str(tmp_path / "models"),
        "HF_HUB_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "LANG": "C.UTF-8",
    }

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "songsmith", "doctor", *arguments],
            cwd=tmp_path,
            env={**environ, **more},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        )

    return run


def break_in_five_ways(home: Path, base_url: str) -> dict[str, str]:
    """A key that others can read and the endpoint refuses, songs in a file's place, a pointer for weights, and an
    espeak-ng without its data. What the environment adds."""
    (home / "config.toml").write_text(
        f'base_url = "{base_url}"\nmodel = "m"\napi_key = "{KEY}"\n', encoding="utf-8"
    )
    (home / "config.toml").chmod(0o644)
    (home / "songs").write_text("not a folder", encoding="utf-8")
    (home / "models" / "vae").mkdir(parents=True)
    (home / "models" / "vae" / "vae_model.pt").write_bytes(POINTER)
    loader = home / "packages" / "espeakng_loader"
    loader.mkdir(parents=True)
    text = FAKE_LOADER.format(
        library=espeakng_loader.get_library_path(), data=str(home / "espeak-ng-data")
    )
    (loader / "__init__.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(home / "packages")}


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_five_things_that_are_broken_are_five_lines_and_two_are_repaired(doctor, tmp_path):
    with LlmServer() as server:
        server.queue(Status(401, f"Incorrect API key provided: {KEY}"))
        more = break_in_five_ways(tmp_path, server.base_url)
        broken = ("settings", "folders", "weights", "llm", "espeak")
        done = doctor(*broken, "--fix", "--yes", "--json", **more)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    states = {finding["name"]: finding["state"] for finding in document["findings"]}
    failed = {name for name, state in states.items() if state == "fail"}
    assert failed == {"key", "songs folder", "espeak-ng"}
    assert (states["settings"], states["weights vae"]) == ("ok", "warn")
    assert states["address"] == "ok"
    founds = {finding["name"]: finding["found"] for finding in document["findings"]}
    assert "data is missing at" in founds["espeak-ng"]
    assert document["is_well"] is False and document["counts"]["fail"] == len(failed)
    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "models" / "vae" / "vae_model.pt").exists()
    for text in (done.stdout, done.stderr):
        assert KEY not in text and "Traceback" not in text
    assert "✗ key" in done.stderr


@pytest.mark.long
def test_a_sound_machine_is_well_and_asks_nobody_when_offline(doctor, tmp_path):
    with LlmServer() as server:
        done = doctor("--offline", "--json", SONGSMITH_PROFILE="deepseek", DEEPSEEK_API_KEY=KEY)
        assert server.requests == []
    document = json.loads(done.stdout)
    assert (done.returncode, document["is_well"]) == (0, True)
    names = [finding["name"] for finding in document["findings"]]
    assert len(names) == len(set(names))
    assert "LLM" in names and "address" not in names
    assert all(finding["mend"] for finding in document["findings"] if finding["state"] == "fail")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fix"], "add --yes"),
        (["--fix", "--json"], "add --yes"),
        (["--yes"], "--yes goes with --fix"),
        (["lungs"], "no check 'lungs'; they are python,"),
    ],
)
def test_nothing_is_repaired_unasked(doctor, arguments, words):
    done = doctor(*arguments)
    assert (done.returncode, words in done.stderr) == (2, True)
