"""The house as docs/architecture.md draws it, held against every import in the code."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import tomlkit

ROOT = Path(__file__).parent.parent
TOPS = ("agent", "engine", "lyrics", "prompts")
OF_THE_WHOLE_FOLDER = {"agent", "engine", "engine.sketch", "lyrics"}
"""Folders whose own modules are values or faces of all the rooms in them."""
MOST_MODULES = 21
"""In one folder, its __init__ included."""
Graph = Mapping[str, set[str]]


def module_of(path: Path) -> str:
    """ "agent.llm.client" of agent/llm/client.py; a package is named like its folder."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    """The room that a module lies in: its folder."""
    return module if module in ROOMS else module.rpartition(".")[0]


FILES = {module_of(path): path for top in TOPS for path in (ROOT / top).rglob("*.py")}
ROOMS = {name for name, path in FILES.items() if path.name == "__init__.py"}


def imports_of(path: Path) -> set[str]:
    """Full names of all that a file imports, inside functions and for type checkers too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_imports(path: Path) -> set[str]:
    """The modules of the four folders that a file imports."""
    found = set()
    for name in imports_of(path):
        inside = name.removeprefix("songsmith.")
        known = [module for module in (inside, inside.rpartition(".")[0]) if module in FILES]
        if name.startswith("songsmith.") and known:
            found.add(known[0])
    return found


@cache
def all_imports() -> Graph:
    """The modules of the four folders that each of them imports."""
    return {name: own_imports(path) - {name} for name, path in FILES.items()}


def drawing() -> list[list[str]]:
    """The lines of rooms in docs/architecture.md, from top to bottom."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    return [line.split() for line in block.splitlines()]


LEVELS = {room: level for level, rooms in enumerate(drawing()) for room in rooms}


def circle_in(graph: Graph) -> list[str]:
    """One circle of a graph, [] if there is none."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def has_rooms(room: str) -> bool:
    return any(other.startswith(f"{room}.") for other in ROOMS)


def by_room(imports: Graph) -> Graph:
    """The arrows between rooms. A module that lies beside rooms stands for itself, not for its folder."""

    def node(module: str) -> str:
        room = room_of(module)
        return module if has_rooms(room) else room

    graph: dict[str, set[str]] = {}
    for module, imported in imports.items():
        graph.setdefault(node(module), set()).update(
            node(other) for other in imported if node(other) != node(module)
        )
    return graph


def is_free(here: str, there: str) -> bool:
    """Whether only the rule against circles counts: in one room, and between a room and what lies in it."""
    is_inside = f"{here}.".startswith(f"{there}.") or f"{there}.".startswith(f"{here}.")
    return is_inside or bool({here, there} & OF_THE_WHOLE_FOLDER)


def wrong_arrows(imports: Graph) -> Iterable[str]:
    """Imports of a room that is not below, but for the modules that lie beside rooms."""
    for module, imported in imports.items():
        for other in imported:
            here, there = room_of(module), room_of(other)
            if not is_free(here, there) and LEVELS[here] >= LEVELS[there]:
                yield f"{module} imports {other}"


def test_no_files_import_one_another_in_a_circle():
    assert circle_in(all_imports()) == []


def test_no_rooms_import_one_another_in_a_circle():
    assert circle_in(by_room(all_imports())) == []


def test_arrows_between_rooms_go_down_in_the_drawing():
    assert list(wrong_arrows(all_imports())) == []


def test_the_drawing_holds_every_room_once():
    drawn = [room for rooms in drawing() for room in rooms]
    assert sorted(drawn) == sorted(ROOMS - {"agent"})


def test_a_circle_and_an_arrow_upwards_would_be_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert list(wrong_arrows({"agent.llm.client": {"agent.studio.make"}})) == [
        "agent.llm.client imports agent.studio.make"
    ]
    assert list(wrong_arrows({"agent.studio.make": {"agent.llm.client"}})) == []


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("agent", {"agent", "prompts", "lyrics", "engine"}),
        ("engine", {"engine", "lyrics"}),
        ("lyrics", {"lyrics"}),
        ("prompts", {"prompts"}),
    ],
)
def test_arrows_between_the_folders_go_one_way(folder, allowed):
    wrong = [
        (module, other)
        for module, imported in all_imports().items()
        for other in imported
        if module.split(".")[0] == folder and other.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_no_engine_imports_another_engine():
    engines = {room for room in ROOMS if room != "engine" and f"{room}.engine" in FILES}
    assert {"engine.diffrhythm", "engine.sketch"} <= engines

    def engine_of(module: str) -> str:
        return next((name for name in engines if f"{module}.".startswith(f"{name}.")), "")

    wrong = [
        (module, other)
        for module, imported in all_imports().items()
        for other in imported
        if engine_of(module) and engine_of(other) and engine_of(module) != engine_of(other)
    ]
    assert wrong == []


def test_no_folder_holds_more_modules_than_a_person_can_look_over():
    counts = {room: sum(room_of(module) == room for module in FILES) for room in ROOMS}
    assert {room: count for room, count in counts.items() if count > MOST_MODULES} == {}


def test_every_room_says_what_it_is_for():
    silent = [
        room
        for room in ROOMS
        if not ast.get_docstring(ast.parse(FILES[room].read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("folder", ["lyrics", "prompts"])
def test_words_know_nothing_of_sound_models(folder):
    heavy = {"torch", "torchaudio", "transformers", "openai", "rich"}
    for path in (ROOT / folder).rglob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & heavy, path


def test_torch_is_imported_only_where_its_extra_is_needed():
    heavy = {"torch", "torchaudio", "transformers", "diffusers"}
    users = {
        room_of(module)
        for module, path in FILES.items()
        if {name.split(".")[0] for name in imports_of(path)} & heavy
    }
    assert users <= {
        "engine",
        "engine.weights",
        "engine.acestep",
        "engine.diffrhythm",
        "engine.diffrhythm.model",
    }


@pytest.mark.parametrize(
    "arguments", [["-m", "songsmith", "--help"], ["-c", "import songsmith.lyrics.check"]]
)
def test_help_and_lyrics_load_no_torch(arguments):
    code = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in code.stderr.splitlines()}
    assert "songsmith" in imported
    assert not imported & {"torch", "transformers", "diffusers", "openai", "scipy.signal"}


def test_every_package_on_disk_is_packaged():
    project = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    assert {f"songsmith.{room}" for room in ROOMS} | {"songsmith"} == listed


def test_every_test_lies_where_the_code_that_it_tests_does():
    folders = {
        path.parent.relative_to(ROOT / "tests") for path in ROOT.glob("tests/*/**/test_*.py")
    }
    assert [str(folder) for folder in folders if not (ROOT / folder).is_dir()] == []
