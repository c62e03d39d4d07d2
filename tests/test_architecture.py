import ast
import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "agent": {"agent", "prompts", "lyrics", "engine", "errors", "atomic", ""},
    "engine": {"engine", "lyrics", "errors", "atomic"},
    "lyrics": {"lyrics", "errors"},
    "prompts": {"prompts", "errors"},
}


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", ALLOWED)
def test_arrows_between_the_folders_go_one_way(folder):
    wrong = [
        (path.name, name)
        for path in (ROOT / folder).rglob("*.py")
        for name in imports_of(path)
        if name.split(".")[0] == "songsmith"
        and "".join(name.split(".")[1:2]) not in ALLOWED[folder] | {"__version__"}
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["lyrics", "prompts"])
def test_words_know_nothing_of_sound_models(folder):
    heavy = {"torch", "transformers", "openai", "rich"}
    for path in (ROOT / folder).rglob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & heavy, path


@pytest.mark.parametrize(
    "arguments", [["-m", "songsmith", "--help"], ["-c", "import songsmith.lyrics.check"]]
)
def test_help_and_lyrics_load_no_torch(arguments):
    code = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in code.stderr.splitlines()}
    assert "songsmith" in imported
    assert not imported & {"torch", "transformers", "openai", "scipy.signal"}


def test_every_package_on_disk_is_packaged():
    project = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = {
        ".".join(["songsmith", *path.parent.relative_to(ROOT).parts])
        for folder in ALLOWED
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert found | {"songsmith"} == listed
