"""The LLM's check against a real server that behaves, and misbehaves, as endpoints do."""

import json
import socket

import pytest
from pydantic import SecretStr

from songsmith.agent.doctor.endpoint import endpoint_findings
from songsmith.agent.doctor.window import told_window
from tests.agent.llm_server import (
    KEY,
    Brain,
    Calls,
    HangUp,
    LlmServer,
    Request,
    Status,
    Whole,
    Words,
    whole_reply,
)

COUNTED = Words("one, two, three, four, five")


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


@pytest.fixture(autouse=True)
def own_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))


def able(request: Request):
    """An endpoint that can all that is asked."""
    return Calls([("note_title", {"title": "Night Train"})]) if request.tool_names else COUNTED


def found_at(server, **changes):
    return {finding.name: finding for finding in endpoint_findings(server.endpoint(**changes))}


def test_an_endpoint_that_can_all_is_well(server):
    server.queue(Brain(able))
    server.models[0]["max_model_len"] = 131_072
    found = found_at(server)
    assert list(found) == ["address", "key", "model", "streaming", "tools", "window"]
    assert {finding.state for finding in found.values()} == {"ok"}
    assert found["key"].found == "accepted"
    assert found["window"].found.startswith("the model has 131,072 tokens")


@pytest.mark.parametrize(
    ("answer", "name", "state", "words"),
    [
        (Status(401, "bad key"), "key", "fail", "refused"),
        (Status(402, "pay first"), "account", "fail", "no balance"),
        (Status(429, "slow down", headers={"Retry-After": "30"}), "reply", "warn", "too many"),
        (Status(503, "busy"), "reply", "warn", "server failed"),
        (Status(400, "no idea what you want"), "reply", "fail", "refused"),
        (HangUp(), "reply", "warn", "broke"),
        (Whole("<html>hello</html>", "text/html"), "address", "fail", "web page"),
    ],
)
def test_how_the_first_request_fails_says_how_far_it_came(server, answer, name, state, words):
    server.queue(answer)
    found = found_at(server)
    assert found[name].state == state
    assert words in found[name].found
    assert found[name].mend
    assert not {"streaming", "tools", "window"} & set(found)
    if name != "address":
        assert found["address"].state == "ok"


def test_where_nothing_listens_that_is_said_at_once(server):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    found = found_at(server, base_url=address)
    assert [(finding.name, finding.state) for finding in found.values()] == [("address", "fail")]
    assert found["address"].mend == "start the server there"


def test_a_model_that_is_missing_is_told_with_those_that_are_there(server):
    server.queue(Status(404, "The model `gone` does not exist", code="model_not_found"))
    found = found_at(server, model="gone")
    assert found["model"].state == "fail"
    assert "test-model" in found["model"].mend


def test_an_address_without_an_api_is_told_from_a_missing_model(server):
    server.keep_to("/nowhere", Status(404, "not here"))
    found = found_at(server)
    assert (found["address"].state, "no API is there" in found["address"].found) == ("fail", True)


def test_an_api_at_the_other_usual_place_is_named_with_the_command(server):
    server.queue(Brain(able))
    server.keep_to("/v1", Status(404, "not here"))
    address = server.base_url.removesuffix("/v1")
    findings = list(endpoint_findings(server.endpoint(base_url=address)))
    (wrong,) = [finding for finding in findings if finding.state == "warn"]
    assert wrong.mend == f"songsmith config set base_url {server.base_url}"


def test_a_reply_in_one_piece_is_no_stream(server):
    tool = {"id": "1", "function": {"name": "note_title", "arguments": "{}"}}
    server.queue(
        Brain(
            lambda request: whole_reply(
                {"tool_calls": [tool]} if request.tool_names else {"content": "one, two"}
            )
        )
    )
    found = found_at(server)
    assert (found["streaming"].state, found["tools"].state) == ("warn", "ok")


def test_a_model_that_answers_in_words_is_offered_no_tools_any_more(server, tmp_path):
    server.queue(Words("one, two, three, four"))
    finding = found_at(server, profile="ollama")["tools"]
    assert (finding.state, finding.mend) == (
        "warn",
        "songsmith config set profiles.ollama.tools false",
    )
    after = finding.fix.do()
    assert after.state == "ok"
    assert "tools = false" in (tmp_path / "config.toml").read_text(encoding="utf-8")


def test_tools_that_are_refused_go_as_text(server):
    server.queue(
        Brain(
            lambda request: Status(400, "tools is not supported") if request.tool_names else Words()
        )
    )
    assert "as text" in found_at(server)["tools"].found


def test_a_window_smaller_than_what_is_set_is_put_right_by_the_fix(server, tmp_path):
    server.queue(Brain(able))
    server.models[0]["meta"] = {"n_ctx": 8_192, "n_ctx_train": 131_072}
    finding = found_at(server)["window"]
    assert (finding.state, finding.mend) == ("warn", "songsmith config set context_tokens 8192")
    finding.fix.do()
    assert "context_tokens = 8192" in (tmp_path / "config.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("facts", "tokens"),
    [
        ({"id": "x"}, 0),
        ({"context_length": 64_000}, 64_000),
        ({"max_context_length": 131_072, "loaded_context_length": 4_096}, 4_096),
        ({"context_length": True, "max_model_len": -1}, 0),
        ({"meta": {"n_ctx_train": 32_768}}, 32_768),
    ],
)
def test_the_window_is_read_under_whatever_name_the_server_has_for_it(facts, tokens):
    assert told_window(facts) == tokens


def test_no_key_is_in_what_is_found_even_where_the_server_echoes_it(server):
    server.queue(Status(401, f"Incorrect API key provided: {KEY}"))
    said = json.dumps([[f.found, f.mend] for f in endpoint_findings(server.endpoint())])
    assert KEY not in said
    assert "sk-test" not in said


def test_one_request_is_enough_where_the_key_is_refused(server):
    server.queue(Status(401))
    found_at(server, api_key=SecretStr("sk-another-key-0123456789"))
    assert len(server.requests) == 1
