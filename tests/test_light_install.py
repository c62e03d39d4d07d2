"""What the base install can do: songsmith as it is when nobody has installed the extra `diffrhythm`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import songsmith

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "torchaudio", "transformers", "tokenizers", "safetensors", "mcp")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


@pytest.fixture(scope="module")
def light(tmp_path_factory):
    """A folder of installed packages without the heavy ones."""
    packages = tmp_path_factory.mktemp("light") / "packages"
    packages.mkdir()
    for folder in (Path(entry) for entry in sys.path if entry.endswith("-packages")):
        for path in folder.iterdir():
            name = path.name.partition("-")[0].partition(".")[0].lower()
            if name not in HEAVY and path.suffix != ".pth" and not (packages / path.name).exists():
                (packages / path.name).symlink_to(path)
    return packages


@pytest.fixture
def run(light, tmp_path):
    """Runs songsmith, or Python with `-c`, in an empty folder with these packages alone."""
    environment = {
        name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")
    }
    environment |= {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(light))),
        "SONGSMITH_CONFIG": str(tmp_path / "config.toml"),
        "SONGSMITH_MODELS": str(tmp_path / "models"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = arguments if arguments[0] == "-c" else ("-m", "songsmith", *arguments)
        return subprocess.run(
            [sys.executable, "-S", *program],
            cwd=tmp_path,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )

    return run


def test_torch_is_not_there(run):
    assert "No module named 'torch'" in run("-c", "import torch").stderr


def test_without_the_sdk_the_mcp_command_says_what_to_type(run):
    ended = run("mcp")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert 'pip install "songsmith[mcp]"' in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_song_is_made_without_torch_the_same_as_where_torch_is(run, tmp_path):
    made = run("make", "night train", "--length", "8", "--seed", "3", "--json")
    assert made.returncode == 0, made.stderr
    document = json.loads(made.stdout)
    assert document["engine"] == "sketch"
    (folder,) = (tmp_path / "songs").iterdir()
    assert songsmith.open_song(folder).replay().is_same


@pytest.mark.parametrize(
    "arguments",
    [("make", "night train", "--engine", "diffrhythm"), ("models", "pull", "--yes")],
    ids=" ".join,
)
def test_who_asks_for_diffrhythm_reads_one_line_with_what_to_type(run, arguments):
    asked = run(*arguments)
    assert asked.returncode == 1
    (line,) = [line for line in asked.stderr.splitlines() if "songsmith[diffrhythm]" in line]
    assert 'pip install "songsmith[diffrhythm]"' in line and "GB" in line
    assert "Traceback" not in asked.stderr


def test_the_list_of_engines_says_what_to_install_and_how_large_it_is(run):
    listed = run("engines", "--json")
    assert listed.returncode == 0, listed.stderr
    states = {state["name"]: state for state in json.loads(listed.stdout)["engines"]}
    assert states["sketch"]["is_ready"] and not states["diffrhythm"]["is_ready"]
    assert states["diffrhythm"]["install"].startswith('pip install "songsmith[diffrhythm]"')
    assert states["diffrhythm"]["install_bytes"] > 5e8 and states["diffrhythm"]["fetch_bytes"] > 5e9


def test_a_voice_is_asked_of_the_hub_without_torch(run):
    asked = run("-c", "import songsmith.engine.weights.pull, huggingface_hub.file_download")
    assert asked.returncode == 0, asked.stderr
