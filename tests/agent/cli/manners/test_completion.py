"""What the shell offers, asked as the shells ask, and once by a real bash."""

import os
import shutil
import subprocess
import sys

import pytest

from songsmith.agent.cli.main import main
from songsmith.agent.song.songbook import Song
from songsmith.lyrics.lyric import LyricLine, Lyrics, Section

PROGRAM = """import sys
sys.argv[0] = "songsmith"
from songsmith.__main__ import main
main()
"""


@pytest.fixture
def home(tmp_path):
    """A folder with two songs; the first has two versions and a take."""
    lyrics = Lyrics("X", "en", (Section("", (LyricLine(1.0, "The train is late again"),)),))
    for name in ("night-train", "moon"):
        song = Song.create(tmp_path / "songs", name=name, title=name, prompt="x", language="en")
        song.add_version("write", lyrics=lyrics)
    first = Song.open(tmp_path / "songs" / "night-train")
    first.add_version("style")
    for file in ("t001.json", "t002.json", "t002.hearing.json"):
        (first.folder / "takes" / file).write_text("{}", encoding="utf-8")
    (tmp_path / "words.lrc").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def offered(home, monkeypatch, capsys):
    """The values that are offered for the last word of a command line."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("SONGSMITH_CONFIG", str(home / "config.toml"))
    monkeypatch.setattr(sys, "argv", ["songsmith"])

    def ask(line: str, shell: str = "zsh") -> list[str]:
        for name in ("_TYPER_COMPLETE_ARGS", "COMP_WORDS"):
            monkeypatch.setenv(name, line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - (not line.endswith(" "))))
        monkeypatch.setenv("_SONGSMITH_COMPLETE", f"complete_{shell}")
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code, err) == (0, "")
        if shell == "bash":
            return list(filter(None, out.splitlines()))
        return [part.split('"')[1] for part in out.splitlines() if '"' in part]

    return ask


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("songsmith takes ", ["moon", "night-train"]),
        ("songsmith pick night-train ", ["t001", "t002"]),
        ("songsmith fix night-train --take t00", ["t001", "t002"]),
        ("songsmith diff night-train ", ["v1", "v2"]),
        ("songsmith branch night-train m", ["main"]),
        ("songsmith check wo", ["words.lrc"]),
        ("songsmith config set prof", ["profile"]),
        ("songsmith config set profile oll", ["ollama"]),
        ("songsmith models pull ace-step-t", ["ace-step-turbo"]),
        ("songsmith doctor wei", ["weights"]),
        ("songsmith make x --engine ske", ["sketch"]),
        ("songsmith make x --voice kokoro-l", ["kokoro-low"]),
        ("songsmith export night-train --format musicx", ["musicxml"]),
    ],
)
def test_names_that_begin_as_typed_are_offered(offered, line, expected):
    assert offered(line, "bash") == expected


def test_a_style_of_two_words_is_one_word_to_bash_and_to_others(offered):
    assert offered("songsmith make x --style boss", "bash") == ["bossa\\ nova"]
    assert "bossa nova" in offered("songsmith make x --style boss")


def test_what_cannot_be_read_disturbs_no_line_that_is_being_typed(offered, home):
    (home / "songs" / "moon" / "song.json").write_text("{", encoding="utf-8")
    assert offered("songsmith takes ", "bash") == ["moon", "night-train"]
    assert offered("songsmith diff moon ", "bash") == []
    (home / "config.toml").write_text("takes = 0\n", encoding="utf-8")
    assert offered("songsmith takes ", "bash") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_a_real_bash_completes_the_name_of_a_song(home):
    program = home / "bin" / "songsmith"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o755)
    script = """
        eval "$(songsmith --show-completion bash)"
        COMP_WORDS=(songsmith takes ni); COMP_CWORD=2
        _songsmith_completion songsmith
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    environ = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=home, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("night-train\n", "")
