import json
import re
import sys
from pathlib import Path

import pytest
import typer

from songsmith.agent.chat.slash import command_names
from songsmith.agent.cli.app_facts import app_facts, commands_of
from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.cli.main import app, main
from songsmith.agent.studio.studio import VERBS


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command line in an empty folder; gives back its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


def test_agent_info_tells_every_verb_format_setting_and_exit_code(run):
    code, out, err = run("agent-info")
    facts = json.loads(out)
    assert code == 0 and err == ""
    assert set(VERBS) <= {command["name"] for command in facts["commands"]}
    assert set(facts["verbs"]) == set(VERBS)
    assert {int(code) for code in facts["exit_codes"]} == set(ExitCode)
    assert facts["formats"]["stems"]["kind"] == "stems"
    assert facts["settings"]["renders_per_turn"]["environment"] == "SONGSMITH_RENDERS_PER_TURN"
    assert facts["chat_events"]["progress"] == ["stage", "done", "total", "take", "takes"]
    assert "usage" in facts["chat_report"]
    assert len(out) < 60_000


def test_what_is_told_of_a_command_is_what_the_program_itself_takes():
    told = {command.name: command for command in commands_of(app)}
    checked = 0
    groups = [("", typer.main.get_command(app))]
    for group, parent in groups:
        for name, command in getattr(parent, "commands", {}).items():
            whole = f"{group} {name}".strip()
            if hasattr(command, "commands"):
                groups.append((whole, command))
            if whole not in told:
                assert command.hidden or hasattr(command, "commands"), whole
                continue
            real = {
                flag
                for parameter in command.params
                if not parameter.hidden and parameter.name != "help"
                for flag in parameter.opts
                if flag.startswith("-")
            }
            mine = {flag for parameter in told[whole].parameters for flag in parameter.flags}
            assert mine == real - {"--install-completion", "--show-completion"}, whole
            checked += 1
    assert checked == len(told) > len(VERBS)


def test_kinds_defaults_and_bounds_are_told():
    told = {command["name"]: command for command in app_facts(app)["commands"]}
    chat = {parameter["name"]: parameter for parameter in told["chat"]["parameters"]}
    assert chat["song"]["kind"] == "text" and "flags" not in chat["song"]
    assert chat["turns"] == {
        "name": "turns",
        "flags": ("--max-turns",),
        "kind": "integer",
        "metavar": "N",
        "least": 1,
        "most": 100,
        "what": "Rounds of the model and its tools (12).",
    }
    assert chat["go-on"]["flags"] == ("--continue", "-c") and chat["go-on"]["kind"] == "flag"
    target = next(p for p in told["install-skill"]["parameters"] if p["name"] == "target")
    assert target["is_required"] is True and target["choices"] == ("claude", "codex", "cursor")


@pytest.mark.parametrize(
    ("target", "folder"), [("claude", ".claude"), ("codex", ".agents"), ("cursor", ".cursor")]
)
def test_a_skill_is_written_where_its_agent_looks(run, target, folder):
    assert run("install-skill", "--target", target)[0] == 0
    text = (Path(folder) / "skills" / "songsmith" / "SKILL.md").read_text(encoding="utf-8")
    head, body = text.removeprefix("---\n").split("---\n", 1)
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    assert facts["name"] == "songsmith" and 100 < len(facts["description"]) <= 1_024
    for verb in VERBS:
        assert f"- `{verb}`: " in body


def test_every_command_and_flag_that_the_skill_shows_is_there(run):
    run("install-skill", "--target", "codex")
    text = Path(".agents/skills/songsmith/SKILL.md").read_text(encoding="utf-8")
    told = {command.name: command for command in commands_of(app)}
    shown = [" ".join(found.split()) for found in re.findall(r"`songsmith ([^`]+)`", text)]
    assert len(shown) >= 6
    for line in shown:
        words = line.split()
        name = next(n for n in (" ".join(words[:2]), words[0]) if n in told)
        flags = {flag for parameter in told[name].parameters for flag in parameter.flags}
        assert set(re.findall(r" (--[a-z-]+)", line)) <= flags, line
    assert not set(re.findall(r"(?<= )/[a-z]+", text)) & {f"/{name}" for name in command_names()}


def test_a_skill_that_somebody_changed_is_left_unless_they_say_yes(run, monkeypatch):
    to = ("install-skill", "--target", "claude", "--to", "skills", "--json")
    assert json.loads(run(*to)[1])["state"] == "written"
    assert json.loads(run(*to)[1])["state"] == "already there"
    place = Path("skills/songsmith/SKILL.md")
    place.write_text("mine", encoding="utf-8")
    code, out, err = run(*to)
    assert code == 1 and out == "" and "--yes replaces it" in err
    assert place.read_text(encoding="utf-8") == "mine"
    assert json.loads(run(*to, "--yes")[1])["state"] == "replaced"
    assert "songsmith agent-info" in place.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_at_a_terminal_it_asks_before_it_replaces(tmp_path):
    import pexpect

    place = tmp_path / ".claude" / "skills" / "songsmith" / "SKILL.md"
    place.parent.mkdir(parents=True)
    for answer, kept in (("n", True), ("y", False)):
        place.write_text("mine", encoding="utf-8")
        session = pexpect.spawn(
            sys.executable,
            ["-m", "songsmith", "install-skill", "--target", "claude"],
            cwd=str(tmp_path),
            encoding="utf-8",
            timeout=60,
        )
        session.expect("Replace it")
        session.sendline(answer)
        session.expect(pexpect.EOF)
        assert (place.read_text(encoding="utf-8") == "mine") is kept
