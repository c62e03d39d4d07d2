import pytest

from songsmith.engine.cores import side_by_side, usable_cores


@pytest.mark.parametrize(("said", "cores"), [("1", 1), ("9999", None), ("0", None), ("many", None)])
def test_a_share_of_the_machine_is_kept_to(monkeypatch, said, cores):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    all_cores = usable_cores()
    assert all_cores >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert usable_cores() == (cores or all_cores)


@pytest.mark.parametrize("cores", ["1", "9999"])
def test_work_side_by_side_comes_back_in_order_and_tells_of_what_failed(monkeypatch, cores):
    monkeypatch.setenv("OMP_NUM_THREADS", cores)

    assert side_by_side(lambda number: number**2, range(5)) == [0, 1, 4, 9, 16]
    assert side_by_side(str, []) == []
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 / number, [2, 1, 0])
