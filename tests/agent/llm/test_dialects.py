"""The request that goes out to each provider, held field by field, and what each refusal changes in it."""

import json
from pathlib import Path

import pytest

from songsmith.agent.llm import errors as llm_errors
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.dialects import Ask
from songsmith.agent.llm.messages import Message, Tool, ToolCall
from songsmith.agent.llm.profiles import KEY_VARIABLES, PROFILES
from songsmith.agent.llm.providers import known_providers
from songsmith.agent.settings.settings import endpoint, load_settings
from tests.agent.llm_server import LlmServer, Status, Whole, Words, whole_reply

HELLO = [Message("system", "be brief"), Message("user", "hello")]
TOOL = Tool("check", "all faults", {"type": "object", "properties": {}})
COMMON = {"model": "m", "stream": True, "stream_options": {"include_usage": True}}
SCHEMA = {"type": "object"}
AS_SCHEMA = {"type": "json_schema", "json_schema": {"name": "reply", "schema": SCHEMA}}
OBJECT = {"type": "json_object"}
REFUSALS = json.loads((Path(__file__).parent / "data" / "refusals.json").read_text("utf-8"))
WRITE = Ask("write", max_tokens=900, seed=7)


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


def sent(server, ask: Ask, tools=(), **changes) -> dict[str, object]:
    server.queue(Words())
    Llm(server.endpoint(**{"model": "m", **changes})).reply(HELLO, tools, ask)
    body: dict[str, object] = server.requests[-1].body
    return {name: value for name, value in body.items() if name not in ("messages", "tools")}


NO_TEMPLATE_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}


@pytest.mark.parametrize(
    ("profile", "fields"),
    [
        ("deepseek", {"thinking": {"type": "disabled"}, "temperature": 1.2, "max_tokens": 900}),
        ("openai", {"reasoning_effort": "none", "temperature": 1.0, "max_completion_tokens": 900}),
        ("openrouter", {"reasoning_effort": "none", "temperature": 1.0, "max_tokens": 900, "seed": 7}),
        ("gemini", {"reasoning_effort": "low", "temperature": 1.0, "max_tokens": 8_900}),
        ("mistral", {"temperature": 0.9, "max_tokens": 900, "random_seed": 7, "stream_options": None}),
        ("ollama", {"reasoning_effort": "none", "temperature": 0.9, "max_tokens": 900, "seed": 7}),
        ("lmstudio", {"temperature": 0.9, "max_tokens": 900, "seed": 7}),
        ("llamacpp", {**NO_TEMPLATE_THINKING, "temperature": 0.9, "max_tokens": 900, "seed": 7}),
        ("vllm", {**NO_TEMPLATE_THINKING, "temperature": 0.9, "max_tokens": 900, "seed": 7}),
        ("custom", {"max_tokens": 900}),
    ],
)  # fmt: skip
def test_the_request_for_a_song_is_what_each_provider_takes(server, profile, fields):
    wanted = {name: value for name, value in (COMMON | fields).items() if value is not None}
    assert sent(server, WRITE, profile=profile) == wanted


def test_every_known_provider_has_its_request_held_here():
    held = {
        row[0]
        for row in test_the_request_for_a_song_is_what_each_provider_takes.pytestmark[0].args[1]
    }
    assert held == {*known_providers(), "custom"}


@pytest.mark.parametrize(
    ("changes", "tools", "fields"),
    [
        ({"profile": "deepseek"}, [TOOL], {"thinking": {"type": "disabled"}, "temperature": 1.0}),
        (
            {"profile": "deepseek", "thinking": True},
            [TOOL],
            {"thinking": {"type": "enabled"}, "reasoning_effort": "low"},
        ),
        ({"profile": "openai"}, [TOOL], {"reasoning_effort": "none", "temperature": 0.7}),
        ({"profile": "openai", "temperature": 0.8}, (), {"reasoning_effort": "none", "temperature": 0.8}),
        ({"profile": "openai", "thinking": True, "temperature": 0.8}, (), {"reasoning_effort": "low"}),
        ({"profile": "openai", "thinking": True}, [TOOL], {"reasoning_effort": "none", "temperature": 0.7}),
        (
            {"profile": "mistral", "model": "mistral-medium-latest"},
            (),
            {"reasoning_effort": "none", "temperature": 0.6},
        ),
        ({"profile": "mistral", "model": "mistral-large-latest"}, (), {"temperature": 0.6}),
        ({"profile": "custom", "thinking": True}, (), {}),
    ],
)  # fmt: skip
def test_thinking_tools_and_temperature_go_together_as_each_model_wants(
    server, changes, tools, fields
):
    body = sent(server, Ask(), tools, **changes)
    assert {n: v for n, v in body.items() if n not in COMMON} == fields


@pytest.mark.parametrize(
    ("profile", "form"),
    [("deepseek", OBJECT), ("lmstudio", AS_SCHEMA), ("vllm", AS_SCHEMA), ("custom", None)],
)
def test_json_is_asked_for_as_each_provider_has_it(server, profile, form):
    assert (
        sent(server, Ask("repair", schema=SCHEMA), profile=profile).get("response_format") == form
    )


def test_thinking_leaves_room_for_the_reply_itself(server):
    body = sent(server, WRITE, profile="deepseek", thinking=True)
    assert body["max_tokens"] == 8_900


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row['provider']} {list(row['then'])}")
def test_what_a_provider_refuses_is_changed_and_said_once(server, row):
    refusal = Status(
        row["status"], row.get("says", ""), body=json.dumps(row["body"]) if "body" in row else None
    )
    profile = row.get("profile", row["provider"])
    model = "mistral-medium-latest" if profile == "mistral" else "m"
    seen: list[str] = []
    partner = Llm(server.endpoint(profile=profile, model=model, temperature=0.7))
    server.queue(refusal, whole_reply({"content": "All good."}))
    tools = [TOOL] if row.get("tools") else ()
    ask = Ask("write", max_tokens=900, seed=7, schema=SCHEMA if row.get("json") else None)
    for _ in range(2):
        reply = partner.reply(HELLO, tools, ask, on_event=lambda event: seen.append(str(event)))
        assert reply.text == "All good."
    assert len(server.requests) == 3 and len(seen) == 1
    for request in server.requests[1:]:
        assert _facts(request.body, row["then"]) == row["then"]
    assert _facts(server.requests[0].body, row["then"]) != row["then"]


def _facts(body, wanted):
    found = {name: body.get(name) for name in wanted}
    if "roles" in wanted:
        found["roles"] = [message["role"] for message in body["messages"]]
        assert all("be brief" in message["content"] for message in body["messages"][:1])
    if found.get("response_format"):
        found["response_format"] = found["response_format"]["type"]
    return found


def test_a_model_that_thinks_up_its_whole_bound_is_asked_again_without_one(server):
    cut = whole_reply({"content": "", "reasoning_content": "hm " * 50}, "length")
    server.queue(cut, Words())
    seen: list[str] = []
    partner = Llm(server.endpoint())
    assert partner.reply(HELLO, (), WRITE, on_event=lambda e: seen.append(str(e))).text
    assert [r.body.get("max_tokens") for r in server.requests] == [900, None]
    assert "thinks long" in seen[0]


def test_a_stream_is_stopped_once_there_is_enough(server):
    server.queue(Words("la la\n" * 400))
    reply = Llm(server.endpoint()).reply(HELLO, is_enough=lambda text: text.count("\n") > 5)
    assert reply.is_stopped
    assert 5 < reply.text.count("\n") < 9


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
    back = [m.get("reasoning_content") for m in server.requests[0].messages]
    assert back == [None, None, "hm", None, "", None]


# --- models


def test_a_usual_model_that_is_gone_is_followed_by_the_next_one_and_said(server):
    server.models[:] = [{"id": "deepseek-v4-pro"}, {"id": "deepseek-embed"}]
    place = server.endpoint(profile="deepseek", model="deepseek-flash", is_model_said=False)
    partner, seen = Llm(place), []
    server.queue(Status(404, "Model Not Exist"), Words())
    assert partner.reply(HELLO, on_event=lambda event: seen.append(str(event))).text
    assert partner.endpoint.model == "deepseek-v4-pro"
    assert "deepseek-flash is no longer served there; going on with deepseek-v4-pro" in seen[0]


def test_a_chosen_model_that_is_gone_is_an_error_that_names_its_successor(server):
    server.models[:] = [{"id": "deepseek-flash"}, {"id": "deepseek-v4-pro"}]
    server.queue(Status(404, "Model Not Exist"))
    with pytest.raises(llm_errors.ModelNotFound, match="config set model deepseek-flash"):
        Llm(server.endpoint(profile="deepseek", model="deepseek-chat")).reply(HELLO)


def test_a_provider_that_lists_its_models_with_a_prefix_is_understood(server):
    server.models[:] = [{"id": "models/text-embedding-4"}, {"id": "models/gemini-3.6-flash"}]
    partner = Llm(server.endpoint(profile="gemini", model="gemini-3.8-flash", is_model_said=False))
    server.queue(Status(404, "models/gemini-3.8-flash is not found"), Words())
    partner.reply(HELLO)
    assert server.requests[-1].body["model"] == "gemini-3.6-flash"


def test_every_provider_is_a_profile_and_says_where_its_facts_are_from():
    for name, provider in known_providers().items():
        assert PROFILES[name].model == (provider.model_names[0] if provider.models else None)
        assert provider.source.startswith("https://") and "read 2026-" in provider.source
        assert bool(provider.key_variable) == (name in KEY_VARIABLES)


@pytest.mark.parametrize(("profile", "variable"), sorted(KEY_VARIABLES.items()))
def test_the_key_of_a_provider_chooses_its_profile(tmp_path, profile, variable):
    environ = {"SONGSMITH_CONFIG": str(tmp_path / "none.toml"), variable: "k"}
    chosen = endpoint(load_settings(environ=environ))
    assert chosen is not None and chosen.profile == profile
    assert chosen.base_url == known_providers()[profile].base_url


# --- addresses


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/", "/v1/models"])
def test_a_pasted_address_of_a_call_is_read_as_that_of_the_api(server, path, tmp_path):
    base = server.base_url.removesuffix("/v1")
    environ = {
        "SONGSMITH_CONFIG": str(tmp_path / "none.toml"),
        "SONGSMITH_BASE_URL": base + path,
        "SONGSMITH_MODEL": "m",
    }
    chosen = endpoint(load_settings(environ=environ))
    assert chosen is not None and chosen.base_url == server.base_url


@pytest.mark.parametrize(
    "elsewhere",
    [Whole({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), Status(404, "404 page not found")],
)  # fmt: skip
def test_an_api_with_or_without_v1_is_found_and_said(server, elsewhere):
    server.keep_to("/v1", elsewhere)
    seen: list[str] = []
    partner = Llm(server.endpoint(base_url=server.base_url.removesuffix("/v1")))
    assert partner.reply(HELLO, on_event=lambda event: seen.append(str(event))).text == "All good."
    assert f"the API is at {server.base_url}, not at" in seen[0]
    assert partner.endpoint.base_url == server.base_url


def test_where_there_is_no_api_at_all_it_is_one_line_without_waiting(server):
    server.keep_to("/nowhere", Whole({"error": "Unexpected endpoint or method. (POST)"}))
    seen: list[str] = []
    with pytest.raises(llm_errors.ModelNotFound, match=r"no API at this address .*Unexpected"):
        Llm(server.endpoint()).reply(HELLO, on_event=lambda event: seen.append(str(event)))
    assert not seen
