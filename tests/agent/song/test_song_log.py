import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from songsmith.agent.song.song_log import LOG_NAME, OLDER_NAME, SongLog

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d+ \S.*")


def lines_of(folder: Path) -> list[str]:
    names = (OLDER_NAME, LOG_NAME)
    texts = [(folder / n).read_text(encoding="utf-8") for n in names if (folder / n).exists()]
    return "".join(texts).splitlines()


def test_a_line_has_its_time_and_process_and_no_line_break(tmp_path):
    SongLog(tmp_path).add("fix: begun\nwith \x1b[31mcolour")
    (line,) = lines_of(tmp_path)
    assert LINE.fullmatch(line)
    assert line.endswith(f" {os.getpid()} fix: begun with ?[31mcolour")


def test_the_log_stays_within_twice_its_bound_and_keeps_the_newest_lines(tmp_path):
    log = SongLog(tmp_path, most_bytes=2_000)
    for number in range(400):
        log.add(f"line {number}")
    sizes = [(tmp_path / name).stat().st_size for name in (LOG_NAME, OLDER_NAME)]
    assert sum(sizes) < 4_200
    numbers = [int(line.rpartition(" ")[2]) for line in lines_of(tmp_path)]
    assert numbers == list(range(numbers[0], 400))


def test_processes_that_write_at_once_lose_and_mix_no_lines(tmp_path):
    code = (
        "import sys; from pathlib import Path; from songsmith.agent.song.song_log import SongLog\n"
        "log = SongLog(Path(sys.argv[1]), most_bytes=40_000)\n"
        "for number in range(300): log.add(f'{sys.argv[2]}-{number}')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path, name]) for name in ("a", "b", "c")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    lines = lines_of(tmp_path)
    assert all(LINE.fullmatch(line) for line in lines)
    told = [line.rpartition(" ")[2] for line in lines]
    assert sorted(told) == sorted(f"{name}-{number}" for name in "abc" for number in range(300))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_or_a_pipe_in_its_place_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / LOG_NAME).symlink_to(tmp_path / "mine")
    SongLog(tmp_path).add("x")
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"
    (tmp_path / LOG_NAME).unlink()
    os.mkfifo(tmp_path / LOG_NAME)
    SongLog(tmp_path).add("x")


def test_a_folder_that_is_gone_stops_nobody(tmp_path):
    SongLog(tmp_path / "gone").add("x")
    assert not (tmp_path / "gone").exists()
