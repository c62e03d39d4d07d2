"""All checks in their order, and the repairs that their findings offer."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace

from songsmith.agent.doctor.accelerator import check_accelerator, check_memory
from songsmith.agent.doctor.disk import check_folders
from songsmith.agent.doctor.endpoint import check_llm
from songsmith.agent.doctor.engines import check_engines
from songsmith.agent.doctor.espeak import check_espeak
from songsmith.agent.doctor.finding import Check, Diagnosis, Finding, Machine, fail
from songsmith.agent.doctor.hub import check_hub
from songsmith.agent.doctor.keys import without_keys
from songsmith.agent.doctor.packages import check_extras, check_packages
from songsmith.agent.doctor.person import check_settings
from songsmith.agent.doctor.python import check_environment, check_python
from songsmith.agent.doctor.sound import check_ffmpeg, check_player
from songsmith.agent.doctor.terminal import check_terminal
from songsmith.agent.doctor.voices import check_ears, check_voices
from songsmith.agent.doctor.weights import check_weights
from songsmith.agent.settings.settings import Settings, SettingsError, load_settings
from songsmith.engine.weights.store import Store, models_folder
from songsmith.errors import SongsmithError

__all__ = ["CHECKS", "NAMES", "examine", "findings_of", "repaired", "this_machine"]


def _name(check: Check) -> str:
    """ "llm" of check_llm."""
    return check.__name__.removeprefix("check_")


CHECKS: tuple[tuple[str, tuple[Check, ...]], ...] = (
    (
        "This machine",
        (
            check_python,
            check_environment,
            check_packages,
            check_extras,
            check_memory,
            check_folders,
            check_terminal,
        ),
    ),
    ("Words", (check_settings, check_llm, check_espeak)),
    ("Singing", (check_engines, check_voices, check_accelerator, check_weights, check_hub)),
    ("Listening and playing", (check_ears, check_player, check_ffmpeg)),
)
"""Every check, under the heading that its findings stand under."""
NAMES = tuple(_name(check) for _, checks in CHECKS for check in checks)
"""The checks by name: "python", "llm", …"""
_AT_ONCE = 4


def this_machine(*, may_ask_network: bool = True, hashes_weights: bool = False) -> Machine:
    """What is to be examined, with the settings if they can be read."""
    settings: Settings | None
    try:
        settings = load_settings(None, {})
    except SettingsError:
        settings = None
    return Machine(settings, os.environ, Store(models_folder()), may_ask_network, hashes_weights)


def examine(
    machine: Machine,
    only: Sequence[str] = (),
    on_finding: Callable[[Finding], None] = lambda finding: None,
) -> Diagnosis:
    """The findings of all checks, or `only` of those named; `on_finding` gets each as soon as it is there."""
    found = []
    for finding in findings_of(machine, only):
        on_finding(finding)
        found.append(finding)
    return Diagnosis(tuple(found))


def findings_of(machine: Machine, only: Sequence[str] = ()) -> Iterator[Finding]:
    """The findings in order. Checks wait for other programs most of the time: several do so at once."""
    places = threading.Semaphore(_AT_ONCE)
    begun = [
        (area, _begin(check, machine, places))
        for area, checks in CHECKS
        for check in checks
        if not only or _name(check) in only
    ]
    for area, findings in begun:
        for finding in findings.result():
            yield without_keys(replace(finding, area=area), machine)


def _begin(check: Check, machine: Machine, places: threading.Semaphore) -> "Future[list[Finding]]":
    """The findings of a check to be. Its thread does not outlive an interrupted program."""
    findings: Future[list[Finding]] = Future()

    def run() -> None:
        with places:
            findings.set_result(_findings(check, machine))

    threading.Thread(target=run, daemon=True).start()
    return findings


def repaired(
    diagnosis: Diagnosis, may: Callable[[str], bool], on_finding: Callable[[Finding], None]
) -> Diagnosis:
    """How things stand after the repairs that `may` agreed to; `on_finding` gets each as it stands then."""

    def after(finding: Finding) -> Finding:
        if finding.fix is None or not may(finding.fix.what):
            return finding
        try:
            mended = replace(finding.fix.do(), area=finding.area)
        except SongsmithError as error:
            mended = replace(finding, found=f"{finding.found}; {error}", fix=None)
        on_finding(mended)
        return mended

    return Diagnosis(tuple(map(after, diagnosis.findings)))


def _findings(check: Check, machine: Machine) -> list[Finding]:
    """What a check finds. On a broken machine anything may break, a check too, and the others still count."""
    found = []
    try:
        for finding in check(machine):
            found.append(finding)
    except Exception as error:
        found.append(
            fail(_name(check), f"could not be looked at ({type(error).__name__}: {error})")
        )
    return found
