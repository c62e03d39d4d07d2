"""The request that goes out to each provider, held field by field."""

import pytest

from songsmith.agent.llm import errors as llm_errors
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.messages import Message, Tool, ToolCall
from songsmith.agent.llm.profiles import PREFERRED_MODELS, PROFILES
from tests.agent.llm_server import LlmServer, Status, Words

HELLO = [Message("user", "hello")]
TOOL = Tool("check", "all faults", {"type": "object", "properties": {}})
COMMON = {"model", "messages", "stream", "stream_options"}


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


def sent(server, tools=(), **changes) -> dict[str, object]:
    server.queue(Words())
    Llm(server.endpoint(**changes)).reply(HELLO, tools)
    body: dict[str, object] = server.requests[-1].body
    return {name: value for name, value in body.items() if name not in COMMON | {"tools"}}


@pytest.mark.parametrize(
    ("changes", "tools", "fields"),
    [
        ({"profile": "deepseek", "temperature": 1.0}, (), {"thinking": {"type": "disabled"}, "temperature": 1.0}),
        ({"profile": "deepseek", "temperature": 1.0}, [TOOL], {"thinking": {"type": "disabled"}, "temperature": 1.0}),
        (
            {"profile": "deepseek", "temperature": 1.0, "thinking": True},
            [TOOL],
            {"thinking": {"type": "enabled"}, "reasoning_effort": "low"},
        ),
        ({"profile": "openai"}, [TOOL], {"reasoning_effort": "none"}),
        ({"profile": "openai", "temperature": 0.8}, (), {"reasoning_effort": "none", "temperature": 0.8}),
        ({"profile": "openai", "thinking": True, "temperature": 0.8}, (), {"reasoning_effort": "low"}),
        ({"profile": "openai", "thinking": True}, [TOOL], {"reasoning_effort": "none"}),
        ({"profile": "ollama", "temperature": 0.5}, [TOOL], {"temperature": 0.5}),
        ({"profile": "vllm"}, (), {}),
        ({"profile": "custom", "thinking": True}, (), {}),
    ],
)  # fmt: skip
def test_each_provider_gets_the_fields_that_it_takes(server, changes, tools, fields):
    assert sent(server, tools, **changes) == fields


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Unrecognized request argument supplied: thinking", "thinking"),
        ("Unsupported parameter: 'reasoning_effort' is not supported with this model.", "reasoning_effort"),
    ],
)  # fmt: skip
def test_a_field_that_a_server_does_not_know_is_left_out_and_said_once(server, words, field):
    profile = "deepseek" if field == "thinking" else "openai"
    partner, seen = Llm(server.endpoint(profile=profile)), []
    server.queue(Status(400, words), Words(), Words())
    for _ in range(2):
        partner.reply(HELLO, on_event=lambda event: seen.append(str(event)))
    assert [field in request.body for request in server.requests] == [True, False, False]
    assert len(seen) == 1 and field in seen[0]


def test_a_thinking_model_gets_its_thinking_back_with_every_call(server):
    messages = [
        *HELLO,
        Message("assistant", "", (ToolCall("c1", "check", "{}"),), reasoning="hm"),
        Message("tool", "ok", call_id="c1"),
        Message("assistant", "", (ToolCall("c2", "check", "{}"),)),
        Message("tool", "ok", call_id="c2"),
    ]
    server.queue(Words())
    Llm(server.endpoint(profile="deepseek", thinking=True)).reply(messages, [TOOL])
    assert [m.get("reasoning_content") for m in server.requests[0].messages] == [
        None,
        "hm",
        None,
        "",
        None,
    ]


def test_a_usual_model_that_is_gone_is_followed_by_the_next_one_and_said(server):
    server.models[:] = [{"id": "deepseek-v4-pro"}, {"id": "deepseek-embed"}]
    partner, seen = (
        Llm(server.endpoint(profile="deepseek", model="deepseek-flash", is_model_said=False)),
        [],
    )
    server.queue(Status(404, "Model Not Exist"), Words())
    assert partner.reply(HELLO, on_event=lambda event: seen.append(str(event))).text
    assert partner.endpoint.model == "deepseek-v4-pro"
    assert "deepseek-flash is no longer served there; going on with deepseek-v4-pro" in seen[0]


def test_a_chosen_model_that_is_gone_is_an_error_that_names_its_successor(server):
    server.models[:] = [{"id": "deepseek-flash"}, {"id": "deepseek-v4-pro"}]
    server.queue(Status(404, "Model Not Exist"))
    with pytest.raises(llm_errors.ModelNotFound, match="config set model deepseek-flash"):
        Llm(server.endpoint(profile="deepseek", model="deepseek-chat")).reply(HELLO)


def test_the_usual_model_of_a_provider_is_the_first_preferred_one():
    for profile, models in PREFERRED_MODELS.items():
        assert PROFILES[profile].model == models[0]
