"""The checks of folders, terminal, settings, torch and packages, each against what they are given."""

import os
import sys
from typing import Any

import pytest

from songsmith.agent.doctor.accelerator import torch_findings
from songsmith.agent.doctor.disk import folder_finding
from songsmith.agent.doctor.finding import Diagnosis, Machine, fail, ok
from songsmith.agent.doctor.hub import check_hub
from songsmith.agent.doctor.keys import without_keys
from songsmith.agent.doctor.packages import InstallError, reinstall
from songsmith.agent.doctor.person import check_settings
from songsmith.agent.doctor.probe import ask_python
from songsmith.agent.doctor.terminal import terminal_finding
from songsmith.agent.settings.settings import load_settings
from songsmith.engine.weights.store import Store
from tests.agent.llm_server import LlmServer

TORCH: dict[str, Any] = {
    "version": "2.13.0",
    "cuda": None,
    "hip": None,
    "names": [],
    "bytes": 0,
    "mps": False,
    "torchaudio": "",
    "fault": "",
}


def machine(tmp_path, **environ: str) -> Machine:
    environ = {"SONGSMITH_CONFIG": str(tmp_path / "config.toml"), **environ}
    settings = load_settings(None, {}, environ=environ)
    return Machine(settings, environ, Store(tmp_path / "models"))


def torch_says(card, environ=None, **facts):
    return {
        finding.name: finding for finding in torch_findings({**TORCH, **facts}, card, environ or {})
    }


def test_a_folder_that_is_not_there_is_tried_where_it_will_be_made(tmp_path):
    finding = folder_finding("songs folder", tmp_path / "new" / "songs", "elsewhere")
    assert (finding.state, "made when it is needed" in finding.found) == ("ok", True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_a_folders_place_is_a_fault_with_another_place_to_choose(tmp_path):
    (tmp_path / "songs").write_text("", encoding="utf-8")
    finding = folder_finding("songs folder", tmp_path / "songs", "choose another")
    assert (finding.state, finding.mend) == ("fail", "choose another")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_may_not_be_written_is_a_fault(tmp_path):
    (tmp_path / "songs").mkdir(mode=0o500)
    assert folder_finding("songs folder", tmp_path / "songs", "").state == "fail"


@pytest.mark.parametrize(
    ("encoding", "environ", "state"),
    [
        ("UTF-8", {}, "ok"),
        ("utf8", {"TERM": "dumb"}, "ok"),
        ("ISO-8859-1", {"LANG": "en_US"}, "warn"),
        ("ASCII", {}, "warn"),
    ],
)
def test_a_terminal_that_does_not_speak_utf_8_is_told(encoding, environ, state):
    finding = terminal_finding(encoding, environ)
    assert finding.state == state
    assert all(value in finding.found for name, value in environ.items() if name == "LANG")


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_settings_file_with_a_key_that_others_can_read_is_closed_by_the_fix(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[profiles.deepseek]\napi_key = "sk-0123456789"\n', encoding="utf-8")
    path.chmod(0o644)
    (finding,) = check_settings(machine(tmp_path))
    assert (finding.state, finding.mend) == ("fail", f"chmod 600 {path}")
    assert finding.fix
    finding.fix.do()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.state for found in check_settings(machine(tmp_path))] == ["ok"]


def test_a_mistake_in_the_settings_is_named_with_its_file(tmp_path):
    here = machine(tmp_path)
    (tmp_path / "config.toml").write_text("takes = 0\n", encoding="utf-8")
    (finding,) = check_settings(here)
    assert (finding.state, "config.toml: takes" in finding.found) == ("fail", True)


def test_a_build_of_torch_without_cuda_beside_a_card_is_a_fault():
    finding = torch_says("NVIDIA H200, 143771 MiB")["accelerator"]
    assert (finding.state, "without CUDA" in finding.found) == ("fail", True)
    assert finding.mend.startswith('pip install --force-reinstall "torch')


def test_a_card_that_torch_cannot_use_points_at_the_driver_or_at_what_hides_it():
    assert "driver" in torch_says("NVIDIA", cuda="13.0")["accelerator"].mend
    hidden = torch_says("NVIDIA", {"CUDA_VISIBLE_DEVICES": ""}, cuda="13.0")["accelerator"]
    assert (hidden.state, hidden.mend) == ("warn", "unset CUDA_VISIBLE_DEVICES")


def test_what_torch_finds_is_named_with_its_memory():
    found = torch_says("NVIDIA", cuda="13.0", names=["NVIDIA H200"], bytes=150_000_000_000)
    assert found["accelerator"].found == "NVIDIA H200, 150 GB"
    assert torch_says("", mps=True)["accelerator"].state == "ok"
    assert torch_says("")["accelerator"].state == "ok"


def test_a_torchaudio_of_another_torch_is_to_go():
    finding = torch_says("", torchaudio="?", fault="undefined symbol")["torchaudio"]
    assert (finding.state, finding.mend) == ("warn", "pip uninstall torchaudio")
    assert "torchaudio" not in torch_says("")


def test_a_mirror_that_answers_is_well_and_one_that_does_not_is_told(tmp_path, monkeypatch):
    with LlmServer() as server:
        address = server.base_url.removesuffix("/v1")
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        (finding,) = check_hub(machine(tmp_path, HF_ENDPOINT=address))
        assert (finding.state, "(HF_ENDPOINT) answers" in finding.found) == ("ok", True)
    (finding,) = check_hub(machine(tmp_path, HF_ENDPOINT=address))
    assert (finding.state, "HF_ENDPOINT" in finding.mend) == ("warn", True)
    monkeypatch.setenv("HF_ENDPOINT", "not-an-address")
    assert [found.state for found in check_hub(machine(tmp_path))] == ["fail"]


def test_another_python_may_die_without_taking_this_one_along():
    assert ask_python("import os; os.abort()").fault.startswith("ended its process")
    assert ask_python("import nothing_like_it").fault == (
        "ModuleNotFoundError: No module named 'nothing_like_it'"
    )
    assert ask_python("print(1); print([2])").value == [2]
    assert "within" in ask_python("import time; time.sleep(60)", timeout_s=0.5).fault


def test_packages_that_pip_cannot_get_leave_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(sys, "base_prefix", "/elsewhere")
    command, fix = reinstall(["nothing-of-this-name"], check_hub, machine(tmp_path))
    assert command == "pip install --force-reinstall --no-deps nothing-of-this-name"
    assert fix
    with pytest.raises(InstallError, match="pip could not do it"):
        fix.do()


def test_no_key_of_the_machine_leaves_with_a_finding(tmp_path):
    here = machine(tmp_path, DEEPSEEK_API_KEY="sk-0123456789abcdef", HF_TOKEN="hf_abcdefghij")
    told = without_keys(fail("x", "sk-0123456789abcdef hf_abcdefghij", "unset sk-0123456789"), here)
    assert "0123456789" not in told.found + told.mend
    assert "abcdefghij" not in told.found


def test_only_what_is_broken_makes_a_machine_unwell():
    assert Diagnosis((ok("a", ""),)).is_well
    assert not Diagnosis((ok("a", ""), fail("b", ""))).is_well
