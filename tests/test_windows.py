"""What can be proved elsewhere of a system that reserves names, has no POSIX calls, and turns links into text files."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pathvalidate import is_valid_filename

from songsmith.agent.song.names import folder_name

ROOT = Path(__file__).parent.parent
POSIX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog"}
POSIX_CALLS = {"fork", "getuid", "geteuid", "killpg", "mkfifo", "setsid", "getpgid", "wait4"}
POSIX_SIGNALS = {"SIGKILL", "SIGHUP", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGWINCH"}
LONGEST_PATH = 150
"""Leaves a person 110 of Windows' 260 characters for where the clone lies."""


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.split("\0") if name]


def test_no_file_name_in_the_repository_is_reserved_or_too_long():
    names = tracked_files()
    assert [
        name
        for name in names
        if len(name) > LONGEST_PATH
        or not all(is_valid_filename(part, platform="windows") for part in name.split("/"))
    ] == []


def test_no_two_files_differ_only_in_the_case_of_their_names():
    names = [name.casefold() for name in tracked_files()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "title",
    ["CON", "nul", "com1", "aux.", "a" * 300, "what? why: <this>|*", "...", "Lpt9 ", "月" * 90],
)
def test_no_folder_of_a_song_has_a_name_that_is_reserved_or_too_long(title):
    name = folder_name(title)
    assert is_valid_filename(name, platform="windows")
    assert len(name) <= 70


def test_takes_and_what_belongs_to_them_have_names_that_windows_takes():
    for name in ("t001.flac", "t1000.hearing-2.json", "t001.claim", ".t001.flac.123.part"):
        assert is_valid_filename(name, platform="windows")


def code_files() -> list[Path]:
    tops = ("agent", "engine", "lyrics", "prompts", "songsmith")
    return [path for top in tops for path in (ROOT / top).glob("**/*.py") if not path.is_symlink()]


def posix_only(tree: ast.AST) -> set[str]:
    """What a file uses that Windows lacks, except below an `if` or in a `try` that looks for it first."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.If, ast.Try, ast.IfExp))
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & POSIX_ONLY
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} & POSIX_ONLY
        elif isinstance(node, ast.Attribute) and node.attr in POSIX_CALLS | POSIX_SIGNALS:
            found.add(node.attr)
    return found


def test_no_module_needs_what_only_posix_has():
    wanting = {
        str(path.relative_to(ROOT)): posix_only(ast.parse(path.read_text(encoding="utf-8")))
        for path in code_files()
    }
    assert {name: calls for name, calls in wanting.items() if calls} == {}
    assert posix_only(ast.parse("import fcntl\nos.fork()")) == {"fcntl", "fork"}
    assert posix_only(ast.parse("if os.name == 'posix':\n    import fcntl")) == set()


def test_text_files_are_written_and_read_as_utf_8():
    """Elsewhere than on Windows the default is UTF-8, so that a missing encoding shows only there."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in code_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and not node.args[1 if node.func.attr == "write_text" else 0 :]
        and not any(keyword.arg == "encoding" for keyword in node.keywords)
    ]
    assert silent == []


@pytest.mark.long
def test_without_the_links_an_editable_and_a_normal_install_work(tmp_path):
    """git on Windows makes a text file of a link; an installed songsmith must not need them."""
    clone = tmp_path / "clone"
    shutil.copytree(
        ROOT,
        clone,
        symlinks=True,
        ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache", "songs"),
    )
    links = [path for path in (clone / "songsmith").iterdir() if path.is_symlink()]
    assert {path.name for path in links} == {"agent", "engine", "lyrics", "prompts"}
    for path in links:
        target = str(path.readlink())
        path.unlink()
        path.write_text(target, encoding="utf-8")
    code = "import songsmith.agent.api, songsmith.lyrics.reading.lrc; print(songsmith.__version__)"
    for number, how in enumerate((["-e"], [])):
        place = tmp_path / f"env{number}"
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        (found,) = place.glob("**/site-packages")
        (found / "parents.pth").write_text("\n".join(p for p in sys.path if "site-packages" in p))
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *how, clone], check=True)
        done = subprocess.run(
            [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip()
    tests = ["tests/lyrics/test_stamps.py", "tests/test_architecture.py", "tests/agent/song"]
    done = subprocess.run(
        [
            tmp_path / "env0" / "bin" / "python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *tests,
        ],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
