"""The engines: which of them can sing here, and the one that was chosen."""

from collections.abc import Iterator

from songsmith.agent.doctor.finding import Finding, Machine, fail, ok, warn
from songsmith.agent.doctor.probe import ask_python

__all__ = ["check_engines"]

_ALWAYS = "sketch"
"""The engine that needs nothing."""

_CODE = """
import json, warnings
warnings.simplefilter("ignore")
from songsmith.engine.engine import engine_names, load_engine
states = {}
for name in engine_names():
    try:
        status = load_engine(name).status()
        states[name] = [status.is_ready, status.reason, status.remedy]
    except Exception as error:
        states[name] = [False, (str(error).splitlines() or [repr(error)])[0], ""]
print(json.dumps(states))
"""


def check_engines(machine: Machine) -> Iterator[Finding]:
    """Each as it says itself, asked in a Python of its own; the best first."""
    chosen = machine.settings.engine if machine.settings else "auto"
    answer = ask_python(_CODE)
    if answer.fault:
        yield fail("engines", f"can't be loaded ({answer.fault})")
        return
    for name, (is_ready, reason, remedy) in answer.value.items():
        if is_ready:
            yield ok(name, f"ready: {reason}")
        elif name in (chosen, _ALWAYS):
            yield fail(name, f"not ready: {reason}", remedy)
        else:
            yield warn(name, f"not ready: {reason}", remedy)
    if chosen not in ("auto", *answer.value):
        names = ", ".join(answer.value)
        yield fail(
            "engine",
            f"the setting engine is {chosen!r}; there are {names}",
            "songsmith config unset engine",
        )
