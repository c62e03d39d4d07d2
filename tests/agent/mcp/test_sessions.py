"""Whole sessions of the SDK's own client with a server in a process of its own."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.agent.mcp.clients import (
    command,
    done,
    environment,
    http_server,
    stdio_server,
    talk,
    text_of,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a server over HTTP, and the folder of its songs."""
    folder = tmp_path_factory.mktemp("served")
    with http_server(folder) as address:
        yield address, folder


async def make_a_song(client):
    """Write, sing, fix, export; what came of it."""
    written = await done(client, "write", brief="a harbour at dawn", length_s=6)
    song = written["song"]
    rendered = await done(client, "render", song=song, seed=3)
    fixed = await done(client, "fix", song=song, where="line 1", seed=4)
    exported = await client.call_tool(
        "export", {"song": song, "formats": ["mp3", "srt"], "wait_s": 50}
    )
    return song, rendered, fixed, exported


async def make_and_hear(client):
    made = await make_a_song(client)
    return made, await done(client, "listen", song=made[0], take="t001")


def check_the_song(folder: Path, made) -> None:
    song, rendered, fixed, exported = made
    (take,) = rendered["takes"]
    assert Path(take["file"]).read_bytes()[:4] == b"fLaC"
    assert Path(take["file"]).parent == folder / song / "takes"
    assert [(t["take"], t["parent"]) for t in fixed["takes"]] == [("t002", "t001")]
    links = {block.name: block for block in exported.content if block.type == "resource_link"}
    assert {Path(name).suffix for name in links} == {".mp3", ".srt", ".json"}
    mp3 = next(link for name, link in links.items() if name.endswith(".mp3"))
    assert mp3.uri.startswith("file:///")
    assert mp3.mime_type == "audio/mpeg"
    assert mp3.size == (folder / song / "export" / mp3.name).stat().st_size


def test_a_song_is_written_sung_heard_fixed_and_exported_over_stdio(tmp_path):
    made, heard = talk(stdio_server(tmp_path, "sketch"), make_and_hear)
    check_the_song(tmp_path, made)
    assert len(heard["lines"]) >= 1 and heard["recall"] > 0


def test_a_song_is_written_sung_fixed_and_exported_over_http(served):
    address, folder = served
    check_the_song(folder, talk(address, make_a_song, mode="legacy"))


def test_two_clients_of_one_http_server_work_on_the_same_songs(served):
    async def write(client):
        return (await done(client, "write", brief="a harbour at dawn", length_s=12))["song"]

    async def songs(client):
        return (await done(client, "songs"))["songs"]

    address, _ = served
    before = talk(address, songs)
    song = talk(address, write)
    assert set(talk(address, songs, mode="legacy")) - set(before) == {song}


def test_a_server_that_is_killed_while_it_sings_leaves_the_song_whole(tmp_path):
    async def begin(client):
        song = (await done(client, "write", brief="a harbour at dawn", length_s=12))["song"]
        job = (await client.call_tool("render", {"song": song, "wait_s": 0})).structured_content
        while "step" not in job:
            answer = await client.call_tool("job", {"id": job["job"], "wait_s": 0.1})
            job = answer.structured_content
        return song

    async def go_on(client):
        before = (await done(client, "takes", song=song))["takes"]
        return before, (await done(client, "render", song=song, seed=3))["takes"]

    with http_server(tmp_path, is_killed=True) as address:
        song = talk(address, begin)
    with http_server(tmp_path) as address:
        before, takes = talk(address, go_on)
    assert before == []
    assert [take["take"] for take in takes] == ["t001"]


def test_nothing_but_the_protocol_is_on_stdout(tmp_path):
    def asked(number, method, **params):
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def called(number, name, **arguments):
        return asked(number, "tools/call", name=name, arguments=arguments)

    hello = asked(
        0,
        "initialize",
        protocolVersion="2025-06-18",
        capabilities={},
        clientInfo={"name": "raw", "version": "1"},
    )
    with subprocess.Popen(
        command(tmp_path),
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        said, heard = server.stdin, server.stdout

        def answer(message):
            said.write(json.dumps(message) + "\n")
            said.flush()
            return json.loads(heard.readline())

        assert answer(hello)["result"]["serverInfo"]["name"] == "songsmith"
        said.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        wrote = answer(called(1, "write", brief="a harbour at dawn", length_s=12, wait_s=50))
        song = wrote["result"]["structuredContent"]["song"]
        sang = answer(called(2, "render", song=song, wait_s=50))
        assert sang["result"]["structuredContent"]["takes"]
        said.close()
        assert heard.read() == ""
        assert "a child speaks" in server.stderr.read()
        assert server.wait() == 0


def test_what_a_website_makes_a_browser_send_is_refused(served):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream"}
    address, _ = served

    def status(**more: str) -> int:
        return httpx2.post(address, json=body, headers=headers | more).status_code

    port = re.findall(r":(\d+)/", address)[0]
    assert status(Origin="https://evil.example") == 403
    assert status(Origin="http://127.0.0.1:1") == 403
    assert status(Host="evil.example") == 421
    assert status(Host=f"songsmith.evil.example:{port}") == 421
    assert status(Origin=f"http://localhost:{port}") not in (403, 421)


def test_a_port_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command(tmp_path, "--http", "--port", str(port)),
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert "--port" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_folder_that_can_not_be_written_to_is_one_line(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    ended = subprocess.run(
        command(tmp_path / "file"),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1


def test_progress_is_told_while_a_call_waits(tmp_path):
    told = []

    async def session(client):
        written = await done(client, "write", brief="a harbour at dawn", length_s=12)

        async def hear(number, total, message):
            told.append((number, message))

        result = await client.call_tool(
            "render", {"song": written["song"], "wait_s": 50}, progress_callback=hear
        )
        return text_of(result)

    assert "t001" in talk(stdio_server(tmp_path), session)
    numbers = [number for number, _ in told]
    assert numbers == sorted(set(numbers))
    assert "render: beeping 1 of 1" in [message for _, message in told]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_ctrl_c_at_a_terminal_ends_it_at_once(tmp_path):
    import pexpect

    program, *arguments = command(tmp_path)
    server = pexpect.spawn(program, arguments, env=environment(tmp_path), timeout=60)
    server.expect("waiting for an MCP client")
    server.sendintr()
    server.expect(pexpect.EOF)
    server.close()
    assert server.signalstatus == signal.SIGINT or server.exitstatus == 130
