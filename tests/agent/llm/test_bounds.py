import gzip
import json
import zlib

import pytest
from pydantic import SecretStr

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.error_mapping import excerpt
from songsmith.agent.llm.errors import Garbled, LlmError, ReplyTooLong, Unreachable
from songsmith.agent.llm.messages import Message
from songsmith.agent.llm.unpacking import unpacked
from tests.agent.llm_server import KEY, Connection, LlmServer, Words, chunk

HELLO = [Message("user", "hi")]
REPLY = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}}]})


@pytest.fixture
def server():
    with LlmServer() as running:
        yield running


def packed(data: bytes, packing: str):
    def answer(connection: Connection) -> None:
        connection.send_body(200, data, headers={"Content-Encoding": packing})

    return answer


def ask(server, **changes):
    return Llm(server.endpoint(**changes), sleep=lambda wait_s: None).reply(HELLO)


@pytest.mark.parametrize(
    ("pack", "packing"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (bytes, "identity")]
)
def test_a_packed_reply_is_read(server, pack, packing):
    server.queue(packed(pack(REPLY.encode()), packing))
    assert ask(server).text == "hi"


def test_a_reply_that_unpacks_to_gigabytes_ends_early(server):
    bomb = gzip.compress(b" " * 200_000_000, 9)
    assert len(bomb) < 300_000
    server.queue(packed(bomb, "gzip"))
    with pytest.raises(ReplyTooLong, match="did not end within 32 MB"):
        ask(server)


def test_unpacking_gives_small_pieces_however_much_is_inside():
    assert max(map(len, unpacked([gzip.compress(b" " * 10_000_000)]))) <= 65_536


def test_what_is_packed_badly_or_in_another_way_is_one_line(server):
    server.queue(packed(b"no gzip at all", "gzip"))
    with pytest.raises(Garbled, match="packed data that is damaged"):
        ask(server)
    server.queue(packed(b"?", "br"))
    with pytest.raises(LlmError, match="packed as 'br', which was not asked for"):
        ask(server)


def test_nothing_is_sent_to_another_host(server):
    with LlmServer() as thief:
        thief.queue(Words("mine now"))

        def onward(connection: Connection) -> None:
            connection.send_body(
                307, "", headers={"Location": f"{thief.base_url}/chat/completions"}
            )

        server.queue(onward)
        with pytest.raises(Unreachable, match="sends on to another address"):
            ask(server, api_key=SecretStr(KEY))
        assert thief.requests == []


def test_the_same_host_may_send_on(server):
    def onward(connection: Connection) -> None:
        there = "/v1/other/chat/completions"
        connection.send_body(307, "", headers={"Location": there})

    server.queue(onward, Words("here"))
    assert ask(server).text == "here"
    assert [request.path for request in server.requests] == [
        "/v1/chat/completions",
        "/v1/other/chat/completions",
    ]


def test_a_number_of_thousands_of_digits_is_one_line(server):
    huge = REPLY.replace('"index": 0', f'"index": {"9" * 5_000}')
    server.queue(lambda connection: connection.send_body(200, huge))
    with pytest.raises(Garbled, match="thousands of digits"):
        ask(server)


def test_half_a_character_in_a_reply_is_no_end_of_it(server):
    def answer(connection: Connection) -> None:
        connection.begin_stream()
        connection.send_event(json.dumps(chunk({"content": "a\ud83d b"})))
        connection.send_event(json.dumps(chunk({}, "stop")))
        connection.end_stream()

    server.queue(answer)
    assert ask(server).text.encode("utf-8", "replace").startswith(b"a")


def test_what_a_web_page_says_is_told_without_its_code():
    page = "<html><SCRIPT>var a = '<b>';</script>Bad <b>gateway</b><style>p{}</style></html>"
    assert excerpt(page) == "Bad gateway"
    assert excerpt("<script " * 25_000) == ""
