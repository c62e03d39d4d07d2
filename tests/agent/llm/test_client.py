import json
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from songsmith.agent.llm import errors as llm_errors
from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import LlmError
from songsmith.agent.llm.messages import (
    Finish,
    Message,
    Notice,
    ReasoningDelta,
    Reply,
    Retry,
    TextDelta,
    Tool,
    ToolCall,
    Usage,
    arguments_of,
)
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.llm.usage import Ledger
from tests.agent.llm_server import (
    KEY,
    Calls,
    Endless,
    Events,
    HangUp,
    LlmServer,
    Silence,
    Status,
    Whole,
    Words,
    call_delta,
    chunk,
    whole_reply,
)

HELLO = [Message("user", "hello")]
TOOLS = [
    Tool("check", "Check the song.", {"type": "object", "properties": {}}),
    Tool("style", "Set the style.", {"type": "object", "properties": {"text": {"type": "string"}}}),
]


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


class Partner:
    """An `Llm` whose waits take no time, with a record of them and of what the person would see."""

    def __init__(self, endpoint: Endpoint, **options: Any) -> None:
        self.waits: list[float] = []
        self.seen: list[str] = []
        self.llm = Llm(endpoint, sleep=self.waits.append, **options)

    def ask(self, tools: Sequence[Tool] = (), messages: Sequence[Message] = HELLO) -> Reply:
        return self.llm.reply(messages, tools, on_event=lambda event: self.seen.append(str(event)))


@pytest.fixture
def partner(server):
    return Partner(server.endpoint())


def cut_in_a_call() -> Events:
    begun = call_delta(0, id="c1", name="style", arguments='{"text": "sl')
    return Events([chunk({"content": "Slower"}), chunk(begun)], "cut")


# --- good replies


def test_words_thinking_usage_and_the_end_come_in_order(server, partner):
    server.queue(Words("All good.", size=5, thinking="hm"))
    assert list(partner.llm.stream(HELLO)) == [
        ReasoningDelta("hm"),
        TextDelta("All g"),
        TextDelta("ood."),
        Usage(100, 20),
        Finish("stop"),
    ]


def test_the_request_is_what_the_protocol_wants(server, partner):
    partner.ask(TOOLS, [Message("system", "be brief"), *HELLO])
    request = server.requests[0]
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "test-model"
    assert request.body["stream_options"] == {"include_usage": True}
    assert [m["role"] for m in request.messages] == ["system", "user"]
    assert request.tool_names == ["check", "style"]


def test_an_openai_account_is_not_told_to_others(server, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    Partner(server.endpoint()).ask()
    Partner(server.endpoint(profile="openai")).ask()
    told = [request.headers.get("openai-organization") for request in server.requests]
    assert told == [None, "org-1"]


def test_a_call_that_was_cut_at_the_limit_is_known_as_cut(server, partner):
    begun = call_delta(0, id="c1", name="style", arguments='{"text": "sl')
    server.queue(Events([chunk(begun), chunk({}, "length")]))
    reply = partner.ask(TOOLS)
    assert reply.is_cut
    assert arguments_of(reply.calls[0]) is None


def test_several_calls_in_pieces_are_put_together(server, partner):
    server.queue(
        Calls([("check", {}), ("style", {"text": "slow waltz, 慢"})], text="One moment.", size=3)
    )
    reply = partner.ask(TOOLS)
    assert reply.text == "One moment."
    assert [(call.name, arguments_of(call)) for call in reply.calls] == [
        ("check", {}),
        ("style", {"text": "slow waltz, 慢"}),
    ]
    assert len({call.id for call in reply.calls}) == 2


def one_piece(
    index: int | None, name: str, arguments: Any, id: str | None = None
) -> dict[str, Any]:
    return chunk(call_delta(index, id=id, name=name, arguments=arguments))


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([one_piece(3, "check", ""), one_piece(7, "style", '{"text":"a"}')], id="gaps"),
        pytest.param(
            [one_piece(None, "check", "{}"), one_piece(None, "style", '{"text":"a"}')],
            id="no index",
        ),
        pytest.param(
            [one_piece(0, "check", "{}", "x"), one_piece(0, "style", '{"text":"a"}', "y")],
            id="all 0",
        ),
        pytest.param(
            [one_piece(0, "check", "{}", "x"), one_piece(1, "style", '{"text":"a"}', "x")],
            id="same id",
        ),
        pytest.param(
            [
                one_piece(0, "check", ""),
                one_piece(1, "style", '{"te'),
                one_piece(1, "style", 'xt":"a"}'),
            ],
            id="name repeated",
        ),
        pytest.param(
            [one_piece(0, "check", None), one_piece(1, "style", {"text": "a"})], id="object"
        ),
    ],
)
def test_calls_are_understood_however_they_are_numbered(server, partner, pieces):
    server.queue(Events([*pieces, chunk({}, "tool_calls")]))
    calls = partner.ask(TOOLS).calls
    assert [(c.name, arguments_of(c)) for c in calls] == [("check", {}), ("style", {"text": "a"})]
    assert len({call.id for call in calls}) == 2
    assert all(call.id for call in calls)


def test_results_of_calls_go_back_with_their_ids(server, partner):
    call = ToolCall("c9", "style", '{"text": "slow"}')
    broken = ToolCall("c10", "style", '{"text": ')
    messages = [
        *HELLO,
        Message("assistant", "", (call, broken)),
        Message("tool", "done", call_id="c9"),
        Message("tool", "arguments were no JSON", call_id="c10"),
    ]
    partner.ask(TOOLS, messages)
    assistant, first, second = server.requests[0].messages[1:]
    assert [c["id"] for c in assistant["tool_calls"]] == ["c9", "c10"]
    assert [c["function"]["arguments"] for c in assistant["tool_calls"]] == [
        '{"text": "slow"}',
        "{}",
    ]
    assert (first["tool_call_id"], second["tool_call_id"]) == ("c9", "c10")


@pytest.mark.parametrize("tag", ["think", "thinking"])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_thinking_inside_the_text_is_not_part_of_the_reply(server, partner, tag, size):
    server.queue(Words(f"<{tag}>2 < 3, so\nfine</{tag}>\n\nYes, a <b> tag.", size=size))
    reply = partner.ask()
    assert reply.text == "Yes, a <b> tag."
    assert reply.reasoning == "2 < 3, so\nfine"


def test_a_reply_at_its_length_limit_says_so(server, partner):
    server.queue(Words("half a s", finish="length"))
    reply = partner.ask()
    assert reply.is_cut
    assert reply.text == "half a s"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(whole_reply({"content": "All good."}), id="in one piece"),
        pytest.param(whole_reply({"content": [{"type": "text", "text": "All good."}]}), id="parts"),
        pytest.param(
            Events(
                [": ping\n\n", *[": still here\n\n"] * 3, chunk({"content": "All good."}, "stop")]
            ),
            id="comments",
        ),
        pytest.param(
            Events([chunk({"content": "All good."}, "stop")], kind="text/plain"), id="wrong type"
        ),
        pytest.param(Events([chunk({"content": "All good."})]), id="end mark alone"),
        pytest.param(Events([chunk({"content": "All good."}, "stop")], "plain"), id="no end mark"),
        pytest.param(
            Events(
                [
                    b'data: {"choices":[{"delta":{"con',
                    b'tent":"All good."},"finish_reason":"stop"}]}\r\n\r\n',
                ]
            ),
            id="torn event",
        ),
        pytest.param(
            Events(
                [
                    {"choices": None},
                    {"choices": []},
                    {"choices": [{"delta": None}]},
                    chunk({"content": None, "tool_calls": None}),
                    chunk({"content": "All good."}, "stop"),
                ]
            ),
            id="nulls",
        ),
    ],
)
def test_unusual_but_good_replies_are_understood(server, partner, answer):
    server.queue(answer)
    assert partner.ask().text == "All good."
    assert not partner.seen


# --- failures: one line each, and the next sentence works


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Status(401, f"Incorrect API key provided: {KEY}"), "KeyRefused", "the key was refused (401"),
        (Status(403, "not allowed"), "KeyRefused", "SONGSMITH_API_KEY"),
        (Status(402, "Insufficient Balance"), "PaymentNeeded", "no balance left (402: Insufficient Balance)"),
        (Status(429, "You exceeded your current quota", "insufficient_quota"), "PaymentNeeded", "no balance"),
        (Status(404, "The model `test-model` does not exist"), "ModelNotFound", "no such model"),
        (Status(400, "Model Not Exist"), "ModelNotFound", "no such model"),
        (Status(400, "API key not valid"), "KeyRefused", "the key was refused (400"),
        (Status(400, "unknown field"), "RequestRefused", "the request was refused (400: unknown field)"),
        (Status(422, body="<html><body>no</body></html>", kind="text/html"), "RequestRefused", "(422: no)"),
        (Status(400, "This model's maximum context length is 4096 tokens"), "ContextFull", "context_tokens"),
        (Status(429, headers={"Retry-After": "3600"}), "RateLimited", "it asks to wait 3600 s"),
        (Events([chunk({}, "content_filter")]), "ReplyRefused", "content filter"),
        (Events([chunk({"reasoning_content": "hm"}, "length")]), "NoRoom", "length limit before it began"),
        (Whole("<html><title>Router login</title></html>", "text/html"), "BadReply", "a web page"),
        (Whole({"hello": 1}), "BadReply", "JSON, but no message"),
        (Whole("hello", "text/plain"), "BadReply", "answered with text/plain"),
        (Events(["data: 5\n\n"]), "BadReply", "not a message"),
        (Endless(chunk({"content": "la " * 400})), "ReplyTooLong", "did not end within 200,000 characters"),
        (Endless(chunk({"reasoning_content": "hm " * 4000})), "ReplyTooLong", "did not end within"),
        (Events([chunk({"content": "x" * 10_000_000}, "stop")]), "ReplyTooLong", "did not end within"),
        (Endless("x" * 1_000_000), "ReplyTooLong", "did not end within 32 MB"),
        (Endless(chunk(call_delta(0, arguments="x" * 5_000))), "ReplyTooLong", "did not end"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_a_hopeless_failure_is_one_line_and_the_next_call_works(
    server, partner, answer, kind, words
):
    server.queue(answer, Words())
    with pytest.raises(getattr(llm_errors, kind)) as caught:
        partner.ask()
    line = str(caught.value)
    assert type(caught.value).__name__ == kind
    assert words in line
    assert f"test-model at {server.base_url}" in line
    assert KEY not in line
    assert "\n" not in line
    assert caught.value.hint
    assert not partner.seen
    assert partner.ask().text == "All good."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Status(429, "slow down"), "waiting 1 s: too many requests (429: slow down); try 2 of 4"),
        (Status(408, "slow"), "the server failed (408: slow)"),
        (Status(500), "waiting 1 s: the server failed (500: something is wrong)"),
        (Status(502, body="<html><h1>502 Bad Gateway</h1></html>", kind="text/html"), "502 Bad Gateway"),
        (Status(503, "overloaded"), "the server failed (503: overloaded)"),
        (HangUp(), "the connection broke"),
        (cut_in_a_call(), "the connection broke before the reply was whole"),
        (Events([chunk({"content": "Well"})], "plain"), "the connection broke before the reply was whole"),
        (Events([chunk({"content": "Well"}), "data: {\"cho\n\n"]), "data that is not JSON"),
        (Events([b"data: \xff\xfe\n\n"]), "not UTF-8"),
        (Events(["data: " + "[" * 50_000 + "\n\n"]), "data that is not JSON"),
        (Events([{"error": {"message": "upstream is gone", "code": 502}}]), "(502: upstream is gone)"),
        (Events([chunk({"content": "We"}), {"error": {"message": "Rate limit reached"}}]), "too many requests"),
        (Whole({"error": {"message": "model is loading", "code": 503}}), "(503: model is loading)"),
        (Words("", usage=None), "the reply was empty; try 2 of 2"),
        (Words("  \n"), "the reply was empty"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)  # fmt: skip
def test_a_passing_failure_is_seen_and_tried_again(server, partner, answer, words):
    server.queue(answer, Words())
    assert partner.ask(TOOLS).text == "All good."
    assert len(partner.seen) == 1
    assert words in partner.seen[0]
    assert len(server.requests) == 2
    assert server.requests[0].body == server.requests[1].body


def test_what_was_streamed_before_a_cut_is_void(server, partner):
    server.queue(cut_in_a_call(), Calls([("style", {"text": "slow"})]))
    events = list(partner.llm.stream(HELLO, TOOLS))
    place = next(n for n, event in enumerate(events) if isinstance(event, Retry))
    assert events[:place] == [TextDelta("Slower")]
    assert [event for event in events if isinstance(event, ToolCall)] == [
        ToolCall("call_0_style", "style", '{"text": "slow"}')
    ]


def test_retries_back_off_and_end(server, partner):
    server.queue(Status(503, "overloaded"))
    with pytest.raises(llm_errors.ServerFailed):
        partner.ask()
    assert partner.waits == [1.0, 2.0, 4.0]
    assert len(server.requests) == 4
    server.queue(Words())
    assert partner.ask().text == "All good."


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "-5"}, 1.0),
    ],
)
def test_the_server_says_how_long_to_wait(server, partner, headers, wait_s):
    server.queue(Status(429, headers=headers), Words())
    partner.ask()
    assert partner.waits == [wait_s]


@pytest.mark.parametrize("with_headers", [False, True])
def test_silence_ends_and_is_tried_once_more(server, with_headers):
    partner = Partner(server.endpoint(timeout_s=0.2))
    server.queue(Silence(with_headers))
    with pytest.raises(llm_errors.TimedOut, match=r"no word for 0\.2 s"):
        partner.ask()
    assert len(server.requests) == 2
    server.queue(Words())
    assert partner.ask().text == "All good."


def test_comments_for_ever_are_no_reply(server):
    seconds = iter(range(0, 100_000, 10))
    partner = Partner(server.endpoint(), clock=lambda: float(next(seconds)), max_reply_s=60)
    server.queue(Endless(": keep-alive\n\n"), Endless(": keep-alive\n\n"), Words())
    with pytest.raises(llm_errors.TimedOut, match="did not end within 60 s"):
        partner.ask()
    assert partner.ask().text == "All good."


def test_nothing_listens(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    partner = Partner(Endpoint(url, "m"))
    with pytest.raises(
        llm_errors.ConnectionRefused, match=r"nothing listens at 127\.0\.0\.1:.*start the server"
    ):
        partner.ask()
    assert not partner.waits


def test_a_host_without_an_address():
    partner = Partner(Endpoint("http://no-such-host.invalid/v1", "m", timeout_s=5))
    with pytest.raises(llm_errors.HostUnknown, match=r"host no-such-host\.invalid is not known"):
        partner.ask()


def test_an_address_that_is_none():
    with pytest.raises(llm_errors.Unreachable, match="correct base_url"):
        Partner(Endpoint("ftp://box/v1", "m")).ask()


def test_secure_where_the_server_is_not(server):
    endpoint = server.endpoint(base_url=server.base_url.replace("http:", "https:"))
    with pytest.raises(llm_errors.Unreachable, match="no secure connection"):
        Partner(endpoint).ask()


def test_a_missing_key_names_its_variable(server):
    partner = Partner(server.endpoint(api_key=None, profile="deepseek"))
    server.queue(Status(401, "no key"))
    with pytest.raises(llm_errors.KeyRefused, match=r"a key is needed .*set DEEPSEEK_API_KEY"):
        partner.ask()


def test_an_interrupted_reply_leaves_a_working_partner(server, partner):
    server.queue(Endless(chunk({"content": "la "})), Words())
    stream = partner.llm.stream(HELLO)
    assert next(stream) == TextDelta("la ")
    stream.close()
    assert partner.ask().text == "All good."
    assert partner.llm.ledger.requests == 2


# --- endpoints that know less


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
        (404, "No endpoints found that support tool use"),
        (
            400,
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        ),
        (500, "tools param requires --jinja flag"),
        (400, "deepseek-reasoner does not support Function Calling"),
        (422, "Extra inputs are not permitted: body.tools"),
        (400, "Unrecognized request argument supplied: tools"),
        (501, "function calling is not supported by this model"),
    ],
)
def test_without_tool_calling_tools_go_as_text(server, partner, status, message):
    block = '```tool\n{"name": "style", "arguments": {"text": "slow"}}\n```'
    server.queue(
        Status(status, message), Words(f"Slower it is.\n{block}\n", size=3), Words("Done.")
    )
    reply = partner.ask(TOOLS, [Message("system", "be brief"), *HELLO])
    assert reply.text.strip() == "Slower it is."
    assert [(c.name, arguments_of(c)) for c in reply.calls] == [("style", {"text": "slow"})]
    assert "no tool calling" in partner.seen[0]
    assert "tools" not in server.requests[1].body
    assert '"text"' in server.requests[1].messages[0]["content"]

    result = Message("tool", "style set\n```\nfoo", call_id=reply.calls[0].id)
    partner.ask(TOOLS, [*HELLO, reply.message, result])
    user = server.requests[2].messages[-1]
    assert user["role"] == "user"
    assert user["content"] == '```result\n"style set\\n```\\nfoo"\n```'
    assert len(partner.seen) == 1


def test_a_profile_without_tools_never_sends_them(server):
    partner = Partner(server.endpoint(tools=False))
    partner.ask(TOOLS)
    assert "tools" not in server.requests[0].body
    assert not partner.seen


@pytest.mark.parametrize("option", ["stream_options", "temperature"])
def test_an_option_that_is_not_known_is_left_out(server, option):
    partner = Partner(server.endpoint(temperature=0.7))
    server.queue(Status(400, f"Unsupported value: '{option}'"), Words())
    assert partner.ask().text == "All good."
    partner.ask()
    assert [option in request.body for request in server.requests] == [True, False, False]
    assert len(partner.seen) == 1


def test_thinking_goes_back_where_it_is_wanted(server, partner):
    call = ToolCall("c1", "check", "{}")
    messages = [
        *HELLO,
        Message("assistant", "", (call,), reasoning="hm"),
        Message("tool", "ok", call_id="c1"),
    ]
    server.queue(Status(400, "Missing `reasoning_content` field in the assistant message"), Words())
    partner.ask(TOOLS, messages)
    sent = [request.messages[1].get("reasoning_content") for request in server.requests]
    assert sent == [None, "hm"]


def test_without_a_model_name_the_first_one_served_is_taken(server):
    server.models[:] = [{"id": "text-embedding-small"}, {"id": "qwen3:8b"}]
    partner = Partner(server.endpoint(model=""))
    partner.ask()
    partner.ask()
    assert [r.body["model"] for r in server.requests if r.body] == ["qwen3:8b", "qwen3:8b"]
    assert len(server.requests) == 3


def test_an_unknown_model_is_told_which_there_are(server):
    server.models[:] = [{"id": "qwen3:8b"}, {"id": "llama3.1"}]
    server.queue(Status(404, 'model "gemma" not found, try pulling it first'))
    with pytest.raises(llm_errors.ModelNotFound, match=r"the models there are qwen3:8b, llama3\.1"):
        Partner(server.endpoint(model="gemma")).ask()


def test_a_server_without_models_says_so(server):
    server.models.clear()
    with pytest.raises(llm_errors.ModelNotFound, match="no model is served"):
        Partner(server.endpoint(model="")).ask()


# --- counting


def test_tokens_are_counted_and_priced(server):
    usage = {"prompt_tokens": 1_000, "completion_tokens": 500, "prompt_cache_hit_tokens": 400}
    partner = Partner(server.endpoint(price_in=1.0, price_cached=0.1, price_out=2.0))
    server.queue(Words(usage=usage))
    partner.ask()
    ledger = partner.llm.ledger
    assert (ledger.tokens_in, ledger.tokens_out, ledger.tokens_cached) == (1_000, 500, 400)
    assert ledger.cost == pytest.approx((600 * 1.0 + 400 * 0.1 + 500 * 2.0) / 1e6)
    assert not ledger.is_estimated


def test_tokens_nobody_counted_are_estimated_and_marked(server, partner):
    server.queue(Words("one two three four", usage=None))
    reply = partner.ask()
    assert reply.usage.is_estimated
    assert reply.usage.tokens_out >= 4
    assert partner.llm.ledger.is_estimated
    assert partner.llm.ledger.cost is None


def test_partners_may_share_a_ledger(server):
    ledger = Ledger()
    for _ in range(2):
        Llm(server.endpoint(), ledger=ledger).reply(HELLO)
    assert (ledger.requests, ledger.tokens_in) == (2, 200)


def test_a_cut_reply_is_counted_too(server, partner):
    server.queue(cut_in_a_call(), Words())
    partner.ask()
    assert partner.llm.ledger.requests == 2
    assert partner.llm.ledger.is_estimated


# --- nothing foreign, no key


def test_no_foreign_error_escapes_whatever_comes(server):
    """Replies damaged at every place, over a real connection."""
    good = json.dumps(
        chunk({"content": "hi", **call_delta(0, id="c", name="check", arguments="{}")}, "stop")
    )
    damaged = [good[:cut] for cut in range(0, len(good), 9)]
    damaged += [
        good.replace(word, other)
        for word in ('"hi"', "[", "0", '"check"')
        for other in ("null", "[]", "{}", "-1e999")
    ]
    for text in damaged:
        server.queue(Events([f"data: {text}\n\n"]))
        try:
            Partner(server.endpoint()).ask(TOOLS)
        except LlmError as error:
            assert KEY not in str(error)


def test_the_key_is_nowhere_to_be_seen(server):
    endpoint = server.endpoint(api_key=SecretStr(KEY))
    partner = Partner(endpoint)
    server.queue(Status(401, f"bad key {KEY} in Authorization: Bearer {KEY}"))
    with pytest.raises(LlmError) as caught:
        partner.ask()
    assert KEY not in str(caught.value)
    assert KEY not in repr(endpoint)
    assert KEY not in repr(partner.llm.endpoint)


def test_the_key_is_in_no_log(server, partner, caplog):
    with caplog.at_level(logging.DEBUG):
        server.queue(Status(401, f"bad key {KEY}"), Words())
        with pytest.raises(LlmError):
            partner.ask()
        partner.ask()
    assert caplog.records
    assert KEY not in caplog.text


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="file handles are listed in /proc")
def test_many_replies_leave_no_file_open(server, partner):
    server.queue(Status(500), Words(), cut_in_a_call(), Words())
    partner.ask()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        partner.ask()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_control_characters_in_an_error_are_harmless(server, partner):
    server.queue(Status(400, "\x1b[2J\x1b]0;pwned\x07 bad\r\nrequest [red]x[/red]"))
    with pytest.raises(LlmError) as caught:
        partner.ask()
    assert str(caught.value).isprintable()


def test_a_notice_is_no_retry():
    assert str(Notice("going on")) == "going on"
    assert (
        str(Retry("too many requests", 3.0, 2, 4)) == "waiting 3 s: too many requests; try 2 of 4"
    )
