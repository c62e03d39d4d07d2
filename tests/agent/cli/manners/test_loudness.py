"""--quiet, --verbose and --version, wherever they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.cli.main import main

LRC = "[ti:Night Train]\n[la:en]\n[00:02.00]The train is late again tonight\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, beep):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "song.lrc").write_text(LRC, encoding="utf-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    return call


MAKE = ("make", "--lyrics", "song.lrc", "--engine", "beep", "--length", "6", "--seed", "1")


@pytest.mark.parametrize("arguments", [("--quiet", *MAKE), (*MAKE, "-q")])
def test_a_quiet_make_prints_what_came_of_it_and_nothing_before(run, arguments):
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out.split()[0] == "take"
    assert any(line.startswith("  song  ") for line in out.splitlines())
    assert "engine" not in out and "platform" not in out


def test_errors_are_said_by_the_quietest_too(run):
    code, out, err = run("takes", "nowhere", "--quiet")
    assert (code, out) == (1, "")
    assert "no song 'nowhere'" in err


def test_verbose_tells_what_happens_on_stderr_and_only_for_that_command(run):
    code, out, err = run(*MAKE, "--verbose", "--json")
    assert code == 0
    assert out.startswith("{")
    assert "make: begun by songsmith" in err and "make: done in" in err
    assert (
        "begun by"
        not in run("fix", str(next(Path("songs").iterdir())), "--lines", "1", "--engine", "beep")[2]
    )


def test_verbose_prints_no_secret_of_an_address(run, monkeypatch):
    monkeypatch.setenv("SONGSMITH_BASE_URL", "http://me:secretword@127.0.0.1:9/v1?key=secretword")
    code, out, err = run("--verbose", "write", "x", "--writer", "llm")
    assert code == 1
    assert "secretword" not in out + err


def test_the_version_comes_first_and_then_those_of_what_songs_depend_on(run):
    code, out, _ = run("--version")
    lines = out.splitlines()
    assert (code, lines[0].split()[0]) == (0, "songsmith")
    assert {line.split()[0] for line in lines[1:]} >= {
        "python",
        "numpy",
        "torch",
        "espeakng-loader",
    }


@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("make", "--help"),
        ("--version",),
        ("agent-info",),
        ("doctor", "python"),
        ("config", "show"),
        ("models", "list"),
        ("rhyme", "night"),
    ],
    ids=" ".join,
)
def test_whoever_reads_only_the_beginning_hears_no_complaint(tmp_path, command):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "songsmith", *command],
            stdout=closed,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")
