import json
import os
import tracemalloc
from pathlib import Path

import pytest

from songsmith.agent.batch.job import BatchError, Job, job_schema
from songsmith.agent.batch.row_files import files_of, moved_files, with_files
from songsmith.agent.batch.rows import read_rows, rows_of


def rows_in(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return list(read_rows(path))


def test_a_table_and_json_lines_ask_for_the_same(tmp_path):
    (line,) = rows_in(
        tmp_path,
        "jobs.jsonl",
        '{"id": "a", "prompt": "rain", "length_s": 95, "formats": ["mp3", "srt"],'
        ' "options": {"bpm": "92", "stems": "yes"}, "takes": 2, "until_sung": 0.8}\n',
    )
    (cells,) = rows_in(
        tmp_path,
        "jobs.csv",
        "\ufeffID; Prompt;length_s;formats;options;takes;until_sung;voice\n"
        'a;rain;1:35;mp3, srt;"bpm=92; stems=yes";2;0.8;\n',
    )
    assert line.job == cells.job and line.job is not None
    assert (line.id, line.job.length_s, line.digest) == ("a", 95.0, cells.digest)


def test_lines_are_counted_as_an_editor_does(tmp_path):
    text = 'id,lyrics\na,"one\ntwo\nthree"\n\nb,\nc,la\n'
    rows = rows_in(tmp_path, "jobs.csv", text)
    assert [(row.line, bool(row.faults)) for row in rows] == [(2, False), (6, True), (7, False)]
    rows = rows_in(tmp_path, "jobs.jsonl", '\n{"prompt": "a"}\n\n{"prompt": "b"}\n')
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ('{"prompt": "a"', "", "not JSON"),
        ("[1]", "", "is no object"),
        ("{}", "", "neither prompt nor lyrics"),
        ('{"prompt": "a", "base_url": "http://x"}', "base_url", "no such field"),
        ('{"prompt": "a", "length_s": "soon"}', "length_s", "not a time"),
        ('{"prompt": "a", "length_s": 1}', "length_s", "can't last 1 s"),
        ('{"prompt": "a", "formats": "mp3,tape"}', "formats", "no format 'tape'"),
        ('{"prompt": "a", "seed": -1}', "seed", "greater than or equal to 0"),
        ('{"prompt": "a", "takes": 65}', "takes", "less than or equal to 64"),
        ('{"prompt": "a", "until_sung": 2}', "until_sung", "less than or equal to 1"),
        ('{"prompt": "a", "writer": "me"}', "writer", "'auto', 'llm' or 'offline'"),
        ('{"prompt": "a", "options": "loud"}', "options", "write name=value"),
        ('{"prompt": "a", "id": "../b"}', "id", "letters, digits, - and _"),
        ('{"prompt": "a", "id": "CON"}', "id", "letters, digits, - and _"),
        ('{"prompt": "a", "id": ".making"}', "id", "letters, digits, - and _"),
        ('{"lyrics": "a", "lyrics_file": "b.lrc"}', "", "both lyrics and lyrics_file"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_its_field(tmp_path, row, field, words):
    good, bad = rows_in(tmp_path, "jobs.jsonl", f'{{"prompt": "fine"}}\n{row}\n')
    assert good.job is not None and bad.job is None
    (fault,) = bad.faults
    assert (fault.line, fault.field) == (2, field) and words in fault.what
    assert str(fault).startswith("line 2")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("jobs.csv", b"prompt,colour\na,red\n", "names no field of a job: 'colour'"),
        ("jobs.csv", b'prompt\n"a\n', "can't be read as a table"),
        ("jobs.csv", b"prompt\nna\xefve\n", "not UTF-8"),
        ("jobs.jsonl", b"\xff\xfe{", "not UTF-8"),
        ("jobs.jsonl", b'{"prompt": "' + b"a" * 1_000_001, "more than 1,000,000 characters"),
        (".", b"", "can't be read"),
    ],
)
def test_a_file_that_is_no_list_of_jobs_is_one_error(tmp_path, name, data, words):
    path = tmp_path / name
    if data:
        path.write_bytes(data)
    with pytest.raises(BatchError, match=words):
        list(read_rows(path))


def test_a_row_with_more_cells_than_columns_is_told(tmp_path):
    (row,) = rows_in(tmp_path, "jobs.csv", "prompt,style\nrain, wind,folk\n")
    assert "has 3 cells, line 1 has 2" in row.faults[0].what


def test_ids_stay_the_same_wherever_the_row_stands_and_equal_rows_are_several_songs():
    rain, wind = {"prompt": "Rain!", "seed": 1}, {"prompt": "wind"}
    first = [row.id for row in rows_of([rain, wind, rain])]
    second = [row.id for row in rows_of([wind, {"seed": 1, "prompt": "Rain!"}, rain])]
    assert first[0].startswith("rain-") and first[2] == f"{first[0]}-2"
    assert sorted(first) == sorted(second)


def test_an_id_that_is_there_twice_is_told_in_any_case():
    one, two = rows_of([{"id": "a", "prompt": "x"}, {"id": "A", "prompt": "y"}])
    assert one.job and not two.job
    assert "the id of line 1 too" in two.faults[0].what


@pytest.mark.parametrize(
    "row",
    [
        {"lyrics_file": "../secret.lrc"},
        {"lyrics_file": "{outside}"},
        {"lyrics_file": "link.lrc"},
        {"lyrics_file": "missing.lrc"},
        {"style_audio": ["../secret.lrc"]},
        {"voice": "../secret.lrc"},
        {"voice": "~/secret.onnx#3"},
        {"options": {"lora": "{outside}:0.5"}},
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_no_row_reads_a_file_outside_the_batch(tmp_path, row):
    secret = tmp_path / "secret.lrc"
    secret.write_text("[00:01.00]hush\n", encoding="utf-8")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link.lrc").symlink_to(secret)
    text = json.dumps({"prompt": "a", **row}).replace("{outside}", str(secret))
    with pytest.raises(BatchError, match="names no file below"):
        with_files(Job.model_validate_json(text), folder)


def test_files_of_a_row_are_found_and_can_be_somewhere_else(tmp_path):
    for name in ("a.lrc", "v.onnx", "v.onnx.json", "s.wav"):
        (tmp_path / name).write_text("[00:01.00]la\n", encoding="utf-8")
    said = {"lyrics_file": "a.lrc", "voice": "v.onnx#2", "style_audio": "s.wav*0.5"}
    job = with_files(Job.model_validate(said), tmp_path)
    assert job.lyrics == "[00:01.00]la\n" and job.voice == f"{tmp_path / 'v.onnx'}#2"
    assert [path.name for path in files_of(job)] == ["s.wav", "v.onnx", "v.onnx.json"]
    there = moved_files(job, Path("there"))
    assert (there.voice, there.style_audio[0]) == (
        f"{Path('there') / 'v.onnx'}#2",
        f"{Path('there') / 's.wav'}*0.5",
    )


def test_a_metre_is_no_file(tmp_path):
    job = Job(prompt="a", options={"time": "3/4"})
    assert with_files(job, tmp_path) == job


def test_the_schema_describes_every_field():
    fields = json.loads(job_schema())["properties"]
    assert set(fields) == set(Job.model_fields)
    assert all(facts["description"] for facts in fields.values())


def test_rows_are_read_one_by_one(tmp_path):
    path = tmp_path / "jobs.jsonl"
    words = "la " * 300
    path.write_text(
        "".join(f'{{"id": "j{n}", "lyrics": "{words}"}}\n' for n in range(5_000)), "utf-8"
    )
    assert path.stat().st_size > 4_500_000
    next(read_rows(path))
    tracemalloc.start()
    count = sum(row.job is not None for row in read_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5_000 and peak < 2_000_000  # the ids are kept, the rows are not
