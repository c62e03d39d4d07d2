import gc
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.chat.loop import Chat
from songsmith.agent.song.songbook import Song
from songsmith.agent.views.terminal import Terminal
from tests.agent.llm_server import (
    KEY,
    Brain,
    Calls,
    Endless,
    Events,
    LlmServer,
    Request,
    Status,
    Words,
    chunk,
)

SONG = """Title: The Empty Chair
Style: jazz swing, 92 bpm

[Verse 1]
[00:02.50]They polished up the bandstand light
[00:06.30]I kept your chair and kept it right

[Chorus]
[00:10.10]Play it slow, I'll wait till two
[00:13.90]Every note still looks like you
"""


@pytest.fixture
def server():
    with LlmServer() as server:
        yield server


@pytest.fixture
def home(tmp_path, server) -> dict[str, str]:
    """An environment in which the only LLM there is, is the server."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SONGSMITH")},
        "SONGSMITH_CONFIG": str(tmp_path / "config.toml"),
        "SONGSMITH_BASE_URL": server.base_url,
        "SONGSMITH_MODEL": "test-model",
        "SONGSMITH_API_KEY": KEY,
        "SONGSMITH_ENGINE": "sketch",
        "SONGSMITH_VOICE": "en-us",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TERM": "xterm",
        "COLUMNS": "100",
    }


@pytest.fixture
def talk(tmp_path, server):
    """Holds a plain chat and gives back what it printed."""

    def hold(*lines: str, **settings: object) -> str:
        known = {
            "base_url": server.base_url,
            "model": "test-model",
            "api_key": KEY,
            "engine": "sketch",
            "out": tmp_path,
        }
        screen = io.StringIO()
        overrides = {name: value for name, value in {**known, **settings}.items() if value}
        Chat(is_plain=True, screen=Terminal(plain=True, file=screen), overrides=overrides).run(
            lines
        )
        return screen.getvalue()

    return hold


def song_in(folder: Path) -> Song:
    """The only song below `folder`."""
    (path,) = folder.glob("*/song.json")
    return Song.open(path.parent)


def begin(server: LlmServer) -> tuple[object, ...]:
    """Answers that write the song."""
    brief = {"brief": "a saxophone player who never shows up", "length_s": 20}
    return (Calls([("write", brief)]), Words(SONG), Words("There it is."))


def test_a_sentence_becomes_words_and_the_next_one_changes_only_what_it_names(
    server, talk, tmp_path
):
    server.queue(
        *begin(server),
        Calls([("revise", {"where": "line 2", "instruction": "bitter"})]),
        Words("2 | I burned your chair and felt all right"),
        Words("Bitter now."),
    )
    screen = talk("Write a song about a saxophone player", "line two bitter please")
    assert "The Empty Chair" in screen
    assert "Bitter now." in screen
    song = song_in(tmp_path)
    first, second = (song.lyrics_of(version) for version in song.versions)
    changed = [a.text for a, b in zip(second.lines, first.lines, strict=True) if a != b]
    assert changed == ["I burned your chair and felt all right"]


def test_the_model_is_shown_the_song_as_it_is_now(server, talk, tmp_path):
    server.queue(*begin(server), Words("Nothing to do."))
    talk("Write a song", "/edit 1 They painted out the bandstand light", "what now?")
    state = json.dumps(server.requests[-1].messages)
    assert "They painted out the bandstand light" in state
    assert KEY not in state


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [
        (Status(401, "bad key"), "key"),
        (Status(402, "no balance"), "balance"),
        (Status(404, "model does not exist"), "test-model"),
        (Words(""), "empty"),
        (Calls([("write", '{"brief": ')]), "JSON"),
        (Calls([("rm_rf", {"path": "/"})]), "no tool"),
        (Calls([("write", {"brief": "x", "path": "/etc"})]), "path"),
        (Words("Well, I", finish="length"), "go on"),
        (Events([chunk({"content": "half a"})], ending="cut"), "half a"),
        (Endless(chunk({"content": "la " * 4000})), "choose another model"),
    ],
)
def test_after_a_reply_gone_wrong_the_song_is_whole_and_the_next_sentence_works(
    server, talk, tmp_path, misbehaviour, words
):
    answers = [*begin(server), misbehaviour]
    server.queue(*answers, Words("Yes, I hear you."))
    screen = talk("Write a song", "do something", "are you there?", "still there?")
    assert "Yes, I hear you." in screen
    assert re.search(words, screen)
    assert len(song_in(tmp_path).lyrics.lines) == 4


def test_what_a_reply_says_is_shown_and_not_obeyed(server, talk, tmp_path):
    server.queue(*begin(server), Words("[red]hi[/red] \x1b]0;owned\x07 \x1b[2J done"))
    screen = talk("Write a song", "hello")
    assert "[red]hi[/red]" in screen
    assert "\x1b" not in screen
    assert "\\x1b[2J" in screen


def test_takes_beyond_the_budget_of_a_turn_need_a_yes(server, talk, tmp_path):
    server.queue(*begin(server), Calls([("render", {"takes": 8})]), Words("Too many, I see."))
    screen = talk("Write a song", "sing it eight times")
    assert "no one to ask" in screen
    assert song_in(tmp_path).takes == ()


def test_an_endpoint_without_tools_gets_them_as_text(server, talk, tmp_path):
    def think(request: Request):
        if "tools" in request.body:
            return Status(400, "this model does not support tools")
        if "Write the lyrics" in json.dumps(request.messages):
            return Words(SONG)
        if "```result" in json.dumps(request.messages):
            return Words("There it is.")
        return Words('```tool\n{"name": "write", "arguments": {"brief": "x", "length_s": 20}}\n```')

    server.queue(Brain(think))
    screen = talk("Write a song")
    assert "no tool calling" in screen
    assert "There it is." in screen
    assert len(song_in(tmp_path).lyrics.lines) == 4


def test_without_any_llm_a_sentence_begins_a_song_and_commands_do_the_rest(talk, tmp_path):
    none = {"base_url": "", "model": "", "api_key": ""}
    words = ["a lighthouse keeper in love", "/edit 2 A lamp goes round", "/undo", "make it sad"]
    screen = talk(*words, **none)
    assert "offline" in screen
    assert "undone" in screen
    assert "no LLM is configured" in screen
    song = song_in(tmp_path)
    assert song.folder.name == "a-lighthouse-keeper-in-love"
    assert song.version.number == 1


def test_what_the_model_did_without_words_is_shown(server, talk):
    server.queue(
        *begin(server),
        Calls([("style", {"style": "bossa nova"})]),
        Calls([("undo", {})]),
        Calls([("export", {"folder": "../../etc"})]),
        Words("There."),
    )
    screen = talk("Write a song", "softer, no, as it was")
    assert "style    bossa nova" in screen
    assert "undone   style bossa nova; the song is at v1" in screen
    assert "export: folder: Extra inputs are not permitted" in screen
    assert '{"error"' not in screen


def test_a_chat_starts_without_what_only_sound_needs():
    heavy = ("torch", "scipy", "openai", "faster_whisper", "pedalboard")
    code = f"import sys, songsmith.agent.chat.loop; print(set({heavy}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_in_a_chat_no_error_sends_to_flags_of_the_command_line(server, talk):
    server.queue(Status(402, "no balance"))
    screen = talk("Write a song", "/profile nowhere")
    assert "balance" in screen
    assert "--" not in screen


def test_a_model_without_an_endpoint_is_refused_with_the_way_to_one(talk):
    screen = talk("/model gpt-9", "/model", base_url="", model="", api_key="")
    assert "there is no endpoint to ask for it; choose one with /profile" in screen
    assert "none configured; choose one with /profile" in screen


def test_a_song_begun_by_a_sentence_is_named_after_what_it_is_about(talk, tmp_path):
    talk("Please write me a song about a tram", base_url="", model="", api_key="")
    assert song_in(tmp_path).folder.name == "song-about-a-tram"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_where_no_history_can_be_kept_there_is_a_chat_all_the_same(home, tmp_path):
    import pexpect

    (tmp_path / "file").touch()
    session = pexpect.spawn(
        sys.executable,
        ["-m", "songsmith", "chat"],
        cwd=str(tmp_path),
        env={**home, "XDG_STATE_HOME": str(tmp_path / "file")},
        encoding="utf-8",
        timeout=60,
    )
    session.expect("›")
    session.send("/help fix\r")
    session.expect("sing only a part again")
    session.send("/help\r")
    session.expect("Tab completes")
    session.send("/quit\r")
    session.expect(pexpect.EOF)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files the Linux way")
def test_a_hundred_turns_stay_within_the_context_and_leave_nothing_open(server, talk):
    open_files: list[int] = []
    memory: list[int] = []

    def think(request: Request):
        turns = len(server.requests) - 3
        if turns in (30, 100):
            gc.collect()
            open_files.append(len(list(Path("/proc/self/fd").iterdir())))
            memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
        return Words(f"Yes, {turns}. " + "la " * 100, size=200)

    server.queue(*begin(server), Brain(think))
    talk("Write a song", *(f"tell me more, {turn}" for turn in range(100)), context_tokens=4_096)
    # The server keeps all requests, so a little growth is its own.
    assert open_files[1] <= open_files[0] + 2
    assert memory[1] - memory[0] < 15e6
    longest = max(len(json.dumps(request.body)) for request in server.requests)
    assert longest < 4_096 * 4
    said = json.dumps(server.requests[-1].messages)
    assert "tell me more, 99" in said
    assert "They polished up the bandstand light" in said


def test_mistakes_in_commands_are_one_line_each(talk):
    screen = talk("/rendr", "/pick", "/fix chorus 9", "/undo", "/profile nowhere", "/ab 1")
    for words in ("did you mean /render?", "e.g. /pick 2", "no song is open", "nowhere", "/ab 2 3"):
        assert words in screen


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_session_at_a_terminal_survives_a_kill_in_the_middle_of_a_render(server, home, tmp_path):
    import pexpect

    def chat(*arguments: str):
        command = ["-m", "songsmith", "chat", *arguments]
        return pexpect.spawn(
            sys.executable, command, cwd=str(tmp_path), env=home, encoding="utf-8", timeout=60
        )

    server.queue(
        *begin(server),
        Calls([("revise", {"where": "verse 1", "instruction": "bitter"})]),
        Words(
            "1 | They sold the bandstand and the light\n2 | I burned your chair and slept all night"
        ),
        Words("Bitter now."),
        Calls([("render", {"seed": 7})]),
        Words("Sung."),
        Calls([("fix", {"where": "chorus", "takes": 1, "seed": 9})]),
        Words("The chorus again."),
    )
    session = chat()
    session.expect("›")
    session.send("Write a song about a saxophone player\r")
    session.expect("There it is.")
    session.send("First verse is too sweet, make it bitter\r")
    session.expect("Bitter now.")
    session.send("Sing it\r")
    session.expect("Sung.")
    session.send("The chorus drags, sing just that again\r")
    session.expect("The chorus again.")
    session.send("/undo\r")
    session.expect("undone")
    session.send("/render 4\r")
    session.expect("take 2")
    os.kill(session.pid, signal.SIGKILL)
    session.wait()  # a machine under load takes its time to end it
    session.close()

    song = song_in(tmp_path / "songs")
    assert [line.text for line in song.lyrics.lines][:2] == [
        "They sold the bandstand and the light",
        "I burned your chair and slept all night",
    ]
    assert set(song.takes) >= {"t001", "t003"}
    again = chat(song.folder.name)
    again.expect("The Empty Chair")
    again.send("/takes\r")
    again.expect("t001")
    again.send("/redo\r")
    again.expect("redo|redone")
    again.send("/quit\r")
    again.expect(pexpect.EOF)


@pytest.mark.skipif(os.name == "nt", reason="closes streams as a POSIX shell does")
def test_bytes_of_another_encoding_and_closed_streams_end_no_session(tmp_path):
    program = [sys.executable, "-m", "songsmith", "chat", "--plain"]
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "COLUMNS": "0"}
    said = subprocess.run(
        program,
        input=b"/style caf\xe9\n/help quit\n",
        capture_output=True,
        check=False,
        env=home,
        cwd=tmp_path,
    )
    assert said.returncode == 0 and b"/quit" in said.stdout and b"Traceback" not in said.stderr
    closed = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *program],
        capture_output=True,
        check=False,
        env=home,
        cwd=tmp_path,
    )
    assert closed.returncode == 0 and b"Traceback" not in closed.stderr
