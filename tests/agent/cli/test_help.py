import re
import shlex
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from songsmith.agent.cli.app_facts import commands_of
from songsmith.agent.cli.main import app
from songsmith.agent.cli.manners.examples import EXAMPLES

SCREEN = {"COLUMNS": "100", "TERM": "dumb"}


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], env=SCREEN)
    assert done.exit_code == 0
    return done.output


def test_the_help_of_make_fits_one_screen_in_panels():
    text, examples, _ = help_of("make").partition("Examples")
    assert examples
    assert len(text.rstrip().splitlines()) <= 54
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


GROUPS = ("config", "engines", "models")
COMMANDS = [*GROUPS, *(command.name for command in commands_of(app) if command.name not in GROUPS)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_that_fit_a_terminal_and_are_right(name):
    assert EXAMPLES.get(name), f"{name}: give it examples in agent/cli/manners/examples.py"
    text = (
        CliRunner().invoke(app, [*name.split(), "--help"], env={**SCREEN, "COLUMNS": "80"}).output
    )
    for example in EXAMPLES[name]:
        line = f"songsmith {name} {example}".rstrip()
        assert len(line) <= 78
        assert line in text
        parse(re.split(r" [|<>] ", line)[0])


def test_no_example_is_of_a_command_that_is_not_there():
    assert set(EXAMPLES) <= set(COMMANDS)


def parse(line: str) -> None:
    """Read a command line as the program does, without running it; raises for what it would refuse."""
    _, *words = shlex.split(line)
    command: Any = typer.main.get_command(app)
    context = command.make_context("songsmith", words)
    while isinstance(command, typer.core.TyperGroup) and context._protected_args:
        name, command, words = command.resolve_command(
            context, context._protected_args + context.args
        )
        assert name and command
        context = command.make_context(name, words, parent=context)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_no_empty_phrases_and_no_line_beyond_the_terminal(name):
    text = (
        CliRunner().invoke(app, [*name.split(), "--help"], env={**SCREEN, "COLUMNS": "80"}).output
    )
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "<bool>" not in text.replace("--help", "").partition("More")[2]
    assert "[[" not in text and "list[" not in text.partition("Options")[2]


def test_an_example_with_a_flag_that_is_not_there_would_be_found():
    with pytest.raises(Exception, match="No such option"):
        parse("songsmith models pull --colour red")
