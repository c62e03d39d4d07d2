import json
import subprocess
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
PARITY = Path(__file__).parents[3] / "benchmarks" / "parity.py"


def run_parity(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PARITY, folder], capture_output=True, text=True, check=False
    )


def test_every_official_number_is_met():
    outcome = run_parity(GOLDEN)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "left out" not in outcome.stdout
    transformer = json.loads((GOLDEN / "dit.json").read_text())
    style = json.loads((GOLDEN / "mulan.json").read_text())
    cases = [f"dit/{name}" for name in transformer["dit"]]
    cases += [f"sample/{name}" for name in transformer["sample"]]
    cases += [f"{kind}.{name}" for kind in ("audio", "text") for name in style[kind]]
    missing = [case for case in [*cases, "similarity"] if f"ok   {case} " not in outcome.stdout]
    assert not missing
    assert f"{len(cases) + 1} of {len(cases) + 1} cases" in outcome.stdout


def test_numbers_that_are_not_met_fail_the_check_and_are_named(tmp_path):
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
    outcome = run_parity(tmp_path)
    assert outcome.returncode == 1
    assert "FAIL sample/cfg0 " in outcome.stdout
    assert "FAIL text.single1 " in outcome.stdout
    assert outcome.stdout.count("FAIL") == 2


def test_numbers_that_can_not_be_read_fail_the_check_in_a_line_and_the_others_are_compared(
    tmp_path,
):
    (tmp_path / "dit.json").symlink_to(GOLDEN / "dit.json")
    for name in ("mulan.json", "mulan_io.safetensors", "mulan_weights.safetensors"):
        (tmp_path / name).symlink_to(GOLDEN / name)
    outcome = run_parity(tmp_path)
    assert outcome.returncode == 1
    assert "dit.json: FileNotFoundError: " in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "9 of 9 cases" in outcome.stdout


def test_a_folder_without_official_numbers_is_an_error(tmp_path):
    outcome = run_parity(tmp_path)
    assert outcome.returncode == 1
    assert "neither dit.json nor mulan.json" in outcome.stderr
