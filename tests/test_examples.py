"""The programs in examples/ run as they stand there, and leave what they say."""

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import mcp  # noqa: F401  its client keeps the stderr of the moment it is imported, which must not be a test's own
import pytest

from tests.agent.llm_server import LlmServer, whole_reply

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = {
    "a_batch.py": "last-bus-home",
    "check_lyrics.py": "line 1: ",
    "fix_a_line.py": "t002 differs from t001 at",
    "make_a_song.py": "t001.flac",
    "mcp_session.py": "t002.flac",
    "regenerate_a_chorus.py": "the verse is the same, sample for sample: True",
    "stems_to_a_daw.py": "harbour.vocal.flac",
    "your_own_llm.py": "1 to mend: line 1",
    "your_own_words.py": "(2, 617400)",
}
SINGABLE = """[00:02.00]The harbour lights are going out
[00:05.00]The last train leaves at ten
[00:08.00]I will not ask you what about"""
TOO_FAST = SINGABLE.replace(
    "The harbour lights are going out",
    "The harbour lights are going out and everybody on the quay is talking all at once about the boat",
)


def test_every_example_is_run_here():
    here = [*SAID, "a_service.py"]
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(here)


@pytest.mark.parametrize("name", sorted(SAID))
def test_an_example_runs_and_does_what_it_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [name])
    monkeypatch.setenv("SONGSMITH_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SONGSMITH_WRITER", "offline")
    monkeypatch.setenv("SONGSMITH_ENGINE", "sketch")
    monkeypatch.setenv("SONGSMITH_VOICE", "en-us")
    with LlmServer() as server:
        server.queue(*(whole_reply({"content": words}) for words in (TOO_FAST, SINGABLE)))
        monkeypatch.setenv("LLM_URL", server.base_url)
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert SAID[name] in capsys.readouterr().out


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[str]:
    """The address of the service of the example, on a free port."""
    folder = tmp_path_factory.mktemp("service")
    program = [sys.executable, str(EXAMPLES / "a_service.py"), "0"]
    own = {"WRITER": "offline", "ENGINE": "sketch", "VOICE": "en-us"}
    own["CONFIG"] = str(folder / "config.toml")
    environment = {**os.environ, **{f"SONGSMITH_{name}": value for name, value in own.items()}}
    with subprocess.Popen(
        program, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        said = iter(running.stderr.readline, "")
        yield next(found[0] for line in said if (found := re.search(r"http://[\d.:]+", line)))
        running.terminate()
        running.communicate(timeout=60)


def ask(url: str, order: Mapping[str, object] | None = None, method: str = "GET") -> dict[str, Any]:
    body = None if order is None else json.dumps(order).encode()
    request = Request(url, body, {"content-type": "application/json"}, method=method)
    with urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def test_the_service_sings_what_is_ordered_and_tells_every_step(service):
    order = ask(f"{service}/songs", {"prompt": "night train", "length_s": 8, "seed": 1}, "POST")
    with urlopen(f"{service}/songs/{order['id']}/events", timeout=60) as lines:
        told = [json.loads(line) for line in lines]
    assert {"fact", "progress"} <= {event["event"] for event in told}
    assert told[-1]["event"] == "end" and told[-1]["state"] == "done"
    with urlopen(f"{service}/songs/{order['id']}/audio", timeout=60) as sound:
        assert sound.read(4) == b"fLaC"


def test_the_service_stops_what_is_cancelled_and_refuses_what_nobody_may_order(service):
    long = ask(f"{service}/songs", {"prompt": "night train", "length_s": 200}, "POST")
    next_one = ask(f"{service}/songs", {"prompt": "tram", "length_s": 8}, "POST")
    with urlopen(f"{service}/songs/{long['id']}/events", timeout=60) as lines:
        assert any(json.loads(line)["event"] == "progress" for line in lines)
    for job in (next_one, long):
        assert ask(f"{service}/songs/{job['id']}", method="DELETE")["state"] == "cancelled"
    for wrong in ({"prompt": ""}, {"prompt": "x", "out": "/etc"}, {"prompt": "x", "length_s": 9e9}):
        with pytest.raises(HTTPError, match="422"):
            ask(f"{service}/songs", wrong, "POST")
    with pytest.raises(HTTPError, match="404"):
        ask(f"{service}/songs/9/audio")
    with pytest.raises(HTTPError, match="409"):
        ask(f"{service}/songs/{long['id']}/audio")
