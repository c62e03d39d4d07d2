import json
import runpy
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
PARITY = Path(__file__).parents[3] / "benchmarks" / "parity.py"


@pytest.fixture
def run_parity(monkeypatch, capsys):
    """Runs the program on a folder; its exit code, what it printed and what it complained of."""

    def run(folder: Path) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", [str(PARITY), str(folder)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(PARITY), run_name="__main__")
        return (ended.value.code, *capsys.readouterr())

    return run


def test_every_official_number_is_met(run_parity):
    code, printed, complained = run_parity(GOLDEN)
    assert code == 0, printed + complained
    assert "left out" not in printed
    transformer = json.loads((GOLDEN / "dit.json").read_text())
    style = json.loads((GOLDEN / "mulan.json").read_text())
    cases = [f"dit/{name}" for name in transformer["dit"]]
    cases += [f"sample/{name}" for name in transformer["sample"]]
    cases += [f"{kind}.{name}" for kind in ("audio", "text") for name in style[kind]]
    missing = [case for case in [*cases, "similarity"] if f"ok   {case} " not in printed]
    assert not missing
    assert f"{len(cases) + 1} of {len(cases) + 1} cases" in printed


def test_numbers_that_are_not_met_fail_the_check_and_are_named(run_parity, tmp_path):
    transformer = load_file(GOLDEN / "dit_io.safetensors")
    transformer["sample/cfg0/out"] = transformer["sample/cfg0/out"] + 1e-3
    save_file(transformer, tmp_path / "dit_io.safetensors")
    style = load_file(GOLDEN / "mulan_io.safetensors")
    texts = {name: tensor for name, tensor in style.items() if name.startswith("text.single")}
    texts["text.single1.embedding"] = texts["text.single1.embedding"] + 4e-6
    save_file(texts, tmp_path / "mulan_io.safetensors")
    for name in ("dit.json", "dit_weights", "mulan.json", "mulan_weights"):
        file = name if "." in name else f"{name}.safetensors"
        (tmp_path / file).symlink_to(GOLDEN / file)
    code, printed, _ = run_parity(tmp_path)
    assert code == 1
    assert "FAIL sample/cfg0 " in printed
    assert "FAIL text.single1 " in printed
    assert printed.count("FAIL") == 2


def test_numbers_that_can_not_be_read_fail_the_check_in_a_line_and_the_others_are_compared(
    run_parity, tmp_path
):
    (tmp_path / "dit.json").symlink_to(GOLDEN / "dit.json")
    for name in ("mulan.json", "mulan_io.safetensors", "mulan_weights.safetensors"):
        (tmp_path / name).symlink_to(GOLDEN / name)
    code, printed, complained = run_parity(tmp_path)
    assert code == 1
    assert "dit.json: FileNotFoundError: " in complained
    assert "Traceback" not in complained
    assert "9 of 9 cases" in printed


def test_a_folder_without_official_numbers_is_an_error(run_parity, tmp_path):
    code, _, complained = run_parity(tmp_path)
    assert code == 1
    assert "neither dit.json nor mulan.json" in complained
