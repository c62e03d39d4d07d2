import re

import pytest
from typer.testing import CliRunner

from songsmith.agent.cli.main import app

SCREEN = {"COLUMNS": "100", "TERM": "dumb"}


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], env=SCREEN)
    assert done.exit_code == 0
    return done.output


def test_the_help_of_make_fits_one_screen_in_panels():
    text = help_of("make")
    assert len(text.splitlines()) <= 53
    panels = re.findall(r"^╭─ (\w+) ─", text, re.MULTILINE)
    assert panels == ["Arguments", "Options", "Song", "Words", "Sound", "Output", "More"]


def test_the_commands_are_grouped_and_none_stands_outside():
    text = help_of()
    panels = re.findall(r"^╭─ ([\w ,]+?) ─", text, re.MULTILINE)
    assert panels[1] == "Make a song"
    assert panels[-1] == "Set up"
    assert "Commands" not in panels


@pytest.mark.parametrize("command", ["make", "render", "fix", "check", "models pull", "listen"])
def test_brackets_in_help_are_seen_as_they_are_written(command):
    text = help_of(*command.split())
    assert "[/" not in text
    for line in text.splitlines():
        assert len(line) <= 100
