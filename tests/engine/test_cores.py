import pytest

from songsmith.engine.cores import usable_cores


@pytest.mark.parametrize(("said", "cores"), [("1", 1), ("9999", None), ("0", None), ("many", None)])
def test_a_share_of_the_machine_is_kept_to(monkeypatch, said, cores):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    all_cores = usable_cores()
    assert all_cores >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert usable_cores() == (cores or all_cores)
