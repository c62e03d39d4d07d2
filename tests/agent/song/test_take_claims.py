import subprocess
import sys

from songsmith.agent.song.take_claims import claim_take, release_take, sweep_claims
from tests.agent.song.racing import words_of_processes


def test_takes_are_counted_past_the_thousandth(tmp_path):
    for name in ("t999.flac", "t1000.flac", "t1000.json"):
        (tmp_path / name).touch()
    assert claim_take(tmp_path) == "t1001"


def test_a_number_is_claimed_once_by_many_processes_at_the_same_moment(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from songsmith.agent.song.take_claims import claim_take\n"
        "sys.stdin.readline(); print(*(claim_take(Path(sys.argv[1])) for _ in range(20)))"
    )
    claimed = words_of_processes(code, str(tmp_path))
    assert sorted(claimed) == [f"t{number:03d}" for number in range(1, 61)]


def test_a_released_claim_frees_the_number_and_a_saved_take_keeps_it(tmp_path):
    name = claim_take(tmp_path)
    release_take(tmp_path, name)
    assert claim_take(tmp_path) == "t001"
    (tmp_path / "t001.flac").touch()
    release_take(tmp_path, "t001")
    assert claim_take(tmp_path) == "t002"


def test_claims_of_killed_processes_are_given_up_and_no_others(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / "t007.claim").write_text(str(dead.pid), encoding="utf-8")
    mine = claim_take(tmp_path)
    sweep_claims(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{mine}.claim"] == ["t008.claim"]
