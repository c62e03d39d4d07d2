"""espeak-ng, which tells how words sound: where its library and data are, and whether it speaks."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok
from songsmith.agent.doctor.packages import reinstall
from songsmith.agent.doctor.probe import ask_python

__all__ = ["check_espeak"]

_CODE = """
import ctypes, json
from songsmith.lyrics.speech.espeak import pronounce
from songsmith.lyrics.speech.espeak_files import espeak_data, espeak_library
sounds = pronounce("hello")
library = ctypes.CDLL(str(espeak_library()))
library.espeak_Info.restype = ctypes.c_char_p
print(json.dumps({
    "sounds": sounds,
    "version": library.espeak_Info(None).decode(),
    "library": str(espeak_library()),
    "data": str(espeak_data()),
}))
"""
_UNUSED = ("PHONEMIZER_ESPEAK_LIBRARY", "PHONEMIZER_ESPEAK_PATH", "ESPEAK_DATA_PATH")
"""What guides tell people to set, on Windows most of all."""


def check_espeak(machine: Machine) -> Iterator[Finding]:
    """The library and the data of the espeakng-loader wheel: no other espeak-ng is looked for."""
    answer = ask_python(_CODE)
    if answer.fault or not answer.value["sounds"]:
        said = (
            answer.fault.partition("PhonemeError: ")[2].partition(";")[0]
            or answer.fault
            or "it says nothing"
        )
        command, fix = reinstall(["espeakng-loader", "phonemizer"], check_espeak, machine)
        yield fail("espeak-ng", said, command, fix)
        return
    found = answer.value
    yield ok(
        "espeak-ng",
        f"{found['version'].partition(' ')[0]} from the package espeakng-loader {_loader()}: {found['library']}",
    )
    yield ok("espeak-ng data", f"{found['data']}{_unused(machine.environ)}")


def _loader() -> str:
    try:
        return version("espeakng-loader")
    except PackageNotFoundError:
        return "(version not known)"


def _unused(environ: Mapping[str, str]) -> str:
    named = [name for name in _UNUSED if environ.get(name)]
    return f" ({' and '.join(named)} not needed and not used)" if named else ""
