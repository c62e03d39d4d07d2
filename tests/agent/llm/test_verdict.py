"""The judgement of `llmock`, a server made to grade clients: no retry storm, no truncated reply taken for whole."""

import pytest
from llmock.pytest_plugin import LLMock
from pydantic import SecretStr

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import KeyRefused
from songsmith.agent.llm.messages import Message, Tool
from songsmith.agent.llm.profiles import Endpoint

HELLO = [Message("user", "which way to the bandstand?")]


@pytest.fixture
def endpoint(llmock: LLMock) -> Endpoint:
    return Endpoint(llmock.base_url(), "gpt-4.1", api_key=SecretStr("test-key"), timeout_s=20)


def test_rate_limits_are_waited_out(llmock, endpoint):
    llmock.rate_limit(times=2, retry_after=0.02).reply("Left.")
    assert Llm(endpoint).reply(HELLO).text == "Left."
    llmock.assert_resilient()


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
def test_a_broken_stream_is_never_taken_for_a_reply(llmock, endpoint, fault):
    llmock.reply("Left, then right, then left again, past the old pier.", times=None)
    getattr(llmock, fault)(after_chunks=2)
    reply = Llm(endpoint, sleep=lambda wait_s: None).reply(HELLO)
    assert reply.text == "Left, then right, then left again, past the old pier."
    assert len(llmock.requests) == 2
    llmock.assert_resilient()


def test_a_refused_key_is_not_tried_again(llmock, endpoint):
    llmock.fail(401, times=None)
    with pytest.raises(KeyRefused):
        Llm(endpoint).reply(HELLO)
    llmock.assert_resilient()


def test_a_tool_is_called_as_another_server_streams_it(llmock, endpoint):
    llmock.call_tool("style", {"text": "slow"})
    tool = Tool(
        "style", "Set the style.", {"type": "object", "properties": {"text": {"type": "string"}}}
    )
    calls = Llm(endpoint).reply(HELLO, [tool]).calls
    assert [(call.name, call.arguments) for call in calls] == [("style", '{"text": "slow"}')]
