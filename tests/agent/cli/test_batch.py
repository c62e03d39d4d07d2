import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.cli.main import main
from tests.agent.batch.moody import job, moody, results_in, write_jobs

ROOT = Path(__file__).parents[3]
PROGRAM = (sys.executable, "-m", "tests.agent.batch.program", "--engine", "beep")


@pytest.fixture
def run(toy_folder, capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["batch", *arguments])
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    return call


def rows(*jobs):
    Path("jobs.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in jobs), "utf-8")


def test_a_table_of_jobs_becomes_songs(run):
    with Path("jobs.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["id", "lyrics", "length_s", "formats"])
        table.writeheader()
        table.writerow({"id": "a", "lyrics": "[00:01.00]la", "length_s": "0:05", "formats": "mp3"})
        table.writerow({"id": "b", "lyrics": "[00:01.00]lo", "length_s": "5"})
    code, out, _ = run("jobs.csv", "-o", "out", "--engine", "beep")
    assert code == 0
    assert "2 rows, 2 to make" in out and "2 made" in out and "songs a minute" in out
    assert [line["id"] for line in results_in(Path("out"))] == ["a", "b"]
    assert list(Path("out/a/export").glob("*.mp3"))


def test_the_answer_in_json_counts_what_was_made(run):
    rows(job("a"), moody("b", "fails"))
    code, out, err = run("jobs.jsonl", "-o", "out", "--engine", "beep", "--json")
    answer = json.loads(out)
    assert code == 3
    assert (answer["rows"], answer["made"], answer["failed"], answer["left"]) == (2, 1, 1, 0)
    assert answer["results"] == str(Path("out/results.jsonl"))
    assert "line 2, b: not today" in err


def test_checking_makes_nothing_and_tells_every_bad_row(run):
    rows(job("a"), job("b", engine="cassette"), {"id": "c"})
    code, out, err = run("jobs.jsonl", "-o", "out", "--engine", "beep", "--check")
    assert code == 1 and "2 rows of 3 can't be made" in err
    assert "line 2, engine: there is no engine 'cassette'" in out and "line 3: has neither" in out
    code, out, _ = run("jobs.jsonl", "-o", "out", "--engine", "beep", "--check", "--json")
    assert [fault["line"] for fault in json.loads(out)["faults"]] == [2, 3]
    rows(job("a"))
    assert run("jobs.jsonl", "-o", "out", "--engine", "beep", "--check")[0] == 0
    assert not Path("out").exists()


def test_stopping_early_leaves_the_rest_for_resume(run):
    rows(moody("a", "fails", "mark"), job("b"))
    code, out, _ = run("jobs.jsonl", "-o", "out", "--engine", "beep", "--max-failures", "1")
    assert code == 3 and "1 left" in out and "--resume" in out
    code, out, _ = run("jobs.jsonl", "-o", "out", "--engine", "beep", "--resume")
    assert code == 0 and "2 made" in out


def test_the_schema_is_json(run):
    code, out, _ = run("--schema")
    assert code == 0 and json.loads(out)["additionalProperties"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "name a file of jobs"),
        (("gone.jsonl",), 1, "gone.jsonl: can't be read (no such file"),
        (("empty.jsonl",), 1, "holds no job"),
        (("jobs.jsonl", "--workers", "-1"), 2, "--workers"),
        (("jobs.jsonl", "--ray", "127.0.0.1:1"), 1, "Ray"),
    ],
)
def test_mistakes_are_one_line(run, arguments, code, words):
    rows(job("a"))
    Path("empty.jsonl").touch()
    got, _, err = run(*arguments, *(("--engine", "beep") if arguments else ()))
    assert (got, "Traceback" in err) == (code, False)
    assert words in " ".join(err.split())


def started(*arguments):
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_jobs_come_from_stdin_too(toy_folder):
    program = started("-", "-o", "out")
    out, err = program.communicate("".join(f"{json.dumps(job(name))}\n" for name in "ab"))
    assert program.returncode == 0, err
    assert "2 made" in out


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_ctrl_c_finishes_the_song_and_the_rest_is_left(toy_folder):
    write_jobs(toy_folder / "jobs.jsonl", 200)
    program = started("jobs.jsonl", "-o", "out")
    assert program.stdout is not None
    next(line for line in program.stdout if " made " in f" {line}")
    program.send_signal(signal.SIGINT)
    out, err = program.communicate()
    assert program.returncode == 130, err
    assert "finishing the songs that are being made" in out and " left" in out
    assert "Traceback" not in err
    done = results_in(Path("out"))
    assert 1 <= len(done) < 200 and not Path("out/.making").exists()


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_a_second_ctrl_c_ends_at_once(toy_folder):
    rows({**job("a"), "options": {"mood": "waits"}, "engine": "moody"})
    program = started("jobs.jsonl", "-o", "out")
    assert program.stdout is not None
    next(line for line in program.stdout if "1 to make" in line)
    next(line for line in program.stdout if "waiting" in line)
    program.send_signal(signal.SIGINT)
    next(line for line in program.stdout if "Ctrl-C again" in line)
    program.send_signal(signal.SIGINT)
    _, err = program.communicate()
    assert program.returncode == 130 and "Traceback" not in err
    assert not Path("out/a").exists() and not Path("out/.making").exists()
