import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.chat.limits import LimitReached
from songsmith.agent.chat.one_turn import TurnLimits, take_turn
from songsmith.agent.chat.resuming import last_song
from songsmith.agent.cli.main import main
from songsmith.agent.song.songbook import Song
from songsmith.engine.engine import Progress
from tests.agent.llm_server import KEY, Brain, Calls, LlmServer, Request, Silence, Status, Words

SONG = """Title: The Empty Chair
Style: jazz swing, 92 bpm

[Verse 1]
[00:02.50]They polished up the bandstand light
[00:06.30]I kept your chair and kept it right

[Chorus]
[00:10.10]Play it slow, I'll wait till two
[00:13.90]Every note still looks like you
"""
BRIEF = {"brief": "a saxophone player who never shows up", "length_s": 20}


@pytest.fixture
def server(tmp_path, monkeypatch, beep):
    """The only LLM there is; songs are made in an empty folder, and beeped."""
    monkeypatch.chdir(tmp_path)
    with LlmServer() as server:
        for name, value in {
            "BASE_URL": server.base_url,
            "MODEL": "test-model",
            "API_KEY": KEY,
            "ENGINE": "beep",
        }.items():
            monkeypatch.setenv(f"SONGSMITH_{name}", value)
        yield server


@pytest.fixture
def song(server) -> str:
    """The name of a song with words and no take."""
    server.queue(Calls([("write", BRIEF)]), Words(SONG), Words("There it is."))
    report = take_turn("Write a song about a saxophone player")
    assert report.song is not None
    return report.song.folder.name


@pytest.fixture
def run(capsys):
    """Runs a command line; gives back its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(str(int(ended.value.code or 0))), printed.out, printed.err

    return call


def test_one_turn_changes_the_words_sings_them_and_reports_all_in_one_object(server, song, run):
    server.queue(
        Calls([("revise", {"where": "verse 1", "instruction": "bitter"})], text="On it."),
        Words("1 | They sold the bandstand and the light\n2 | I burned your chair that very night"),
        Calls([("render", {"seed": 7})]),
        Words("Bitter, and sung."),
    )
    code, out, err = run(
        "chat", song, "--prompt", "make the first verse bitter and sing it", "--json"
    )
    assert code == 0, err
    report = json.loads(out)
    assert report["id"] == song and report["ended"] == "done" and report["error"] is None
    assert report["reply"] == "On it.\nBitter, and sung."
    assert [done["verb"] for done in report["done"]] == ["revise", "render"]
    sung = report["done"][1]["result"]["takes"][0]
    assert sung["seed"] == 7 and Path(sung["file"]).is_file()
    assert report["usage"]["requests"] == 4 and report["usage"]["tokens_in"] == 400
    assert Song.open(Path(report["folder"])).lyrics.lines[0].text.startswith("They sold")
    assert "beeping" in err and "beeping" not in out


def test_events_come_as_lines_of_json_and_the_report_is_the_last(server, song, run):
    server.queue(Calls([("render", {"seed": 7})]), Words("Sung."))
    code, out, err = run("chat", song, "-p", "sing it", "--stream-json")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and err == ""
    kinds = [event["event"] for event in events]
    assert kinds[-1] == "end" and {"fact", "progress", "done", "said"} <= set(kinds)
    assert kinds.index("progress") < kinds.index("done") < kinds.index("said")
    steps = [event for event in events if event["event"] == "progress"]
    assert steps[0]["stage"] == "beeping" and steps[-1]["done"] == steps[-1]["total"]
    assert "".join(e["piece"] for e in events if e["event"] == "said") == "Sung.\n"
    assert events[-1]["done"][0]["result"]["takes"][0]["take"] == "t001"
    assert KEY not in out


def test_takes_beyond_the_budget_need_yes_or_a_larger_budget(server, song):
    asked = Calls([("render", {"takes": 3, "seed": 1})])

    def sing(limits: TurnLimits):
        server.queue(asked, Words("Well."))
        return take_turn("sing it three times", Path("songs") / song, limits=limits)

    report = sing(TurnLimits())
    assert [r.verb for r in report.refused] == ["render"] and not report.done
    assert [a.is_agreed for a in report.asked] == [False]
    assert [d["verb"] for d in sing(TurnLimits(renders=3)).done] == ["render"]
    report = sing(TurnLimits(agrees=True))
    assert [a.is_agreed for a in report.asked] == [True] and len(report.done) == 1


def test_rounds_of_the_model_are_limited_and_the_exit_code_says_so(server, song, run):
    server.queue(Calls([("takes", {})]))
    code, out, err = run("chat", song, "-p", "go on", "--json", "--max-turns", "2")
    report = json.loads(out)
    assert code == 4 and report["ended"] == "turns" and len(report["done"]) == 2
    assert "stopped (turns)" in err and report["error"] is None


def test_a_price_ends_the_turn_before_the_next_request_and_needs_prices(
    server, song, run, monkeypatch
):
    server.queue(Calls([("takes", {})]))
    code, _, err = run("chat", song, "-p", "go on", "--max-price", "0.01")
    assert code == 1 and "price_in" in err
    monkeypatch.setenv("SONGSMITH_PRICE_IN", "100")  # a request takes 100 tokens in, 20 out
    monkeypatch.setenv("SONGSMITH_PRICE_OUT", "100")
    asked = len(server.requests)
    code, out, _ = run("chat", song, "-p", "go on", "--max-price", "0.02", "--json")
    report = json.loads(out)
    assert code == 4 and report["ended"] == "price"
    assert len(server.requests) - asked == 2 and report["usage"]["cost"] == pytest.approx(0.024)


def test_time_that_is_up_stops_a_render_between_steps_and_is_no_refusal(server, song):
    server.queue(Calls([("render", {"takes": 2, "seed": 1})]), Words("Sung."))
    now = [0.0]

    def pass_time(event, song):
        now[0] += 100.0 if isinstance(event, Progress) and event.take == 2 else 0.0

    report = take_turn(
        "sing it twice",
        Path("songs") / song,
        limits=TurnLimits(time_s=60.0),
        on_event=pass_time,
        clock=lambda: now[0],
    )
    assert report.ended == "time" and isinstance(report.error, LimitReached)
    assert report.refused == [] and "60 s" in str(report.error)
    assert Song.open(Path("songs") / song).takes == ("t001",)
    assert "broke off" in report.reply


def test_what_fails_is_reported_with_what_was_done_before(server, song, run):
    server.queue(Calls([("render", {"seed": 7})]), Status(402, "no balance"))
    code, out, err = run("chat", song, "-p", "sing it", "--json")
    report = json.loads(out)
    assert code == 1 and report["ended"] == "error"
    assert "balance" in report["error"]["what"] and "balance" in err
    assert [done["verb"] for done in report["done"]] == ["render"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT as a POSIX shell does")
def test_a_turn_that_is_interrupted_reports_what_was_done_before(server, song, monkeypatch):
    monkeypatch.setenv(
        "SONGSMITH_ENGINE", "sketch"
    )  # the toy engine is known in this process alone
    server.queue(Calls([("takes", {})]), Silence(with_headers=True))
    program = [sys.executable, "-m", "songsmith", "chat", song, "-p", "sing it", "--stream-json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        for line in iter(running.stdout.readline, b""):
            if json.loads(line)["event"] == "said":
                break
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    report = json.loads(out.splitlines()[-1])
    assert running.returncode == 130 and b"interrupted" in err and b"Traceback" not in err
    assert report["event"] == "end" and report["ended"] == "interrupted"
    assert [done["verb"] for done in report["done"]] == ["takes"]


def test_the_next_turn_goes_on_with_the_last_song_or_the_one_of_an_id(server, song, run):
    server.queue(Words("Yes, bitter."))
    first = json.loads(run("chat", song, "-p", "is it bitter?", "--json")[1])
    server.queue(Words("Still."))
    assert json.loads(run("chat", "--continue", "-p", "and now?", "--json")[1])["id"] == song
    said = json.dumps(server.requests[-1].messages)
    assert "is it bitter?" in said and "Yes, bitter." in said
    assert run("chat", "--resume", first["id"], "-p", "well?")[0] == 0
    for wrong in ("nothing", "../nothing"):
        code, _, err = run("chat", "--resume", wrong, "-p", "well?")
        assert code == 1 and "there is no talk" in err
    assert last_song().name == song


def test_a_sentence_without_a_song_begins_one_and_a_song_without_a_talk_is_not_resumed(run, server):
    server.queue(Words(SONG))
    code, out, _ = run("chat", "-p", "/write a tram", "--json")
    made = json.loads(out)
    assert code == 0 and made["done"][0]["verb"] == "write" and Path(made["folder"]).is_dir()
    code, _, err = run("chat", "--resume", made["id"], "-p", "well?")
    assert code == 1 and "nothing was said about this song yet" in err


def test_without_an_llm_commands_are_turns_and_what_nobody_understands_is_an_error(
    song, run, monkeypatch
):
    for name in ("BASE_URL", "MODEL", "API_KEY"):
        monkeypatch.delenv(f"SONGSMITH_{name}")
    code, out, _ = run("chat", song, "-p", "/render", "--json")
    assert code == 0 and json.loads(out)["done"][0]["result"]["takes"][0]["take"] == "t001"
    code, out, err = run("chat", song, "-p", "make it sad", "--json")
    assert code == 1 and "no LLM is configured" in err and json.loads(out)["ended"] == "error"
    assert run("chat", song, "-p", "/quit")[0] == 0
    assert "sing only a part again" in run("chat", song, "-p", "/help fix")[1]


def test_a_prompt_may_come_from_stdin_and_wrong_flags_are_said(server, song, run, monkeypatch):
    server.queue(Words("Hm."))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("is it über?".encode())))
    assert run("chat", song, "-p", "-")[0] == 0
    assert "is it über?" in json.dumps(server.requests[-1].messages, ensure_ascii=False)
    for wrong in (["--json"], ["--yes"], ["--max-turns", "3"], ["--stream-json"]):
        code, _, err = run("chat", song, *wrong)
        assert code == 2 and "--prompt" in err
    assert run("chat", song, "--continue", "-p", "x")[0] == 2
    assert run("chat", song, "-p", "x", "--max-time", "soon")[0] == 2


def test_an_endpoint_may_not_be_silent_for_longer_than_the_turn_lasts(server, song):
    seen: list[Request] = []

    def think(request: Request):
        seen.append(request)
        return Words("Here.")

    server.queue(Brain(think))
    report = take_turn("hello", Path("songs") / song, limits=TurnLimits(time_s=30.0))
    assert report.ended == "done" and len(seen) == 1
    # The client tells its read timeout in a header of its own.
    assert float(seen[0].headers["x-stainless-read-timeout"]) == 30.0
