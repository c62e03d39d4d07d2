from songsmith.agent.chat.slash import command_names
from songsmith.agent.chat.tools import Toolbox
from songsmith.agent.cli.main import app
from songsmith.agent.studio.studio import VERBS, Studio


def test_the_studio_has_every_verb():
    assert [verb for verb in VERBS if not callable(getattr(Studio, verb, None))] == []


def test_the_command_line_has_every_verb():
    commands = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    assert set(VERBS) <= commands


def test_the_chat_has_every_verb():
    assert set(VERBS) <= set(command_names())


def test_the_model_has_every_verb_with_a_described_schema():
    tools = {tool.name: tool for tool in Toolbox.tools()}
    assert set(tools) == set(VERBS)
    for tool in tools.values():
        assert tool.description
        assert tool.parameters["additionalProperties"] is False
