import sys

import pytest

from songsmith.engine.extras import Extra, torch_extra


def test_an_extra_knows_which_of_its_modules_are_missing():
    assert Extra("x", ("json", "no_such_module"), 1).missing == ("no_such_module",)


def test_an_extra_that_is_installed_but_broken_says_why_and_how_to_repair_it(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text(
        "raise OSError('libcudart.so.13: cannot open shared object file')", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    extra = Extra("x", ("half_installed", "json"), 1, " --extra-index-url there")
    assert extra.missing == ()
    assert extra.broken.startswith("half_installed can't be loaded (libcudart.so.13: cannot open")
    assert extra.how_to_repair == (
        'pip install --force-reinstall "songsmith[x]" --extra-index-url there'
    )
    assert Extra("x", ("json",), 1).broken == ""


@pytest.mark.parametrize(
    ("accelerator", "platform", "index", "words"),
    [
        ("", "linux", "whl/cpu", "for an NVIDIA card or a Mac leave the address out"),
        ("", "win32", "whl/cpu", "CPU alone"),
        ("cuda", "linux", "", "NVIDIA card"),
        ("cuda", "win32", "whl/cu130", "NVIDIA card"),
        ("mps", "darwin", "", "GPU of this Mac"),
    ],
)
def test_the_build_of_torch_is_that_of_the_machine(
    monkeypatch, accelerator, platform, index, words
):
    monkeypatch.setattr(sys, "platform", platform)
    extra = torch_extra("diffrhythm", ("torch",), accelerator=accelerator)
    assert extra.command.startswith('pip install "songsmith[diffrhythm]"')
    assert extra.command.endswith(index) and ("--extra-index-url" in extra.command) == bool(index)
    assert words in extra.how_to_install and "GB" in extra.how_to_install
